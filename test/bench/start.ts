/**
 * `npm run bench -- start`: from a cold start to the first token by Lemma's inference process, over llama.cpp itself, which
 * loads the same file and evaluates the same prompt in a process of its own. The files are in the system's memory, as those
 * of a model that was used today. Prints `StartFigures` on its last line.
 *
 * The tiny model is loaded in milliseconds, so that the start of Node is nearly all; of a larger one with random weights
 * loading counts too.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildWithLlama, packLibraries } from '../../scripts/lib/llamaBench.mjs';
import { ownRuntime } from '../../scripts/lib/ownRuntime.ts';
import { InferenceClient } from '../../src/host/inferenceClient.ts';
import { inferenceEnvironment } from '../../src/host/inferenceEnvironment.ts';
import { writeRandomModel } from './gpu/randomModel.ts';

const root = path.join(import.meta.dirname, '../..');
const out = path.join(root, 'out');
const tinyModel = path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf');
/** 0.4 GB in the types of Q4_K_M. */
const largerShape = {
  ...{ layers: 12, hidden: 2048, heads: 16, kvHeads: 2, headSize: 128, ffn: 6912, vocabulary: 32_768 },
};
const question = 'Let a, b be positive real numbers such that ab = a + b + 3. Determine the range of possible values for a + b.';
const contextTokens = 4096;
/** As Lemma reads on a processor. */
const batchTokens = 64;

export interface StartFigures {
  readonly models: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly promptTokens: number;
    /** Milliseconds to the first token, pair by pair; of the library alone in Node too. */
    readonly lemmaMs: readonly number[];
    readonly llamaMs: readonly number[];
    readonly libraryMs: readonly number[];
    /** Of `libraryMs`: importing the library, and starting it, which tries its binary in a process of its own. */
    readonly importMs: readonly number[];
    readonly libraryStartMs: readonly number[];
  }[];
}

const quiet = (): void => undefined;
const log = { error: console.error, warn: quiet, info: quiet, debug: quiet, trace: quiet };

interface Started {
  readonly ms: number;
  readonly promptTokens: number;
  readonly prompt: string;
  readonly threads: number;
}

/** With the client of the extension host and a process that is started for it. */
async function startLemma(modelPath: string): Promise<Started> {
  const env = ownRuntime();
  const begunAt = performance.now();
  const client = new InferenceClient({ modulePath: path.join(root, 'dist/inference.mjs'), log, env });
  try {
    const info = await client.load({ modelPath, gpu: 'cpu', contextTokens, threads: 0 }, quiet);
    if (!info) throw new Error('The load was cancelled.');
    const result = await client.generate(
      {
        ...{ messages: [{ role: 'user', content: question }], profile: info.profile, maxTokens: 1, trace: true },
        sampling: { temperature: 0, topP: 1, topK: 0 },
      },
      quiet,
    );
    const ms = performance.now() - begunAt;
    return { ms, promptTokens: result.promptTokens, prompt: result.trace?.prompt ?? '', threads: info.threads };
  } finally {
    await client.dispose();
  }
}

/** @returns milliseconds to the first line of output, and what stands on it behind the prompt's length and the token */
async function startProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv, promptTokens: number): Promise<number[]> {
  const begunAt = performance.now();
  const child = spawn(program, args, { cwd: packLibraries('linux-x64'), env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let line = '';
  let ms = Number.NaN;
  child.stdout.on('data', (data: Buffer) => {
    if (Number.isNaN(ms)) ms = performance.now() - begunAt;
    line += data.toString();
  });
  await ended;
  const [read, , ...more] = line.trim().split(' ').map(Number);
  if (read !== promptTokens) throw new Error(`${path.basename(program)} has read ${line.trim()}, not ${promptTokens}.`);
  return [ms, ...more];
}

async function measure(name: string, modelPath: string, program: string, pairs: number): Promise<StartFigures['models'][number]> {
  // The first start brings the file and the libraries into the system's memory, and tells the prompt.
  const { prompt, promptTokens, threads } = await startLemma(modelPath);
  const promptFile = path.join(out, 'bench-prompt.txt');
  writeFileSync(promptFile, prompt);
  const args = [modelPath, promptFile, contextTokens, batchTokens, threads].map(String);
  const libraries = packLibraries('linux-x64');
  const times = {
    lemmaMs: [] as number[],
    llamaMs: [] as number[],
    libraryMs: [] as number[],
    importMs: [] as number[],
    libraryStartMs: [] as number[],
  };
  for (let pair = 0; pair < pairs; pair++) {
    const [llamaMs = Number.NaN] = await startProgram(program, args, { ...process.env, LD_LIBRARY_PATH: libraries }, promptTokens);
    times.llamaMs.push(llamaMs);
    times.lemmaMs.push((await startLemma(modelPath)).ms);
    const script = path.join(import.meta.dirname, 'start/libraryStart.ts');
    const library = await startProgram(process.execPath, [script, ...args], inferenceEnvironment(process.env), promptTokens);
    const [libraryMs = Number.NaN, importMs = Number.NaN, libraryStartMs = Number.NaN] = library;
    times.libraryMs.push(libraryMs);
    times.importMs.push(importMs);
    times.libraryStartMs.push(libraryStartMs);
  }
  return { name, bytes: statSync(modelPath).size, promptTokens, ...times };
}

mkdirSync(out, { recursive: true });
const larger = path.join(out, 'bench-larger.gguf');
try {
  const program = await buildWithLlama('linux-x64', path.join(import.meta.dirname, 'start/llamaStart.cpp'));
  const models = [await measure('the tiny model', tinyModel, program, 7)];
  writeRandomModel(tinyModel, larger, largerShape);
  models.push(await measure('a larger model', larger, program, 5));
  console.log(JSON.stringify({ models } satisfies StartFigures));
} finally {
  rmSync(larger, { force: true });
}
