import type { CancellationToken, DataCallback, Disposable, MessageConnection, ProgressType } from 'vscode-jsonrpc/node';
import {
  CancellationTokenSource,
  ConnectionError,
  createMessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import type { LemmaError } from '../core/errors.ts';
import { LemmaFailure } from '../core/errors.ts';
import type { EndingParams, HelloResult, ModelChangedParams, StopSampleParams } from '../shared/inferenceProtocol.ts';
import {
  endingNotification,
  endRequest,
  helloRequest,
  inferenceProtocolVersion,
  leaveRequest,
  logNotification,
  modelChangedNotification,
  otherBackendCode,
  requestCancelledCode,
  stopSampleNotification,
} from '../shared/inferenceProtocol.ts';
import type { Joined, ProcessEnd } from './inferenceJoin.ts';
import { describeEnd } from './inferenceJoin.ts';
import { logSize, rawLines } from './inferenceLogFile.ts';

/** Milliseconds that a process has to end when it is asked to. */
const endMs = 2_500;

/** Milliseconds for the first answer. */
const helloMs = 30_000;

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

export interface ConnectionOptions {
  readonly log: InferenceLog;
  readonly onModelChanged: (change: ModelChangedParams) => void;
  /** Called once, in the turn in which the waiting requests are rejected. */
  readonly onEnd: (exit: InferenceExit) => void;
}

type Send<Result> = (rpc: MessageConnection, token: CancellationToken) => Promise<Result>;

/** Marks a request that ended by its cancellation. */
export const cancelled = new Error('cancelled');

/** Marks a load that needs another process. */
export const otherBackend = new Error('other backend');

/**
 * This window's connection with one process, from its admission to its end. Everything that the process still said is
 * delivered before its end is told; requests that wait then reject with `engineCrashed`, or with `engineRestarted` when
 * another window wished it.
 */
export class InferenceConnection {
  readonly #joined: Joined;
  readonly #options: ConnectionOptions;
  readonly #rpc: MessageConnection;
  /** After the last message has been handed out and the requests are settled. Never rejects. */
  readonly #ended: Promise<void>;
  /** Rejects the requests that still wait. */
  readonly #pending = new Set<(error: LemmaFailure) => void>();
  /** Its end was asked for, or the connection's. */
  #stopping = false;
  /** It lives on for other windows. */
  #left = false;
  /** The process's last words. */
  #because: EndingParams['because'] | undefined;
  /** What requests are rejected with since it has ended. */
  #failure: LemmaFailure | undefined;

  constructor(joined: Joined, options: ConnectionOptions) {
    const { log, onModelChanged } = options;
    this.#joined = joined;
    this.#options = options;
    const reader = new CountingReader(joined.socket);
    let handled = 0;
    this.#rpc = createMessageConnection(reader, new SocketMessageWriter(joined.socket), undefined, {
      messageStrategy: {
        handleMessage(message, next) {
          handled++;
          return next(message);
        },
      },
    });
    this.#rpc.onNotification(logNotification, ({ level, message }) => log[level](`[inference] ${message}`));
    this.#rpc.onNotification(modelChangedNotification, onModelChanged);
    this.#rpc.onNotification(endingNotification, ({ because }) => {
      this.#because = because;
    });
    // Errors of the connection itself are followed by its end, which settles the requests.
    this.#rpc.onError(([error]) => log.debug(`[inference] connection: ${error.message}`));
    const logBytes = logSize(joined.endpoint.logFile);
    const closed = new Promise<void>((resolve) => joined.socket.once('close', () => resolve()));
    this.#ended = closed.then(async () => {
      // The connection hands out one message a turn of the event loop; what the process said before its end comes first.
      for (let turns = 0, before = -1; turns < quietTurns; turns++) {
        if (handled < reader.received || reader.received !== before) turns = 0;
        before = reader.received;
        await new Promise((resolve) => setImmediate(resolve));
      }
      this.#settle(await this.#endOf(), logBytes);
    });
  }

  get endpoint(): Joined['endpoint'] {
    return this.#joined.endpoint;
  }

  /** This window started the process. */
  get own(): boolean {
    return this.#joined.own !== undefined;
  }

  /** What the process says of the request with this token. Dispose of it after the request. */
  onProgress<Progress>(type: ProgressType<Progress>, token: string, listener: (progress: Progress) => void): Disposable {
    return this.#rpc.onProgress(type, token, listener);
  }

  /** Stops one of several replies. A failed write means that the process is going, and the reply with it. */
  stopSample(params: StopSampleParams): void {
    void this.#rpc.sendNotification(stopSampleNotification, params).catch(() => undefined);
  }

  /** Begins to listen. @throws LemmaFailure engineStartFailed, engineCrashed or protocolMismatch; the connection has ended then */
  async hello(): Promise<HelloResult> {
    const { socket, own } = this.#joined;
    this.#rpc.listen();
    socket.resume();
    // Closing the connection lets the request fail.
    const timer = setTimeout(() => socket.destroy(), helloMs);
    try {
      const answer = await this.#settled(() => this.#rpc.sendRequest(helloRequest, { protocolVersion: inferenceProtocolVersion }));
      if (answer.protocolVersion !== inferenceProtocolVersion) {
        throw new LemmaFailure({ code: 'protocolMismatch', host: inferenceProtocolVersion, inference: answer.protocolVersion });
      }
      return answer;
    } catch (error) {
      this.#stopping = true;
      this.#close();
      await this.#ended;
      const failure = toFailure(error);
      if (own && isCrash(failure)) throw new LemmaFailure({ code: 'engineStartFailed', reason: describeEnd(failure.error) });
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Sends a request that an `AbortSignal` can cancel and that rejects when the process dies.
   * @throws LemmaFailure; `cancelled`; `otherBackend`
   */
  async request<Result>(signal: AbortSignal | undefined, send: Send<Result>): Promise<Result> {
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#settled(() => send(this.#rpc, source.token));
    } catch (error) {
      throw toFailure(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  /** Ends the process for all windows. One that hangs is killed. */
  async end(): Promise<void> {
    // Its answer may not come any more.
    this.#settled(() => this.#rpc.sendRequest(endRequest)).catch(() => undefined);
    await this.#awaitEnd(true);
  }

  /** Leaves the process. It ends when no other window is there, and then this returns when it is gone. */
  async leave(): Promise<void> {
    this.#settled(() => this.#rpc.sendRequest(leaveRequest))
      .then(({ last }) => {
        if (last) return;
        this.#left = true;
        this.#joined.socket.destroy();
      })
      .catch(() => undefined);
    await this.#awaitEnd(false);
  }

  /**
   * Waits until the process, or its service to this window, has ended, which was asked for.
   * @param byForce kills it when it does not; else it is let go of, and ends by its own watch when nobody else is there
   */
  async #awaitEnd(byForce: boolean): Promise<void> {
    this.#stopping = true;
    const late = setTimeout(() => {
      // The connection stands, so the number is its own.
      if (byForce) process.kill(this.endpoint.pid, 'SIGKILL');
      this.#close();
    }, endMs);
    await this.#ended;
    clearTimeout(late);
  }

  #close(): void {
    this.#joined.watch.destroy();
    this.#joined.socket.destroy();
  }

  /** How the process ended whose connection is closed. */
  async #endOf(): Promise<ProcessEnd> {
    const { own } = this.#joined;
    const unknown = { exitCode: null, signal: this.#because === 'terminated' && !this.#stopping ? 'SIGTERM' : null };
    if (!own || this.#left) return unknown;
    let late: NodeJS.Timeout | undefined;
    const end = await Promise.race([own.exited, new Promise<ProcessEnd>((resolve) => (late = setTimeout(() => resolve(unknown), exitMs)))]);
    clearTimeout(late);
    return end;
  }

  /** Tells everybody that the process is gone. */
  #settle(end: ProcessEnd, logBytes: number): void {
    const { log, onEnd } = this.#options;
    const expected = this.#stopping;
    this.#joined.watch.destroy();
    const restarted = this.#because === 'restarted' && !expected;
    this.#failure = new LemmaFailure(restarted ? { code: 'engineRestarted' } : { code: 'engineCrashed', ...end });
    for (const reject of [...this.#pending]) reject(this.#failure);
    this.#rpc.dispose();
    if (restarted) log.info('[inference] Another window has restarted the engine.');
    else if (!expected) {
      for (const line of rawLines(this.endpoint.logFile, logBytes)) log.warn(`[inference] ${line}`);
      log.error(`[inference] ${describeEnd(end)}`);
    }
    onEnd({ ...end, expected, ...(restarted ? { restarted } : {}) });
  }

  /** The request's result, or the rejection of all requests at the end of the process. */
  #settled<Result>(send: () => Promise<Result>): Promise<Result> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise<Result>((resolve, reject) => {
      this.#pending.add(reject);
      const fail = (error: unknown): void => {
        // The connection is closing: its end, which comes next, rejects what is pending.
        if (error instanceof ConnectionError) return;
        this.#pending.delete(reject);
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const sending = async (): Promise<Result> => send();
      sending().then((result) => {
        this.#pending.delete(reject);
        resolve(result);
      }, fail);
    });
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

export function isCrash(error: unknown): error is LemmaFailure & { readonly error: Extract<LemmaError, { code: 'engineCrashed' }> } {
  return error instanceof LemmaFailure && error.error.code === 'engineCrashed';
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
