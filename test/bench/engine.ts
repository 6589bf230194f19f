/**
 * The engine's part of `npm run bench`: how fast the extension host receives tokens through the inference process,
 * over node-llama-cpp alone and llama.cpp's own llama-bench in the same run. Prints a table, and the figures as JSON on the last line.
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { buildLlamaBench, packLibraries } from '../../scripts/lib/llamaBench.mjs';
import { ownClient, quiet } from '../../scripts/lib/ownClient.ts';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import { inferenceEnvironment } from '../../src/host/inferenceEnvironment.ts';
import { median } from './figures.ts';
import { runLlamaBench } from './llamaBench.ts';

const root = path.join(import.meta.dirname, '../..');
const modelPath = path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf');

/** Product and library in turn, so that what else the machine does hits both. */
const pairs = 5;

export interface EngineFigures {
  /** As the host receives them, median. */
  readonly hostTokensPerSecond: number;
  /** node-llama-cpp alone with the same options as Lemma's, median. */
  readonly aloneTokensPerSecond: number;
  /** node-llama-cpp alone with flash attention, as it chooses by itself; one run. */
  readonly aloneFlashAttentionTokensPerSecond: number;
  /** Host over alone, pair by pair. */
  readonly ratioMin: number;
  readonly ratioMedian: number;
  readonly ratioMax: number;
  /** Milliseconds a token that Lemma adds to node-llama-cpp; median of the pairs. */
  readonly ownMsPerToken: number;
  readonly ownMsPerTokens: readonly number[];
  /** llama.cpp's own benchmark with the same options, on as many tokens; median. Absent where it cannot be built. */
  readonly benchTokensPerSecond?: number;
  /** Milliseconds a token that node-llama-cpp, with its sampling, adds to llama.cpp; median of the pairs. */
  readonly bindingMsPerToken?: number;
  /** From the request to the first text, the model loaded and the KV cache empty of this prompt; median. */
  readonly firstTextMs: number;
  readonly firstTextsMs: readonly number[];
  /** From the start of the process to a model that is ready. */
  readonly loadMs: number;
  readonly threads: number;
  readonly ratios: readonly number[];
}

/** Measures with the tiny model on the processor. Needs `dist/inference.mjs`. */
export async function measureEngine(): Promise<EngineFigures> {
  const client = ownClient();
  const alones: ChildProcess[] = [];
  try {
    const begunAt = performance.now();
    const info = await client.load({ modelPath, gpu: 'cpu', contextTokens: 4096, threads: 0 }, quiet);
    if (!info) throw new Error('The load was cancelled.');
    const loadMs = performance.now() - begunAt;
    const alone = await startAlone(info.threads, false);
    alones.push(alone);
    const host: number[] = [];
    const library: number[] = [];
    const bench: number[] = [];
    const firsts: number[] = [];
    const program = await buildLlamaBench('linux-x64').catch(() => undefined);
    for (let pair = 0; pair < pairs; pair++) {
      library.push(await aloneSpeed(alone));
      const { perSecond, firstMs } = await hostSpeed(client);
      host.push(perSecond);
      firsts.push(firstMs);
      if (program !== undefined) bench.push(benchSpeed(program, info.threads));
    }
    const withFlash = await startAlone(info.threads, true);
    alones.push(withFlash);
    const ratios = host.map((perSecond, pair) => perSecond / (library[pair] ?? Number.NaN)).sort((a, b) => a - b);
    const own = host.map((perSecond, pair) => 1000 / perSecond - 1000 / (library[pair] ?? Number.NaN));
    return {
      hostTokensPerSecond: median(host),
      aloneTokensPerSecond: median(library),
      aloneFlashAttentionTokensPerSecond: await aloneSpeed(withFlash),
      ownMsPerToken: median(own),
      ownMsPerTokens: own,
      ...(bench.length === 0
        ? {}
        : {
            benchTokensPerSecond: median(bench),
            bindingMsPerToken: median(bench.map((perSecond, pair) => 1000 / (library[pair] ?? Number.NaN) - 1000 / perSecond)),
          }),
      ratioMin: ratios[0] ?? Number.NaN,
      ratioMedian: median(ratios),
      ratioMax: ratios.at(-1) ?? Number.NaN,
      firstTextMs: median(firsts),
      firstTextsMs: firsts,
      loadMs,
      threads: info.threads,
      ratios,
    };
  } finally {
    for (const child of alones) child.disconnect();
    await client.dispose();
  }
}

/** A reply of about 1,500 tokens: its rate from the first text message to the last. */
async function hostSpeed(client: InferenceClient): Promise<{ perSecond: number; firstMs: number }> {
  const askedAt = performance.now();
  let firstAt = 0;
  let lastAt = 0;
  let tokens = 0;
  await client.generate(
    {
      messages: [{ role: 'user', content: 'count to 400' }],
      profile: 'glm-z1',
      sampling: { temperature: 0, topP: 1, topK: 0 },
      maxTokens: 4000,
    },
    (piece) => {
      if (piece.kind !== 'text') return;
      lastAt = performance.now();
      if (firstAt === 0) firstAt = lastAt;
      else tokens += piece.tokens;
    },
  );
  return { perSecond: (tokens / (lastAt - firstAt)) * 1000, firstMs: firstAt - askedAt };
}

/** As many tokens after an empty context as a reply has, without sampling. */
function benchSpeed(program: string, threads: number): number {
  const libraries = packLibraries('linux-x64');
  const options = { program, libraries, modelPath, threads, flashAttention: 'off', prompts: [], repetitions: 1 } as const;
  const [row] = runLlamaBench({ ...options, newTokens: 1500 });
  return row?.tokensPerSecond[0] ?? Number.NaN;
}

async function startAlone(threads: number, flashAttention: boolean): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, 'engineAlone.ts'), [modelPath, String(threads), String(flashAttention)], {
    env: inferenceEnvironment(process.env),
  });
  await once(child, 'message');
  return child;
}

async function aloneSpeed(child: ChildProcess): Promise<number> {
  child.send('run');
  const [{ tokens, ms }] = (await once(child, 'message')) as [{ tokens: number; ms: number }];
  return (tokens / ms) * 1000;
}

if (import.meta.main) {
  const figures = await measureEngine();
  const rows: [string, string][] = [
    ['host receives', `${figures.hostTokensPerSecond.toFixed(0)} tokens/s`],
    ['node-llama-cpp alone', `${figures.aloneTokensPerSecond.toFixed(0)} tokens/s`],
    ['  with flash attention', `${figures.aloneFlashAttentionTokensPerSecond.toFixed(0)} tokens/s`],
    ['ratio min / median / max', [figures.ratioMin, figures.ratioMedian, figures.ratioMax].map((ratio) => ratio.toFixed(3)).join(' / ')],
    ['Lemma’s own cost', `${figures.ownMsPerToken.toFixed(3)} ms a token (goal 0.1)`],
    ['llama-bench', figures.benchTokensPerSecond === undefined ? 'not built' : `${figures.benchTokensPerSecond.toFixed(0)} tokens/s`],
    ['node-llama-cpp’s own cost', `${((figures.bindingMsPerToken ?? Number.NaN) * 1000).toFixed(0)} µs a token`],
    ['first text after', `${figures.firstTextMs.toFixed(1)} ms`],
    ['start and load', `${figures.loadMs.toFixed(0)} ms`],
  ];
  for (const [what, value] of rows) console.log(`  ${what.padEnd(26)} ${value}`);
  console.log(JSON.stringify(figures));
}
