/**
 * How the process ends. Nothing of it is worth saving, so it ends by force when it does not end by itself:
 * an orphan would keep gigabytes of memory and a busy GPU.
 */

/** Milliseconds for freeing the model in order before the process kills itself. */
const orderlyMs = 1000;

/** Milliseconds between two looks at the host, and how many looks in a row must miss it. */
const watchMs = 400;
const missesToEnd = 3;

/**
 * Ends the process when the IPC channel closes, be it by the host's wish or because the host is gone, and on SIGTERM.
 * @param free stops what runs and frees native memory; may hang or fail
 */
export function endWhenDisconnected(free: () => Promise<void>): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    // The kill cannot be held up by native threads as `process.exit` can, which runs their libraries' destructors.
    setTimeout(killSelf, orderlyMs);
    free().then(() => process.exit(0), killSelf);
  };
  process.once('disconnect', end);
  process.once('SIGTERM', end);
  // Disconnected before this module was loaded.
  if (!process.connected) end();
}

/**
 * Runs in a thread of its own: native calls on the main thread (a GPU driver's start, a very long text to
 * tokenise) keep it from seeing the channel close. Kills the process once the host is gone for over a second.
 */
export function watchHost(hostPid: number): void {
  let misses = 0;
  setInterval(() => {
    misses = isHostAlive(hostPid) ? 0 : misses + 1;
    if (misses >= missesToEnd) killSelf();
  }, watchMs);
}

function isHostAlive(hostPid: number): boolean {
  // Orphans get another parent, except on Windows, where the number stays and must be asked for.
  if (process.ppid !== hostPid) return false;
  try {
    return process.kill(hostPid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function killSelf(): void {
  process.kill(process.pid, 'SIGKILL');
}
