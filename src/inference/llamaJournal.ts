import type { EngineLog } from './engine.ts';

/** Lines kept: llama.cpp writes about two hundred while a model is loaded. */
const keptLines = 1000;
/** Lines that become the reason of a failed load. */
const keptReasons = 4;
/**
 * What a line that is looked for may take to come, in milliseconds. llama.cpp's own thread writes it: with both cores busy
 * ten turns of the event loop were not enough, and YaRN was said not to be taken.
 */
const arrivalMs = 3000;
/** The same for a reason of a failure, which not every failure has. */
const reasonMs = 300;
/** Turns of the event loop for further reasons right behind it. */
const settlingTurns = 10;

/** Passes the engine's log on, and remembers its end: some facts are told nowhere else. */
export class LlamaJournal {
  readonly #log: EngineLog;
  #lines: string[] = [];
  #errors: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(log: EngineLog) {
    this.#log = log;
  }

  readonly write: EngineLog = (level, message) => {
    this.#lines.push(message);
    if (this.#lines.length > keptLines) this.#lines.splice(0, keptLines / 2);
    if (level === 'error') this.#errors = [...this.#errors, message].slice(-keptReasons);
    this.#log(level, message);
    for (const look of [...this.#waiting]) look();
  };

  clear(): void {
    this.#lines = [];
    this.#errors = [];
  }

  /** Waits until what is looked for has been written, or for so long. */
  #arrival(has: () => boolean, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const look = (): void => {
        if (has()) end();
      };
      const timer = setTimeout(end, limitMs);
      this.#waiting.add(look);
      look();
    });
  }

  /** The last errors, which are then forgotten; empty when there were none. */
  async takeReasons(): Promise<string> {
    await this.#arrival(() => this.#errors.length > 0, reasonMs);
    for (let turn = 0; turn < settlingTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
    const reasons = [...new Set(this.#errors)].filter((line) => !line.endsWith('failed to load model'));
    this.#errors = [];
    return reasons.join('\n');
  }

  /** Of the last line that matches, which may still be on its way; the pattern's first group is the number. */
  async lastNumber(pattern: RegExp, limitMs = arrivalMs): Promise<number | undefined> {
    await this.#arrival(() => this.#lastNumber(pattern) !== undefined, limitMs);
    return this.#lastNumber(pattern);
  }

  #lastNumber(pattern: RegExp): number | undefined {
    for (const line of this.#lines.flatMap((each) => each.split('\n')).reverse()) {
      const [, digits] = pattern.exec(line) ?? [];
      if (digits !== undefined && Number.isFinite(Number(digits))) return Number(digits);
    }
    return undefined;
  }
}
