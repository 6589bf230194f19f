import type {
  CountTokensParams,
  CountTokensResult,
  GenerateParams,
  GenerateProgress,
  GenerateResult,
  LoadParams,
  LoadProgress,
  ModelInfo,
  ReadAheadParams,
  ReadAheadResult,
} from '../shared/inferenceProtocol.ts';

/** A server and its model, as the settings name them. */
export interface ServerChoice {
  readonly url: string;
  /** As the server lists it; empty: its only one. */
  readonly model: string;
  /** For a server that does not say its own; absent: GLM-Z1's native 32,768. */
  readonly contextTokens?: number;
}

/** What is to answer: a model file on this machine, or, where `server` is given, a model of that server. */
export type BackendLoad = Omit<LoadParams, 'progressToken'> & { readonly server?: ServerChoice };

/** How a backend ended by itself or was ended. `expected`: because it was asked to. */
export interface BackendExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly expected: boolean;
  /** Another window wished it. */
  readonly restarted?: true;
}

/** `info`: what this window loaded last, where that is loaded. `idle`: it was unloaded because nobody used it for a while. */
export interface ModelChange {
  readonly info: ModelInfo | undefined;
  readonly idle?: boolean;
}

/**
 * What answers questions: the inference process (`InferenceClient`), a server (`ServerBackend`), or whichever of them
 * the settings name (`Backends`). Methods reject with `LemmaFailure` alone; a cancelled `load` resolves with undefined,
 * a cancelled `generate` with `stop: 'cancelled'` after everything written so far was reported.
 */
export interface Backend {
  load(params: BackendLoad, onProgress: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<ModelInfo | undefined>;
  generate(
    params: Omit<GenerateParams, 'progressToken'>,
    onProgress: (progress: GenerateProgress) => void,
    signal?: AbortSignal,
    /** Of several replies, by their number: each stops one of them alone. */
    sampleSignals?: readonly AbortSignal[],
  ): Promise<GenerateResult>;
  /** Needs a loaded model. */
  countTokens(params: CountTokensParams): Promise<CountTokensResult>;
  /** Absent where there is nothing to be gained by it. See `ReadAheadParams`. */
  readAhead?(params: ReadAheadParams, signal?: AbortSignal): Promise<ReadAheadResult>;
  unload(): Promise<void>;
  /** Starts afresh, without a model. */
  restart(): Promise<unknown>;
  onDidExit(listener: (exit: BackendExit) => void): { dispose(): unknown };
  /**
   * Where windows share a backend: another one has changed the loaded model, or it was unloaded while idle.
   */
  onDidChangeModel?(listener: (change: ModelChange) => void): { dispose(): unknown };
  dispose(): Promise<void>;
}
