/** From the start of a process to its first token on a card, Lemma over llama.cpp alone, in turn; as `test/bench/start.ts`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { InferenceClient } from '../../../src/host/inferenceClient.ts';
import type { GpuChoice } from '../../../src/shared/inferenceProtocol.ts';
import { contextTokens, lemmaFirstToken, programFirstToken } from '../start/firstToken.ts';
import { packedLibraries, packedProgram } from './packed.ts';

export interface ColdStart {
  readonly extension: string;
  readonly modelPath: string;
  readonly gpu: GpuChoice;
  readonly work: string;
  /** A client whose process is its own, and not started yet. */
  readonly newClient: () => InferenceClient;
  readonly note: (what: string, measured: string, data?: unknown) => void;
}

const pairs = 3;

/** Notes the times of each pair and their ratios. The file is in the system's memory from the first start on. */
export async function measureColdStart({ extension, modelPath, gpu, work, newClient, note }: ColdStart): Promise<void> {
  const first = await lemmaFirstToken(newClient, modelPath, gpu, work);
  const promptFile = path.join(work, 'prompt.txt');
  writeFileSync(promptFile, first.prompt);
  const libraries = packedLibraries(extension, first.info);
  const onGpu = first.info.device === 'gpu';
  // The batches are Lemma's on a card and on a processor.
  const args = [modelPath, promptFile, contextTokens, onGpu ? 1024 : 64, 1, onGpu ? 99 : 0].map(String);
  const place = { cwd: libraries, env: { ...process.env, LD_LIBRARY_PATH: libraries } };
  const lemma: number[] = [];
  const llama: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [ms] = await programFirstToken(packedProgram(extension, 'llama-start', first.info), args, place, first.promptTokens);
    llama.push(ms);
    lemma.push((await lemmaFirstToken(newClient, modelPath, gpu, work)).ms);
  }
  const ratios = lemma.map((ms, pair) => ms / (llama[pair] ?? Number.NaN));
  const seconds = (all: readonly number[]): string => all.map((ms) => (ms / 1000).toFixed(2)).join(', ');
  const words = `${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} times llama.cpp alone: ${seconds(lemma)} s and ${seconds(llama)} s`;
  note('cold start to the first token', `${words}; the very first ${seconds([first.ms])} s`, { lemma, llama, first: first.ms });
}
