import type { MessageConnection } from 'vscode-jsonrpc/node';
import {
  CancellationTokenSource,
  ConnectionError,
  createMessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import type { CancellationToken, DataCallback, Disposable } from 'vscode-jsonrpc';
import type { LemmaError } from '../core/errors.ts';
import { LemmaFailure } from '../core/errors.ts';
import type {
  CountTokensParams,
  CountTokensResult,
  DescribeMachineResult,
  EndingParams,
  GenerateParams,
  GenerateProgress,
  GenerateResult,
  GpuChoice,
  HelloResult,
  LoadParams,
  LoadProgress,
  ModelDescription,
  ModelInfo,
} from '../shared/inferenceProtocol.ts';
import {
  countTokensRequest,
  describeMachineRequest,
  describeModelsRequest,
  endingNotification,
  endRequest,
  generateProgress,
  generateRequest,
  helloRequest,
  inferenceProtocolVersion,
  leaveRequest,
  loadProgress,
  loadRequest,
  logNotification,
  modelChangedNotification,
  otherBackendCode,
  requestCancelledCode,
  unloadRequest,
} from '../shared/inferenceProtocol.ts';
import type { ModelChange } from './backend.ts';
import { Emitter } from './disposables.ts';
import type { Joined, ProcessEnd } from './inferenceJoin.ts';
import { describeEnd, joinProcess } from './inferenceJoin.ts';
import { logSize, rawLines } from './inferenceLogFile.ts';

/** Milliseconds that a process has to end when it is asked to. */
const endMs = 2_500;

/** Milliseconds for the first answer, and how often another process is tried when one ends at that moment. */
const helloMs = 30_000;
const mostAttempts = 5;

/** Milliseconds from the end of the connection to the process's own, where this window started it. */
const exitMs = 2_000;

/** Turns of the event loop without anything new after which everything received has been handed out. */
const quietTurns = 3;

/** Where log lines go; `vscode.LogOutputChannel` fits. */
export interface InferenceLog {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
  trace(message: string): void;
}

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

/**
 * How the process ended for this window. Exit code and signal are known to the window that started it alone; elsewhere
 * both are null, besides what the process itself could still say.
 * `expected`: this client wished it; the process may live on for other windows.
 * `restarted`: another window wished it.
 */
export interface InferenceExit extends ProcessEnd {
  readonly expected: boolean;
  readonly restarted?: true;
}

/** A process with its connection. */
interface Running extends Joined {
  readonly connection: MessageConnection;
  readonly ended: Promise<void>;
  /** Rejects the requests that still wait. */
  readonly pending: Set<(error: LemmaFailure) => void>;
  hello: HelloResult | undefined;
  /** Its end was asked for, or the connection's. */
  stopping: boolean;
  /** It lives on for other windows. */
  left: boolean;
  /** The process's last words. */
  because: EndingParams['because'] | undefined;
  /** What requests are rejected with since it has ended. */
  failure: LemmaFailure | undefined;
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
    return this.#running?.endpoint.pid;
  }

  /** The process's own log, while this window is connected. */
  get logFile(): string | undefined {
    return this.#running?.endpoint.logFile;
  }

  /** Called after every end of the process, or of its service to this window, once its requests are settled. */
  onDidExit(listener: (exit: InferenceExit) => void): { dispose(): unknown } {
    return this.#exited.event(listener);
  }

  /** Joins or starts the process, unless that is done. Rejects with engineStartFailed, engineFolderRefused, engineCrashed or protocolMismatch. */
  async start(): Promise<HelloResult> {
    const running = await this.#ensure();
    return running.hello ?? Promise.reject(new LemmaFailure({ code: 'internal', reason: 'No hello was said.' }));
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
    const running = await this.#ensure();
    const progressToken = this.#token();
    const listener = running.connection.onProgress(loadProgress, progressToken, onProgress);
    try {
      return await this.#request(running, signal, (token) =>
        running.connection.sendRequest(loadRequest, { ...params, progressToken }, token),
      );
    } catch (error) {
      if (error === cancelled) return undefined;
      if (error !== otherBackend) throw error;
    } finally {
      listener.dispose();
    }
    // A process has one backend for life; the next one has none yet. Its answer may not come any more.
    settled(running, () => running.connection.sendRequest(endRequest)).catch(() => undefined);
    await this.#awaitEnd(running);
    return this.load(params, onProgress, signal);
  }

  async unload(): Promise<void> {
    const running = this.#running;
    if (running) await this.#request(running, undefined, (token) => running.connection.sendRequest(unloadRequest, token));
  }

  /** Writes a reply; cancelled, it resolves with `stop: 'cancelled'` after all text so far was reported. */
  async generate(
    params: Omit<GenerateParams, 'progressToken'>,
    onProgress: (progress: GenerateProgress) => void,
    signal?: AbortSignal,
  ): Promise<GenerateResult> {
    if (signal?.aborted) return { stop: 'cancelled', promptTokens: 0, reusedTokens: 0, generatedTokens: 0, promptMs: 0, generateMs: 0 };
    const running = await this.#ensure();
    const progressToken = this.#token();
    const listener = running.connection.onProgress(generateProgress, progressToken, onProgress);
    try {
      return await this.#request(running, signal, (token) =>
        running.connection.sendRequest(generateRequest, { ...params, progressToken }, token),
      );
    } finally {
      listener.dispose();
    }
  }

  async countTokens(params: CountTokensParams): Promise<CountTokensResult> {
    const running = await this.#ensure();
    return this.#request(running, undefined, (token) => running.connection.sendRequest(countTokensRequest, params, token));
  }

  /**
   * Measures the backend; in the process that runs, whatever backend it is on, so that no reply is disturbed.
   * @returns undefined when it was cancelled
   */
  async describeMachine(gpu: GpuChoice, signal?: AbortSignal): Promise<DescribeMachineResult | undefined> {
    if (signal?.aborted) return undefined;
    const running = await this.#ensure();
    return this.#cancellable(() =>
      this.#request(running, signal, (token) => running.connection.sendRequest(describeMachineRequest, { gpu }, token)),
    );
  }

  /** What GGUF files say of themselves, in the order of the paths. @returns undefined when it was cancelled */
  async describeModels(paths: readonly string[], signal?: AbortSignal): Promise<ModelDescription[] | undefined> {
    if (signal?.aborted) return undefined;
    const running = await this.#ensure();
    return this.#cancellable(() =>
      this.#request(running, signal, (token) => running.connection.sendRequest(describeModelsRequest, { paths }, token)),
    );
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
    const running = this.#running ?? (await this.#joining?.catch(() => undefined));
    if (running) {
      settled(running, () => running.connection.sendRequest(endRequest)).catch(() => undefined);
      await this.#awaitEnd(running);
    }
    return (await this.#ensure(true)).hello ?? this.start();
  }

  /** Leaves the process. It ends when no other window is there, and then this returns when it is gone. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const running = this.#running ?? (await this.#joining?.catch(() => undefined));
    if (!running) return;
    settled(running, () => running.connection.sendRequest(leaveRequest))
      .then(({ last }) => {
        if (last) return;
        running.left = true;
        running.socket.destroy();
      })
      .catch(() => undefined);
    await this.#awaitEnd(running, false);
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
    const reader = new CountingReader(joined.socket);
    let handled = 0;
    const connection = createMessageConnection(reader, new SocketMessageWriter(joined.socket), undefined, {
      messageStrategy: {
        handleMessage(message, next) {
          handled++;
          return next(message);
        },
      },
    });
    connection.onNotification(logNotification, ({ level, message }) => log[level](`[inference] ${message}`));
    connection.onNotification(modelChangedNotification, ({ info, idle }) =>
      this.#modelChanged.fire({ info: info ?? undefined, ...(idle ? { idle } : {}) }),
    );
    connection.onNotification(endingNotification, ({ because }) => {
      running.because = because;
    });
    // Errors of the connection itself are followed by its end, which settles the requests.
    connection.onError(([error]) => log.debug(`[inference] connection: ${error.message}`));
    const closed = new Promise<void>((resolve) => joined.socket.once('close', () => resolve()));
    const ended = closed.then(async () => {
      // The connection hands out one message a turn of the event loop; what the process said before its end comes first.
      for (let turns = 0, before = -1; turns < quietTurns; turns++) {
        if (handled < reader.received || reader.received !== before) turns = 0;
        before = reader.received;
        await new Promise((resolve) => setImmediate(resolve));
      }
      this.#settle(running, await endOf(running), logBytes);
    });
    const running: Running = {
      ...joined,
      connection,
      ended,
      pending: new Set(),
      hello: undefined,
      stopping: false,
      left: false,
      because: undefined,
      failure: undefined,
    };
    const logBytes = logSize(joined.endpoint.logFile);
    connection.listen();
    joined.socket.resume();
    try {
      await this.#hello(running);
    } catch (error) {
      // It ended at the moment this window came in; the next one lives longer.
      if (running.own || !isCrash(error) || attempt === mostAttempts) throw error;
      return this.#join(replaceHung, attempt + 1);
    }
    this.#running = running;
    log.info(`[inference] ${running.own ? 'Started' : 'Joined'} process ${joined.endpoint.pid}; its own log is ${joined.endpoint.logFile}`);
    return running;
  }

  async #hello(running: Running): Promise<void> {
    const { connection, own } = running;
    // Closing the connection lets the request fail.
    const timer = setTimeout(() => running.socket.destroy(), helloMs);
    try {
      const answer = await settled(running, () => connection.sendRequest(helloRequest, { protocolVersion: inferenceProtocolVersion }));
      if (answer.protocolVersion !== inferenceProtocolVersion) {
        throw new LemmaFailure({ code: 'protocolMismatch', host: inferenceProtocolVersion, inference: answer.protocolVersion });
      }
      running.hello = answer;
    } catch (error) {
      running.stopping = true;
      running.watch.destroy();
      running.socket.destroy();
      await running.ended;
      const failure = toFailure(error);
      if (own && isCrash(failure)) throw new LemmaFailure({ code: 'engineStartFailed', reason: describeEnd(failure.error) });
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells everybody that the process is gone. */
  #settle(running: Running, end: ProcessEnd, logBytes: number): void {
    const { log } = this.#options;
    const { stopping, because, pending, connection, endpoint } = running;
    if (this.#running === running) this.#running = undefined;
    running.watch.destroy();
    const restarted = because === 'restarted' && !stopping;
    const error: LemmaError = restarted ? { code: 'engineRestarted' } : { code: 'engineCrashed', ...end };
    running.failure = new LemmaFailure(error);
    for (const reject of [...pending]) reject(running.failure);
    connection.dispose();
    if (restarted) log.info('[inference] Another window has restarted the engine.');
    else if (!stopping) {
      for (const line of rawLines(endpoint.logFile, logBytes)) log.warn(`[inference] ${line}`);
      log.error(`[inference] ${describeEnd(end)}`);
    }
    this.#exited.fire({ ...end, expected: stopping, ...(restarted ? { restarted } : {}) });
  }

  /** Sends a request that an `AbortSignal` can cancel and that rejects when the process dies. */
  async #request<Result>(
    running: Running,
    signal: AbortSignal | undefined,
    send: (token: CancellationToken) => Promise<Result>,
  ): Promise<Result> {
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await settled(running, () => send(source.token));
    } catch (error) {
      throw toFailure(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  /**
   * Waits until the process, or its service to this window, has ended, which was asked for.
   * @param byForce kills it when it does not; else it is let go of, and ends by its own watch when nobody else is there
   */
  async #awaitEnd(running: Running, byForce = true): Promise<void> {
    running.stopping = true;
    const late = setTimeout(() => {
      // The connection stands, so the number is its own.
      if (byForce) process.kill(running.endpoint.pid, 'SIGKILL');
      running.watch.destroy();
      running.socket.destroy();
    }, endMs);
    await running.ended;
    clearTimeout(late);
  }

  #token(): string {
    return `lemma-${this.#nextToken++}`;
  }
}

/** Knows how many messages have been read. */
class CountingReader extends SocketMessageReader {
  received = 0;

  override listen(callback: DataCallback): Disposable {
    return super.listen((message) => {
      this.received++;
      callback(message);
    });
  }
}

/** How the process ended whose connection is closed. */
async function endOf({ own, because, stopping, left }: Running): Promise<ProcessEnd> {
  const unknown = { exitCode: null, signal: because === 'terminated' && !stopping ? 'SIGTERM' : null };
  if (!own || left) return unknown;
  let late: NodeJS.Timeout | undefined;
  const end = await Promise.race([own.exited, new Promise<ProcessEnd>((resolve) => (late = setTimeout(() => resolve(unknown), exitMs)))]);
  clearTimeout(late);
  return end;
}

function isCrash(error: unknown): error is LemmaFailure & { readonly error: Extract<LemmaError, { code: 'engineCrashed' }> } {
  return error instanceof LemmaFailure && error.error.code === 'engineCrashed';
}

/** Marks a request that ended by its cancellation. */
const cancelled = new Error('cancelled');

/** Marks a load that needs another process. */
const otherBackend = new Error('other backend');

/** The request's result, or the rejection of all requests at the end of the process. */
function settled<Result>({ pending, failure }: Running, send: () => Promise<Result>): Promise<Result> {
  if (failure) return Promise.reject(failure);
  return new Promise<Result>((resolve, reject) => {
    pending.add(reject);
    const fail = (error: unknown): void => {
      // The connection is closing: its end, which comes next, rejects what is pending.
      if (error instanceof ConnectionError) return;
      pending.delete(reject);
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const sending = async (): Promise<Result> => send();
    sending().then((result) => {
      pending.delete(reject);
      resolve(result);
    }, fail);
  });
}

function toFailure(error: unknown): Error {
  if (error instanceof LemmaFailure) return error;
  if (error instanceof ResponseError) {
    if (error.code === requestCancelledCode) return cancelled;
    if (error.code === otherBackendCode) return otherBackend;
    const data: unknown = error.data;
    if (typeof data === 'object' && data !== null && 'code' in data) return new LemmaFailure(data as LemmaError);
  }
  return new LemmaFailure({ code: 'internal', reason: error instanceof Error ? error.message : String(error) });
}
