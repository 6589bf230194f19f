/**
 * A thread that unpacks an npm package into an empty folder: hundreds of megabytes that would keep the extension host busy.
 * Only plain files and folders below `package/` are taken: anything else, such as a link or a path that leads out of the
 * folder, ends it. Answers with the reason, or undefined when all is there.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { extract } from 'tar';

export interface UnpackRequest {
  readonly archive: string;
  readonly folder: string;
}

const { archive, folder } = workerData as UnpackRequest;
const plain = ['File', 'OldFile', 'ContiguousFile', 'Directory'];
const leadsOut = /(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[a-z]:/i;
let refused: string | undefined;
try {
  await extract({
    file: archive,
    cwd: folder,
    strip: 1,
    // Turns what the library would pass over with a warning into an error.
    strict: true,
    filter: (path, entry) => {
      const type = 'type' in entry ? entry.type : 'File';
      const usable = plain.includes(type) && !leadsOut.test(path);
      if (!usable) refused ??= `${path} (${type})`;
      return usable;
    },
  });
} catch (error) {
  refused ??= error instanceof Error ? error.message : String(error);
}
parentPort?.postMessage(refused);
