/** Milliseconds before the engine is started again after the first and the second crash in a row; the next one is a loop. */
export const restartDelaysMs: readonly number[] = [1_000, 5_000];

/** Crashes that lie farther apart than this, in milliseconds, have nothing to do with each other. */
const rowMs = 5 * 60_000;

/** When to start the engine again after a crash, and when to leave it: one that crashes at once would do so for ever. Pure. */
export class CrashHistory {
  #at: number[] = [];

  /** Crashes in a row. */
  get count(): number {
    return this.#at.length;
  }

  /** @param now in milliseconds @returns milliseconds to wait before the next start; undefined: leave it to the user */
  crashed(now: number): number | undefined {
    this.#at = [...this.#at.filter((at) => now - at < rowMs), now];
    return restartDelaysMs[this.#at.length - 1];
  }

  /** A reply was written to its end, or the user starts afresh. */
  forget(): void {
    this.#at = [];
  }
}
