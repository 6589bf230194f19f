/**
 * Where the time of a token goes: in llama.cpp, in the sampling, or in the way between them and JavaScript. The library is
 * driven as Lemma does, and its two calls are timed: `decodeBatch` and `sampleToken`, which each run on a libuv worker.
 *
 *   node tokenCost.ts MODEL [cpu|auto|cuda] [THREADS]
 *
 * The last line is JSON.
 */
import { performance } from 'node:perf_hooks';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';
import { getLlama, InputLookupTokenPredictor, LlamaLogLevel } from 'node-llama-cpp';
import { useCudaPack } from '../../../src/inference/cudaPack.ts';
import { inStep } from '../../../src/inference/llamaSampling.ts';
import { Lockstep } from '../../../src/inference/lockstep.ts';
import { PredictionPace } from '../../../src/inference/predictionPace.ts';
import { median } from '../figures.ts';
import { recordedEdits } from './recordedEdits.ts';

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

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const record: Record<string, unknown> = {};
const note = (what: string, figures: Readonly<Record<string, number>>): void => {
  const shown = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)]));
  record[what] = shown;
  console.log(`${what}: ${JSON.stringify(shown)}`);
};

useCudaPack();
const llama = await getLlama({
  ...{
    gpu: gpu === 'cpu' ? false : gpu === 'cuda' ? ('cuda' as const) : ('auto' as const),
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: 0,
  },
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

async function write(sequence: LlamaContextSequence, tokens: number, seed: number, lockstep: Lockstep): Promise<void> {
  let left = tokens;
  for await (const _token of inStep(sequence.evaluate(promptOf(8), { ...sampling, seed }), lockstep)) if (--left === 0) return;
}

/** What `sequences` sequences cost a step, of which each writes `newTokens`. */
async function decoding(sequences: number, batchSize: number): Promise<void> {
  const { context, ms } = await make({ contextSize: 4096, batchSize, sequences });
  const all = Array.from({ length: sequences }, () => context.getSequence());
  const lockstep = new Lockstep();
  await Promise.all(all.map((sequence, index) => write(sequence, warmUp, index, lockstep)));
  for (const sequence of all) await sequence.clearHistory();
  const spans = watch(context);
  const begunAt = performance.now();
  await Promise.all(all.map((sequence, index) => write(sequence, newTokens, index, lockstep)));
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

/** What a step costs that evaluates so many tokens and samples behind each of them, as a guess does. */
async function guessing(tokens: number): Promise<void> {
  const { context } = await make({ contextSize: 4096, batchSize: 512 });
  const sequence = context.getSequence();
  await sequence.evaluateWithoutGeneratingNewTokens(promptOf(200));
  const times: number[] = [];
  for (let run = 0; run < 24; run++) {
    const begunAt = performance.now();
    await step(sequence, promptOf(tokens));
    times.push(performance.now() - begunAt);
    await sequence.eraseContextTokenRanges([{ start: 200, end: 4096 }]);
  }
  note(`step of ${tokens}`, { ms: median(times.slice(4)) });
  await context.dispose();
}

/** Evaluates tokens, and samples what comes behind each of them. */
async function step(sequence: LlamaContextSequence, tokens: readonly Token[]): Promise<void> {
  await sequence.controlledEvaluate(tokens.map((token) => [token, { generateNext: { token: true, options: { ...sampling, seed: 1 } } }]));
}

/**
 * Edits that were recorded, with and without guesses. The model of random weights would not write them, so what it samples
 * is put aside, and the recorded token comes in its place.
 */
async function edits(): Promise<void> {
  for (const { name, prompt, answer } of recordedEdits) {
    const [before, after] = [model.tokenize(prompt), model.tokenize(answer)];
    const plain = await forced(before, after, false);
    const guessed = await forced(before, after, true);
    note(`edit ${name}`, {
      ...{ tokens: after.length, plainMs: plain.ms, guessedMs: guessed.ms, times: plain.ms / guessed.ms },
      ...{ guessed: guessed.guessed, right: guessed.right, steps: guessed.steps },
    });
  }
}

async function forced(
  prompt: readonly Token[],
  answer: readonly Token[],
  guesses: boolean,
): Promise<{ ms: number; steps: number; guessed: number; right: number }> {
  const { context } = await make({ contextSize: 4096, batchSize: 512 });
  const sequence = context.getSequence();
  const lookup = new InputLookupTokenPredictor({ patternLength: { min: 3 }, predictionLength: { min: 1, max: 7 } });
  const pace = new PredictionPace();
  lookup.reset({ stateTokens: [...prompt] });
  lookup.updateInputTokens([...prompt]);
  await sequence.evaluateWithoutGeneratingNewTokens([...prompt.slice(0, -1)]);
  // Nothing that is timed is the first of its kind.
  for (let size = 1; size <= 8; size++) {
    const start = sequence.nextTokenIndex;
    await step(sequence, promptOf(size));
    await sequence.eraseContextTokenRanges([{ start, end: start + size }]);
  }
  let steps = 0;
  let last = prompt.at(-1) as Token;
  const begunAt = performance.now();
  for (let at = 0; at < answer.length; steps++) {
    const guess = guesses && pace.begin() ? pace.guess(lookup.predictTokens()) : [];
    await step(sequence, [last, ...guess]);
    const wrong = guess.findIndex((token, index) => token !== answer[at + index]);
    const right = wrong < 0 ? guess.length : wrong;
    const end = sequence.nextTokenIndex;
    if (right < guess.length) await sequence.eraseContextTokenRanges([{ start: end - (guess.length - right), end }]);
    const came = answer.slice(at, at + right + 1);
    for (const token of came) pace.came(token);
    lookup.pushTokens([...came]);
    at += came.length;
    last = came.at(-1) ?? last;
  }
  const ms = performance.now() - begunAt;
  await context.dispose();
  return { ms, steps, ...pace.counts };
}

/** Bytes that a context of 32K takes on the card, by its batch. */
async function memory(): Promise<void> {
  for (const batchSize of [512, 1024, 2048]) {
    const before = (await llama.getVramState()).used;
    const { context } = await make({ contextSize: 32_768, batchSize });
    await context.getSequence().evaluateWithoutGeneratingNewTokens(promptOf(64));
    note(`context of 32K in ${batchSize}`, { mebibytes: ((await llama.getVramState()).used - before) / 2 ** 20 });
    await context.dispose();
  }
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

/** `LEMMA_COSTS` names some of them. */
const measured: Readonly<Record<string, () => Promise<void>>> = {
  decoding: async () => {
    for (const sequences of [1, 2, 5, 8]) await decoding(sequences, 512);
  },
  guessing: async () => {
    for (const tokens of [1, 2, 3, 5, 8, 9]) await guessing(tokens);
  },
  edits,
  memory,
  reading: async () => {
    for (const batchSize of [512, 1024, 2048]) for (const tokens of [512, 1024, 2048]) await reading(tokens, batchSize);
  },
  states: async () => {
    for (const tokens of gpu === 'cpu' ? [256, 1024, 4096] : [256, 1024, 4096, 16_384, 32_000]) await state(tokens);
  },
};
for (const name of (process.env.LEMMA_COSTS ?? Object.keys(measured).join(',')).split(',')) await measured[name]?.();
await model.dispose();
await llama.dispose();
console.log(JSON.stringify(record));
