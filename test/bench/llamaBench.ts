/** Runs llama.cpp's own `llama-bench`, as scripts/lib/llamaBench.mjs builds it. */
import { execFileSync } from 'node:child_process';

export interface LlamaBenchOptions {
  readonly program: string;
  /** Folder of the pack's libraries, from which backends are loaded too. */
  readonly libraries: string;
  readonly modelPath: string;
  readonly threads?: number;
  readonly gpuLayers?: number;
  readonly flashAttention: 'on' | 'off' | 'auto';
  readonly batchTokens?: number;
  /** Lengths of prompts to be read; each is a row of its own. */
  readonly prompts: readonly number[];
  /** New tokens after an empty context; 0 leaves them out. */
  readonly newTokens: number;
  readonly repetitions: number;
  /** Tokens that the context holds before; absent: none. */
  readonly depth?: number;
}

export interface LlamaBenchRow {
  readonly promptTokens: number;
  readonly newTokens: number;
  /** One for each repetition. */
  readonly tokensPerSecond: readonly number[];
}

/** @throws the program's error */
export function runLlamaBench(options: LlamaBenchOptions): LlamaBenchRow[] {
  const { program, libraries, modelPath, threads, gpuLayers, flashAttention, batchTokens, prompts, newTokens, repetitions, depth } =
    options;
  const flag = { on: '1', off: '0', auto: '-1' }[flashAttention];
  const args = ['-m', modelPath, '-p', prompts.length === 0 ? '0' : prompts.join(','), '-n', String(newTokens)];
  args.push('-r', String(repetitions), '-fa', flag, '-o', 'json');
  if (depth !== undefined) args.push('-d', String(depth));
  if (threads !== undefined) args.push('-t', String(threads));
  if (gpuLayers !== undefined) args.push('-ngl', String(gpuLayers));
  if (batchTokens !== undefined) args.push('-b', String(batchTokens), '-ub', String(batchTokens));
  const output = execFileSync(program, args, {
    cwd: libraries,
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // A line of a backend may stand before it.
  const rows = JSON.parse(output.slice(output.search(/^\[/m))) as { n_prompt: number; n_gen: number; samples_ts: number[] }[];
  return rows.map(({ n_prompt, n_gen, samples_ts }) => ({ promptTokens: n_prompt, newTokens: n_gen, tokensPerSecond: samples_ts }));
}
