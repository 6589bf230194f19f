/**
 * How the process ends. Nothing of it is worth saving, so it ends by force when it does not end by itself:
 * an orphan would keep gigabytes of memory and a busy GPU.
 */
import { fstatSync, ftruncateSync } from 'node:fs';
import type { Server } from 'node:net';
import type { InferenceEndpoint } from '../shared/inferenceEndpoint.ts';
import { unpublish } from './endpointFile.ts';
import { openGate } from './gate.ts';

/** Milliseconds for freeing the model in order before the process kills itself. */
const orderlyMs = 1000;

/** Milliseconds without any window after which the watch ends the process: a little more than the orderly way takes. */
const aloneMs = 1300;

/** How often the watch looks at the log's size, milliseconds, and the bytes at which it begins anew. */
const logCheckMs = 10_000;
const mostLogBytes = 4_000_000;

/**
 * Ends the process.
 * @param saying resolves when the last words have been written; may hang
 * @param free frees native memory; may hang or fail
 */
export function endProcess(saying: Promise<unknown>, free: () => Promise<void>): void {
  // The kill cannot be held up by native threads as `process.exit` can, which runs their libraries' destructors.
  setTimeout(killSelf, orderlyMs);
  saying.then(free).then(() => process.exit(0), killSelf);
}

/** What the watch is told: where it listens, and what it removes when it has to end the process. */
export interface Watch {
  readonly folder: string;
  readonly name: string;
  readonly endpoint: InferenceEndpoint;
}

/**
 * Runs in a thread of its own: native calls on the main thread (a GPU driver's start, a very long text to tokenise) keep
 * it from seeing that its windows are gone. Each window holds a second connection that ends here, however the window
 * ends; without any for over a second the process is killed. Before the first one came the main thread alone decides.
 */
export async function watchWindows({ folder, name, endpoint }: Watch): Promise<Server> {
  let windows = 0;
  let alone: NodeJS.Timeout | undefined;
  setInterval(() => limitLog(1), logCheckMs);
  return openGate(endpoint.watchAddress, { name, token: endpoint.token }, (socket) => {
    windows++;
    clearTimeout(alone);
    socket.once('close', () => {
      windows--;
      if (windows > 0) return;
      alone = setTimeout(() => {
        unpublish(folder, name, endpoint);
        killSelf();
      }, aloneMs);
    });
  });
}

/** Native code may write to it without an end. */
function limitLog(descriptor: number): void {
  const log = fstatSync(descriptor);
  if (log.isFile() && log.size > mostLogBytes) ftruncateSync(descriptor);
}

function killSelf(): void {
  process.kill(process.pid, 'SIGKILL');
}
