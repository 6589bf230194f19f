import { LemmaFailure } from '../core/errors.ts';
import type { GpuBackend, InsteadOfGpu, LoadProgress, ModelInfo } from '../shared/inferenceProtocol.ts';
import type { Backend, BackendLoad } from './backend.ts';

/**
 * Loads a model on the processor where the GPU's memory has no room for any of it: slow is better than not at all, and
 * `ModelInfo` says why. It stays so for that model until `forget`, since each try on the GPU is a process of its own.
 */
export class GpuFallback {
  readonly #backend: Pick<Backend, 'load'>;
  #known: { readonly of: string; readonly instead: InsteadOfGpu } | undefined;

  constructor(backend: Pick<Backend, 'load'>) {
    this.#backend = backend;
  }

  /** See `Backend.load`. */
  async load(params: BackendLoad, onProgress: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<ModelInfo | undefined> {
    const of = JSON.stringify([params.modelPath, params.gpu]);
    const onProcessor = (instead: InsteadOfGpu): Promise<ModelInfo | undefined> =>
      this.#backend.load({ ...params, gpu: 'cpu', instead }, onProgress, signal);
    if (this.#known?.of === of) return onProcessor(this.#known.instead);
    try {
      return await this.#backend.load(params, onProgress, signal);
    } catch (error) {
      const short = error instanceof LemmaFailure && error.error.code === 'insufficientMemory' ? error.error : undefined;
      if (short?.backend === undefined) throw error;
      const refusal = { backend: short.backend as GpuBackend, because: 'noMemory', detail: short.reason } as const;
      const instead = { asked: params.gpu, refused: [refusal] };
      this.#known = { of, instead };
      return onProcessor(instead);
    }
  }

  /** The next load tries the GPU again. */
  forget(): void {
    this.#known = undefined;
  }
}
