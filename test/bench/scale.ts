/**
 * `npm run bench -- scale`: what a turn costs by the length of what stands before it, over llama.cpp's own `llama-bench` at the
 * same length, and what memory the inference process takes by the size of its context. Prints `ScaleFigures` on its last line.
 *
 * Attention costs by the square of the length, so the lengths are read by a model of one layer and one head with random
 * weights: what is measured is then Lemma and llama.cpp rather than the processor. Memory is that of the tiny model.
 *
 *   node scale.ts [LENGTH …]
 */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildLlamaBench, packLibraries } from '../../scripts/lib/llamaBench.mjs';
import { ownClient, quiet } from '../../scripts/lib/ownClient.ts';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import type { GenerateResult, ModelInfo } from '../../src/shared/inferenceProtocol.ts';
import { residentBytes, tokensOfLine } from './figures.ts';
import { writeRandomModel } from './gpu/randomModel.ts';
import { runLlamaBench } from './llamaBench.ts';

const root = path.join(import.meta.dirname, '../..');
const tinyModel = path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf');
/** `config.json` of the tiny model: 6 layers of 2 KV heads of 32, keys and values of 2 bytes. */
const tinyKvBytes = 6 * 2 * 32 * 2 * 2;
const oneLayer = { ...{ layers: 1, hidden: 64, heads: 1, kvHeads: 1, headSize: 64, ffn: 64, vocabulary: 2048 } };

const lengths = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 4000, 16_000, 32_000, 100_000];
const contexts = [1024, 4096, 16_384, 32_768, 102_400];
/** Tokens of the question that is asked at a length, and of its reply. */
const questionTokens = 512;
const replyTokens = 64;
const rounds = 3;
/** As Lemma reads on a processor. */
const batchTokens = 64;

export interface TurnAtLength {
  readonly tokens: number;
  /** From an empty context to the first text: all stretches before added up. */
  readonly coldMs: number;
  /** From a question of `questionTokens` at this length to the first text, all before it being remembered; one for each round. */
  readonly followUpMs: readonly number[];
  /** Of that question. */
  readonly readPerSecond: readonly number[];
  readonly writePerSecond: readonly number[];
  /** `llama-bench` at this length; absent where it cannot be built. */
  readonly bench?: { readonly readPerSecond: readonly number[]; readonly writePerSecond: readonly number[] };
}

export interface ScaleFigures {
  readonly questionTokens: number;
  readonly turns: readonly TurnAtLength[];
  /** Bytes of the inference process that are in memory, the model loaded and nothing read. */
  readonly memory: readonly { readonly contextTokens: number; readonly bytes: number }[];
  readonly kvBytesPerToken: number;
}

async function load(client: InferenceClient, modelPath: string, contextTokens: number, yarn = false): Promise<ModelInfo> {
  const info = await client.load({ modelPath, gpu: 'cpu', contextTokens, yarn, threads: 0 }, quiet);
  if (info?.contextTokens !== contextTokens) throw new Error(`No context of ${contextTokens} tokens could be had.`);
  return info;
}

async function turns(modelPath: string): Promise<TurnAtLength[]> {
  const client = ownClient();
  const program = await buildLlamaBench('linux-x64').catch(() => undefined);
  try {
    const info = await load(client, modelPath, (contexts.at(-1) ?? 0) + 4096, true);
    if (info.yarn?.taken !== true) throw new Error('YaRN is not in effect.');
    const line = 'The sum of 12 and 30 is 42.\n';
    const lineTokens = await tokensOfLine(client, info, line);
    /** One message of so many tokens; of a longer one the context remembers what a shorter one had. */
    const ask = async (tokens: number): Promise<{ firstMs: number; result: GenerateResult }> => {
      const content = line.repeat(Math.round(tokens / lineTokens));
      const begunAt = performance.now();
      let firstMs = Number.NaN;
      const result = await client.generate(
        {
          ...{ messages: [{ role: 'user', content }], profile: info.profile, maxTokens: replyTokens },
          sampling: { temperature: 0, topP: 1, topK: 1 },
        },
        ({ kind }) => {
          if (kind === 'text' && Number.isNaN(firstMs)) firstMs = performance.now() - begunAt;
        },
      );
      return { firstMs, result };
    };
    const found: TurnAtLength[] = [];
    let before = 0;
    for (const tokens of lengths) {
      const { result: filled } = await ask(tokens - questionTokens);
      before += filled.promptMs;
      const asked = [];
      for (let round = 0; round < rounds; round++) {
        asked.push(await ask(tokens));
        // The same place again: the question is forgotten, what stands before it stays.
        if (round < rounds - 1) await ask(tokens - questionTokens);
      }
      const [first] = asked;
      const read = asked.map(({ result }) => perSecond(result.promptTokens - result.reusedTokens, result.promptMs));
      const turn = {
        tokens,
        coldMs: before + (first?.firstMs ?? Number.NaN),
        followUpMs: asked.map(({ firstMs }) => firstMs),
        readPerSecond: read,
        writePerSecond: asked.map(({ result }) => perSecond(result.generatedTokens, result.generateMs)),
        ...(program === undefined ? {} : { bench: bench(program, modelPath, tokens, info.threads) }),
      };
      before += first?.result.promptMs ?? Number.NaN;
      found.push(turn);
      console.log(JSON.stringify(turn));
    }
    return found;
  } finally {
    await client.dispose();
  }
}

function bench(program: string, modelPath: string, tokens: number, threads: number): TurnAtLength['bench'] {
  const rows = runLlamaBench({
    ...{ program, modelPath, threads, batchTokens, libraries: packLibraries('linux-x64'), flashAttention: 'off' },
    ...{ depth: tokens - questionTokens, prompts: [questionTokens], newTokens: replyTokens, repetitions: rounds },
  });
  // It keeps the state of a length that it has read, so that further rounds take milliseconds.
  const speed = (wanted: 'promptTokens' | 'newTokens'): readonly number[] => rows.find((row) => row[wanted] > 0)?.tokensPerSecond ?? [];
  return { readPerSecond: speed('promptTokens'), writePerSecond: speed('newTokens') };
}

/** A process for each size: what one has given back may still be counted as its own. */
async function memory(): Promise<ScaleFigures['memory']> {
  const found = [];
  for (const contextTokens of contexts) {
    const client = ownClient();
    try {
      await load(client, tinyModel, contextTokens, contextTokens > 32_768);
      found.push({ contextTokens, bytes: residentBytes(client.pid) });
    } finally {
      await client.dispose();
    }
  }
  return found;
}

function perSecond(tokens: number, ms: number): number {
  return (tokens * 1000) / ms;
}

const modelPath = path.join(root, 'out/bench-one-layer.gguf');
mkdirSync(path.dirname(modelPath), { recursive: true });
try {
  writeRandomModel(tinyModel, modelPath, oneLayer);
  const figures: ScaleFigures = {
    questionTokens,
    turns: await turns(modelPath),
    memory: process.platform === 'linux' ? await memory() : [],
    kvBytesPerToken: tinyKvBytes,
  };
  console.log(JSON.stringify(figures));
} finally {
  rmSync(modelPath, { force: true });
}
