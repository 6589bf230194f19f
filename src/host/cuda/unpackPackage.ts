import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { LemmaFailure } from '../../core/errors.ts';
import type { UnpackRequest } from './unpackWorker.ts';

/**
 * Unpacks an npm package into an empty folder, in a thread.
 * @param module the thread's code: `dist/unpackWorker.mjs`
 * @throws LemmaFailure cudaPackRefused; what was unpacked by then is left there
 */
export async function unpackPackage(module: string, archive: string, folder: string, name: string): Promise<void> {
  const worker = new Worker(module, { workerData: { archive, folder } satisfies UnpackRequest });
  const [refused] = (await once(worker, 'message')) as [string | undefined];
  if (refused !== undefined) throw new LemmaFailure({ code: 'cudaPackRefused', name, reason: refused });
}
