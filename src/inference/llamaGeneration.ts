/**
 * One reply: the prompt is evaluated in batches as far as the KV cache does not hold it already, then tokens are
 * sampled one by one until a stop token, a limit or the caller's stop.
 *
 * The sequence is used directly rather than by a chat session of the library: its automatically chosen wrapper is
 * wrong for this family (see docs/design/0003-engine-and-threads.md).
 */
import { randomInt } from 'node:crypto';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { planBudget } from '../core/budget.ts';
import { LemmaFailure } from '../core/errors.ts';
import { promptText, renderGlmPrompt } from '../core/glmPrompt.ts';
import type { Sampling } from '../core/chatMessage.ts';
import type { GenerateParams, GenerateProgress, GenerateResult } from '../shared/inferenceProtocol.ts';
import { Detokenizer } from './detokenizer.ts';
import type { LoadedModel } from './llamaEngine.ts';
import { promptTokens } from './promptTokens.ts';
import { TextBatcher } from './textBatcher.ts';

/** llama.cpp takes seeds of 32 bits. */
const seedLimit = 2 ** 32 - 1;

type Report = (progress: GenerateProgress) => void;

/** See `Engine.generate`. @throws LemmaFailure promptTooLong */
export async function generateReply(
  loaded: LoadedModel,
  params: GenerateParams,
  report: Report,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const begunAt = performance.now();
  const { model, sequence } = loaded;
  const parts = renderGlmPrompt(params.messages, params.prefill === undefined ? {} : { prefill: params.prefill });
  const promptIds = promptTokens(parts, loaded.control, (text, special) => model.tokenize(text, special)) as Token[];
  const contextTokens = sequence.contextSize;
  const plan = planBudget({ promptTokens: promptIds.length, wantedTokens: params.maxTokens, contextTokens });
  if (!plan.ok) {
    const { limitTokens, overTokens } = plan;
    throw new LemmaFailure({ code: 'promptTooLong', promptTokens: promptIds.length, limitTokens, overTokens });
  }

  const reusedTokens = await keepPrefix(sequence, promptIds);
  report({ kind: 'budget', promptTokens: promptIds.length, reusedTokens, maxTokens: plan.maxTokens, wantedTokens: params.maxTokens });
  await readPrompt(loaded, promptIds, report, signal);

  const reply = signal.aborted
    ? { stop: 'cancelled' as const, ids: [], textTokens: 0, firstAt: performance.now() }
    : await writeReply(loaded, promptIds, plan, params.sampling, report, signal);
  return {
    stop: reply.stop,
    promptTokens: promptIds.length,
    reusedTokens,
    generatedTokens: reply.textTokens,
    promptMs: reply.firstAt - begunAt,
    generateMs: performance.now() - reply.firstAt,
    ...(params.trace ? { trace: { prompt: promptText(parts), promptIds, generatedIds: reply.ids } } : {}),
  };
}

/**
 * Cuts the sequence back to what it has in common with the prompt. The prompt's last token is always evaluated
 * anew, because the first new token is sampled from its result.
 * @returns tokens of the prompt that the KV cache still holds
 */
async function keepPrefix(sequence: LlamaContextSequence, promptIds: Token[]): Promise<number> {
  const common = sequence.compareContextTokens(promptIds).firstDifferentIndex;
  const keep = Math.min(common, promptIds.length - 1);
  if (keep < sequence.nextTokenIndex) await sequence.eraseContextTokenRanges([{ start: keep, end: sequence.nextTokenIndex }]);
  // Less than asked for where a model cannot cut its state at any place.
  return sequence.nextTokenIndex;
}

/**
 * Evaluates all but the last token of the prompt. Batches are always of the same size: one that followed the
 * clock would change the last digits of the results, and greedy replies would not be reproducible.
 */
async function readPrompt(loaded: LoadedModel, promptIds: Token[], report: Report, signal: AbortSignal): Promise<void> {
  const { sequence, batchTokens } = loaded;
  const end = promptIds.length - 1;
  while (sequence.nextTokenIndex < end && !signal.aborted) {
    const from = sequence.nextTokenIndex;
    await sequence.evaluateWithoutGeneratingNewTokens(promptIds.slice(from, Math.min(from + batchTokens, end)));
    report({ kind: 'prompt', readTokens: sequence.nextTokenIndex, promptTokens: promptIds.length });
  }
}

interface Reply {
  readonly stop: GenerateResult['stop'];
  /** With the stop token, as transformers' `generate` returns them. */
  readonly ids: readonly number[];
  /** Without the stop token. */
  readonly textTokens: number;
  /** `performance.now()` when the first token came. */
  readonly firstAt: number;
}

async function writeReply(
  loaded: LoadedModel,
  promptIds: readonly Token[],
  plan: { readonly maxTokens: number; readonly clamped: boolean },
  sampling: Sampling,
  report: Report,
  signal: AbortSignal,
): Promise<Reply> {
  const { model, sequence, stopIds, vocabulary } = loaded;
  const detokenizer = new Detokenizer((token) => vocabulary.bytes(token));
  const batcher = new TextBatcher(({ text, tokens }) => report({ kind: 'text', text, tokens }));
  const ids: number[] = [];
  let firstAt = 0;
  let stop: GenerateResult['stop'] = plan.clamped ? 'context' : 'maxTokens';
  const reply = (textTokens: number): Reply => ({ stop, ids, textTokens, firstAt: firstAt || performance.now() });
  try {
    for await (const token of sequence.evaluate(promptIds.slice(-1), samplerOptions(sampling))) {
      if (ids.length === 0) {
        firstAt = performance.now();
        report({ kind: 'prompt', readTokens: promptIds.length, promptTokens: promptIds.length });
      }
      ids.push(token);
      // llama.cpp does not count the family's third stop token as an end, so the ids decide.
      if (stopIds.has(token) || model.isEogToken(token)) {
        stop = 'endOfTurn';
        return reply(ids.length - 1);
      }
      batcher.add(detokenizer.push(token));
      if (signal.aborted) {
        stop = 'cancelled';
        return reply(ids.length);
      }
      if (ids.length >= plan.maxTokens) break;
    }
    return reply(ids.length);
  } finally {
    batcher.add(detokenizer.flush());
    batcher.flush();
  }
}

/** The seed is always given: the library's own changes with the clock's seconds, and is the same for two replies within one. */
function samplerOptions({ temperature, topP, topK, seed }: Sampling) {
  return { temperature, topP, topK, seed: seed ?? randomInt(seedLimit), yieldEogToken: true } as const;
}
