import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { EngineFolderRefusal } from '../core/errors.ts';
import { LemmaFailure } from '../core/errors.ts';
import { inferenceProtocolVersion } from '../shared/inferenceProtocol.ts';

/**
 * A Unix socket's path has room for 104 bytes on macOS, 108 on Linux, a zero at the end included. A process's name takes
 * at most 36 of them, and what it adds to it (`-12345678-w.sock`) 16.
 */
const mostFolderBytes = 104 - 1 - 1 - 36 - 16;

/**
 * What the inference process is called: windows that would give it another name never share it. Builds of one version
 * differ while Lemma is being developed, so the bundle's own digest is in it.
 * @param modulePath the bundle. @param version of the extension
 */
export function inferenceName(modulePath: string, version: string): string {
  const digest = createHash('sha256').update(readFileSync(modulePath)).digest('hex').slice(0, 8);
  return `${inferenceProtocolVersion}-${version.replace(/[^\w.-]/g, '_').slice(0, 24)}-${digest}`;
}

/**
 * The folder in which the windows of a user find their inference process, created when it is not there. Whoever can
 * change it could put a process of their own there, so nobody else may.
 * @param env `LEMMA_RUNTIME_DIR` names another folder
 * @throws LemmaFailure engineFolderRefused, engineStartFailed
 */
export function runtimeFolder(env: NodeJS.ProcessEnv = process.env): string {
  const folder = env.LEMMA_RUNTIME_DIR || usersOwnFolder(env);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    // Something that is no folder; it is looked at below.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new LemmaFailure({ code: 'engineStartFailed', reason: (error as Error).message });
    }
  }
  checkFolder(folder);
  return folder;
}

/** The place for sockets that the system gives the user, where it is theirs; else one with their number in its name. */
function usersOwnFolder(env: NodeJS.ProcessEnv): string {
  // Of a named pipe on Windows only the token's file is here, and the user's folder is the user's by its access list.
  if (process.platform === 'win32') return path.join(env.LOCALAPPDATA || path.join(homedir(), 'AppData', 'Local'), 'Lemma', 'run');
  const given = env.XDG_RUNTIME_DIR && path.join(env.XDG_RUNTIME_DIR, 'lemma');
  if (given && path.isAbsolute(given) && isOwn(path.dirname(given)) && Buffer.byteLength(given) <= mostFolderBytes) return given;
  // Not TMPDIR: windows that were started in different ways would not meet, and on macOS it takes half of the room.
  return `/tmp/lemma-${process.getuid?.() ?? 0}`;
}

/** `su` keeps the variable of the user before. */
function isOwn(folder: string): boolean {
  return lstatSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.();
}

function checkFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const refused = (because: EngineFolderRefusal): LemmaFailure => new LemmaFailure({ code: 'engineFolderRefused', path: folder, because });
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw refused('notFolder');
  if (found.uid !== process.getuid?.()) throw refused('owner');
  if ((found.mode & 0o077) !== 0) throw refused('mode');
  if (Buffer.byteLength(folder) > mostFolderBytes) throw refused('tooLong');
}
