/** Step lines with elapsed seconds, and a sign of life while a step takes long. */

const startedAt = Date.now();
const heartbeatMs = 15_000;

/** Seconds since this script started, such as `12.3 s`. */
export function elapsed() {
  return seconds(Date.now() - startedAt);
}

/** `12.3 s`, or `3 min 12 s` from two minutes on. */
export function seconds(ms) {
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** Prints one line with the elapsed time before it. */
export function say(text) {
  console.log(`[${elapsed().padStart(8)}] ${text}`);
}

/**
 * Runs one long step: says when it begins, every 15 s that it is still at work, and how long it took.
 * @template T
 * @param {string} title such as `Installing code-server 4.139.1`
 * @param {() => Promise<T> | T} work
 * @returns {Promise<T>} what `work` gives; what it throws passes through
 */
export async function step(title, work) {
  const begun = Date.now();
  say(`${title} …`);
  const heartbeat = setInterval(() => say(`${title}: still at it after ${seconds(Date.now() - begun)}`), heartbeatMs);
  try {
    const result = await work();
    say(`${title}: done in ${seconds(Date.now() - begun)}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Ends a script with one whole sentence instead of a stack: for what the user can mend. */
export class PlainError extends Error {}

/**
 * Runs a script's `main`, prints what it throws (a `PlainError` as its sentence alone) and sets the exit code.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof PlainError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
