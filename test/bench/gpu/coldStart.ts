/** From the start of a process to its first token on a card, Lemma over llama.cpp alone, in turn; as `test/bench/start.ts`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { InferenceClient } from '../../../src/host/inferenceClient.ts';

export interface ColdStart {
  readonly extension: string;
  readonly modelPath: string;
  readonly work: string;
  /** A client whose process is its own, and not started yet. */
  readonly newClient: () => InferenceClient;
  readonly note: (what: string, measured: string, data?: unknown) => void;
}

const pairs = 3;
const contextTokens = 4096;
const question = 'Let a, b be positive real numbers such that ab = a + b + 3. Determine the range of possible values for a + b.';

interface Started {
  readonly ms: number;
  readonly prompt: string;
  readonly backend: string;
}

/** Notes the times of each pair and their ratios. The file is in the system's memory from the first start on. */
export async function measureColdStart({ extension, modelPath, work, newClient, note }: ColdStart): Promise<void> {
  const first = await startLemma(newClient(), modelPath);
  const promptFile = path.join(work, 'prompt.txt');
  writeFileSync(promptFile, first.prompt);
  const packs = path.join(extension, 'node_modules/@node-llama-cpp');
  const [pack] = readdirSync(packs).filter(
    (name) => name.startsWith('linux-x64') && (first.backend === 'cpu' || name.includes(first.backend)),
  );
  if (pack === undefined) throw new Error(`${packs} has no libraries for ${first.backend}.`);
  const libraries = path.join(packs, pack, 'bins', pack);
  const lemma: number[] = [];
  const llama: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    llama.push(await startLlama(path.join(extension, '..', 'llama-start'), libraries, [modelPath, promptFile], first.backend));
    lemma.push((await startLemma(newClient(), modelPath)).ms);
  }
  const ratios = lemma.map((ms, pair) => ms / (llama[pair] ?? Number.NaN));
  const seconds = (all: readonly number[]): string => all.map((ms) => (ms / 1000).toFixed(2)).join(', ');
  const words = `${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} times llama.cpp alone: ${seconds(lemma)} s and ${seconds(llama)} s`;
  note('cold start to the first token', `${words}; the very first ${seconds([first.ms])} s`, { lemma, llama, first: first.ms });
}

async function startLemma(client: InferenceClient, modelPath: string): Promise<Started> {
  const begunAt = performance.now();
  try {
    const info = await client.load({ modelPath, gpu: 'auto', contextTokens, threads: 0 }, () => undefined);
    if (!info) throw new Error('The load was cancelled.');
    const { trace } = await client.generate(
      {
        ...{ messages: [{ role: 'user', content: question }], profile: info.profile, maxTokens: 1, trace: true },
        sampling: { temperature: 0, topP: 1, topK: 0 },
      },
      () => undefined,
    );
    return { ms: performance.now() - begunAt, prompt: trace?.prompt ?? '', backend: info.device === 'gpu' ? info.backend : 'cpu' };
  } finally {
    await client.dispose();
  }
}

async function startLlama(program: string, libraries: string, files: readonly string[], backend: string): Promise<number> {
  const onGpu = backend !== 'cpu';
  // The batches are Lemma's on a card and on a processor.
  const args = [...files, String(contextTokens), onGpu ? '1024' : '64', '1', onGpu ? '99' : '0'];
  const env = { ...process.env, LD_LIBRARY_PATH: libraries };
  const begunAt = performance.now();
  const child = spawn(program, args, { cwd: libraries, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const spoken = once(child.stdout, 'data').then(() => performance.now() - begunAt);
  const ms = await Promise.race([spoken, ended.then(() => Number.NaN)]);
  await ended;
  if (Number.isNaN(ms)) throw new Error('llama-start has said nothing.');
  return ms;
}
