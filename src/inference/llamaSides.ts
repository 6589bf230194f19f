/**
 * The panel and the requests of others share one context, which remembers one conversation. What it remembers of the other
 * one waits in a file, so that an agent that works beside the panel does not make each of them read everything anew: on a
 * processor 10,000 tokens of a 9B model take minutes to read, and a moment to load.
 */
import type { LlamaContextSequence } from 'node-llama-cpp';
import type { ReplySide } from '../shared/inferenceProtocol.ts';
import type { EngineLog } from './engine.ts';
import type { MovedSequence } from './llamaSequence.ts';
import { moveSequence } from './llamaSequence.ts';

/** More is read anew: 40 KiB a token of the 9B model make 1.25 GiB of this. */
const mostTokens = 32_768;

export class LlamaSides {
  readonly #log: EngineLog;
  #present: ReplySide = 'panel';
  #waiting: MovedSequence | undefined;

  constructor(log: EngineLog) {
    this.#log = log;
  }

  /** Whether the sequence remembers this side's conversation now. */
  isPresent(side: ReplySide): boolean {
    return side === this.#present;
  }

  /** The sequence remembers this side's conversation from here on. Never fails: what cannot be kept is read again. */
  async turnTo(side: ReplySide, sequence: LlamaContextSequence): Promise<void> {
    if (side === this.#present) return;
    this.#present = side;
    const own = this.#waiting;
    const tokens = sequence.nextTokenIndex;
    this.#waiting = tokens > mostTokens ? undefined : await moveSequence(sequence, this.#log);
    // A side that has not spoken yet may begin as the other one did, so what is there stays.
    if (!own) return;
    await sequence.clearHistory();
    await own.into(sequence);
  }

  /** The model is another one from now on. */
  forget(): void {
    this.#waiting?.forget();
    this.#waiting = undefined;
  }
}
