/**
 * A question that is answered several times: the samples are written at once, each end of one is a ballot, and what the
 * vote chooses becomes the turn's answer. Everything is told by events, so that no sample is lost by a reload or a crash.
 */
import type { ConversationEvent, Turn, TurnEnd, TurnPart } from '../core/conversation.ts';
import { LoopGuard } from '../core/loopGuard.ts';
import { ballotsOf, voteOf } from '../core/samples.ts';
import type { PartDelta } from '../core/thoughtSplitter.ts';
import { ThoughtSplitter } from '../core/thoughtSplitter.ts';
import { isDecided, spokesman } from '../core/votes.ts';
import type { GenerateProgress, GenerateResult } from '../shared/inferenceProtocol.ts';

export interface VoteOptions {
  /** The turn as it is now; undefined when it is gone. */
  readonly turn: () => Turn | undefined;
  readonly append: (event: ConversationEvent) => void;
  /** Part in which the model's replies start. */
  readonly start: TurnPart;
  readonly stopLoops: boolean;
  /** The first text has come. */
  readonly onText: () => void;
  /** Whether a check finds something false in an answer; absent: none is checked. Never rejects. */
  readonly fails?: (turn: Turn, answer: string) => Promise<boolean>;
}

interface Running {
  readonly splitter: ThoughtSplitter;
  readonly guards: Readonly<Record<TurnPart, LoopGuard>> | undefined;
  /** Stops this one alone. */
  readonly stop: AbortController;
}

export class SampleVote {
  readonly #options: VoteOptions;
  readonly #turnId: string;
  /** Samples of votes that were stopped before have the numbers below. */
  readonly #from: number;
  readonly #running: readonly Running[];
  #ending: Promise<void> = Promise.resolve();

  /** @param count samples that are to be written now */
  constructor(turn: Turn, count: number, options: VoteOptions) {
    this.#options = options;
    this.#turnId = turn.question.id;
    this.#from = turn.samples?.length ?? 0;
    this.#running = Array.from({ length: count }, () => ({
      splitter: new ThoughtSplitter({ start: options.start }),
      guards: options.stopLoops ? { thought: new LoopGuard(), answer: new LoopGuard() } : undefined,
      stop: new AbortController(),
    }));
  }

  get signals(): readonly AbortSignal[] {
    return this.#running.map(({ stop }) => stop.signal);
  }

  /** What `generate` tells of its samples. */
  take(progress: Extract<GenerateProgress, { readonly kind: 'samples' | 'sample' | 'sampleEnded' }>): void {
    if (progress.kind === 'samples') {
      const { atOnce } = progress;
      const samples = ballotsOf(this.#options.turn() ?? {}).length + this.#running.length;
      return this.#options.append({ type: 'sampled', turnId: this.#turnId, samples, atOnce });
    }
    const running = this.#running[progress.sample];
    if (!running) return;
    if (progress.kind === 'sampleEnded') return this.#end(running, progress.sample, progress.result);
    const inner = progress.progress;
    if (inner.kind !== 'text') return;
    this.#options.onText();
    const deltas = inner.part ? [{ ...inner, part: inner.part }] : running.splitter.push(inner.text, inner.tokens);
    this.#write(running, progress.sample, deltas);
  }

  #write(running: Running, sample: number, deltas: readonly PartDelta[]): void {
    for (const { part, text, tokens } of deltas) {
      this.#options.append({ type: 'sampleDelta', turnId: this.#turnId, sample: this.#from + sample, part, text, tokens });
      if (running.guards?.[part].push(text) === true) running.stop.abort();
    }
  }

  #end(running: Running, sample: number, result: GenerateResult): void {
    this.#write(running, sample, running.splitter.end());
    const end = endOf(running, result);
    this.#ending = this.#ending.then(async () => {
      const { turn, fails, append } = this.#options;
      const now = turn();
      if (!now) return;
      const answer = now.samples?.[this.#from + sample]?.answer ?? '';
      const failed = end.kind === 'complete' && (await fails?.(now, answer)) === true;
      append({ type: 'sampleEnded', turnId: this.#turnId, sample: this.#from + sample, end, ...(failed ? { failed } : {}) });
      this.#stopWhenDecided();
    });
  }

  /** What cannot change which group leads is not waited for. */
  #stopWhenDecided(): void {
    const turn = this.#options.turn();
    if (!turn) return;
    const toCome = this.#running.filter((_, sample) => !turn.samples?.[this.#from + sample]?.end).length;
    if (isDecided(voteOf(turn), toCome)) for (const { stop } of this.#running) stop.abort();
  }

  /**
   * Chooses, when all samples have ended or were stopped.
   * @param stopped by the user, who gets the best of what is there; by the window's end nothing is chosen, and the vote can go on
   */
  async decide(stopped: 'stopped' | 'interrupted' | undefined): Promise<TurnEnd> {
    await this.#ending;
    const turn = this.#options.turn();
    if (!turn || stopped === 'interrupted') return { kind: 'stopped' };
    const leader = voteOf(turn).groups[0];
    const chosen = leader && spokesman(leader);
    if (chosen !== undefined) return this.#choose(chosen, { kind: 'complete' });
    if (stopped) return { kind: 'stopped' };
    // None came to its end: the one that has got furthest can be gone on with, as any other reply.
    const { samples = [] } = turn;
    const reach = samples.map(({ answerTokens, thoughtTokens }) => (answerTokens > 0 ? 1e9 : 0) + thoughtTokens + answerTokens);
    const furthest = reach.indexOf(Math.max(...reach));
    return this.#choose(furthest, samples[furthest]?.end ?? { kind: 'stopped' });
  }

  #choose(sample: number, end: TurnEnd): TurnEnd {
    if (sample >= 0) this.#options.append({ type: 'sampleChosen', turnId: this.#turnId, sample, at: Date.now() });
    return end;
  }
}

function loopOf({ guards }: Running): TurnEnd | undefined {
  const part = guards?.thought.looping === true ? 'thought' : 'answer';
  return guards?.[part].looping === true ? { kind: 'repetition', part, from: guards[part].from } : undefined;
}

function endOf(running: Running, { stop, generatedTokens }: GenerateResult): TurnEnd {
  switch (stop) {
    case 'endOfTurn':
      return { kind: 'complete' };
    case 'cancelled':
      return loopOf(running) ?? { kind: 'stopped' };
    case 'maxTokens':
    case 'context':
      return { kind: 'limit', by: stop, tokens: generatedTokens };
  }
}
