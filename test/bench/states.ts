/**
 * `npm run bench -- states`: what the context remembers of so many tokens, evaluated, kept in a file and read back, with the
 * header and the checksum that Lemma adds; and from how many tokens on keeping and reading take less than evaluating.
 * Prints a line for each length, and the figures as JSON on the last line.
 *
 *   node states.ts [MODEL [GPU [TOKENS …]]]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import type { Token } from 'node-llama-cpp';
import { usualThreads } from '../../src/core/models/threadChoice.ts';
import { StateFiles } from '../../src/inference/stateFiles.ts';
import { median } from './figures.ts';

const root = path.join(import.meta.dirname, '../..');
const [modelPath = path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf'), gpu = 'cpu', ...lengths] = process.argv.slice(2);
const counts = (lengths.length > 0 ? lengths : ['16', '64', '256', '1024', '4096', '16384']).map(Number);
const onCpu = gpu === 'cpu';
/** Of the product, see `llamaBatch.ts`. */
const batchSize = onCpu ? 64 : 512;
/** Long ones take tens of seconds each. */
const roundsOf = (tokens: number): number => (tokens > 4096 ? 1 : tokens > 1024 ? 3 : 5);

const llama = await getLlama({
  ...{ gpu: onCpu ? false : 'auto', build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error, maxThreads: 0 },
} as const);
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({
  ...{ contextSize: Math.max(...counts) + 64, batchSize, flashAttention: onCpu ? false : 'auto' },
  threads: usualThreads(availableParallelism(), llama.cpuMathCores),
});
const sequence = context.getSequence();
const text = model.tokenize('The sum of 12 and 30 is 42.\n'.repeat(40));
const folder = mkdtempSync(path.join(tmpdir(), 'lemma-bench-states-'));
const files = new StateFiles({ folder, mostBytes: 2 ** 40 });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work();
  return performance.now() - begunAt;
}

interface Times {
  readonly evaluateMs: number;
  readonly saveMs: number;
  readonly loadMs: number;
  readonly bytes: number;
}

async function measure(tokens: number): Promise<Times> {
  const ids: Token[] = Array.from({ length: tokens }, (_, index) => text[index % text.length] as Token);
  const id = { conversation: `tokens-${tokens}`, key: '0' };
  await sequence.clearHistory();
  const evaluateMs = await timed(async () => {
    for (let from = 0; from < tokens; from += batchSize)
      await sequence.evaluateWithoutGeneratingNewTokens(ids.slice(from, Math.min(from + batchSize, tokens)));
  });
  let bytes = 0;
  const saveMs = await timed(async () => {
    bytes = await files.write(id, { tokens, tokensDigest: '' }, (file) => sequence.saveStateToFile(file));
  });
  await sequence.clearHistory();
  const loadMs = await timed(async () => {
    const state = await files.read(id);
    if (!state) throw new Error('The state cannot be read back.');
    await sequence.loadStateFromFile(state.file, { acceptRisk: true });
  });
  if (sequence.nextTokenIndex !== tokens) throw new Error(`${sequence.nextTokenIndex} of ${tokens} tokens were read back.`);
  await files.forget(id.conversation);
  return { evaluateMs, saveMs, loadMs, bytes };
}

const rounded = (value: number): number => Number(value.toPrecision(3));

try {
  await measure(64);
  const figures = [];
  for (const tokens of counts) {
    const rounds: Times[] = [];
    for (let round = 0; round < roundsOf(tokens); round++) rounds.push(await measure(tokens));
    const of = (name: keyof Times): number => rounded(median(rounds.map((each) => each[name])));
    const ratios = rounds.map(({ evaluateMs, saveMs, loadMs }) => evaluateMs / (saveMs + loadMs));
    figures.push({
      ...{ tokens, evaluateMs: of('evaluateMs'), saveMs: of('saveMs'), loadMs: of('loadMs'), bytes: of('bytes') },
      ...{ ratio: rounded(median(ratios)), min: rounded(Math.min(...ratios)), max: rounded(Math.max(...ratios)) },
    });
  }
  for (const { tokens, evaluateMs, saveMs, loadMs, ratio } of figures)
    console.log(`${tokens} tokens: evaluated in ${evaluateMs} ms, kept in ${saveMs} ms, read back in ${loadMs} ms: ${ratio} times as fast`);
  console.log(JSON.stringify(figures));
} finally {
  rmSync(folder, { recursive: true });
}
