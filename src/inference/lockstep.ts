/**
 * Lets several writers take each step together. llama.cpp evaluates a token of each of them in one batch, which costs little
 * more than one token; but whoever has its token first would go on alone, and the library then evaluates every token in a
 * batch of its own (measured: 511 batches for two replies of 256 tokens).
 */
export class Lockstep {
  #members = 0;
  #arrived = 0;
  #release: () => void = () => undefined;
  #step: Promise<void>;

  constructor() {
    this.#step = this.#nextStep();
  }

  /** From now on the others wait for this one too. */
  join(): void {
    this.#members++;
  }

  /** Resolves when all members are here. */
  arrive(): Promise<void> {
    const step = this.#step;
    this.#arrived++;
    this.#look();
    return step;
  }

  /** Nobody waits for this one any more, which must not be waiting itself. */
  leave(): void {
    this.#members--;
    this.#look();
  }

  #look(): void {
    if (this.#arrived === 0 || this.#arrived < this.#members) return;
    this.#arrived = 0;
    const release = this.#release;
    this.#step = this.#nextStep();
    release();
  }

  #nextStep(): Promise<void> {
    return new Promise((resolve) => (this.#release = resolve));
  }
}
