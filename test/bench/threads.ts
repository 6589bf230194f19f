/**
 * `npm run bench -- threads`: which threads are chosen at load, what they give over the default, and what choosing takes.
 * Prints a line for each, and the figures as JSON on the last line. The machine should be quiet: how busy it is, is not asked.
 *
 *   node threads.ts [MODEL [DEFAULT COUNTS]]     with other counts than the product has on this machine: `1 1,2`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LlamaEngine } from '../../src/inference/llamaEngine.ts';
import { startLlama } from '../../src/inference/llamaSetup.ts';
import { thisMachine } from '../../src/inference/llamaThreads.ts';
import type { LoadParams, ModelInfo } from '../../src/shared/inferenceProtocol.ts';
import { median } from './figures.ts';

const root = path.join(import.meta.dirname, '../..');
const [modelPath = path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf'), usual, counts] = process.argv.slice(2);
const rounds = 3;
const line = 'The sum of 12 and 30 is 42.\n';
const never = new AbortController().signal;
const folder = mkdtempSync(path.join(tmpdir(), 'lemma-bench-threads-'));
const threadsFile = path.join(folder, 'threads.json');

const said: string[] = [];
const engine = new LlamaEngine((_level, text) => void (text.startsWith('Threads:') && said.push(text)), startLlama, {
  plan: (mathCores) =>
    counts === undefined ? thisMachine.plan(mathCores) : { usual: Number(usual), ladder: counts.split(',').map(Number) },
  isBusy: () => false,
});

async function load(changes: Partial<LoadParams>): Promise<ModelInfo> {
  await engine.unload();
  return engine.load({ modelPath, gpu: 'cpu', contextTokens: 1024, threads: 0, progressToken: 'load', ...changes }, () => undefined, never);
}

/** Tokens a second. */
interface Speed {
  readonly written: number;
  readonly read: number;
}

async function speedWith(threads: number): Promise<Speed> {
  const { profile } = await load({ threads });
  const { promptTokens, promptMs, generatedTokens, generateMs } = await engine.generate(
    {
      messages: [{ role: 'user', content: line.repeat(12) }],
      ...{ profile, sampling: { temperature: 0, topP: 1, topK: 0 }, maxTokens: 48, progressToken: 'reply' },
    },
    () => undefined,
    never,
  );
  return { written: (generatedTokens / generateMs) * 1000, read: (promptTokens / promptMs) * 1000 };
}

const rounded = (value: number): number => Number(value.toPrecision(3));

try {
  // The file's pages are in memory from here on.
  const byDefault = (await load({})).threads;
  const loads: { readonly plain: number; readonly measured: number; readonly known: number }[] = [];
  let info: ModelInfo | undefined;
  for (let round = 0; round < rounds; round++) {
    rmSync(threadsFile, { force: true });
    const plain = (await load({})).loadMs;
    info = await load({ threadsFile });
    loads.push({ plain, measured: info.loadMs, known: (await load({ threadsFile })).loadMs });
  }
  const chosen = info?.threads ?? byDefault;
  const pairs: { readonly byDefault: Speed; readonly byChoice: Speed }[] = [];
  if (chosen !== byDefault)
    for (let round = 0; round < rounds; round++) pairs.push({ byDefault: await speedWith(byDefault), byChoice: await speedWith(chosen) });
  const ratios = (of: keyof Speed): number[] => pairs.map((pair) => rounded(pair.byChoice[of] / pair.byDefault[of]));
  const ms = (of: 'plain' | 'measured' | 'known'): number => rounded(median(loads.map((each) => each[of])));
  const figures = {
    ...{ byDefault, chosen, from: info?.threadsFrom, writtenRatios: ratios('written'), readRatios: ratios('read') },
    ...{ loadMs: ms('plain'), measuredLoadMs: ms('measured'), knownLoadMs: ms('known') },
    costMs: loads.map(({ plain, measured }) => Math.round(measured - plain)),
  };
  console.log(said.join('\n'));
  console.log(`${byDefault} threads by default, ${chosen} chosen (${figures.from})`);
  console.log(`Over the default: written ${figures.writtenRatios.join(', ')}, read ${figures.readRatios.join(', ')}`);
  console.log(`Load ${figures.loadMs} ms, with a measurement ${figures.measuredLoadMs}, with what it found ${figures.knownLoadMs}`);
  console.log(JSON.stringify(figures));
} finally {
  await engine.dispose();
  rmSync(folder, { recursive: true });
}
// Native threads may hold the process up.
process.exit(0);
