import type { EngineLog } from './engine.ts';

/** Lines kept: llama.cpp writes about two hundred while a model is loaded. */
const keptLines = 1000;
/** Lines that become the reason of a failed load. */
const keptReasons = 4;
/** Turns of the event loop after which lines have surely come: they are written by llama.cpp's own thread. */
const settlingTurns = 10;

/** Passes the engine's log on, and remembers its end: some facts are told nowhere else. */
export class LlamaJournal {
  readonly #log: EngineLog;
  #lines: string[] = [];
  #errors: string[] = [];

  constructor(log: EngineLog) {
    this.#log = log;
  }

  readonly write: EngineLog = (level, message) => {
    this.#lines.push(message);
    if (this.#lines.length > keptLines) this.#lines.splice(0, keptLines / 2);
    if (level === 'error') this.#errors = [...this.#errors, message].slice(-keptReasons);
    this.#log(level, message);
  };

  clear(): void {
    this.#lines = [];
    this.#errors = [];
  }

  /** Waits for lines that are on their way. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < settlingTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** The last errors, which are then forgotten; empty when there were none. */
  async takeReasons(): Promise<string> {
    await this.settle();
    const reasons = [...new Set(this.#errors)].filter((line) => !line.endsWith('failed to load model'));
    this.#errors = [];
    return reasons.join('\n');
  }

  /** Of the last line that matches; the pattern's first group is the number. */
  lastNumber(pattern: RegExp): number | undefined {
    for (const line of this.#lines.flatMap((each) => each.split('\n')).reverse()) {
      const [, digits] = pattern.exec(line) ?? [];
      if (digits !== undefined && Number.isFinite(Number(digits))) return Number(digits);
    }
    return undefined;
  }
}
