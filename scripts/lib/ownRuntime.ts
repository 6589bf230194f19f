import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder in which inference processes are found; removed with this process. Short, as a socket's path has to be. */
export function newRuntimeFolder(): string {
  const folder = mkdtempSync(path.join(process.platform === 'win32' ? tmpdir() : '/tmp', 'lemma-run-'));
  folders.push(folder);
  return folder;
}

/** An environment in which an inference process is shared with nobody else on this machine. */
export function ownRuntime(): NodeJS.ProcessEnv {
  return { ...process.env, LEMMA_RUNTIME_DIR: newRuntimeFolder() };
}
