/** From the start of a process to its first token: of Lemma, and of a program that is compared with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { InferenceClient } from '../../../src/host/inferenceClient.ts';
import type { GpuChoice, ModelInfo } from '../../../src/shared/inferenceProtocol.ts';

export const contextTokens = 4096;
const question = 'Let a, b be positive real numbers such that ab = a + b + 3. Determine the range of possible values for a + b.';

export interface FirstToken {
  readonly ms: number;
  readonly info: ModelInfo;
  readonly promptTokens: number;
  /** The whole text of it, for the programs that are compared. */
  readonly prompt: string;
}

/**
 * @param newClient whose process is its own, and not started yet; it is ended here
 * @param storage folder that is kept between starts, as the extension has one
 */
export async function lemmaFirstToken(
  newClient: () => InferenceClient,
  modelPath: string,
  gpu: GpuChoice,
  storage: string,
): Promise<FirstToken> {
  const begunAt = performance.now();
  const client = newClient();
  const savedStates = { folder: path.join(storage, 'states'), mostBytes: 0 };
  const quiet = (): void => undefined;
  try {
    const info = await client.load({ modelPath, gpu, contextTokens, threads: 0, savedStates }, quiet);
    if (!info) throw new Error('The load was cancelled.');
    const { promptTokens, trace } = await client.generate(
      {
        ...{ messages: [{ role: 'user', content: question }], profile: info.profile, maxTokens: 1, trace: true },
        sampling: { temperature: 0, topP: 1, topK: 0 },
      },
      quiet,
    );
    return { ms: performance.now() - begunAt, info, promptTokens, prompt: trace?.prompt ?? '' };
  } finally {
    await client.dispose();
  }
}

/**
 * A program that reads the same prompt and prints a line of numbers with its first token: how many tokens the prompt has, the
 * token, and what else it has to say.
 * @returns milliseconds to that line, and what else stands on it
 */
export async function programFirstToken(
  program: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  promptTokens: number,
): Promise<readonly [ms: number, ...more: number[]]> {
  const begunAt = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let line = '';
  let ms = Number.NaN;
  child.stdout.on('data', (data: Buffer) => {
    if (Number.isNaN(ms)) ms = performance.now() - begunAt;
    line += data.toString();
  });
  await ended;
  const [read, , ...more] = line.trim().split(' ').map(Number);
  if (read !== promptTokens) throw new Error(`${program} has read ${line.trim()}, not ${promptTokens}.`);
  return [ms, ...more];
}
