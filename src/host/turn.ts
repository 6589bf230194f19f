/**
 * The whole way of one question on one page: read this first.
 *
 *   snapshot → prompt → inference process → deltas → thought/answer split → conversation (journal and panel)
 *
 * The way back into the file starts at the panel's buttons: `answerActions.ts`.
 */
import { randomUUID } from 'node:crypto';
import type { ConversationEvent, Turn, TurnEnd, TurnPart, TurnPhase, TurnQuestion } from '../core/conversation.ts';
import { historyMessages, isRunning, turnById } from '../core/conversation.ts';
import { justDeleted } from '../core/conversationTree.ts';
import { loggedError, toLemmaError } from '../core/errors.ts';
import { recommendedSampling } from '../core/chatMessage.ts';
import { sampleSeed } from '../core/models/samplePlan.ts';
import { ballotsOf, isVoting } from '../core/samples.ts';
import { LoopGuard } from '../core/loopGuard.ts';
import { buildMessages } from '../core/prompt.ts';
import type { Resumption } from '../core/resumption.ts';
import { branchWithThought, thinkingTokensLeft, thoughtToGoOn } from '../core/resumption.ts';
import { thinks } from '../core/thinkingBudget.ts';
import type { PartDelta } from '../core/thoughtSplitter.ts';
import { ThoughtSplitter } from '../core/thoughtSplitter.ts';
import { thoughtMarkMs } from '../core/thoughtTimes.ts';
import type { GenerateProgress, GenerateResult, ModelInfo } from '../shared/inferenceProtocol.ts';
import type { TurnProgress } from '../shared/panelProtocol.ts';
import { ofConversation } from '../shared/savedStates.ts';
import type { ReplySettings } from './config.ts';
import type { Conversations } from './conversations.ts';
import { Emitter } from './disposables.ts';
import type { InferenceLog } from './inferenceClient.ts';
import type { ModelService } from './modelService.ts';
import { SampleVote, type VoteOptions } from './sampleVote.ts';
import { TurnContext } from './turnContext.ts';
import type { PreparedTurn } from './turnContext.ts';

/**
 * Going on with a reply adds a few tokens of its own: the last one, which was written and not read, those that close a
 * thought or open it again. What is read beyond them was read before.
 */
const tokensToGoOn = 32;

/** Asks one question after the other. What a question is waiting for, says and ends with is told by events alone. */
export class TurnRunner {
  readonly #conversations: Conversations;
  readonly #model: ModelService;
  readonly #reply: (info?: ModelInfo) => ReplySettings;
  readonly #context: TurnContext;
  readonly #log: InferenceLog;
  readonly #fails: VoteOptions['fails'];
  readonly #requestRuns: () => boolean;
  readonly #progressed = new Emitter<TurnProgress>();
  /** Tokens of the prompt that have been read. */
  readonly onDidProgress = this.#progressed.event;
  /** One per turn that has not ended; aborting it is how a turn is stopped. */
  readonly #stops = new Map<string, AbortController>();
  /** Turns that the user let go on although they repeat themselves. */
  readonly #mayLoop = new Set<string>();
  #queue: Promise<void> = Promise.resolve();
  /** When a delta of the thought that is being written was last stamped. */
  #markedAt = 0;

  /** @param requestRuns a request of the chat or of another extension has the model */
  constructor(
    conversations: Conversations,
    model: ModelService,
    reply: (info?: ModelInfo) => ReplySettings,
    log: InferenceLog,
    requestRuns: () => boolean = () => false,
    fails?: VoteOptions['fails'],
  ) {
    this.#requestRuns = requestRuns;
    this.#fails = fails;
    this.#context = new TurnContext(model, log);
    this.#conversations = conversations;
    this.#model = model;
    this.#reply = reply;
    this.#log = log;
  }

  get running(): boolean {
    return this.#stops.size > 0;
  }

  /** Resolves when all questions that are asked now have ended. */
  get rest(): Promise<void> {
    return this.#queue;
  }

  /** Adds the question to the conversation at once and answers it when the ones before it are done. */
  ask(question: Omit<TurnQuestion, 'id'>): Promise<void> {
    const turnId = randomUUID();
    this.#append({ type: 'asked', question: { ...question, id: turnId }, at: Date.now() });
    return this.#enqueue(turnId);
  }

  /**
   * Asks the question of a turn anew, as a branch beside it: what was answered before stays and can be walked back to.
   * What runs on the branch that this leaves is stopped.
   * @param change in place of the turn's own: what was typed, the snapshot, the attachments
   */
  askInstead(turnId: string, change: Partial<Omit<TurnQuestion, 'id'>>): Promise<void> {
    const turn = turnById(this.#conversations.current, turnId);
    if (!turn) return Promise.resolve();
    this.#stopFrom(turnId);
    const question = { ...turn.question, ...change, id: randomUUID() };
    this.#append({ type: 'asked', question, at: Date.now(), replaces: turnId });
    return this.#enqueue(question.id);
  }

  /** Lets the model go on from the user's thought, as a branch beside its own. A turn that still runs is stopped first. */
  async editThought(turnId: string, thought: string): Promise<void> {
    await this.#settled(turnId);
    return this.#branchFrom(turnId, thought);
  }

  /**
   * Lets the model think on about a turn that it had done with, as a branch beside the answer that is there. A thought
   * without an answer simply goes on; while the model thinks nothing changes.
   */
  async thinkMore(turnId: string): Promise<void> {
    const running = turnById(this.#conversations.current, turnId);
    if (!running || (isRunning(running) && running.phase !== 'answering')) return;
    await this.#settled(turnId);
    const turn = turnById(this.#conversations.current, turnId);
    if (!turn) return;
    // A model that has closed its thought would only close it again.
    const closed = turn.answeringAt !== undefined || turn.end?.kind === 'complete';
    return closed ? this.#branchFrom(turnId, thoughtToGoOn(turn.thought)) : this.#resume(turnId, 'continue', true);
  }

  /** Takes a turn out of the conversation; one that still runs is stopped first. */
  async delete(turnId: string): Promise<void> {
    await this.#settled(turnId);
    if (turnById(this.#conversations.current, turnId)) this.#append({ type: 'turnDeleted', turnId, at: Date.now() });
  }

  /** Puts back the turns that were deleted since the last question, each to its place. */
  undoDelete(): void {
    for (const turnId of justDeleted(this.#conversations.current).toReversed())
      this.#append({ type: 'turnRestored', turnId, at: Date.now() });
  }

  /** Goes on with a turn; one that still runs is stopped first. */
  resume(turnId: string, resumption: Resumption): Promise<void> {
    return this.#resume(turnId, resumption, false);
  }

  /** @param reopened the thought goes on because more of it is wanted, so its budget begins anew */
  async #resume(turnId: string, resumption: Resumption, reopened: boolean): Promise<void> {
    const before = turnById(this.#conversations.current, turnId);
    this.stop(turnId);
    await this.#queue;
    const turn = turnById(this.#conversations.current, turnId);
    if (!turn || isRunning(turn)) return;
    // A vote that was stopped for its answer has it now.
    if (before && isVoting(before) && turn.chosenSample !== undefined) return;
    if (turn.end?.kind === 'repetition' && resumption === 'continue') this.#mayLoop.add(turnId);
    this.#append({ type: 'resumed', turnId, at: Date.now(), ...(reopened ? { reopened } : {}) });
    // Who has a loop before their eyes goes on with it, so the model answers without it.
    const isLoop = turn.end?.kind === 'repetition' && turn.end.part === 'thought' && resumption === 'answerNow';
    return this.#enqueue(turnId, resumption, isLoop ? turn.end.from : undefined);
  }

  /** Stops one turn, or all that run or wait. What was written stays. */
  stop(turnId?: string): void {
    for (const [id, stop] of this.#stops) if (turnId === undefined || id === turnId) stop.abort();
  }

  /**
   * Stops everything and resolves when the last event has been appended.
   * @param because the turns were stopped by the user, or interrupted by the window's end
   */
  async settle(because: 'stopped' | 'interrupted'): Promise<void> {
    for (const stop of this.#stops.values()) stop.abort(because);
    await this.#queue;
  }

  /**
   * By how many tokens the prompt of this question, alone, is too long (0 or less when it fits), and the tokens of one
   * text in it; loads the model. Undefined when that was cancelled.
   */
  async measure(question: TurnQuestion, text: string): Promise<{ overTokens: number; textTokens: number } | undefined> {
    const info = await this.#model.ensureLoaded();
    if (!info) return undefined;
    const { profile } = info;
    const { promptTokens } = await this.#model.countTokens({ messages: buildMessages(question, []), profile });
    const counted = await this.#model.countTokens({ messages: [{ role: 'user', content: text }], profile });
    return { overTokens: promptTokens - this.#context.promptLimit(info), textTokens: counted.contentTokens[0] ?? 0 };
  }

  /** Stops the turn if it runs or waits, and resolves when it has ended; at once for one that has. */
  async #settled(turnId: string): Promise<void> {
    if (!this.#stops.has(turnId)) return;
    this.stop(turnId);
    await this.#queue;
  }

  /** Stops what runs on the branch that is left when another version of this turn is begun. */
  #stopFrom(turnId: string): void {
    const shown = this.#conversations.current?.turns ?? [];
    const index = shown.findIndex((turn) => turn.question.id === turnId);
    for (const id of index < 0 ? [turnId] : shown.slice(index).map(({ question }) => question.id)) this.stop(id);
  }

  async #branchFrom(turnId: string, thought: string): Promise<void> {
    const turn = turnById(this.#conversations.current, turnId);
    if (!turn || isRunning(turn)) return;
    this.#stopFrom(turnId);
    const id = randomUUID();
    for (const event of branchWithThought(turn, id, thought, Date.now())) this.#append(event);
    return this.#resume(id, 'continue', true);
  }

  /** @param upTo what the model is to see of the turn's thought; absent: all of it */
  #enqueue(turnId: string, resumption?: Resumption, upTo?: number): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(turnId, stop);
    this.#queue = this.#queue.then(async () => {
      const end = await this.#run(turnId, stop.signal, resumption, upTo).catch((thrown: unknown): TurnEnd => {
        const error = toLemmaError(thrown);
        // An engine that did not stop when it was asked to is ended by force.
        if (stop.signal.aborted && error.code.startsWith('engine')) return { kind: 'stopped' };
        this.#log.error(`[turn ${turnId}] ${loggedError(error)}`);
        this.#log.trace(`[turn ${turnId}] ${JSON.stringify(error)}`);
        return { kind: 'failed', error };
      });
      this.#stops.delete(turnId);
      const interrupted = end.kind === 'stopped' && stop.signal.reason === 'interrupted';
      this.#append({ type: 'ended', turnId, end: interrupted ? { kind: 'interrupted' } : end, at: Date.now() });
    });
    return this.#queue;
  }

  async #run(turnId: string, signal: AbortSignal, resumption: Resumption | undefined, upTo?: number): Promise<TurnEnd> {
    const turn = turnById(this.#conversations.current, turnId);
    if (!turn || signal.aborted) return { kind: 'stopped' };
    const { current } = this.#conversations;
    const history = historyMessages(current, turnId);
    this.#sayWhatIsFirst(turnId);
    const wanted = (loaded?: ModelInfo): number => this.#reply(loaded).maxTokens;
    const prepared = await this.#context.prepare(
      current?.id ?? '',
      { ...turn, thought: turn.thought.slice(0, upTo) },
      history,
      resumption,
      wanted,
      signal,
    );
    if (!prepared || signal.aborted) return { kind: 'stopped' };

    const { info, beginning } = prepared;
    const { profile, replyStart } = info;
    const { sampling, maxTokens, thinkingTokens: budgetTokens, stopLoops = false } = this.#reply(info);
    if (isVoting(turn)) return this.#vote(turn, prepared, signal);
    this.#markedAt = 0;
    const splitter = new ThoughtSplitter(beginning ?? { start: replyStart });
    this.#enter(turnId, 'reading');
    this.#sayWhatIsFirst(turnId);
    if (signal.aborted) return { kind: 'stopped' };

    const run: Run = {
      ...{ turn, splitter, fitting: prepared, resumed: beginning !== undefined, readAgain: 0, closedAtBudget: false },
      guards: stopLoops && !this.#mayLoop.has(turnId) ? { thought: new LoopGuard(), answer: new LoopGuard() } : undefined,
      loop: new AbortController(),
    };
    const onProgress = (progress: GenerateProgress): void => this.#take(run, progress);
    try {
      const { messages } = prepared;
      // A reply that starts in its answer may open its thought itself.
      const mayThink = thinks(profile) && (beginning?.start !== 'answer' || beginning.text === '');
      const thinkingTokens = mayThink ? thinkingTokensLeft(turn, budgetTokens) : undefined;
      const request = {
        messages,
        ...ofConversation(current),
        profile,
        sampling,
        maxTokens,
        ...(beginning ? { prefill: beginning.text } : {}),
        ...(beginning?.closeThought ? { closeThought: true } : {}),
        ...(thinkingTokens === undefined ? {} : { thinkingTokens }),
        ...(turn.question.answerUse === 'replace' ? { promptLookup: true } : {}),
      } as const;
      const result = await this.#model.generate(request, onProgress, AbortSignal.any([signal, run.loop.signal]));
      const end = this.#endOf(turnId, result);
      return end.kind === 'stopped' && !signal.aborted ? (repetition(run) ?? end) : end;
    } finally {
      this.#write(run, splitter.end());
    }
  }

  /** Answers the question as often as is still to be done for the vote, and lets the votes choose. */
  async #vote(turn: Turn, fitting: PreparedTurn, signal: AbortSignal): Promise<TurnEnd> {
    const turnId = turn.question.id;
    const { messages, info } = fitting;
    const { profile, replyStart: start } = info;
    const { sampling, maxTokens, thinkingTokens: budgetTokens, stopLoops = false } = this.#reply(info);
    const { current } = this.#conversations;
    const now = (): Turn | undefined => turnById(this.#conversations.current, turnId);
    const samples = (turn.question.samples ?? 1) - ballotsOf(turn).length;
    const vote = new SampleVote(turn, Math.max(1, samples), {
      ...{ turn: now, start, stopLoops },
      append: (event) => this.#append(event),
      onText: () => this.#enter(turnId, 'thinking'),
      ...(this.#fails ? { fails: this.#fails } : {}),
    });
    const splitter = new ThoughtSplitter({ start });
    const plain = { resumed: false, readAgain: 0, closedAtBudget: false, guards: undefined, loop: new AbortController() };
    const run: Run = { ...plain, turn, splitter, fitting, vote };
    this.#enter(turnId, 'reading');
    // Greedy samples would all be one and the same, so those are taken as the card recommends.
    const { seed } = sampling;
    const first = turn.samples?.length ?? 0;
    const random = sampling.temperature === 0 ? { ...recommendedSampling, ...(seed === undefined ? {} : { seed }) } : sampling;
    const request = {
      ...{ messages, profile, maxTokens, samples: vote.signals.length },
      ...ofConversation(current),
      sampling: random.seed === undefined ? random : { ...random, seed: sampleSeed(random.seed, first) },
      ...(thinks(profile) && budgetTokens > 0 ? { thinkingTokens: budgetTokens } : {}),
    };
    const result = await this.#model.generate(request, (progress) => this.#take(run, progress), signal, vote.signals);
    this.#endOf(turnId, result);
    return vote.decide(signal.aborted ? (signal.reason === 'interrupted' ? 'interrupted' : 'stopped') : undefined);
  }

  /** Says why nothing is read yet. What is read later is told in its place. */
  #sayWhatIsFirst(turnId: string): void {
    if (this.#requestRuns()) this.#progressed.fire({ turnId, readTokens: 0, promptTokens: 0, queued: 'request' });
  }

  #take(run: Run, progress: GenerateProgress): void {
    const turnId = run.turn.question.id;
    switch (progress.kind) {
      case 'queued':
        return this.#progressed.fire({ turnId, readTokens: 0, promptTokens: 0, queued: 'window' });
      case 'budget': {
        const { promptTokens, reusedTokens, maxTokens, wantedTokens, thinkingTokens } = progress;
        const { questionTokens, droppedTurns } = run.fitting;
        const thinking = thinkingTokens === undefined ? {} : { thinkingTokens: run.turn.thoughtTokens + thinkingTokens };
        this.#append({ type: 'budget', turnId, promptTokens, maxTokens, wantedTokens, ...thinking, questionTokens, droppedTurns });
        const read = promptTokens - reusedTokens;
        if (run.resumed && read > tokensToGoOn) run.readAgain = read;
        this.#progress(run, reusedTokens, promptTokens);
        this.#model.setActivity('reading');
        return;
      }
      case 'prompt':
        return this.#progress(run, progress.readTokens, progress.promptTokens);
      case 'text':
        this.#write(run, progress.part ? [{ ...progress, part: progress.part }] : run.splitter.push(progress.text, progress.tokens));
        // The tag may be complete before the answer has any text.
        if (run.splitter.closed) this.#answers(run);
        return;
      case 'thoughtClosed':
        run.closedAtBudget = true;
        return;
      case 'samples':
      case 'sample':
      case 'sampleEnded':
        return run.vote?.take(progress);
    }
  }

  #progress({ turn, readAgain }: Run, readTokens: number, promptTokens: number): void {
    this.#progressed.fire({ turnId: turn.question.id, readTokens, promptTokens, ...(readAgain > 0 ? { againTokens: readAgain } : {}) });
  }

  #write(run: Run, deltas: readonly PartDelta[]): void {
    const turnId = run.turn.question.id;
    for (const delta of deltas) {
      if (delta.part === 'thought') this.#enter(turnId, 'thinking');
      else this.#answers(run);
      const at = delta.part === 'thought' ? this.#mark() : undefined;
      this.#append({ type: 'delta', turnId, ...delta, ...(at === undefined ? {} : { at }) });
      if (run.guards?.[delta.part].push(delta.text) === true) run.loop.abort();
    }
  }

  /** The time, once in `thoughtMarkMs`. */
  #mark(): number | undefined {
    const now = Date.now();
    if (Math.abs(now - this.#markedAt) < thoughtMarkMs) return undefined;
    this.#markedAt = now;
    return now;
  }

  #answers({ turn, splitter, closedAtBudget }: Run): void {
    const { tagGivenBefore } = splitter;
    const closed = { ...(closedAtBudget ? { closedAtBudget } : {}), ...(tagGivenBefore > 0 ? { tagLength: tagGivenBefore } : {}) };
    this.#enter(turn.question.id, 'answering', closed);
  }

  /** Appends the phase when it is a new one. @param closed how the thought ended, where the answer begins */
  #enter(turnId: string, phase: Exclude<TurnPhase, 'waiting' | 'ended'>, closed: { closedAtBudget?: true; tagLength?: number } = {}): void {
    const turn = turnById(this.#conversations.current, turnId);
    if (!turn || turn.phase === phase || (phase === 'thinking' && turn.phase === 'answering')) return;
    this.#append({ type: 'phase', turnId, phase, at: Date.now(), ...closed });
    this.#model.setActivity(phase);
  }

  #endOf(turnId: string, result: GenerateResult): TurnEnd {
    const { generatedTokens, generateMs, promptTokens, reusedTokens, promptMs, stop } = result;
    const rate = generateMs > 0 ? Math.round((generatedTokens * 1000) / generateMs) : 0;
    this.#log.info(
      `[turn ${turnId}] ${stop}: read ${promptTokens - reusedTokens} of ${promptTokens} tokens in ${Math.round(promptMs)} ms, ` +
        `wrote ${generatedTokens} in ${Math.round(generateMs)} ms (${rate}/s).`,
    );
    switch (stop) {
      case 'endOfTurn':
        return { kind: 'complete' };
      case 'cancelled':
        return { kind: 'stopped' };
      case 'maxTokens':
      case 'context': {
        const turn = turnById(this.#conversations.current, turnId);
        return { kind: 'limit', by: stop, tokens: (turn?.thoughtTokens ?? 0) + (turn?.answerTokens ?? 0) };
      }
    }
  }

  #append(event: ConversationEvent): void {
    this.#conversations.append(event);
  }
}

function repetition({ turn, guards }: Run): TurnEnd | undefined {
  const part = guards?.thought.looping === true ? 'thought' : 'answer';
  return guards?.[part].looping === true ? { kind: 'repetition', part, from: turn[part].length + guards[part].from } : undefined;
}

/** One request about a turn, from its first token read to its last one written. */
interface Run {
  /** Of a question that is answered several times. */
  readonly vote?: SampleVote;
  /** As it was before the request. */
  readonly turn: Turn;
  readonly splitter: ThoughtSplitter;
  readonly fitting: PreparedTurn;
  /** The reply goes on from a text that was there. */
  readonly resumed: boolean;
  /** Tokens of the prompt that had been read for this turn and are read again, because the cache holds them no more. */
  readAgain: number;
  closedAtBudget: boolean;
  /** One for each part: an answer may say again what the thought has said. */
  readonly guards: Readonly<Record<TurnPart, LoopGuard>> | undefined;
  /** Aborted when one of them has found a loop. */
  readonly loop: AbortController;
}
