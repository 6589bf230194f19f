import type {
  CountTokensParams,
  CountTokensResult,
  DescribeMachineResult,
  GenerateParams,
  GenerateProgress,
  GenerateResult,
  GpuChoice,
  LoadParams,
  LogParams,
  ModelInfo,
  ReadAheadParams,
  ReadAheadResult,
} from '../shared/inferenceProtocol.ts';
import type { SavedStates } from '../shared/savedStates.ts';

/** Called for each line an engine has to say. */
export type EngineLog = (level: LogParams['level'], message: string) => void;

/**
 * What the inference process needs of an engine. One model at a time; `load`, `unload`, `generate`,
 * `readAhead` and `dispose` are never called while another of them runs (`FairQueue` sees to that).
 * All methods fail with `LemmaFailure`.
 */
export interface Engine {
  /**
   * Loads a model in place of the present one; at once when it is loaded already with the same parameters.
   * Aborted: rejects with `signal.reason`, and no model is loaded.
   * @param onProgress receives 0 to 1
   */
  load(params: LoadParams, onProgress: (fraction: number) => void, signal: AbortSignal): Promise<ModelInfo>;
  /** The loaded model, if `load` with these parameters would give it at once. */
  loadedWith(params: Omit<LoadParams, 'progressToken'>): ModelInfo | undefined;
  /** Where what the context remembers of conversations is kept from now on. May be called at any time. */
  keepStates(where: SavedStates): void;
  /** A conversation was deleted: nothing is kept of it. May be called at any time. Never fails. */
  forget(conversation: string): Promise<void>;
  /** Frees the model, if any; what the context remembers is kept where that was asked for. */
  unload(): Promise<void>;
  /** Tokens of a prompt, without evaluating it. May be called while `generate` runs. */
  countTokens(params: CountTokensParams): CountTokensResult;
  /** Starts a backend unless one runs, and measures it. May be called while `generate` runs. @param gpu counts at the first start alone */
  describeMachine(gpu: GpuChoice): Promise<DescribeMachineResult>;
  /**
   * Writes a reply. Aborted: resolves with `stop: 'cancelled'` after all text so far was reported.
   * @param sampleSignal of one of several replies, to stop it alone
   */
  generate(
    params: GenerateParams,
    onProgress: (progress: GenerateProgress) => void,
    signal: AbortSignal,
    sampleSignal?: (sample: number) => AbortSignal,
  ): Promise<GenerateResult>;
  /** Reads a conversation before its next question is asked. Aborted: resolves within one batch, and what was read is kept. */
  readAhead(params: ReadAheadParams, signal: AbortSignal): Promise<ReadAheadResult>;
  /** Frees everything. The engine cannot be used after it. */
  dispose(): Promise<void>;
}
