/** Starts node-llama-cpp, the library around llama.cpp that runs the model. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Llama } from 'node-llama-cpp';
import { LemmaFailure } from '../core/errors.ts';
import type { GpuChoice, LogParams } from '../shared/inferenceProtocol.ts';
import type { EngineLog } from './engine.ts';

/** Version of the installed node-llama-cpp, read without loading it (loading takes half a second). */
export function engineVersion(): string {
  const manifest = new URL('../package.json', import.meta.resolve('node-llama-cpp'));
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return version;
}

/**
 * Loads the library and a backend. Never builds or downloads anything: what is not installed does not exist.
 * @throws LemmaFailure engineStartFailed, also when an explicitly chosen backend is not there
 */
export async function startLlama(gpu: GpuChoice, log: EngineLog): Promise<Llama> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp').catch((error: unknown) => {
    throw startFailed(error instanceof Error ? error.message : String(error));
  });
  const levels: Readonly<Record<string, LogParams['level']>> = {
    [LlamaLogLevel.fatal]: 'error',
    [LlamaLogLevel.error]: 'error',
    [LlamaLogLevel.warn]: 'warn',
    [LlamaLogLevel.info]: 'debug',
  };
  const llama = await getLlama({
    gpu: gpu === 'off' ? false : gpu,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.info,
    logger: (level, message) => log(levels[level] ?? 'trace', message.trimEnd()),
    // 0 lifts the library's own limit: it would silently cut the threads we ask for to the number of «math cores».
    maxThreads: 0,
  }).catch((error: unknown) => {
    throw startFailed(`No working backend for ${gpu} is installed (${error instanceof Error ? error.message : String(error)}).`);
  });
  // Asked for a backend that its platform cannot have, the library gives the processor without a word.
  if (gpu !== 'auto' && gpu !== 'off' && llama.gpu !== gpu) throw startFailed(`No working backend for ${gpu} is installed.`);
  return llama;
}

function startFailed(reason: string): LemmaFailure {
  return new LemmaFailure({ code: 'engineStartFailed', reason });
}

/**
 * Threads for evaluation. By default one core is left to the event loops of this process and the editor:
 * llama.cpp's threads wait for each other by spinning, so a thread without a core of its own stalls all others
 * (measured in docs/design/0003-engine-and-threads.md).
 * @param wanted 0 for the default
 */
export function evaluationThreads(wanted: number, mathCores: number): number {
  if (wanted > 0) return wanted;
  return Math.max(1, Math.min(mathCores, availableParallelism() - 1));
}
