/**
 * What the product does on a machine with a GPU, step by step, as one JSON file and a Markdown table: the packaged
 * inference process, driven by the extension's own client, on a model of GLM-Z1-9B's shape (`randomModel.ts`).
 *
 *   node measure.mjs EXTENSION_FOLDER TINY_MODEL WORK_FOLDER
 *
 * Weights are random, so the figures count for speed and memory alone. Needs no network.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ownRuntime } from '../../../scripts/lib/ownRuntime.ts';
import { GpuFallback } from '../../../src/host/gpuFallback.ts';
import { InferenceClient } from '../../../src/host/inferenceClient.ts';
import type { GenerateProgress, GenerateResult, LoadParams, ModelInfo } from '../../../src/shared/inferenceProtocol.ts';
import { measureColdStart } from './coldStart.ts';
import { measureRatios } from './ratios.ts';
import { writeRandomModel } from './randomModel.ts';
import { measureSavedStates } from './savedStates.ts';

const [extension = '', tinyModel = '', work = ''] = process.argv.slice(2);
const modelPath = path.join(work, 'glm-z1-9b-random-q4_k_m.gguf');
const gpu = process.env.LEMMA_BENCH_GPU === 'cuda' ? 'cuda' : 'auto';
const sampling = { temperature: 0, topP: 1, topK: 1, seed: 1 } as const;
const lines: string[] = [];
const rows: (readonly [what: string, measured: string])[] = [];
const record: Record<string, unknown> = {};

const note = (what: string, measured: string, data?: unknown): void => {
  rows.push([what, measured]);
  if (data !== undefined) record[what] = data;
  console.log(`${what}: ${measured}`);
};
const log = (line: string): void => void lines.push(line);
const newClient = (env = process.env): InferenceClient =>
  new InferenceClient({
    modulePath: path.join(extension, 'dist', 'inference.mjs'),
    log: { error: log, warn: log, info: log, debug: log, trace: () => undefined },
    env,
  });
const client = newClient();

const loader = new GpuFallback(client);

/** MiB of the first card: used, and total. */
function vram(): { readonly used: number; readonly total: number; readonly name: string } {
  const out = execFileSync('nvidia-smi', ['--query-gpu=memory.used,memory.total,name', '--format=csv,noheader,nounits'], {
    encoding: 'utf8',
  });
  const [used = '0', total = '0', name = ''] = out.split('\n')[0]?.split(', ') ?? [];
  return { used: Number(used), total: Number(total), name };
}

/** MiB of a process that are its own, and all that it has mapped. */
function memoryOf(pid: number): { readonly own: number; readonly resident: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  return { own: Math.round(kilobytes('RssAnon') / 1024), resident: Math.round(kilobytes('VmRSS') / 1024) };
}

const load = async (change: Partial<LoadParams> = {}): Promise<ModelInfo> => {
  const info = await loader.load({ modelPath, gpu, contextTokens: 32_768, threads: 0, ...change }, () => undefined);
  if (!info) throw new Error('The load was cancelled.');
  return info;
};
const describe = (info: ModelInfo): string =>
  [
    `${info.device}, ${info.backend}${info.deviceName ? ` on ${info.deviceName}` : ''}`,
    `${info.gpuLayers} of ${info.layers} layers`,
    info.threadsFrom === 'measured' ? `${info.threads} threads, measured` : `${info.threads} threads`,
    `context ${info.contextTokens} of ${info.wantedContextTokens} wanted`,
    `${(info.loadMs / 1000).toFixed(1)} s`,
    info.refusedBackends.map(({ backend, because }) => `${backend}: ${because}`).join(', '),
    info.stepDowns
      .map(({ failed, contextTokens, gpuLayers }) => `${failed} did not fit (${contextTokens} tokens, ${gpuLayers} layers)`)
      .join(', '),
    info.yarn ? `YaRN ${info.yarn.taken ? 'in effect' : 'not taken'}, scale ${info.yarn.frequencyScale}` : '',
  ]
    .filter(Boolean)
    .join('; ');

/** A prompt of about so many tokens; the text is numbers, of which the tokens are known to be short. */
const promptOf = (words: number): string => Array.from({ length: words }, (_, index) => String(index % 10)).join(' ');

interface Generated {
  readonly result: GenerateResult;
  readonly arrivals: readonly number[];
}
const generate = async (info: ModelInfo, text: string, maxTokens: number): Promise<Generated> => {
  const arrivals: number[] = [];
  const onProgress = (progress: GenerateProgress): void => {
    if (progress.kind === 'text') arrivals.push(performance.now());
  };
  const result = await client.generate(
    { messages: [{ role: 'user', content: text }], profile: info.profile, sampling, maxTokens },
    onProgress,
  );
  return { result, arrivals };
};
const speeds = ({ result: { promptTokens, reusedTokens, promptMs, generatedTokens, generateMs } }: Generated): string => {
  const read = promptTokens - reusedTokens;
  const rate = (tokens: number, ms: number): string => `${((tokens * 1000) / ms).toFixed(tokens / ms > 0.1 ? 0 : 1)}/s`;
  return `read ${read} tokens at ${rate(read, promptMs)}, wrote ${generatedTokens} at ${rate(generatedTokens, generateMs)}`;
};

/** Takes video memory until so many MiB are left, by PyTorch, and resolves with what gives it back; undefined without PyTorch. */
async function occupyVram(leaveMiB: number): Promise<(() => Promise<void>) | undefined> {
  const { used, total } = vram();
  const script = `import torch,sys; x=torch.empty(${total - used - leaveMiB - 600}*1024*1024,dtype=torch.uint8,device='cuda'); torch.cuda.synchronize(); print('ready',flush=True); sys.stdin.read()`;
  const child = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const ready = new Promise<boolean>((done) => {
    child.stdout.once('data', () => done(true));
    child.once('close', () => done(false));
    child.once('error', () => done(false));
  });
  if (!(await ready)) return undefined;
  return async () => {
    child.stdin.end();
    await ended;
  };
}

/** The threads that the engine chooses where the processor has a share, and what they give. */
async function withMeasuredThreads(what: string, change: Partial<LoadParams>): Promise<void> {
  const threadsFile = path.join(work, 'threads.json');
  rmSync(threadsFile, { force: true });
  await client.unload();
  const info = await load({ ...change, threadsFile });
  note(`${what}, threads by measurement`, describe(info), info);
  note('  reply then', speeds(await generate(info, promptOf(50), 40)));
}

/** A pattern of the steps that are measured. */
const asked = new RegExp(process.env.LEMMA_STEPS ?? '');

async function step(name: string, act: () => Promise<void>): Promise<void> {
  if (!asked.test(name)) return;
  try {
    await act();
  } catch (error) {
    const { error: lemmaError } = error as { error?: unknown };
    note(name, `failed: ${lemmaError ? JSON.stringify(lemmaError) : String(error)}`);
  }
}

try {
  const hasGpu =
    existsSync('/usr/bin/nvidia-smi') || (process.env.PATH ?? '').split(':').some((folder) => existsSync(path.join(folder, 'nvidia-smi')));
  if (hasGpu) note('card', `${vram().name}, ${vram().total} MiB`);
  if (!existsSync(modelPath)) writeRandomModel(tinyModel, modelPath);
  note('model', `${(statSync(modelPath).size / 1e9).toFixed(2)} GB`);
  const before = hasGpu ? vram().used : 0;

  await step('auto, 32K', async () => {
    const info = await load();
    note('auto, 32K', describe(info), info);
    if (hasGpu) note('video memory taken', `${vram().used - before} MiB`);
    const memory = memoryOf(client.pid ?? process.pid);
    note('memory of the inference process', `${memory.own} MiB of its own, ${memory.resident} MiB resident`, memory);
    const short = await generate(info, promptOf(50), 300);
    note('short prompt', speeds(short), short.result);
    const gaps = short.arrivals.slice(1).map((at, index) => at - (short.arrivals[index] ?? at));
    note('messages of text', `${short.arrivals.length}, ${(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toFixed(1)} ms apart`);
    if (info.device !== 'gpu') return;
    const long = await generate(info, promptOf(1000), 100);
    note('prompt of 2,000 tokens', speeds(long), long.result);
  });
  await step('over llama-bench', async () => {
    const info = await load();
    await measureRatios({ extension, modelPath, info, client, note });
  });
  await step('saved states', () => measureSavedStates({ client, load, work, lines, note }));
  await step('cold start', async () => {
    await client.unload();
    await measureColdStart({ extension, modelPath, gpu, work, newClient: () => newClient(ownRuntime()), note });
  });
  await step('larger context', async () => {
    const info = await load({ contextTokens: 32_768, keepLargerContext: true });
    note('loaded again with the same settings', `${describe(info)} (the load time is that of the first one)`);
  });
  await step('YaRN, 128K', async () => {
    const info = await load({ contextTokens: 131_072, yarn: true });
    note('YaRN, 128K', describe(info), info);
    if (hasGpu) note('video memory taken with YaRN', `${vram().used - before} MiB`);
    // A processor would read for an hour.
    if (info.device !== 'gpu') return;
    const long = await generate(info, promptOf(20_000), 100);
    note('prompt of 40,000 tokens with YaRN', speeds(long), long.result);
  });
  await step('unload', async () => {
    await client.unload();
    if (hasGpu) note('video memory after unloading', `${vram().used - before} MiB more than before the start`);
  });
  await step('cuda asked for', async () => {
    const info = await load({ gpu: 'cuda', contextTokens: 4096 });
    note('cuda asked for, without its pack', describe(info), info.refusedBackends);
  });
  await step('processor', async () => {
    const info = await load({ gpu: 'cpu', contextTokens: 4096 });
    note('processor', describe(info), info);
    note('processor, short prompt', speeds(await generate(info, promptOf(50), 40)));
    await withMeasuredThreads('processor', { gpu: 'cpu', contextTokens: 4096 });
  });
  if (hasGpu) {
    for (const leave of [4500, 2000, 500]) {
      await step(`${leave} MiB of video memory left`, async () => {
        loader.forget();
        await client.restart();
        const giveBack = await occupyVram(leave);
        if (!giveBack) return note(`${leave} MiB of video memory left`, 'not measured: PyTorch is missing');
        try {
          const free = vram().total - vram().used;
          const info = await load({ contextTokens: 32_768 });
          note(`${leave} MiB of video memory left (${free} by nvidia-smi)`, describe(info), info);
          note('  reply then', speeds(await generate(info, promptOf(50), 30)));
          await withMeasuredThreads(`${leave} MiB left`, { contextTokens: 32_768 });
        } finally {
          await client.unload();
          await giveBack();
        }
      });
    }
  }
} finally {
  await client.dispose();
  writeFileSync(path.join(work, 'gpu.json'), `${JSON.stringify({ rows, record }, null, 2)}\n`);
  writeFileSync(path.join(work, 'engine.log'), `${lines.join('\n')}\n`);
  const table = ['| what | measured |', '| --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
  writeFileSync(path.join(work, 'gpu.md'), `${table}\n`);
  console.log(`\n${table}`);
}
