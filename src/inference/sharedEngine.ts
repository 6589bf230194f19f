import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc';
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc';
import type { LemmaError } from '../core/errors.ts';
import { LemmaFailure, toLemmaError } from '../core/errors.ts';
import type {
  DescribeMachineResult,
  EndingParams,
  GpuChoice,
  InsteadOfGpu,
  LoadParams,
  LogParams,
  ModelInfo,
  ReadAheadParams,
  ReadAheadResult,
} from '../shared/inferenceProtocol.ts';
import {
  endingNotification,
  logNotification,
  modelChangedNotification,
  otherBackendCode,
  requestCancelledCode,
} from '../shared/inferenceProtocol.ts';
import type { Engine } from './engine.ts';
import { FairQueue } from './fairQueue.ts';
import { KeepAlive } from './keepAlive.ts';

/** What a model is loaded with. */
export type ModelWish = Omit<LoadParams, 'progressToken'>;

/** A window that is connected. */
export interface EngineWindow {
  readonly connection: MessageConnection;
  /** Of its requests that run or wait. */
  readonly running: Set<AbortController>;
  /** What it loaded last: its replies are never written by another model. */
  wish: ModelWish | undefined;
}

/** A failed request's answer. */
export type Failure = ResponseError<LemmaError>;

type Task<Result> = (signal: AbortSignal) => Promise<Result>;

/**
 * One engine for all windows: one model at a time, one request at a time, the windows in turn. A window whose model was
 * replaced by another window's gets it back with its next reply, and is told each time.
 */
export class SharedEngine {
  readonly engine: Engine;
  readonly #end: (saying: Promise<unknown>) => void;
  readonly #windows = new Set<EngineWindow>();
  readonly #queue = new FairQueue<EngineWindow>();
  /** Loads and unloads that run or wait: counting tokens needs a model that stays. */
  #modelChanges = 0;
  /** Those who wait for a model's loading, by what they wish. */
  readonly #reports = new Map<string, Set<(fraction: number) => void>>();
  /** The backend of the first load: a process keeps it for life. */
  #gpu: GpuChoice | undefined;
  /** What that stands in for. */
  #instead: InsteadOfGpu | undefined;
  /** What is read in idle time gives way to everything else. */
  #ahead: AbortController | undefined;
  /** Whose conversation the context remembers on the panel's side. */
  #remembered: EngineWindow | undefined;
  #isEnding = false;
  readonly #keepAlive = new KeepAlive(() => void this.#unloadIdle());

  /** @param end ends the process, called once; `saying` resolves when the windows have been told */
  constructor(engine: Engine, end: (saying: Promise<unknown>) => void) {
    this.engine = engine;
    this.#end = end;
  }

  get isUnused(): boolean {
    return this.#windows.size === 0;
  }

  /** Whether nobody but this window is there. */
  isLast(window: EngineWindow): boolean {
    return this.#windows.size === 1 && this.#windows.has(window);
  }

  /** What another window asked for runs or waits. */
  isBusyForOthers(window: EngineWindow): boolean {
    return [...this.#windows].some((each) => each !== window && each.running.size > 0);
  }

  /** @returns undefined when the process ends already: the window tries again, and finds another one */
  join(connection: MessageConnection): EngineWindow | undefined {
    if (this.#isEnding) return undefined;
    const window: EngineWindow = { connection, running: new Set(), wish: undefined };
    this.#windows.add(window);
    return window;
  }

  /** The window is gone: what it asked for is stopped. The process ends with the last one. */
  leave(window: EngineWindow): void {
    this.#windows.delete(window);
    if (this.#remembered === window) this.#remembered = undefined;
    this.#ahead?.abort();
    this.#keepAlive.minutes = this.#idleMinutes();
    for (const controller of window.running) controller.abort();
    if (this.isUnused) this.end('terminated');
  }

  /** @param because told to all windows but the one that wished it */
  end(because: EndingParams['because'], wishedBy?: EngineWindow): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#ahead?.abort();
    const saying = this.#tell((window) => window !== wishedBy && window.connection.sendNotification(endingNotification, { because }));
    for (const { running } of this.#windows) for (const controller of running) controller.abort();
    this.#end(saying);
  }

  log(level: LogParams['level'], message: string): void {
    void this.#tell(({ connection }) => connection.sendNotification(logNotification, { level, message }));
  }

  /** Runs a task in the window's turn, with a signal that follows the request's cancellation and the window's end. */
  async inTurn<Result>(window: EngineWindow, token: CancellationToken, task: Task<Result>): Promise<Result | Failure> {
    const controller = new AbortController();
    const listener = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    window.running.add(controller);
    this.#ahead?.abort();
    try {
      return await this.#answered(await this.#keepAlive.during(() => this.#queue.run(window, () => task(controller.signal))));
    } catch (error) {
      return await this.#answered(toFailure(error, controller.signal));
    } finally {
      window.running.delete(controller);
      listener.dispose();
    }
  }

  /** From now on the context remembers this window's conversation. */
  remembers(window: EngineWindow): void {
    this.#remembered = window;
  }

  /** Reads a conversation in idle time: only while nothing runs or waits, and only for the model that is loaded. */
  async readAhead(window: EngineWindow, params: ReadAheadParams, token: CancellationToken): Promise<ReadAheadResult | Failure> {
    const nothing: ReadAheadResult = { promptTokens: 0, readTokens: 0 };
    this.#ahead?.abort();
    const isBusy = [...this.#windows].some(({ running }) => running.size > 0);
    if (!params.wholePrompt) this.#keepAlive.touch();
    if (isBusy || this.#isEnding || token.isCancellationRequested || !this.#mayReadAhead(window, params)) return nothing;
    const ahead = (this.#ahead = new AbortController());
    const listener = token.onCancellationRequested(() => ahead.abort());
    try {
      const result = await this.#queue.run(window, async () => {
        if (ahead.signal.aborted || !this.#mayReadAhead(window, params)) return nothing;
        if (!params.wholePrompt) this.remembers(window);
        return this.engine.readAhead(params, ahead.signal);
      });
      return await this.#answered(result);
    } catch (error) {
      return await this.#answered(toFailure(error));
    } finally {
      listener.dispose();
    }
  }

  /** A question that may never be asked takes the place of nobody's conversation. */
  #mayReadAhead(window: EngineWindow, { wholePrompt }: ReadAheadParams): boolean {
    const isOthers = this.#remembered !== undefined && this.#remembered !== window;
    return this.#presentFor(window) !== undefined && !(wholePrompt && isOthers);
  }

  /** As `inTurn`, with the window's own model loaded. */
  withModel<Result>(window: EngineWindow, token: CancellationToken, task: Task<Result>): Promise<Result | Failure> {
    // As it is now: what the window wishes later is for what it asks later.
    const { wish } = window;
    return this.inTurn(window, token, async (signal) => {
      if (!wish) throw new LemmaFailure({ code: 'internal', reason: 'No model is loaded.' });
      if (!this.engine.loadedWith(wish) && !signal.aborted) {
        await this.#changing(() => this.#load(wish, signal));
        this.#tellModel();
      }
      return task(signal);
    });
  }

  /** At once when the model is there and stays, also while a reply is written. */
  async load(
    window: EngineWindow,
    wish: ModelWish,
    token: CancellationToken,
    report: (fraction: number) => void,
  ): Promise<ModelInfo | Failure> {
    wish = this.#effective(wish);
    window.wish = wish;
    if (wish.savedStates) this.engine.keepStates(wish.savedStates);
    this.#keepAlive.minutes = this.#idleMinutes();
    const present = this.modelOf(window);
    if (present) return present;
    const key = JSON.stringify(wish);
    const reports = this.#reports.get(key) ?? new Set();
    this.#reports.set(key, reports.add(report));
    try {
      const result = await this.#changing(() =>
        this.inTurn(window, token, async (signal) => {
          try {
            return await this.#load(wish, signal);
          } finally {
            this.#tellModel(window);
          }
        }),
      );
      if (result instanceof ResponseError && window.wish === wish) window.wish = undefined;
      return result;
    } finally {
      reports.delete(report);
      if (reports.size === 0) this.#reports.delete(key);
    }
  }

  unload(window: EngineWindow, token: CancellationToken): Promise<null | Failure> {
    window.wish = undefined;
    return this.#changing(() =>
      this.inTurn(window, token, async () => {
        await this.engine.unload();
        this.#remembered = undefined;
        this.#tellModel(window);
        return null;
      }),
    );
  }

  /** Measures the backend, which it starts where none runs. */
  describeMachine(window: EngineWindow, gpu: GpuChoice, token: CancellationToken): Promise<DescribeMachineResult | Failure> {
    this.#gpu ??= gpu;
    const describe = (): Promise<DescribeMachineResult> => this.engine.describeMachine(gpu);
    // A reply that runs has started the backend, and may take minutes. Everything else waits: two starts at once are two backends.
    const isWriting = [...this.#windows].some(({ running }) => running.size > 0);
    if (this.#modelChanges === 0 && isWriting) return describe().catch((error: unknown) => toFailure(error));
    return this.#changing(() => this.inTurn(window, token, describe));
  }

  /** The window's model, when it is loaded and no request that runs or waits changes that. */
  modelOf(window: EngineWindow): ModelInfo | undefined {
    this.#keepAlive.touch();
    return this.#presentFor(window);
  }

  #presentFor({ wish }: EngineWindow): ModelInfo | undefined {
    return wish && this.#modelChanges === 0 ? this.engine.loadedWith(wish) : undefined;
  }

  /** The longest of the windows' wishes; 0, for ever, is the longest of all. */
  #idleMinutes(): number {
    const wishes = [...this.#windows].flatMap(({ wish }) => (wish ? [wish.keepAliveMinutes ?? 0] : []));
    return wishes.includes(0) ? 0 : Math.max(0, ...wishes);
  }

  /** What the windows wish stays: the next question loads it again. */
  async #unloadIdle(): Promise<void> {
    const [window] = this.#windows;
    if (!window || this.#isEnding) return;
    await this.#changing(() => this.#queue.run(window, () => this.engine.unload())).catch(() => undefined);
    this.#remembered = undefined;
    this.#tellModel(undefined, true);
  }

  /** Where the GPU has no room, its place is taken by the processor for all windows, else they would end each other's process. */
  #effective(wish: ModelWish): ModelWish {
    if (this.#gpu !== 'cpu' || wish.instead || this.#instead?.asked !== wish.gpu) return wish;
    return { ...wish, gpu: 'cpu', instead: this.#instead };
  }

  async #load(wish: ModelWish, signal: AbortSignal): Promise<ModelInfo> {
    if (this.#gpu !== undefined && this.#gpu !== wish.gpu) throw new OtherBackend();
    this.#gpu = wish.gpu;
    this.#instead = wish.instead;
    const report = (fraction: number): void => this.#reports.get(JSON.stringify(wish))?.forEach((each) => each(fraction));
    return this.engine.load({ ...wish, progressToken: '' }, report, signal);
  }

  async #changing<Result>(change: () => Promise<Result>): Promise<Result> {
    this.#modelChanges++;
    try {
      return await change();
    } finally {
      this.#modelChanges--;
    }
  }

  /** Tells the windows whether the model they loaded is the one that is loaded. */
  #tellModel(besides?: EngineWindow, idle = false): void {
    void this.#tell((window) => {
      if (window === besides || !window.wish) return undefined;
      return window.connection.sendNotification(modelChangedNotification, {
        info: this.engine.loadedWith(window.wish) ?? null,
        ...(idle ? { idle } : {}),
      });
    });
  }

  /** Says something to each window. A failed write means that its connection is closing, which is dealt with there. */
  #tell(say: (window: EngineWindow) => Promise<void> | false | undefined): Promise<unknown> {
    return Promise.allSettled([...this.#windows].map(async (window) => say(window)));
  }

  /** A process that ends answers no more: what was stopped by that was cancelled by nobody. */
  #answered<Result>(result: Result): Result | Promise<never> {
    return this.#isEnding ? new Promise<never>(() => undefined) : result;
  }
}

/** The wish needs another process. */
class OtherBackend extends Error {}

/** Only a load fails by its cancellation; a reply resolves with `stop: 'cancelled'`. */
export function toFailure(error: unknown, signal?: AbortSignal): Failure {
  if (signal?.aborted && error === signal.reason) return new ResponseError(requestCancelledCode, 'cancelled');
  if (error instanceof OtherBackend) return new ResponseError(otherBackendCode, 'other backend');
  const failure = toLemmaError(error);
  return new ResponseError(ErrorCodes.InternalError, failure.code, failure);
}
