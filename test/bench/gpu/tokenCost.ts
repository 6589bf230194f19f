/**
 * Where the time of a token goes: in llama.cpp, in the sampling, or in the way between them and JavaScript. The library is
 * driven as Lemma does, and its two calls are timed: `decodeBatch` and `sampleToken`, which each run on a libuv worker.
 *
 *   node tokenCost.ts MODEL [cpu|auto] [THREADS]
 *
 * The last line is JSON.
 */
import { performance } from 'node:perf_hooks';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

const [modelPath = '', gpu = 'cpu', threads = '1'] = process.argv.slice(2);
const newTokens = 256;
const warmUp = 16;

/** The library's own handle of a context, with the two calls that a token costs. Internal, so only a measurement looks at it. */
interface AddonContext {
  decodeBatch(): Promise<unknown>;
  sampleToken(...args: unknown[]): Promise<unknown>;
}

interface Span {
  readonly call: 'decode' | 'sample';
  readonly from: number;
  readonly to: number;
}

/** Times both calls from here on. */
function watch(context: LlamaContext): Span[] {
  const holder = context as unknown as { _ctx: AddonContext };
  const addon = holder._ctx;
  const spans: Span[] = [];
  const calls: Readonly<Record<string, Span['call']>> = { decodeBatch: 'decode', sampleToken: 'sample' };
  holder._ctx = new Proxy(addon, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (...args: unknown[]) => unknown;
      const call = calls[String(name)];
      if (call === undefined) return method;
      return async (...args: unknown[]): Promise<unknown> => {
        const from = performance.now();
        const result = await method(...args);
        spans.push({ call, from, to: performance.now() });
        return result;
      };
    },
  });
  return spans;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const record: Record<string, unknown> = {};
const note = (what: string, figures: Readonly<Record<string, number>>): void => {
  const shown = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)]));
  record[what] = shown;
  console.log(`${what}: ${JSON.stringify(shown)}`);
};

const llama = await getLlama({
  ...{ gpu: gpu === 'cpu' ? false : ('auto' as const), build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error, maxThreads: 0 },
});
const model = await llama.loadModel({ modelPath, ...(gpu === 'cpu' ? {} : { gpuLayers: 'max' }) });
const options = { threads: Number(threads), flashAttention: gpu === 'cpu' ? false : ('auto' as const) };
const sampling = { temperature: 0.6, topP: 0.95, topK: 40, yieldEogToken: true } as const;
const promptOf = (tokens: number): Token[] => Array.from({ length: tokens }, (_, index) => (300 + ((index * 7919) % 300)) as Token);

async function make(more: { contextSize: number; batchSize: number; sequences?: number }): Promise<{ context: LlamaContext; ms: number }> {
  const begunAt = performance.now();
  const context = await model.createContext({ ...options, ...more });
  return { context, ms: performance.now() - begunAt };
}

async function write(sequence: LlamaContextSequence, tokens: number, seed: number): Promise<void> {
  let left = tokens;
  for await (const _token of sequence.evaluate(promptOf(8), { ...sampling, seed })) if (--left === 0) return;
}

/** What `sequences` sequences cost a step, of which each writes `newTokens`. */
async function decoding(sequences: number, batchSize: number): Promise<void> {
  const { context, ms } = await make({ contextSize: 4096, batchSize, sequences });
  const all = Array.from({ length: sequences }, () => context.getSequence());
  await Promise.all(all.map((sequence, index) => write(sequence, warmUp, index)));
  for (const sequence of all) await sequence.clearHistory();
  const spans = watch(context);
  const begunAt = performance.now();
  await Promise.all(all.map((sequence, index) => write(sequence, newTokens, index)));
  const total = performance.now() - begunAt;
  const decodes = spans.filter(({ call }) => call === 'decode');
  const samples = spans.filter(({ call }) => call === 'sample');
  const steps = decodes.length;
  // From the end of one call to the beginning of the next one of the other kind.
  const sampleOf = (at: number): Span[] =>
    samples.filter(({ from }) => from >= (decodes[at]?.to ?? 0) && from < (decodes[at + 1]?.from ?? Infinity));
  const toSample: number[] = [];
  const sampled: number[] = [];
  const toDecode: number[] = [];
  for (let at = 1; at < steps - 1; at++) {
    const own = sampleOf(at);
    const [first, last] = [Math.min(...own.map(({ from }) => from)), Math.max(...own.map(({ to }) => to))];
    toSample.push(first - (decodes[at]?.to ?? 0));
    sampled.push(last - first);
    toDecode.push((decodes[at + 1]?.from ?? 0) - last);
  }
  note(`${sequences} at once`, {
    contextMs: ms,
    steps,
    stepMs: total / steps,
    decodeMs: median(decodes.map(({ from, to }) => to - from)),
    toSampleMs: median(toSample),
    sampleMs: median(sampled),
    toDecodeMs: median(toDecode),
    tokensPerSecond: (newTokens * sequences * 1000) / total,
  });
  await context.dispose();
}

/** What it takes to read a prompt in batches, the last of which gives the first token or does not. */
async function reading(tokens: number, batchSize: number): Promise<void> {
  const { context } = await make({ contextSize: 8192, batchSize });
  const sequence = context.getSequence();
  const spans = watch(context);
  const times: number[] = [];
  for (let run = 0; run < 4; run++) {
    await sequence.clearHistory();
    spans.length = 0;
    const begunAt = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(promptOf(tokens));
    times.push(performance.now() - begunAt);
  }
  const ms = median(times.slice(1));
  note(`read ${tokens} in ${batchSize}`, {
    ms,
    tokensPerSecond: (tokens * 1000) / ms,
    inDecode: spans.reduce((sum, { from, to }) => sum + to - from, 0),
    firstMs: times[0] ?? Number.NaN,
  });
  await context.dispose();
}

/** Saving and reading back what a sequence remembers, over evaluating it. */
async function state(tokens: number): Promise<void> {
  const { context } = await make({ contextSize: tokens + 64, batchSize: 512 });
  const sequence = context.getSequence();
  const folder = mkdtempSync(path.join(tmpdir(), 'lemma-state-'));
  const file = path.join(folder, 'state');
  try {
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const begunAt = performance.now();
      await work();
      return performance.now() - begunAt;
    };
    const evaluateMs = await timed(() => sequence.evaluateWithoutGeneratingNewTokens(promptOf(tokens)));
    const saveMs = await timed(() => sequence.saveStateToFile(file));
    await sequence.clearHistory();
    const loadMs = await timed(() => sequence.loadStateFromFile(file, { acceptRisk: true }));
    note(`state of ${tokens}`, { evaluateMs, saveMs, loadMs, bytesPerToken: statSync(file).size / tokens });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await context.dispose();
  }
}

for (const sequences of [1, 2, 5, 8]) await decoding(sequences, 512);
for (const batchSize of [512, 1024, 2048]) for (const tokens of [511, 512, 1024, 2048]) await reading(tokens, batchSize);
for (const tokens of gpu === 'cpu' ? [256, 1024, 4096] : [256, 1024, 4096, 16_384, 32_000]) await state(tokens);
await model.dispose();
await llama.dispose();
console.log(JSON.stringify(record));
