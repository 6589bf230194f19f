/**
 * `npm run bench -- prefetch`: from the key to the first text with a selection of 2,000 tokens, read in advance and not, and
 * what is read for nothing in a session of selections. With the tiny model on the processor, or with `LEMMA_BENCH_MODEL` on
 * `LEMMA_BENCH_GPU` (`auto`, `cuda`, `vulkan`, `metal`, `cpu`). Prints lines, and the figures as JSON on the last one.
 */
import path from 'node:path';
import { ownClient, quiet } from '../../scripts/lib/ownClient.ts';
import { PrefetchBudget } from '../../src/core/prefetchBudget.ts';
import type { GenerateResult, GpuChoice, ModelInfo } from '../../src/shared/inferenceProtocol.ts';
import { median, tokensOfLine } from './figures.ts';

const root = path.join(import.meta.dirname, '../..');
const modelPath = process.env['LEMMA_BENCH_MODEL'] ?? path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf');
const gpu = (process.env['LEMMA_BENCH_GPU'] ?? 'cpu') as GpuChoice;

/** With and without in turn, so that what else the machine does hits both. */
const pairs = 9;
const selectionTokens = 2000;
const replyTokens = 64;
/** As the host waits, in milliseconds. */
const restMs = 150;
/** Goal: so many times a decoded token, and so many milliseconds. */
const goal = { steps: 1.2, ms: 30 };

const client = ownClient();

type Messages = readonly { readonly role: 'user'; readonly content: string }[];

interface Pressed {
  /** To the first text. */
  readonly ms: number;
  readonly msPerToken: number;
  readonly result: GenerateResult;
}

let made = 0;
/** A selection that begins like no other one. */
async function selection(tokens: number, info: ModelInfo): Promise<Messages> {
  const opening = `Problem ${++made}.\n`;
  const line = 'The sum of 12 and 30 is 42.\n';
  const lines = Math.max(1, Math.round(tokens / (await tokensOfLine(client, info, line))));
  return [{ role: 'user', content: opening + line.repeat(lines) }];
}

async function press(messages: Messages, info: ModelInfo, maxTokens = replyTokens): Promise<Pressed> {
  const begunAt = performance.now();
  let firstAt = 0;
  const result = await client.generate(
    { messages, profile: info.profile, sampling: { temperature: 0, topP: 1, topK: 0 }, maxTokens },
    ({ kind }) => {
      if (kind === 'text' && firstAt === 0) firstAt = performance.now();
    },
  );
  // A model with random weights may write no text in a few tokens.
  return {
    ms: firstAt === 0 ? Number.NaN : firstAt - begunAt,
    msPerToken: result.generateMs / Math.max(1, result.generatedTokens - 1),
    result,
  };
}

async function timeToFirstText(info: ModelInfo): Promise<Record<string, number | boolean>> {
  const cold: number[] = [];
  const warm: number[] = [];
  const steps: number[] = [];
  let promptTokens = 0;
  let evaluated = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const without = await press(await selection(selectionTokens, info), info);
    const messages = await selection(selectionTokens, info);
    await client.readAhead({ messages, wholePrompt: { mostTokens: Number.MAX_SAFE_INTEGER } });
    const hit = await press(messages, info);
    if (Number.isNaN(without.ms + hit.ms)) throw new Error('The reply has no text.');
    cold.push(without.ms);
    warm.push(hit.ms);
    steps.push(hit.msPerToken, without.msPerToken);
    ({ promptTokens } = hit.result);
    evaluated = Math.max(evaluated, promptTokens - hit.result.reusedTokens);
  }
  const stepMs = median(steps);
  const [coldMs, hitMs, goalMs] = [median(cold), median(warm), goal.steps * stepMs + goal.ms];
  return { promptTokens, evaluated, coldMs, hitMs, ratio: coldMs / hitMs, stepMs, goalMs, met: hitMs <= goalMs };
}

/** Numbers from 0 to 1, the same in each run. */
function numbers(seed: number): () => number {
  return () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/**
 * Thirty selections of 20 to 2,000 tokens, mostly short ones, that rest for 0.1 to 3 seconds; one in six is asked about, and
 * then in a new conversation.
 */
async function session(info: ModelInfo): Promise<Record<string, number>> {
  const next = numbers(20_240_914);
  const budget = new PrefetchBudget();
  const total = { selections: 30, asked: 0, prefetches: 0, readTokens: 0, usedTokens: 0, askedTokens: 0, refused: 0 };
  for (let each = 0; each < total.selections; each++) {
    const messages = await selection(20 * 100 ** next(), info);
    const rest = 100 * 30 ** next();
    const isAsked = next() < 1 / 6;
    let read = 0;
    if (rest >= restMs) {
      const mostTokens = budget.left(performance.now());
      if (mostTokens === 0) total.refused += 1;
      await pause(restMs);
      const moved = new AbortController();
      const over = pause(rest - restMs).then(() => moved.abort());
      ({ readTokens: read } = await client.readAhead({ messages, wholePrompt: { mostTokens } }, moved.signal));
      await over;
      budget.spend(read, performance.now());
      if (read > 0) total.prefetches += 1;
    } else {
      await pause(rest);
    }
    total.readTokens += read;
    if (!isAsked) continue;
    const { result } = await press(messages, info, 4);
    total.asked += 1;
    total.usedTokens += read;
    total.askedTokens += result.promptTokens;
  }
  const wasted = total.readTokens - total.usedTokens;
  return { ...total, wastedTokens: wasted, wastedShare: wasted / Math.max(1, total.readTokens) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

try {
  const info = await client.load({ modelPath, gpu, contextTokens: 4096, threads: 0 }, quiet);
  if (!info) throw new Error('The load was cancelled.');
  // The first prompt after a start may build shaders.
  await press(await selection(selectionTokens, info), info);
  const first = await timeToFirstText(info);
  const waste = await session(info);
  const figures = { model: info.name, device: info.device, backend: info.backend, first, session: waste };
  const rounded = JSON.stringify(figures, (_key, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(2)) : value));
  const { first: one, session: all } = JSON.parse(rounded) as {
    readonly first: Record<string, number | boolean>;
    readonly session: Record<string, number>;
  };
  console.log(
    `Key to first text, ${one['promptTokens']} tokens: ${one['hitMs']} ms after a hit, ${one['coldMs']} ms without (${one['ratio']} times); goal ${one['goalMs']} ms${one['met'] === true ? '' : ' (missed)'}`,
  );
  console.log(
    `${all['selections']} selections, ${all['asked']} asked: ${all['readTokens']} tokens read in advance, ${all['usedTokens']} of use, ${all['wastedTokens']} for nothing`,
  );
  console.log(rounded);
} finally {
  await client.dispose();
}
