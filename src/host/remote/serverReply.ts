/**
 * One reply of a server: what is asked, what is read, and how a thought is closed, at its budget or because the answer is
 * wanted now. Closing it takes a second request, which goes on behind the closing text; only a model whose prompt is known
 * here can be asked so.
 */
import { planBudget } from '../../core/budget.ts';
import type { ChatMessage } from '../../core/chatMessage.ts';
import { LemmaFailure } from '../../core/errors.ts';
import { thoughtCloseTag } from '../../core/glmPrompt.ts';
import type { ReplyHabit, ReplyStart } from '../../core/servedReply.ts';
import { endsSentence, planThinking, thoughtClosing } from '../../core/thinkingBudget.ts';
import type { ThinkingPlan } from '../../core/thinkingBudget.ts';
import type { PartDelta } from '../../core/thoughtSplitter.ts';
import type { CountTokensResult, GenerateParams, GenerateProgress, GenerateResult } from '../../shared/inferenceProtocol.ts';
import { readReply } from './readReply.ts';
import { servedProfile } from './servedModel.ts';
import type { ServedModel } from './servedModel.ts';
import type { ServerHttp } from './serverHttp.ts';
import { serverRequest } from './serverRequests.ts';
import type { ServerTokens } from './serverTokens.ts';

/** The server and the model of it that answers. */
export interface ConnectedModel {
  readonly http: ServerHttp;
  readonly model: ServedModel;
  readonly contextTokens: number;
  readonly tokens: ServerTokens;
  readonly start: ReplyStart;
  /** What replies have shown about where they begin. */
  habit: ReplyHabit | undefined;
}

export interface ReplyListener {
  readonly onProgress: (progress: GenerateProgress) => void;
  /** The reply could not go on and was asked for again. */
  readonly onAskedAgain: () => void;
}

/** Tokens of `\n</think>\n\n`. */
const closingTokens = 4;

/** See `Backend.generate`. @throws LemmaFailure promptTooLong, server… */
export async function generateServed(
  connected: ConnectedModel,
  params: Omit<GenerateParams, 'progressToken'>,
  { onProgress, onAskedAgain }: ReplyListener,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const begunAt = performance.now();
  const { http, model, contextTokens } = connected;
  const { messages, sampling, prefill = '', maxTokens: wantedTokens } = params;
  const profile = servedProfile(model.id);
  const tools = params.tools ? { tools: params.tools } : {};
  const counted = await connected.tokens.count(withPrefill(messages, prefill), params.tools);
  const budget = budgetOf(counted, wantedTokens, contextTokens);
  const { promptTokens } = counted;
  const closing = params.closeThought ? thoughtClosing(prefill) : '';
  const budgeted = params.thinkingTokens !== undefined && closing === '' && profile === 'glm-z1';
  const thinking = budgeted ? planThinking(params.thinkingTokens, budget.maxTokens) : undefined;
  const told = { kind: 'budget', maxTokens: budget.maxTokens, wantedTokens } as const;
  // Nobody says what of a reply that goes on is read anew, until its end.
  const reused = { reusedTokens: prefill === '' ? 0 : promptTokens };
  onProgress({ ...told, promptTokens, ...reused, ...(thinking ? { thinkingTokens: thinking.limitTokens } : {}) });

  // The caller's own splitter knows what it has of the thought, half a tag perhaps.
  const raw = prefill !== '' && profile === 'glm-z1';
  let thought = raw ? prefill : '';
  let lead = raw ? closing : '';
  const watch = thinking && new ThoughtLimit(thinking, thought);
  const report = (progress: GenerateProgress): void => {
    if (progress.kind === 'text' && lead !== '') {
      onProgress({ kind: 'text', text: lead, tokens: closingTokens });
      lead = '';
    }
    onProgress(progress);
  };
  const read = async (beginning: string, used: number): ReturnType<typeof readReply> => {
    const left = { maxTokens: budget.limit === undefined ? undefined : budget.limit - used, roomTokens: budget.roomTokens - used };
    const request = serverRequest({
      model: model.id,
      engine: model.engine,
      profile,
      messages,
      ...tools,
      prefill: beginning,
      sampling,
      ...left,
    });
    if (request.askedAgain) onAskedAgain();
    const { start } = request;
    const ids = request.prompt === undefined ? undefined : await connected.tokens.promptIds(request.prompt);
    const body = ids ? { ...request.body, prompt: ids } : request.body;
    return readReply(
      http.stream(http.address.api + request.path, body, model.id, signal),
      {
        host: http.address.host,
        start: start?.part ?? startOf(connected),
        thoughtSoFar: start?.thoughtSoFar,
        maxTokens: wantedTokens - used,
        raw,
        report,
        isEnough: (deltas) => used === 0 && watch?.isOver(deltas) === true,
      },
      signal,
    );
  };

  let end = await read(prefill + closing, 0);
  connected.habit = end.habit ?? connected.habit;
  const { firstAt, promptTokens: readTokens = promptTokens, reusedTokens } = end;
  let generatedTokens = end.generatedTokens;
  if (end.stop === 'enough' && watch) {
    ({ thought } = watch);
    const text = thoughtClosing(thought);
    onProgress({ kind: 'thoughtClosed' });
    tellClosing(text, raw, onProgress);
    generatedTokens += closingTokens;
    end = await read(thought + text, generatedTokens);
    generatedTokens += end.generatedTokens;
  }
  if (readTokens !== promptTokens) onProgress({ ...told, promptTokens: readTokens, reusedTokens });
  const full = end.stop === 'maxTokens' && generatedTokens < wantedTokens;
  return {
    stop: full || end.stop === 'enough' ? 'context' : end.stop,
    promptTokens: readTokens,
    reusedTokens,
    generatedTokens,
    promptMs: firstAt - begunAt,
    generateMs: performance.now() - firstAt,
  };
}

/** The closing text as part of the reply. */
function tellClosing(text: string, raw: boolean, onProgress: (progress: GenerateProgress) => void): void {
  if (raw) return onProgress({ kind: 'text', text, tokens: closingTokens });
  const at = text.indexOf(thoughtCloseTag);
  onProgress({ kind: 'text', part: 'thought', text: text.slice(0, Math.max(0, at)), tokens: closingTokens });
  onProgress({ kind: 'text', part: 'answer', text: '\n\n', tokens: 0 });
}

/** Follows a thought to its budget; a server writes on meanwhile, so what came together with the end of the sentence is kept too. */
class ThoughtLimit {
  readonly #plan: ThinkingPlan;
  #tokens = 0;
  thought: string;

  constructor(plan: ThinkingPlan, thoughtSoFar: string) {
    this.#plan = plan;
    this.thought = thoughtSoFar;
  }

  /** @returns whether the thought is to be closed behind what was written */
  isOver(deltas: readonly PartDelta[]): boolean {
    for (const { part, text, tokens } of deltas) {
      if (part === 'answer') return false;
      this.thought += text;
      this.#tokens += tokens;
    }
    const over = this.#tokens - this.#plan.limitTokens;
    // How the text would go on is not known: a line's end is waited for where a full stop may stand inside a number.
    return over >= 0 && (over >= this.#plan.sentenceTokens || endsSentence(this.thought, ''));
  }
}

/** What was seen counts before what was assumed: behind a parser all text is answer. */
function startOf({ start, habit }: ConnectedModel): ReplyStart {
  if (habit === 'fields') return 'answer';
  return start === 'unknown' ? (habit ?? start) : start;
}

function withPrefill(messages: readonly ChatMessage[], prefill: string): readonly ChatMessage[] {
  return prefill === '' ? messages : [...messages, { role: 'assistant', content: prefill, thoughtRemoved: true }];
}

/** Tokens that are left free, for a template that renders a little differently than it is counted. */
const spareTokens = 16;
/** An estimate is off by a quarter at times. */
const estimateMargin = 1.25;

interface ServedBudget {
  /** For the user. */
  readonly maxTokens: number;
  /** For the server, see `ReplyRequest`. */
  readonly limit: number | undefined;
  readonly roomTokens: number;
}

/**
 * The limit for new tokens. Where the prompt was only estimated, and the wish may not fit, none is sent: engines refuse
 * one that is too large, but fill their context without one.
 * @throws LemmaFailure promptTooLong, where that is certain
 */
function budgetOf({ promptTokens, estimated = false }: CountTokensResult, wantedTokens: number, contextTokens: number): ServedBudget {
  const plan = planBudget({ promptTokens, wantedTokens, contextTokens: contextTokens - spareTokens });
  if (!estimated) {
    if (!plan.ok)
      throw new LemmaFailure({ code: 'promptTooLong', promptTokens, limitTokens: plan.limitTokens, overTokens: plan.overTokens });
    return { maxTokens: plan.maxTokens, limit: plan.maxTokens, roomTokens: plan.maxTokens };
  }
  const certain = Math.floor(contextTokens - promptTokens * estimateMargin);
  return {
    maxTokens: plan.ok ? plan.maxTokens : 1,
    limit: certain > wantedTokens ? wantedTokens : undefined,
    roomTokens: Math.max(256, Math.min(certain, wantedTokens)),
  };
}
