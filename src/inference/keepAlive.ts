/** Frees a model that nobody has used for a while: its gigabytes are worth more to other programs then. */
export class KeepAlive {
  readonly #unload: () => void;
  #timer: NodeJS.Timeout | undefined;
  #running = 0;
  #minutes = 0;

  /** @param unload called once the model was idle for long enough; never while a use runs */
  constructor(unload: () => void) {
    this.#unload = unload;
  }

  /** @param minutes 0: the model is kept. Counts from the end of the last use, or from now. */
  set minutes(minutes: number) {
    this.#minutes = minutes;
    this.touch();
  }

  /** The model is used for as long as this runs. */
  async during<Result>(use: () => Promise<Result>): Promise<Result> {
    this.#running += 1;
    clearTimeout(this.#timer);
    try {
      return await use();
    } finally {
      this.#running -= 1;
      this.touch();
    }
  }

  /** The model was used a moment ago. */
  touch(): void {
    clearTimeout(this.#timer);
    if (this.#running > 0 || this.#minutes <= 0) return;
    // Timers hold 31 bits of milliseconds; a model that is kept for weeks is kept.
    const ms = this.#minutes * 60_000;
    if (ms < 2 ** 31) this.#timer = setTimeout(() => this.#unload(), ms).unref();
  }
}
