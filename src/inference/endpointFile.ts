import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import type { InferenceEndpoint } from '../shared/inferenceEndpoint.ts';
import { endpointFileName, parseEndpoint } from '../shared/inferenceEndpoint.ts';

/** Where a process can be reached before it is known. */
export function newEndpoint(folder: string, name: string, logFile: string): InferenceEndpoint {
  const id = `${name}-${randomBytes(4).toString('hex')}`;
  const address = (suffix: string): string =>
    process.platform === 'win32' ? `\\\\.\\pipe\\lemma-${id}-${randomBytes(16).toString('hex')}` : path.join(folder, `${id}${suffix}.sock`);
  return { address: address(''), watchAddress: address('-w'), token: randomBytes(32).toString('hex'), pid: process.pid, logFile };
}

/**
 * Makes this process the one of its name, unless a living one is. Of several that try at once one succeeds: the file is
 * created by a link, which cannot replace another. The file of a process that was killed is moved away and looked at
 * again, so that one that came in between is put back.
 * @returns whether it has
 * @throws the file system's error
 */
export async function publish(folder: string, name: string, endpoint: InferenceEndpoint): Promise<boolean> {
  const file = path.join(folder, endpointFileName(name));
  const text = JSON.stringify(endpoint);
  const own = path.join(folder, `${name}-${randomBytes(4).toString('hex')}.new`);
  writeFileSync(own, text, { mode: 0o600, flag: 'wx' });
  try {
    for (;;) {
      if (created(own, file)) break;
      const present = readText(file);
      if (present === undefined) continue;
      const there = parseEndpoint(present);
      if (there && (await isAnswered(there.address))) return false;
      removeStale(file, present, `${own}.stale`);
    }
  } finally {
    rmSync(own, { force: true });
  }
  await removeDeadSockets(folder, [endpoint.address, endpoint.watchAddress]);
  return true;
}

/** Takes this process's files away, if any; those who look for it start another process from now on. */
export function unpublish(folder: string, name: string, endpoint: InferenceEndpoint): void {
  const file = path.join(folder, endpointFileName(name));
  if (readText(file) === JSON.stringify(endpoint)) rmSync(file, { force: true });
  // A named pipe is no file.
  if (process.platform !== 'win32') for (const socket of [endpoint.address, endpoint.watchAddress]) rmSync(socket, { force: true });
}

/** @returns false when there is one already */
function created(from: string, file: string): boolean {
  try {
    linkSync(from, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function removeStale(file: string, text: string, aside: string): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Another process may have replaced the file since it was read. One that cannot be put back, because a third one was
  // quicker, serves the windows that have found it and ends with the last of them.
  if (readText(aside) !== text) created(aside, file);
  rmSync(aside, { force: true });
}

/** Sockets of processes that were killed. */
async function removeDeadSockets(folder: string, living: readonly string[]): Promise<void> {
  const sockets = readdirSync(folder).filter((found) => found.endsWith('.sock'));
  for (const socket of sockets.map((found) => path.join(folder, found))) {
    if (!living.includes(socket) && !(await isAnswered(socket))) rmSync(socket, { force: true });
  }
}

/** Whether a process listens there. */
function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Any other trouble, such as too many connections, does not show that nobody is there.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ENOENT' && code !== 'ECONNREFUSED' && code !== 'ENOTSOCK'));
  });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
