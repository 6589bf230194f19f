/** What came in the last seconds counts, so that a speed follows the line and does not jump. */
const windowMs = 5_000;

/** How fast a number of bytes grows. */
export class Speed {
  #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  /** @param atMs on any clock that only runs forward */
  add(bytes: number, atMs: number): void {
    const last = this.#samples.at(-1);
    // Begun anew: what came before says nothing any more.
    if (last && bytes < last.bytes) this.#samples = [];
    this.#samples.push({ atMs, bytes });
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? atMs) >= windowMs) this.#samples.shift();
  }

  /** Undefined before there is something to divide. */
  get bytesPerSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.atMs - first.atMs < 500) return undefined;
    return ((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs);
  }
}
