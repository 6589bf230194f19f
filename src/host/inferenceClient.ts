import { LemmaFailure } from '../core/errors.ts';
import type {
  CountTokensParams,
  CountTokensResult,
  DescribeMachineResult,
  GenerateParams,
  GenerateProgress,
  GenerateResult,
  GpuChoice,
  HelloResult,
  LoadParams,
  LoadProgress,
  ModelDescription,
  ModelInfo,
  ReadAheadParams,
  ReadAheadResult,
} from '../shared/inferenceProtocol.ts';
import {
  countTokensRequest,
  describeMachineRequest,
  describeModelsRequest,
  forgetRequest,
  generateProgress,
  generateRequest,
  loadProgress,
  loadRequest,
  readAheadRequest,
  unloadRequest,
} from '../shared/inferenceProtocol.ts';
import type { ModelChange } from './backend.ts';
import { Emitter } from './disposables.ts';
import type { InferenceExit, InferenceLog } from './inferenceConnection.ts';
import { cancelled, InferenceConnection, isCrash, otherBackend } from './inferenceConnection.ts';
import { joinProcess } from './inferenceJoin.ts';

export type { InferenceExit, InferenceLog } from './inferenceConnection.ts';

/** How often another process is tried when one ends at the moment this window comes in. */
const mostAttempts = 5;

export interface InferenceClientOptions {
  /** The bundle `dist/inference.mjs`. */
  readonly modulePath: string;
  readonly log: InferenceLog;
  /** What the process's environment is made from; absent: this process's. `LEMMA_RUNTIME_DIR` in it names the folder of its socket. */
  readonly env?: NodeJS.ProcessEnv;
  /** Of the extension: windows of other versions have a process of their own. */
  readonly version?: string;
  /** The process's own log; absent: beside its socket. */
  readonly logFile?: string;
}

interface Running {
  readonly connection: InferenceConnection;
  readonly hello: HelloResult;
}

/**
 * The window's side of the inference process: joins the one that the user's windows share, or starts it, and speaks
 * `inferenceProtocol` with it. Runs without `vscode`.
 *
 * Methods join the process when this window has not. They reject with `LemmaFailure` alone. When the process ends,
 * everything it still said is delivered first, then the waiting requests reject with `engineCrashed`, or with
 * `engineRestarted` when another window wished it.
 * One `load` or `generate` of all windows runs at a time; further ones wait in the process for their turn.
 */
export class InferenceClient {
  readonly #options: InferenceClientOptions;
  readonly #exited = new Emitter<InferenceExit>();
  readonly #modelChanged = new Emitter<ModelChange>();
  /**
   * Fires when another window has changed the loaded model: with the model that this window loaded last where that is
   * loaded again, else undefined. This window's next reply is written by its own model in any case.
   */
  readonly onDidChangeModel = this.#modelChanged.event;
  #joining: Promise<Running> | undefined;
  #running: Running | undefined;
  #disposed = false;
  #nextToken = 1;

  constructor(options: InferenceClientOptions) {
    this.#options = options;
  }

  /** Process id while this window is connected. */
  get pid(): number | undefined {
    return this.#running?.connection.endpoint.pid;
  }

  /** The process's own log, while this window is connected. */
  get logFile(): string | undefined {
    return this.#running?.connection.endpoint.logFile;
  }

  /** Called after every end of the process, or of its service to this window, once its requests are settled. */
  onDidExit(listener: (exit: InferenceExit) => void): { dispose(): unknown } {
    return this.#exited.event(listener);
  }

  /** Joins or starts the process, unless that is done. Rejects with engineStartFailed, engineFolderRefused, engineCrashed or protocolMismatch. */
  async start(): Promise<HelloResult> {
    return (await this.#ensure()).hello;
  }

  /**
   * Loads a model, at once where it is loaded already; in a new process when the present one runs on another backend.
   * @param onProgress receives 0 to 1
   * @returns undefined when it was cancelled
   */
  async load(
    params: Omit<LoadParams, 'progressToken'>,
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<ModelInfo | undefined> {
    if (signal?.aborted) return undefined;
    const { connection } = await this.#ensure();
    const progressToken = this.#token();
    const listener = connection.onProgress(loadProgress, progressToken, onProgress);
    try {
      return await connection.request(signal, (rpc, token) => rpc.sendRequest(loadRequest, { ...params, progressToken }, token));
    } catch (error) {
      if (error === cancelled) return undefined;
      if (error !== otherBackend) throw error;
    } finally {
      listener.dispose();
    }
    // A process has one backend for life; the next one has none yet.
    await connection.end();
    return this.load(params, onProgress, signal);
  }

  async unload(): Promise<void> {
    await this.#running?.connection.request(undefined, (rpc, token) => rpc.sendRequest(unloadRequest, token));
  }

  /** Writes a reply; cancelled, it resolves with `stop: 'cancelled'` after all text so far was reported. */
  async generate(
    params: Omit<GenerateParams, 'progressToken'>,
    onProgress: (progress: GenerateProgress) => void,
    signal?: AbortSignal,
    sampleSignals: readonly AbortSignal[] = [],
  ): Promise<GenerateResult> {
    if (signal?.aborted) return { stop: 'cancelled', promptTokens: 0, reusedTokens: 0, generatedTokens: 0, promptMs: 0, generateMs: 0 };
    const { connection } = await this.#ensure();
    const progressToken = this.#token();
    const listener = connection.onProgress(generateProgress, progressToken, onProgress);
    const over = new AbortController();
    for (const [sample, each] of sampleSignals.entries()) {
      const stop = (): void => connection.stopSample({ progressToken, sample });
      each.addEventListener('abort', stop, { signal: over.signal });
    }
    try {
      return await connection.request(signal, (rpc, token) => rpc.sendRequest(generateRequest, { ...params, progressToken }, token));
    } finally {
      over.abort();
      listener.dispose();
    }
  }

  /** Reads a conversation before its next question is asked, where a process runs and has nothing else to do. Aborted, it resolves with what was read. */
  async readAhead(params: ReadAheadParams, signal?: AbortSignal): Promise<ReadAheadResult> {
    const connection = this.#running?.connection;
    if (!connection || signal?.aborted) return { promptTokens: 0, readTokens: 0 };
    return connection.request(signal, (rpc, token) => rpc.sendRequest(readAheadRequest, params, token));
  }

  /** A conversation was deleted; where a process runs, it keeps nothing of it. */
  async forget(conversation: string): Promise<void> {
    const connection = this.#running?.connection;
    await connection?.request(undefined, (rpc, token) => rpc.sendRequest(forgetRequest, { conversation }, token));
  }

  async countTokens(params: CountTokensParams): Promise<CountTokensResult> {
    const { connection } = await this.#ensure();
    return connection.request(undefined, (rpc, token) => rpc.sendRequest(countTokensRequest, params, token));
  }

  /**
   * Measures the backend; in the process that runs, whatever backend it is on, so that no reply is disturbed.
   * @returns undefined when it was cancelled
   */
  async describeMachine(gpu: GpuChoice, signal?: AbortSignal): Promise<DescribeMachineResult | undefined> {
    if (signal?.aborted) return undefined;
    const { connection } = await this.#ensure();
    return this.#cancellable(() => connection.request(signal, (rpc, token) => rpc.sendRequest(describeMachineRequest, { gpu }, token)));
  }

  /** What GGUF files say of themselves, in the order of the paths. @returns undefined when it was cancelled */
  async describeModels(paths: readonly string[], signal?: AbortSignal): Promise<ModelDescription[] | undefined> {
    if (signal?.aborted) return undefined;
    const { connection } = await this.#ensure();
    return this.#cancellable(() => connection.request(signal, (rpc, token) => rpc.sendRequest(describeModelsRequest, { paths }, token)));
  }

  async #cancellable<Result>(request: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await request();
    } catch (error) {
      if (error === cancelled) return undefined;
      throw error;
    }
  }

  /** Ends the process, for other windows too, and starts a new one without a model. One that hangs is killed. */
  async restart(): Promise<HelloResult> {
    await (await this.#present())?.connection.end();
    return (await this.#ensure(true)).hello;
  }

  /** Leaves the process. It ends when no other window is there, and then this returns when it is gone. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await (await this.#present())?.connection.leave();
  }

  async #present(): Promise<Running | undefined> {
    return this.#running ?? (await this.#joining?.catch(() => undefined));
  }

  async #ensure(replaceHung = false): Promise<Running> {
    if (this.#disposed) throw new LemmaFailure({ code: 'engineStartFailed', reason: 'Lemma is being shut down.' });
    if (this.#running) return this.#running;
    this.#joining ??= this.#join(replaceHung).finally(() => (this.#joining = undefined));
    return this.#joining;
  }

  async #join(replaceHung: boolean, attempt = 1): Promise<Running> {
    const { modulePath, log, env = process.env, version = '0', logFile } = this.#options;
    const joined = await joinProcess({ modulePath, env, version, logFile }, replaceHung);
    const connection: InferenceConnection = new InferenceConnection(joined, {
      log,
      onModelChanged: ({ info, idle }) => this.#modelChanged.fire({ info: info ?? undefined, ...(idle ? { idle } : {}) }),
      onEnd: (exit) => {
        if (this.#running?.connection === connection) this.#running = undefined;
        this.#exited.fire(exit);
      },
    });
    const { own, endpoint } = connection;
    try {
      this.#running = { connection, hello: await connection.hello() };
    } catch (error) {
      // It ended at the moment this window came in; the next one lives longer.
      if (own || !isCrash(error) || attempt === mostAttempts) throw error;
      return this.#join(replaceHung, attempt + 1);
    }
    log.info(`[inference] ${own ? 'Started' : 'Joined'} process ${endpoint.pid}; its own log is ${endpoint.logFile}`);
    return this.#running;
  }

  #token(): string {
    return `lemma-${this.#nextToken++}`;
  }
}
