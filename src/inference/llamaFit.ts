/**
 * Gets a model and its context into memory: as many layers on the GPU as fit beside the context that the next turn needs.
 * Where that fails after all, a smaller context is tried and then fewer layers, and each step is kept to be told.
 */
import type { Llama, LlamaContext, LlamaContextOptions, LlamaModel } from 'node-llama-cpp';
import type { LemmaError } from '../core/errors.ts';
import { LemmaFailure } from '../core/errors.ts';
import type { LoadAttempt } from '../core/models/contextPlan.ts';
import { stepDown } from '../core/models/contextPlan.ts';
import type { YarnScaling } from '../core/models/yarn.ts';
import { yarnContextTokens } from '../core/models/yarn.ts';
import type { MemoryReport, StepDown } from '../shared/inferenceProtocol.ts';

/** What is needed of the library: a seam, since video memory that is short cannot be had on every machine. */
export type FitLlama = Pick<Llama, 'gpu' | 'loadModel' | 'getVramState' | 'getRamState'>;

export interface FitRequest {
  readonly modelPath: string;
  readonly architecture: string;
  readonly contextTokens: number;
  readonly leastContextTokens: number;
  readonly yarn: YarnScaling | undefined;
  /** All layers go to the GPU without reckoning (`fitsAmply`). */
  readonly ample: boolean;
  /** For a context of so many tokens, once the model is there. */
  readonly contextOptions: (model: LlamaModel, contextTokens: number) => Promise<LlamaContextOptions>;
  readonly onProgress: (fraction: number) => void;
  readonly signal: AbortSignal;
  /** Runs one step and gives its failure the engine's own words. */
  readonly step: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

export interface Fitted {
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly wantedContextTokens: number;
  readonly stepDowns: readonly StepDown[];
}

/** @throws LemmaFailure insufficientMemory when not even the smallest try fits; and what `step` throws */
export async function loadFitting(llama: FitLlama, request: FitRequest): Promise<Fitted> {
  const stepDowns: StepDown[] = [];
  let attempt: LoadAttempt | undefined = { contextTokens: request.contextTokens, gpuLayers: 'fit' };
  let wanted = request.contextTokens;
  let model: LlamaModel | undefined;
  let last: unknown;
  let { ample } = request;
  try {
    while (attempt) {
      const tried: LoadAttempt = attempt;
      try {
        model ??= await request.step(() => llama.loadModel(modelOptions(llama, { ...request, ample }, tried)));
        wanted = Math.min(request.contextTokens, model.trainContextSize);
        const contextSize = Math.min(tried.contextTokens, wanted);
        const loaded: LlamaModel = model;
        const options = await request.contextOptions(loaded, contextSize);
        const context = await request.step(() => loaded.createContext({ ...options, contextSize }));
        return { model, context, wantedContextTokens: wanted, stepDowns };
      } catch (error) {
        if (!isShortOfMemory(error)) throw error;
        last = error;
        if (ample) {
          // What was said to be free was not: now it is reckoned.
          ample = false;
          await model?.dispose();
          model = undefined;
          continue;
        }
        const failed = model ? 'context' : 'model';
        const gpuLayers = model?.gpuLayers ?? layersTried(tried, stepDowns);
        const { contextTokens } = tried;
        stepDowns.push({
          failed,
          contextTokens: Math.min(contextTokens, wanted),
          gpuLayers: Math.max(0, gpuLayers),
          reason: error.error.reason,
        });
        const limits = { leastContextTokens: Math.min(request.leastContextTokens, wanted), wantedContextTokens: wanted };
        attempt = stepDown(
          { ...tried, contextTokens: Math.min(contextTokens, wanted) },
          failed,
          llama.gpu === false ? 0 : gpuLayers,
          limits,
        );
        if (attempt && attempt.gpuLayers !== tried.gpuLayers) {
          await model?.dispose();
          model = undefined;
        }
      }
    }
    throw isShortOfMemory(last) && llama.gpu !== false ? new LemmaFailure({ ...last.error, backend: llama.gpu }) : last;
  } catch (error) {
    await model?.dispose();
    throw error;
  }
}

/** The layers of a try whose weights did not fit: unknown to the library, so many are assumed that halving them helps. */
function layersTried({ gpuLayers }: LoadAttempt, earlier: readonly StepDown[]): number {
  return gpuLayers === 'fit' ? (earlier.at(-1)?.gpuLayers ?? unknownLayers) : gpuLayers;
}

/** More than any model of the family has. */
const unknownLayers = 64;

function modelOptions(llama: FitLlama, request: FitRequest, { contextTokens, gpuLayers }: LoadAttempt): Parameters<Llama['loadModel']>[0] {
  const fit = { fitContext: { contextSize: contextTokens } };
  const all = request.ample && llama.gpu !== false && gpuLayers === 'fit';
  return {
    modelPath: request.modelPath,
    gpuLayers: llama.gpu === false ? 0 : gpuLayers === 'fit' ? fit : gpuLayers,
    // With the file mapped, as llama.cpp has it by default: the library would reckon both ways to choose.
    ...(all ? { gpuLayers: 'max' as const, useMmap: true } : {}),
    onLoadProgress: request.onProgress,
    loadSignal: request.signal,
    ...(request.yarn ? { metadataOverrides: yarnOverrides(request.architecture, request.yarn) } : {}),
  };
}

/**
 * JavaScript's 4.0 is an integer, and llama.cpp takes only a float here: «expected float but got int», and the override is
 * silently without effect. A number with a fraction is passed as a float; in 32 bits the nearest one is 4 again.
 */
export function yarnOverrides(architecture: string, { factor, originalContextTokens }: YarnScaling): Record<string, unknown> {
  const float = Number.isInteger(factor) ? factor * (1 + 2.5e-8) : factor;
  return {
    [architecture]: {
      context_length: yarnContextTokens({ factor, originalContextTokens }),
      rope: { scaling: { type: 'yarn', factor: float, original_context_length: originalContextTokens } },
    },
  };
}

export async function measureMemory(llama: FitLlama): Promise<MemoryReport> {
  const ram = await llama.getRamState();
  const vram = llama.gpu === false ? undefined : await llama.getVramState();
  return {
    ramTotal: ram.total,
    ramFree: ram.free,
    ...(vram ? { vramTotal: vram.total, vramFree: vram.free } : {}),
  };
}

function isShortOfMemory(error: unknown): error is LemmaFailure & { readonly error: Extract<LemmaError, { code: 'insufficientMemory' }> } {
  return error instanceof LemmaFailure && error.error.code === 'insufficientMemory';
}

/** llama.cpp's own lines about an allocation that failed; the library calls that a load that failed. */
export function saysOutOfMemory(reason: string): boolean {
  return /out of memory|(?:failed|unable) to allocate|OutOf(?:Device|Host)Memory|cudaMalloc failed|cannot allocate memory/i.test(reason);
}

/** Ever smaller sizes down to `least`. */
export function halvings(from: number, least: number): number[] {
  const sizes: number[] = [];
  for (let size = Math.ceil(from / 2); size > least; size = Math.ceil(size / 2)) sizes.push(size);
  return from > least ? [...sizes, least] : [];
}
