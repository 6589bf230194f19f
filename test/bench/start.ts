/**
 * `npm run bench -- start`: from a cold start to the first token by Lemma's inference process, over llama.cpp itself, which
 * loads the same file and evaluates the same prompt in a process of its own. The files are in the system's memory, as those
 * of a model that was used today. Prints `StartFigures` on its last line.
 *
 * The tiny model is loaded in milliseconds, so that the start of Node is nearly all; of a larger one with random weights
 * loading counts too.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildWithLlama, packLibraries } from '../../scripts/lib/llamaBench.mjs';
import { ownClient } from '../../scripts/lib/ownClient.ts';
import { ownRuntime } from '../../scripts/lib/ownRuntime.ts';
import { inferenceEnvironment } from '../../src/host/inferenceEnvironment.ts';
import { writeRandomModel } from './gpu/randomModel.ts';
import { contextTokens, lemmaFirstToken, programFirstToken } from './start/firstToken.ts';
import type { FirstToken } from './start/firstToken.ts';

const root = path.join(import.meta.dirname, '../..');
const out = path.join(root, 'out');
const tinyModel = path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf');
/** 0.4 GB in the types of Q4_K_M. */
const largerShape = {
  ...{ layers: 12, hidden: 2048, heads: 16, kvHeads: 2, headSize: 128, ffn: 6912, vocabulary: 32_768 },
};
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

function lemma(modelPath: string): Promise<FirstToken> {
  const env = ownRuntime();
  return lemmaFirstToken(() => ownClient(env), modelPath, 'cpu', path.join(out, 'bench-start'));
}

async function measure(name: string, modelPath: string, program: string, pairs: number): Promise<StartFigures['models'][number]> {
  // The first start brings the file and the libraries into the system's memory, and tells the prompt.
  const { prompt, promptTokens, info } = await lemma(modelPath);
  const promptFile = path.join(out, 'bench-prompt.txt');
  writeFileSync(promptFile, prompt);
  const args = [modelPath, promptFile, contextTokens, batchTokens, info.threads].map(String);
  const libraries = packLibraries('linux-x64');
  const times = {
    lemmaMs: [] as number[],
    llamaMs: [] as number[],
    libraryMs: [] as number[],
    importMs: [] as number[],
    libraryStartMs: [] as number[],
  };
  for (let pair = 0; pair < pairs; pair++) {
    const own = { cwd: libraries, env: { ...process.env, LD_LIBRARY_PATH: libraries } };
    const [llamaMs] = await programFirstToken(program, args, own, promptTokens);
    times.llamaMs.push(llamaMs);
    times.lemmaMs.push((await lemma(modelPath)).ms);
    const script = path.join(import.meta.dirname, 'start/libraryStart.ts');
    const place = { cwd: libraries, env: inferenceEnvironment(process.env) };
    const [libraryMs, importMs = Number.NaN, libraryStartMs = Number.NaN] = await programFirstToken(
      process.execPath,
      [script, ...args],
      place,
      promptTokens,
    );
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
