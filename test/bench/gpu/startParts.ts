/**
 * Where the time of a cold start goes: the library's own steps, one after the other, each timed. Some are internal, so only a
 * measurement looks at them; those of `loadModel` are done by themselves first and then within it.
 *
 *   node startParts.ts MODEL
 *
 * The last line is JSON, in milliseconds.
 */
import * as nodeModule from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { useCudaPack } from '../../../src/inference/cudaPack.ts';
import { checkWholeModel } from '../../../src/inference/wholeModel.ts';

const [modelPath = ''] = process.argv.slice(2);
const gpu = { cpu: false, cuda: 'cuda' }[process.env.LEMMA_BENCH_GPU ?? ''] as false | 'cuda' | undefined;
const contextTokens = 4096;
const times: Record<string, number> = { node: Math.round(process.uptime() * 1000) };

async function timed<Result>(what: string, work: () => Result | Promise<Result>): Promise<Result> {
  const begunAt = performance.now();
  const result = await work();
  times[what] = Math.round(performance.now() - begunAt);
  console.log(`${what}: ${times[what]} ms`);
  return result;
}

/** A module within the library. */
async function inside<Module>(file: string): Promise<Module> {
  const main = nodeModule.createRequire(import.meta.url).resolve('node-llama-cpp');
  return (await import(pathToFileURL(path.join(path.dirname(main), file)).href)) as Module;
}

interface Insights {
  readonly configurationResolver: { resolveModelGpuLayersV2(layers: unknown, options: object): Promise<{ gpuLayers: number }> };
}

useCudaPack();
const { getLlama, LlamaLogLevel } = await timed('import', () => import('node-llama-cpp'));
const { testBindingBinary } = await inside<{ testBindingBinary: (...args: unknown[]) => Promise<boolean> }>(
  'bindings/utils/testBindingBinary.js',
);
const { readGgufFileInfo } = await inside<typeof import('node-llama-cpp')>('gguf/readGgufFileInfo.js');
const { GgufInsights } = await inside<{ GgufInsights: { from: (info: unknown, llama: unknown) => Promise<Insights> } }>(
  'gguf/insights/GgufInsights.js',
);
const llama = await timed('start, with a trial of the binary', () =>
  getLlama({ gpu: gpu ?? 'auto', build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error, maxThreads: 0 }),
);
const pack = `linux-x64${llama.gpu === false ? '' : `-${llama.gpu}`}`;
const { getBinsDir } = (await import(`@node-llama-cpp/${pack}`)) as { getBinsDir: () => { binsDir: string } };
const binary = path.join(getBinsDir().binsDir, pack, 'llama-addon.node');
await timed('  the trial again', () => testBindingBinary(binary, undefined, llama.gpu));
await timed("header by Lemma's reader", () => checkWholeModel(modelPath));
const info = await timed("  header by the library's reader", () => readGgufFileInfo(modelPath, { sourceType: 'filesystem' }));
const insights = await timed('  its insights', () => GgufInsights.from(info, llama));
const fit = { fitContext: { contextSize: contextTokens } };
const { gpuLayers } = await timed('  how many layers fit', () =>
  insights.configurationResolver.resolveModelGpuLayersV2(llama.gpu === false ? 0 : fit, {
    useMmap: true,
    defaultContextFlashAttention: true,
  }),
);
const model = await timed('load, with all of this', () => llama.loadModel({ modelPath, gpuLayers: llama.gpu === false ? 0 : fit }));
const options = { contextSize: contextTokens, flashAttention: llama.gpu === false ? false : ('auto' as const) };
const context = await timed('context', () => model.createContext({ ...options, batchSize: llama.gpu === false ? 64 : 1024 }));
const sequence = context.getSequence();
const prompt = model.tokenize('Determine the range of possible values for a + b, where ab = a + b + 3. '.repeat(2), true);
const next = (): Promise<unknown> => sequence.evaluate(prompt, { temperature: 0 }).next();
await timed('first token', next);
await sequence.clearHistory();
await timed('  again', next);
await model.dispose();
const again = await timed('loaded once more', () => llama.loadModel({ modelPath, gpuLayers: gpuLayers }));
await again.dispose();
console.log(JSON.stringify({ gpu: llama.gpu, ...times }));
process.exit(0);
