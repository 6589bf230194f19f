/** Starts node-llama-cpp, the library around llama.cpp that runs the model. */
import { readFileSync } from 'node:fs';
import type { Llama } from 'node-llama-cpp';
import { LemmaFailure } from '../core/errors.ts';
import type { BackendRefusal, GpuChoice, LogParams } from '../shared/inferenceProtocol.ts';
import { leadTrials } from './binaryTrials.ts';
import type { BinaryTrials } from './binaryTrials.ts';
import { useCudaPack } from './cudaPack.ts';
import type { EngineLog } from './engine.ts';
import { backendFacts, refusals } from './llamaBackends.ts';

/** Version of the installed node-llama-cpp, read without loading it (loading takes half a second). */
export function engineVersion(): string {
  const manifest = new URL('../package.json', import.meta.resolve('node-llama-cpp'));
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return version;
}

/** What a file that was made by the engine, or for it, belongs to. */
export function engineVersions(llama: Llama): readonly string[] {
  return [engineVersion(), llama.llamaCppRelease.release];
}

/** The library with one backend. */
export interface StartedLlama {
  readonly llama: Llama;
  readonly asked: GpuChoice;
  readonly refused: readonly BackendRefusal[];
}

/**
 * Loads the library and a backend. Never builds or downloads anything: what is not installed does not exist. Where the
 * backend that was asked for does not start, the best other one does, and `refused` says why.
 * @throws LemmaFailure engineStartFailed when not even the processor can be used
 */
export async function startLlama(asked: GpuChoice, log: EngineLog, trials: BinaryTrials): Promise<StartedLlama> {
  useCudaPack();
  leadTrials(trials);
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp').catch((error: unknown) => {
    throw startFailed(messageOf(error));
  });
  const levels: Readonly<Record<string, LogParams['level']>> = {
    [LlamaLogLevel.fatal]: 'error',
    [LlamaLogLevel.error]: 'error',
    [LlamaLogLevel.warn]: 'warn',
    [LlamaLogLevel.info]: 'debug',
  };
  const start = (gpu: GpuChoice): Promise<Llama> =>
    getLlama({
      gpu: gpu === 'cpu' ? false : gpu,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.info,
      logger: (level, message) => log(levels[level] ?? 'trace', message.trimEnd()),
      // 0 lifts the library's own limit: it would silently cut the threads we ask for to the number of «math cores».
      maxThreads: 0,
    });
  let failed: string | undefined;
  // Without a binary that works the library makes no instance, so another backend can still be the first and only one.
  const llama = await start(asked)
    .catch((error: unknown) => {
      failed = messageOf(error);
      if (asked === 'auto' || asked === 'cpu') throw error;
      return start('auto');
    })
    .catch((error: unknown) => {
      throw startFailed(`No working backend for ${asked} is installed (${messageOf(error)}).`);
    });
  trials.started();
  const refused = refusals(asked, llama.gpu, backendFacts(), failed);
  log('info', `Backend: asked for ${asked}, runs on ${llama.gpu === false ? 'cpu' : llama.gpu}${refused.map(refusalLine).join('')}.`);
  return { llama, asked, refused };
}

function refusalLine({ backend, because, detail }: BackendRefusal): string {
  return `; ${backend}: ${because}${detail === undefined ? '' : ` (${detail})`}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function startFailed(reason: string): LemmaFailure {
  return new LemmaFailure({ code: 'engineStartFailed', reason });
}
