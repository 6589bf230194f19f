/**
 * One reply: the prompt is evaluated in batches as far as the KV cache does not hold it already, then tokens are
 * sampled one by one until a stop token, a limit or the caller's stop.
 *
 * The sequence is used directly rather than by a chat session of the library: its automatically chosen wrapper is
 * wrong for this family (see docs/design/0003-engine-and-threads.md). How a reply goes on without evaluating anything
 * twice, and how a thought is closed at its budget: docs/design/0016-thinking-budget.md.
 */
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { planBudget } from '../core/budget.ts';
import { LemmaFailure } from '../core/errors.ts';
import type { Sampling } from '../core/chatMessage.ts';
import { planThinking, thoughtClosing } from '../core/thinkingBudget.ts';
import type { GenerateParams, GenerateProgress, GenerateResult } from '../shared/inferenceProtocol.ts';
import { Detokenizer } from './detokenizer.ts';
import type { LoadedModel } from './llamaEngine.ts';
import type { PredictionCounts } from './predictionPace.ts';
import { inStep, sampledTokens } from './llamaSampling.ts';
import type { Lockstep } from './lockstep.ts';
import { StopTexts } from './stopTexts.ts';
import { TextBatcher } from './textBatcher.ts';
import { ThoughtWatch } from './thoughtWatch.ts';

type Report = (progress: GenerateProgress) => void;

/**
 * See `Engine.generate`.
 * @param lockstep of the replies that are written at once
 * @throws LemmaFailure promptTooLong
 */
export async function generateReply(
  loaded: LoadedModel,
  params: GenerateParams,
  report: Report,
  signal: AbortSignal,
  lockstep?: Lockstep,
): Promise<GenerateResult> {
  const begunAt = performance.now();
  const { sequence, prompt, replies } = loaded;
  const { prefill = '' } = params;
  const tokenize = (text: string): readonly Token[] => prompt.plain(text) as Token[];
  const { ids: questionIds, text: promptText } = prompt.write(params.messages, params.tools);
  const closing = params.closeThought ? thoughtClosing(prefill) : '';
  const forcedIds = closing === '' ? [] : tokenize(closing);
  const { ids: beginningIds, held } = replies.recall(prefill, tokenize, closing === '');
  const promptIds = [...(questionIds as Token[]), ...beginningIds];

  const wantedTokens = Math.max(params.maxTokens, forcedIds.length + 1);
  const plan = budgetFor(sequence, promptIds, wantedTokens);
  const thinking = params.thinkingTokens === undefined || closing !== '' ? undefined : planThinking(params.thinkingTokens, plan.maxTokens);

  const reusedTokens = await keepPrefix(sequence, promptIds);
  report({
    kind: 'budget',
    promptTokens: promptIds.length,
    reusedTokens,
    maxTokens: plan.maxTokens,
    wantedTokens: params.maxTokens,
    ...(thinking ? { thinkingTokens: thinking.limitTokens } : {}),
  });
  // On a card a token costs as much as fifty of a prompt, so the first one comes with the last batch; on a processor it is one
  // like all others, and a reply that goes on is the same to the last digit as one that was never stopped.
  await readPrompt(loaded, promptIds, loaded.info.device === 'gpu' ? loaded.batchTokens : 1, report, signal);

  const written = replies.begin(beginningIds);
  const { clamped, maxTokens } = plan;
  const request: ReplyRequest = {
    ...{ promptIds, written, forcedIds, tokenize, maxTokens, clamped, sampling: params.sampling },
    stopTexts: new StopTexts(prompt.stopTexts, prefill),
    heldIds: held === 0 ? [] : beginningIds.slice(-held),
    watch: thinking && new ThoughtWatch(thinking, prompt.replyStart, prefill),
    lockstep,
  };
  const { seed, temperature } = params.sampling;
  // With a seed of the user's each token is sampled by a call of its own, which would forget every guess.
  const lookup = params.promptLookup === true && (seed === undefined || temperature === 0) ? loaded.lookup : undefined;
  lookup?.begin([...promptIds, ...forcedIds]);
  let guessed: PredictionCounts | undefined;
  let reply: Reply;
  try {
    reply = signal.aborted
      ? { stop: 'cancelled', ids: [], textTokens: 0, firstAt: performance.now() }
      : await writeReply(loaded, request, report, signal);
  } finally {
    guessed = lookup?.end();
    // What was guessed and evaluated, and not asked for any more.
    if (lookup) await cutGuesses(sequence);
  }
  return {
    stop: reply.stop,
    promptTokens: promptIds.length,
    reusedTokens,
    generatedTokens: reply.textTokens,
    promptMs: reply.firstAt - begunAt,
    generateMs: performance.now() - reply.firstAt,
    ...(guessed ? { guessed } : {}),
    ...(params.trace ? { trace: { prompt: promptText + prefill, promptIds, generatedIds: reply.ids } } : {}),
  };
}

/** What a question and a reply to it take, in tokens. @throws LemmaFailure promptTooLong */
export function planQuestion(
  { sequence, prompt }: LoadedModel,
  params: GenerateParams,
): { readonly promptIds: Token[]; readonly promptTokens: number; readonly maxTokens: number } {
  const promptIds = prompt.write(params.messages, params.tools).ids as Token[];
  const { maxTokens } = budgetFor(sequence, promptIds, params.maxTokens);
  return { promptIds, promptTokens: promptIds.length, maxTokens };
}

/** Reads a question and writes nothing: the sequence holds the prompt but for its last token. @throws LemmaFailure promptTooLong */
export async function readQuestion(
  loaded: LoadedModel,
  params: GenerateParams,
  report: Report,
  signal: AbortSignal,
): Promise<{ readonly reusedTokens: number }> {
  const { promptIds, promptTokens, maxTokens } = planQuestion(loaded, params);
  const thinking = params.thinkingTokens === undefined ? undefined : planThinking(params.thinkingTokens, maxTokens);
  const reusedTokens = await keepPrefix(loaded.sequence, promptIds);
  const limit = thinking ? { thinkingTokens: thinking.limitTokens } : {};
  report({ kind: 'budget', promptTokens, reusedTokens, maxTokens, wantedTokens: params.maxTokens, ...limit });
  await readPrompt(loaded, promptIds, 1, report, signal);
  return { reusedTokens };
}

/** @throws LemmaFailure promptTooLong */
function budgetFor(
  sequence: LlamaContextSequence,
  promptIds: readonly Token[],
  wantedTokens: number,
): { maxTokens: number; clamped: boolean } {
  const plan = planBudget({ promptTokens: promptIds.length, wantedTokens, contextTokens: sequence.contextSize });
  if (plan.ok) return plan;
  const { limitTokens, overTokens } = plan;
  throw new LemmaFailure({ code: 'promptTooLong', promptTokens: promptIds.length, limitTokens, overTokens });
}

/**
 * Cuts the sequence back to what it has in common with the prompt. The prompt's last token is always evaluated
 * anew, because the first new token is sampled from its result; of a reply that goes on it is the first time, since
 * the last token of a reply is sampled and not evaluated.
 * @returns tokens of the prompt that the KV cache still holds
 */
export async function keepPrefix(sequence: LlamaContextSequence, promptIds: Token[]): Promise<number> {
  const common = sequence.compareContextTokens(promptIds).firstDifferentIndex;
  const keep = Math.min(common, promptIds.length - 1);
  if (keep < sequence.nextTokenIndex) await sequence.eraseContextTokenRanges([{ start: keep, end: sequence.nextTokenIndex }]);
  // Less than asked for where a model cannot cut its state at any place.
  return sequence.nextTokenIndex;
}

/** Behind `nextTokenIndex` the library keeps guesses that were right. */
async function cutGuesses(sequence: LlamaContextSequence): Promise<void> {
  const start = sequence.nextTokenIndex;
  await sequence.eraseContextTokenRanges([{ start, end: sequence.contextSize }]);
}

/**
 * Evaluates the prompt but for its last tokens. Batches are always of the same size: one that followed the
 * clock would change the last digits of the results, and greedy replies would not be reproducible.
 * @param rest tokens that are left at most; never none, since the reply's first token comes of them
 */
async function readPrompt(loaded: LoadedModel, promptIds: Token[], rest: number, report: Report, signal: AbortSignal): Promise<void> {
  const { sequence, batchTokens } = loaded;
  while (promptIds.length - sequence.nextTokenIndex > rest && !signal.aborted) {
    const from = sequence.nextTokenIndex;
    await sequence.evaluateWithoutGeneratingNewTokens(promptIds.slice(from, Math.min(from + batchTokens, promptIds.length - 1)));
    report({ kind: 'prompt', readTokens: sequence.nextTokenIndex, promptTokens: promptIds.length });
  }
}

interface ReplyRequest {
  readonly promptIds: readonly Token[];
  /** The whole reply's tokens so far; those that come are added. */
  readonly written: Token[];
  /** Of `promptIds` the last ones, where they are the beginning of a character. */
  readonly heldIds: readonly Token[];
  /** What the reply goes on with before the model does. */
  readonly forcedIds: readonly Token[];
  readonly tokenize: (text: string) => readonly Token[];
  readonly stopTexts: StopTexts;
  readonly maxTokens: number;
  readonly clamped: boolean;
  readonly sampling: Sampling;
  readonly watch: ThoughtWatch | undefined;
  readonly lockstep: Lockstep | undefined;
}

interface Reply {
  readonly stop: GenerateResult['stop'];
  /** With the stop token, as transformers' `generate` returns them. */
  readonly ids: readonly number[];
  /** Without those that ended it. */
  readonly textTokens: number;
  /** `performance.now()` when the first token came. */
  readonly firstAt: number;
}

async function writeReply(loaded: LoadedModel, request: ReplyRequest, report: Report, signal: AbortSignal): Promise<Reply> {
  const { model, sequence, vocabulary } = loaded;
  const { stopIds } = loaded.prompt;
  const { promptIds, written, forcedIds, maxTokens, watch, stopTexts } = request;
  const detokenizer = new Detokenizer((token) => vocabulary.bytes(token));
  detokenizer.takeUp(request.heldIds);
  const batcher = new TextBatcher(({ text, tokens }) => report({ kind: 'text', text, tokens }));
  const ids: Token[] = [];
  let firstAt = 0;
  let stop: GenerateResult['stop'] = request.clamped ? 'context' : 'maxTokens';
  const reply = (textTokens: number): Reply => ({ stop, ids, textTokens, firstAt: firstAt || performance.now() });
  const add = (token: Token): void => {
    ids.push(token);
    written.push(token);
    const decoded = detokenizer.push(token);
    batcher.add(stopTexts.push(decoded));
    watch?.add(decoded);
  };
  const input = [...promptIds.slice(sequence.nextTokenIndex), ...forcedIds];
  const alone = sampledTokens(sequence, input, request.sampling, written.length + forcedIds.length);
  const tokens = request.lockstep ? inStep(alone, request.lockstep) : alone;
  let pending = tokens.next();
  try {
    for (let next = await pending; !next.done; next = await pending) {
      const token = next.value;
      if (firstAt === 0) {
        firstAt = performance.now();
        report({ kind: 'prompt', readTokens: promptIds.length, promptTokens: promptIds.length });
        forcedIds.forEach(add);
      }
      // llama.cpp does not count the family's third stop token as an end, so the ids decide.
      if (stopIds.has(token) || model.isEogToken(token)) {
        stop = 'endOfTurn';
        ids.push(token);
        return reply(ids.length - 1);
      }
      const closing = detokenizer.holds ? undefined : watch?.closingBefore(() => decoded(vocabulary.bytes(token)));
      // The sampled token was not evaluated yet, so the sequence holds nothing of it.
      const instead = closing === undefined ? undefined : [...request.tokenize(closing)];
      const isFull = ids.length + (instead?.length ?? 1) >= maxTokens;
      // Before this token becomes text and is sent, the next one is on its way, unless the text decides whether there is one.
      const isAhead = !isFull && !signal.aborted && !stopTexts.expected;
      if (isAhead) {
        pending = tokens.next(instead);
        await nextTurn();
      }
      if (instead === undefined) {
        add(token);
      } else {
        batcher.add(stopTexts.flush());
        batcher.flush();
        report({ kind: 'thoughtClosed' });
        instead.forEach(add);
      }
      if (stopTexts.found) {
        stop = 'endOfTurn';
        return reply(ids.length - stopTexts.heldTokens);
      }
      if (signal.aborted) {
        stop = 'cancelled';
        return reply(ids.length);
      }
      if (isFull) break;
      if (!isAhead) pending = tokens.next(instead);
    }
    return reply(ids.length);
  } finally {
    // Of a reply that was stopped meanwhile nobody waits for the token that is on its way.
    pending.catch(() => undefined);
    await tokens.return();
    batcher.add(stopTexts.push(stop === 'endOfTurn' ? detokenizer.flush() : detokenizer.pause()));
    batcher.add(stopTexts.flush());
    batcher.flush();
  }
}

/** Lets the library hand its work to its thread, which takes several promises to come about. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** For a look at how a text would go on; half a character is U+FFFD. */
function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
