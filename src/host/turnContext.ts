/**
 * What a question goes to the model with: the conversation as far as it fits, and a context that is large enough for it.
 * Loads the model, with YaRN where the input is long.
 */
import { fitConversation, replyReserve } from '../core/budget.ts';
import type { ConversationFit } from '../core/budget.ts';
import type { ChatMessage } from '../core/chatMessage.ts';
import type { Turn } from '../core/conversation.ts';
import { LemmaFailure } from '../core/errors.ts';
import { contextFor, leastContextFor, longestContext } from '../core/models/contextPlan.ts';
import { familyModel } from '../core/models/family.ts';
import { familyYarn, wantsYarn } from '../core/models/yarn.ts';
import type { YarnSetting } from '../core/models/yarn.ts';
import { buildMessages } from '../core/prompt.ts';
import { writtenSoFar } from '../core/resumption.ts';
import type { Resumption, WrittenSoFar } from '../core/resumption.ts';
import { estimatedTokens } from '../core/tokenEstimate.ts';
import type { ModelInfo } from '../shared/inferenceProtocol.ts';
import type { InferenceLog } from './inferenceClient.ts';
import type { ModelService } from './modelService.ts';

/** The settings that say how long a context may become. */
export interface ContextSettings {
  /** `lemma.model.contextTokens`; 0: no limit of the user's. */
  readonly contextTokens: number;
  readonly yarn?: YarnSetting;
}

export interface PreparedTurn {
  readonly info: ModelInfo;
  readonly beginning: WrittenSoFar | undefined;
  readonly messages: ChatMessage[];
  readonly questionTokens: number;
  /** Oldest turns that were left out. */
  readonly droppedTurns: number;
}

/** The longest context that a turn with this input may have. @param info undefined before the first load */
export function contextLimit(info: ModelInfo | undefined, settings: ContextSettings, yarn: boolean): number {
  if (info?.served) return info.contextTokens;
  const stretched = yarn && canStretch(info);
  const most = longestContext({
    limitTokens: settings.contextTokens,
    nativeTokens: info?.trainedContextTokens ?? familyYarn.originalContextTokens,
    yarn: stretched,
  });
  // What memory did not give for this turn it will not give for the next one.
  const short = info !== undefined && info.contextTokens < info.wantedContextTokens && (info.yarn?.taken === true) === stretched;
  return short ? Math.min(most, info.contextTokens) : most;
}

/** The limit for an input of so many tokens, as `lemma.yarn` decides. */
export function contextLimitFor(info: ModelInfo | undefined, settings: ContextSettings, inputTokens: number): number {
  const { yarn: setting = 'auto' } = settings;
  const yarn = wantsYarn({ setting, inputTokens, writtenTokens: 0, reserveTokens: 0, wasOn: info?.yarn?.taken === true });
  return contextLimit(info, settings, yarn);
}

/** YaRN can be used with it, as far as is known. */
export function canStretch(info: ModelInfo | undefined): boolean {
  // Of a model that is not loaded yet nothing is known; most are of the family.
  if (!info) return true;
  const known = info.familyId !== undefined && familyModel(info.familyId).yarn !== undefined;
  return known && info.yarn?.taken !== false;
}

export class TurnContext {
  readonly #model: ModelService;
  readonly #log: InferenceLog;
  /** The conversation that was last asked with YaRN: it stays with it. */
  #yarnFor: string | undefined;

  constructor(model: ModelService, log: InferenceLog) {
    this.#model = model;
    this.#log = log;
  }

  /**
   * @param conversationId YaRN, once on, stays on in one conversation
   * @returns undefined when it was cancelled
   * @throws LemmaFailure promptTooLong, and what loading a model fails with
   */
  async prepare(
    conversationId: string,
    turn: Turn,
    history: readonly ChatMessage[],
    resumption: Resumption | undefined,
    wantedTokens: (info?: ModelInfo) => number,
    signal: AbortSignal,
  ): Promise<PreparedTurn | undefined> {
    const all = buildMessages(turn.question, history);
    const first = await this.#loadToCount(conversationId, turn, all, resumption, wantedTokens(), signal);
    if (!first || signal.aborted) return undefined;

    const { profile, replyStart } = first;
    const beginning = resumption && writtenSoFar(turn, resumption, replyStart);
    const written: ChatMessage = { role: 'assistant', content: beginning?.text ?? '', thoughtRemoved: true };
    const counted = await this.#model.countTokens({ messages: beginning ? [...all, written] : all, profile });
    const historyTokens = counted.messageTokens.slice(0, history.length);
    const restTokens = counted.promptTokens - historyTokens.reduce((sum, tokens) => sum + tokens, 0);
    const writtenTokens = beginning ? (counted.messageTokens.at(-1) ?? 0) : 0;
    const wanted = wantedTokens(first);

    const settings = this.#model.settings;
    const yarn = this.#decide(conversationId, counted.promptTokens - writtenTokens, writtenTokens) && canStretch(first);
    const fit = (contextTokens: number) => fitConversation(history, historyTokens, restTokens, { wantedTokens: wanted, contextTokens });
    const most = contextLimit(first, settings, yarn);
    const planned = fits(fit(most), restTokens);
    const promptTokens = restTokens + historyTokens.slice(2 * planned.droppedTurns).reduce((sum, tokens) => sum + tokens, 0);
    const info = await this.#model.ensureLoaded(signal, {
      contextTokens: contextFor(promptTokens, wanted, most),
      leastContextTokens: leastContextFor(promptTokens, most),
      yarn,
    });
    if (!info || signal.aborted) return undefined;
    if (yarn) this.#yarnFor = conversationId;
    else if (this.#yarnFor === conversationId) this.#yarnFor = undefined;

    // Memory may have given less than was wished for, and YaRN may not have been taken.
    const { kept, droppedTurns } = fits(fit(Math.min(most, info.contextTokens)), restTokens);
    if (droppedTurns > 0) this.#log.info(`[turn ${turn.question.id}] The oldest ${droppedTurns} turns do not fit and are left out.`);
    return {
      ...{ info, beginning, droppedTurns },
      messages: buildMessages(turn.question, kept),
      questionTokens: counted.messageTokens[history.length] ?? 0,
    };
  }

  /** Longest prompt that the next question may have, in tokens. */
  promptLimit(info: ModelInfo): number {
    const settings = this.#model.settings;
    const limit = contextLimit(info, settings, (settings.yarn ?? 'auto') !== 'off');
    return limit - replyReserve(limit);
  }

  /** Any context will do to count; where none is there yet, the first one is made by an estimate, so that it is the last one too. */
  #loadToCount(
    conversationId: string,
    turn: Turn,
    messages: readonly ChatMessage[],
    resumption: Resumption | undefined,
    wanted: number,
    signal: AbortSignal,
  ): Promise<ModelInfo | undefined> {
    const input = messages.reduce((sum, { content }) => sum + estimatedTokens(content), 0);
    const writtenTokens = resumption ? estimatedTokens(turn.thought + turn.answer) : 0;
    const yarn = this.#decide(conversationId, input, writtenTokens);
    const most = contextLimit(undefined, this.#model.settings, yarn);
    return this.#model.ensureLoaded(signal, {
      contextTokens: contextFor(input + writtenTokens, wanted, most),
      leastContextTokens: Math.min(most, leastFirstContext),
      yarn,
      ifNotLoaded: true,
    });
  }

  #decide(conversationId: string, inputTokens: number, writtenTokens: number): boolean {
    const { yarn: setting = 'auto', contextTokens } = this.#model.settings;
    // A limit of the user's that the model has without it leaves nothing to stretch for.
    if (setting === 'auto' && contextTokens > 0 && contextTokens <= yarnFloor) return false;
    const reserveTokens = replyReserve(familyYarn.originalContextTokens);
    return wantsYarn({ setting, inputTokens, writtenTokens, reserveTokens, wasOn: this.#yarnFor === conversationId });
  }
}

/** Context that is enough to count tokens, which is the first thing to be done. */
const leastFirstContext = 2048;
/** Inputs over 8,192 tokens do not fit into a smaller context anyway. */
const yarnFloor = 8192;

/** @throws LemmaFailure promptTooLong when not even the question fits */
function fits(fit: ConversationFit<ChatMessage>, restTokens: number): ConversationFit<ChatMessage> {
  if (fit.plan.ok) return fit;
  const { limitTokens, overTokens } = fit.plan;
  throw new LemmaFailure({ code: 'promptTooLong', promptTokens: restTokens, limitTokens, overTokens });
}
