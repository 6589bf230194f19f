import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { CancellationTokenSource, createMessageConnection, IPCMessageReader, IPCMessageWriter, ResponseError } from 'vscode-jsonrpc/node';
import type { CancellationToken } from 'vscode-jsonrpc';
import type { LemmaError } from '../core/errors.ts';
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
} from '../shared/inferenceProtocol.ts';
import {
  countTokensRequest,
  describeMachineRequest,
  describeModelsRequest,
  generateProgress,
  generateRequest,
  helloRequest,
  inferenceProtocolVersion,
  loadProgress,
  loadRequest,
  logNotification,
  requestCancelledCode,
  unloadRequest,
} from '../shared/inferenceProtocol.ts';
import { inferenceEnvironment } from './inferenceEnvironment.ts';

/** Milliseconds that a process has to answer the first request, and to end when it is asked to. */
const startMs = 30_000;
const endMs = 2_500;

/** Milliseconds to wait for the rest of stdout and stderr after the end. */
const streamsMs = 500;

/** Lines of stderr that become the reason when the process does not start. */
const keptStderrLines = 8;

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
  /** What the process's environment is made from; absent: this process's. */
  readonly env?: NodeJS.ProcessEnv;
}

/** How a process ended. `expected`: because this client asked it to. */
export interface InferenceExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly expected: boolean;
}

/** A process with its connection. */
interface Running {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  readonly hello: Promise<HelloResult>;
  readonly exited: Promise<void>;
  /** Rejects the requests that still wait. */
  readonly pending: Set<(error: LemmaFailure) => void>;
  stopping: boolean;
  /** The backend of its first load: a process keeps it for life. */
  gpu: GpuChoice | undefined;
}

/**
 * Starts the inference process and speaks `inferenceProtocol` with it. Runs without `vscode`.
 *
 * Methods start the process when it does not run. They reject with `LemmaFailure` alone. When the process dies,
 * everything it still said is delivered first, then the waiting requests reject with `engineCrashed`.
 * One `load` or `generate` runs at a time; further ones wait in the process for their turn.
 */
export class InferenceClient {
  readonly #options: InferenceClientOptions;
  readonly #exitListeners = new Set<(exit: InferenceExit) => void>();
  #running: Running | undefined;
  #disposed = false;
  #nextToken = 1;

  constructor(options: InferenceClientOptions) {
    this.#options = options;
  }

  /** Process id while a process runs. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** Called after every end of a process, once its requests are settled. */
  onDidExit(listener: (exit: InferenceExit) => void): { dispose(): void } {
    this.#exitListeners.add(listener);
    return { dispose: () => this.#exitListeners.delete(listener) };
  }

  /** Starts the process, unless it runs. Rejects with engineStartFailed, engineCrashed or protocolMismatch. */
  async start(): Promise<HelloResult> {
    return (await this.#ensure()).hello;
  }

  /**
   * Loads a model; in a new process when the present one runs on another backend.
   * @param onProgress receives 0 to 1
   * @returns undefined when it was cancelled
   */
  async load(
    params: Omit<LoadParams, 'progressToken'>,
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<ModelInfo | undefined> {
    if (signal?.aborted) return undefined;
    if ((this.#running?.gpu ?? params.gpu) !== params.gpu) await this.#stop();
    const running = await this.#ensure();
    running.gpu = params.gpu;
    const progressToken = this.#token();
    const listener = running.connection.onProgress(loadProgress, progressToken, onProgress);
    try {
      return await this.#request(running, signal, (token) =>
        running.connection.sendRequest(loadRequest, { ...params, progressToken }, token),
      );
    } catch (error) {
      if (error === cancelled) return undefined;
      throw error;
    } finally {
      listener.dispose();
    }
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
    running.gpu ??= gpu;
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

  /** Ends the process, if any, and starts a new one without a model. */
  async restart(): Promise<HelloResult> {
    await this.#stop();
    return this.start();
  }

  /** Asks the process to end, kills it when it does not, and returns when it is gone. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#stop();
  }

  async #ensure(): Promise<Running> {
    if (this.#disposed) throw new LemmaFailure({ code: 'engineStartFailed', reason: 'Lemma is being shut down.' });
    const running = (this.#running ??= this.#spawn());
    await running.hello;
    return running;
  }

  #spawn(): Running {
    const { modulePath, log, env = process.env } = this.#options;
    // Cleared, so that the process neither listens on the extension host's debug port nor inherits its loaders.
    const child = fork(modulePath, [], { execArgv: [], silent: true, env: inferenceEnvironment(env) });
    const stderr: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        log.warn(`[inference] ${line}`);
        if (stderr.push(line) > keptStderrLines) stderr.shift();
      });
    }

    let received = 0;
    let handled = 0;
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child), undefined, {
      messageStrategy: {
        handleMessage(message, next) {
          handled++;
          return next(message);
        },
      },
    });
    child.on('message', () => received++);
    connection.onNotification(logNotification, ({ level, message }) => log[level](`[inference] ${message}`));
    // Errors of the channel itself are followed by its end, which settles the requests.
    connection.onError(([error]) => log.debug(`[inference] channel: ${error.message}`));
    connection.listen();

    const pending: Running['pending'] = new Set();
    const exited = endOf(child).then(async (end) => {
      // The connection hands out one message a turn of the event loop; what the process said before its end comes first.
      while (handled < received) await new Promise((resolve) => setImmediate(resolve));
      if (this.#running === running) this.#running = undefined;
      const error: LemmaError = 'reason' in end ? { code: 'engineStartFailed', reason: end.reason } : { code: 'engineCrashed', ...end };
      for (const reject of [...pending]) reject(new LemmaFailure(error));
      connection.dispose();
      const exit = 'reason' in end ? { exitCode: null, signal: null } : end;
      if (!running.stopping) log.error(`[inference] ${describeEnd(exit)}`);
      for (const listener of this.#exitListeners) listener({ ...exit, expected: running.stopping });
    });

    const running: Running = {
      child,
      connection,
      hello: this.#hello(connection, pending, child, stderr),
      exited,
      pending,
      stopping: false,
      gpu: undefined,
    };
    // Whoever needs it awaits `hello`; alone it must not end the host.
    running.hello.catch(() => undefined);
    return running;
  }

  async #hello(
    connection: MessageConnection,
    pending: Running['pending'],
    child: ChildProcess,
    stderr: readonly string[],
  ): Promise<HelloResult> {
    const timer = setTimeout(() => child.kill('SIGKILL'), startMs);
    try {
      const answer = await settled(pending, connection.sendRequest(helloRequest, { protocolVersion: inferenceProtocolVersion }));
      if (answer.protocolVersion !== inferenceProtocolVersion) {
        child.kill('SIGKILL');
        throw new LemmaFailure({ code: 'protocolMismatch', host: inferenceProtocolVersion, inference: answer.protocolVersion });
      }
      return answer;
    } catch (error) {
      const failure = toFailure(error);
      if (failure instanceof LemmaFailure && failure.error.code === 'engineCrashed') {
        throw new LemmaFailure({ code: 'engineStartFailed', reason: [describeEnd(failure.error), ...stderr].join('\n') });
      }
      throw failure;
    } finally {
      clearTimeout(timer);
    }
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
      return await settled(running.pending, send(source.token));
    } catch (error) {
      throw toFailure(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.stopping = true;
    const kill = setTimeout(() => running.child.kill('SIGKILL'), endMs);
    if (running.child.connected) running.child.disconnect();
    await running.exited;
    clearTimeout(kill);
  }

  #token(): string {
    return `lemma-${this.#nextToken++}`;
  }
}

type ProcessEnd = Omit<InferenceExit, 'expected'>;

/**
 * Resolves when the process is gone and everything it said has been read.
 * @returns `reason` when there never was a process
 */
async function endOf(child: ChildProcess): Promise<ProcessEnd | { readonly reason: string }> {
  // Not the event `close`: it never comes when this side closes the channel.
  const exit = new Promise<ProcessEnd | { readonly reason: string }>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ reason: error.message });
    });
  });
  const channel = new Promise<void>((resolve) => child.once('disconnect', () => resolve()));
  const streams = [child.stdout, child.stderr].map((stream) => new Promise<void>((resolve) => stream?.once('close', () => resolve())));
  const end = await exit;
  if ('reason' in end) return end;
  await channel;
  // A process that it started itself may hold its streams open.
  let late: NodeJS.Timeout | undefined;
  await Promise.race([Promise.all(streams), new Promise<void>((resolve) => (late = setTimeout(resolve, streamsMs)))]);
  clearTimeout(late);
  return end;
}

function describeEnd({ exitCode, signal }: ProcessEnd): string {
  return `The engine's process has ended (${signal ?? `exit code ${exitCode ?? 'unknown'}`}).`;
}

/** Marks a request that ended by its cancellation. */
const cancelled = new Error('cancelled');

/** The request's result, or the rejection of all requests at the end of the process. */
function settled<Result>(pending: Running['pending'], request: Promise<Result>): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    pending.add(reject);
    request.then(resolve, reject).finally(() => pending.delete(reject));
  });
}

function toFailure(error: unknown): Error {
  if (error instanceof LemmaFailure) return error;
  if (error instanceof ResponseError) {
    if (error.code === requestCancelledCode) return cancelled;
    const data: unknown = error.data;
    if (typeof data === 'object' && data !== null && 'code' in data) return new LemmaFailure(data as LemmaError);
  }
  return new LemmaFailure({ code: 'internal', reason: error instanceof Error ? error.message : String(error) });
}
