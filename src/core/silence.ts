/** Milliseconds of silence that are never strange, and those that always are. */
const leastMs = 20_000;
const mostMs = 10 * 60_000;
/** Before anything is known of the engine's speed: a first batch of the prompt on a slow processor. */
const firstMs = 90_000;
/** How many times the longest of the last pauses is strange. */
const strangeTimes = 8;
/** What a pause still counts after the next one. */
const fading = 0.9;
/** Milliseconds that an engine has to stop after it was asked to. */
const stopMs = 5_000;

/** How long an engine may be silent before that is said, by how it has spoken so far. Pure; times in milliseconds. */
export class SilenceLimit {
  readonly #scale: number;
  #longest: number | undefined;
  #stopping = false;

  /** @param scale for tests: of all fixed times */
  constructor(scale = 1) {
    this.#scale = scale;
  }

  /** It spoke again after so long. */
  heardAfter(ms: number): void {
    this.#longest = Math.max(ms, (this.#longest ?? 0) * fading);
  }

  /** It was asked to stop, which it does after what it is doing now. */
  stopAsked(): void {
    this.#stopping = true;
  }

  get ms(): number {
    const longest = this.#longest ?? 0;
    if (this.#stopping) return Math.max(stopMs * this.#scale, 2 * longest);
    if (this.#longest === undefined) return firstMs * this.#scale;
    return Math.min(mostMs * this.#scale, Math.max(leastMs * this.#scale, strangeTimes * longest));
  }
}
