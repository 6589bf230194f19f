/**
 * Replies for others than the panel: extensions that use the language model API, VS Code's chat, tools. They come from the
 * same process and model, one after the other and behind the panel's question that runs, and leave the conversation alone.
 */
import { replyReserve } from '../../core/budget.ts';
import type { ChatMessage, Sampling } from '../../core/chatMessage.ts';
import type { GlmTool } from '../../core/glmPrompt.ts';
import { LoopGuard } from '../../core/loopGuard.ts';
import { contextFor, leastContextFor } from '../../core/models/contextPlan.ts';
import { familyYarn, wantsYarn } from '../../core/models/yarn.ts';
import { thinks } from '../../core/thinkingBudget.ts';
import { ThoughtSplitter } from '../../core/thoughtSplitter.ts';
import type { PartDelta } from '../../core/thoughtSplitter.ts';
import { estimatedTokens } from '../../core/tokenEstimate.ts';
import type { CountTokensResult, GenerateProgress, GenerateResult, ModelInfo } from '../../shared/inferenceProtocol.ts';
import type { ReplySettings } from '../config.ts';
import type { InferenceLog } from '../inferenceClient.ts';
import type { ModelService } from '../modelService.ts';
import { canStretch, contextLimit } from '../turnContext.ts';

export interface ReplyRequest {
  readonly messages: readonly ChatMessage[];
  /** Functions that the model may call. */
  readonly tools?: readonly GlmTool[];
  /** In place of the settings'. */
  readonly sampling?: Partial<Sampling>;
  readonly maxTokens?: number;
}

export interface ReplyEnd {
  /** `repetition`: it only repeated itself, and was stopped. */
  readonly stop: GenerateResult['stop'] | 'repetition';
  readonly answer: string;
  readonly generatedTokens: number;
}

/** Context that is enough to count tokens, which is the first thing to be done. */
const leastFirstContext = 2048;

const cancelled: ReplyEnd = { stop: 'cancelled', answer: '', generatedTokens: 0 };

export class ChatReplies {
  readonly #model: ModelService;
  readonly #reply: (info?: ModelInfo) => ReplySettings;
  /** Resolves when the panel's questions that are asked now have been answered. */
  readonly #panelRests: () => Promise<void>;
  readonly #log: InferenceLog;
  readonly #stops = new Set<AbortController>();
  #queue: Promise<unknown> = Promise.resolve();
  #running = false;

  constructor(model: ModelService, reply: (info?: ModelInfo) => ReplySettings, panelRests: () => Promise<void>, log: InferenceLog) {
    this.#model = model;
    this.#reply = reply;
    this.#panelRests = panelRests;
    this.#log = log;
  }

  /**
   * Writes a reply, when those before it are written.
   * @param onDelta thought and answer as they come
   * @throws LemmaFailure modelNotChosen, promptTooLong, and all that loading and writing fail with
   */
  async reply(request: ReplyRequest, onDelta: (delta: PartDelta) => void, signal: AbortSignal): Promise<ReplyEnd> {
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    if (signal.aborted) return cancelled;
    signal.addEventListener('abort', abort, { once: true });
    this.#stops.add(stop);
    const before = this.#queue;
    const work = before.then(() => this.#run(request, onDelta, stop.signal)).finally(() => (this.#running = false));
    // One that is cancelled while it waits has ended at once.
    const left = new Promise<ReplyEnd>((resolve) => stop.signal.addEventListener('abort', () => resolve(cancelled), { once: true }));
    let waits = true;
    void before.then(() => (waits = false));
    this.#queue = work.catch(() => undefined);
    try {
      return await Promise.race([work, left.then((end) => (waits ? end : work))]);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#stops.delete(stop);
    }
  }

  /** One has the model, or is the next to have it: the panel waits for no more than that one. */
  get running(): boolean {
    return this.#running;
  }

  /** Tokens of messages by the model's own tokenizer; loads the model. Undefined when that was cancelled. */
  async count(messages: readonly ChatMessage[], signal: AbortSignal): Promise<CountTokensResult | undefined> {
    const info = await this.#load(messages, signal);
    return info && !signal.aborted ? this.#model.countTokens({ messages, profile: info.profile }) : undefined;
  }

  /** Stops all of them and resolves when they have ended. */
  async settle(): Promise<void> {
    for (const stop of this.#stops) stop.abort();
    await this.#queue;
  }

  async #run({ messages, tools = [], ...wish }: ReplyRequest, onDelta: (delta: PartDelta) => void, signal: AbortSignal): Promise<ReplyEnd> {
    if (signal.aborted) return cancelled;
    await untilAborted(this.#panelRests(), signal);
    this.#running = !signal.aborted;
    const info = signal.aborted ? undefined : await this.#prepare(messages, tools, wish.maxTokens, signal);
    if (!info || signal.aborted) return cancelled;
    const settings = this.#reply(info);
    const splitter = new ThoughtSplitter({ start: info.replyStart });
    let answer = '';
    const guards = settings.stopLoops === true ? { thought: new LoopGuard(), answer: new LoopGuard() } : undefined;
    const loop = new AbortController();
    const give = (deltas: readonly PartDelta[]): void => {
      for (const delta of deltas) {
        if (delta.part === 'answer') answer += delta.text;
        this.#model.setActivity(delta.part === 'thought' ? 'thinking' : 'answering');
        onDelta(delta);
        if (guards?.[delta.part].push(delta.text) === true) loop.abort();
      }
    };
    const take = (progress: GenerateProgress): void => {
      if (progress.kind === 'budget') this.#model.setActivity('reading');
      if (progress.kind !== 'text') return;
      give(progress.part ? [{ ...progress, part: progress.part }] : splitter.push(progress.text, progress.tokens));
    };
    const thinkingTokens = thinks(info.profile) && settings.thinkingTokens > 0 ? { thinkingTokens: settings.thinkingTokens } : {};
    const result = await this.#model.generate(
      {
        ...{ messages, profile: info.profile, side: 'request' },
        ...(tools.length > 0 ? { tools } : {}),
        sampling: { ...settings.sampling, ...wish.sampling },
        maxTokens: Math.min(wish.maxTokens ?? settings.maxTokens, settings.maxTokens),
        ...thinkingTokens,
      },
      take,
      AbortSignal.any([signal, loop.signal]),
    );
    give(splitter.end());
    const { promptTokens, reusedTokens, generatedTokens } = result;
    const isLoop = result.stop === 'cancelled' && !signal.aborted && loop.signal.aborted;
    const stop = isLoop ? 'repetition' : result.stop;
    this.#log.info(`[request] ${stop}: read ${promptTokens - reusedTokens} of ${promptTokens} tokens, wrote ${generatedTokens}.`);
    return { stop, answer, generatedTokens };
  }

  /** The model with a context in which the prompt fits. What is loaded stays as it is wherever it can. */
  async #prepare(
    messages: readonly ChatMessage[],
    tools: readonly GlmTool[],
    maxTokens: number | undefined,
    signal: AbortSignal,
  ): Promise<ModelInfo | undefined> {
    const first = await this.#load(messages, signal);
    if (!first || signal.aborted) return undefined;
    const { promptTokens } = await this.#model.countTokens({ messages, profile: first.profile, ...(tools.length > 0 ? { tools } : {}) });
    const { settings } = this.#model;
    const yarn = this.#yarn(promptTokens, first);
    const most = contextLimit(first, settings, yarn);
    const wanted = Math.min(maxTokens ?? Infinity, this.#reply(first).maxTokens);
    return this.#model.ensureLoaded(signal, {
      contextTokens: contextFor(promptTokens, wanted, most),
      leastContextTokens: leastContextFor(promptTokens, most),
      yarn: yarn && canStretch(first),
    });
  }

  #load(messages: readonly ChatMessage[], signal: AbortSignal): Promise<ModelInfo | undefined> {
    const input = messages.reduce((sum, { content }) => sum + estimatedTokens(content), 0);
    const yarn = this.#yarn(input, undefined);
    const most = contextLimit(undefined, this.#model.settings, yarn);
    const contextTokens = contextFor(input, this.#reply().maxTokens, most);
    return this.#model.ensureLoaded(signal, {
      ...{ contextTokens, leastContextTokens: Math.min(most, leastFirstContext), yarn, ifNotLoaded: true },
    });
  }

  /** A model that is stretched stays so: each change loads it again. */
  #yarn(inputTokens: number, info: ModelInfo | undefined): boolean {
    const { yarn: setting = 'auto', contextTokens } = this.#model.settings;
    if (setting === 'auto' && contextTokens > 0 && contextTokens <= familyYarn.originalContextTokens && !info?.yarn?.taken) return false;
    const reserveTokens = replyReserve(familyYarn.originalContextTokens);
    return wantsYarn({ setting, inputTokens, writtenTokens: 0, reserveTokens, wasOn: info?.yarn?.taken === true });
  }
}

function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return Promise.race([work, new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))]);
}
