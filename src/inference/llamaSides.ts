/**
 * The conversations of the panel and the requests of others share one context, which remembers one of them. What it
 * remembers of another one waits in a file, so that to come back to a conversation, or an agent that works beside the panel,
 * does not make everything be read anew: on a processor 10,000 tokens of a 9B model take minutes to read, and a moment to load.
 */
import type { ReplySide } from '../shared/inferenceProtocol.ts';
import type { EngineLog } from './engine.ts';
import type { MovedSequence } from './llamaSequence.ts';
import { moveSequence } from './llamaSequence.ts';
import type { StateOwner } from './llamaStates.ts';
import { LlamaStates, stateLimits } from './llamaStates.ts';

/** What has no name waits in a file of this process: more is read anew, as 40 KiB a token of the 9B model make 1.25 GiB of this. */
const mostTokens = 32_768;

/** Whose prompt it is. */
export interface Place {
  readonly side: ReplySide;
  /** Without it what is remembered is kept no longer than the model is loaded. */
  readonly conversation: string | undefined;
}

const nobody: Place = { side: 'panel', conversation: undefined };

export class LlamaSides {
  readonly states: LlamaStates;
  readonly #log: EngineLog;
  #present = nobody;
  /** Of the other side. */
  #waiting: MovedSequence | undefined;

  constructor(log: EngineLog) {
    this.#log = log;
    this.states = new LlamaStates(log);
  }

  /** Whether the sequence remembers a conversation of this side now. */
  isPresent(side: ReplySide): boolean {
    return side === this.#present.side;
  }

  /** The sequence remembers this place's conversation from here on. Never fails: what cannot be kept is read again. */
  async turnTo(to: Place, owner: StateOwner): Promise<void> {
    const from = this.#present;
    const isOtherSide = from.side !== to.side;
    if (!isOtherSide && from.conversation === to.conversation) return;
    this.#present = to;
    const { sequence } = owner;
    const { longestSwitchMs } = stateLimits(owner.info);
    const own = isOtherSide ? this.#waiting : undefined;
    const isSaved = from.conversation !== undefined && (await this.states.save(from.conversation, owner, longestSwitchMs));
    if (isOtherSide) this.#waiting = isSaved || sequence.nextTokenIndex > mostTokens ? undefined : await moveSequence(sequence, this.#log);
    if (to.conversation !== undefined && (await this.states.restore(to.conversation, owner))) return own?.forget();
    // A conversation that is new may begin as the other one did, so what is there stays.
    if (!own) return;
    await sequence.clearHistory();
    await own.into(sequence);
  }

  /** The model is another one from now on. @param mostMs see `LlamaStates.save` */
  async leave(owner: StateOwner | undefined, mostMs: number): Promise<void> {
    const { conversation } = this.#present;
    this.#present = nobody;
    this.#waiting?.forget();
    this.#waiting = undefined;
    if (owner && conversation !== undefined) await this.states.save(conversation, owner, mostMs);
  }

  /** The conversation is deleted; what the context remembers of it is not kept. */
  async forget(conversation: string): Promise<void> {
    if (this.#present.conversation === conversation) this.#present = { ...this.#present, conversation: undefined };
    await this.states.forget(conversation);
  }
}
