/** Where things lie, and one lock for what is installed once and kept. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from './progress.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** Kept between runs: Node, code-server, desktop VS Code. */
export const toolsFolder = path.join(root, '.vscode-test');
/** Results and pictures of the last run. */
export const outFolder = path.join(root, 'out');
export const tinyModel = path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf');

/**
 * Installs something into `.vscode-test/<name>` once. A marker file is written at the very end, so that a
 * broken installation is begun anew; a lock keeps two runs from doing it at the same time.
 * @param {string} name
 * @param {string} version what the marker must say to be taken as it is
 * @param {(folder: string) => Promise<void>} install fills the folder, which is empty when it is called
 * @returns {Promise<string>} the folder
 */
export async function installOnce(name, version, install) {
  const folder = path.join(toolsFolder, name);
  const marker = path.join(folder, 'installed');
  const ready = () => existsSync(marker) && readFileSync(marker, 'utf8') === version;
  if (ready()) return folder;
  mkdirSync(toolsFolder, { recursive: true });
  const unlock = await lock(path.join(toolsFolder, `${name}.lock`), name);
  try {
    if (ready()) return folder;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await install(folder);
    writeFileSync(marker, version);
    return folder;
  } finally {
    unlock();
  }
}

/** Waits until no other living process holds the lock. The lock is a file with its holder's process id. */
async function lock(file, name) {
  for (let told = false; ; told = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      const unlock = () => rmSync(file, { force: true });
      process.once('exit', unlock);
      return () => (process.off('exit', unlock), unlock());
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (holderIsGone(file)) rmSync(file, { force: true });
    else if (!told) say(`Waiting for another run that is installing ${name}.`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function holderIsGone(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (!pid) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // ESRCH: no such process. ENOENT: given back just now. EPERM: alive, and somebody else's.
    return error.code === 'ESRCH' || error.code === 'ENOENT';
  }
}
