import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A folder on a disk that can be filled to its last byte. Only the operating system says no: nothing is injected. */
export interface FullDisk {
  /** What makes it full, for the test's output. */
  readonly kind: string;
  readonly folder: string;
  fill(): void;
  makeRoom(): void;
  remove(): void;
}

/**
 * A small file system in memory where it may be mounted (root on Linux), else a limit on the size of the files that this
 * process writes, under which a file can be created and takes no byte.
 * @param folder to be created
 * @throws where there is neither
 */
export function fullDisk(folder: string): FullDisk {
  mkdirSync(folder, { recursive: true });
  return mounted(folder) ?? limited(folder);
}

function mounted(folder: string): FullDisk | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    // Not root, or in a container that may not.
    return undefined;
  }
  const ballast = path.join(folder, 'ballast');
  return {
    kind: 'a full tmpfs',
    folder,
    fill: () => {
      const file = openSync(ballast, 'a');
      try {
        for (;;) writeSync(file, Buffer.alloc(4096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    remove: () => void execFileSync('umount', ['-l', folder]),
  };
}

function limited(folder: string): FullDisk {
  const limit = (soft: string): void => void execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${soft}:`], { stdio: 'ignore' });
  limit('unlimited');
  return {
    kind: 'a limit on the size of files',
    folder,
    fill: () => limit('0'),
    makeRoom: () => limit('unlimited'),
    remove: () => limit('unlimited'),
  };
}
