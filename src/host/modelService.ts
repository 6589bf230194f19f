import { statSync } from 'node:fs';
import path from 'node:path';
import type { LemmaError } from '../core/errors.ts';
import { CrashHistory } from '../core/crashHistory.ts';
import { LemmaFailure, toLemmaError } from '../core/errors.ts';
import type {
  CountTokensParams,
  CountTokensResult,
  GenerateParams,
  GenerateProgress,
  GenerateResult,
  ModelInfo,
  ReadAheadParams,
  ReadAheadResult,
} from '../shared/inferenceProtocol.ts';
import { longestContext } from '../core/models/contextPlan.ts';
import { familyYarn } from '../core/models/yarn.ts';
import type { LoadAgain, ModelState } from '../shared/modelState.ts';
import type { Backend, BackendExit, ModelChange } from './backend.ts';
import type { ModelSettings } from './config.ts';
import { Disposables, Emitter } from './disposables.ts';
import { EngineSilence } from './engineSilence.ts';
import { GpuFallback } from './gpuFallback.ts';
import { serverAddress } from './remote/serverAddress.ts';

type Activity = Extract<ModelState, { readonly kind: 'busy' }>['activity'];

/** The file's name without its ending: `GLM-Z1-9B-0414-Q4_K_M`. A blob of Ollama has its checksum for a name. @param name in the file's header */
export function modelLabel(modelPath: string, name?: string): string {
  const blob = /^sha256-([0-9a-f]{8})[0-9a-f]+$/.exec(path.basename(modelPath));
  if (blob) return name ?? `Ollama ${blob[1]}`;
  return path.basename(modelPath).replace(/\.gguf$/i, '');
}

/** Name of what the settings choose, and the server that has it; undefined: nothing is chosen. */
function chosen({ server, modelPath }: ModelSettings): { readonly name: string; readonly server?: string } | undefined {
  if (!server) return modelPath === undefined ? undefined : { name: modelLabel(modelPath) };
  const host = serverAddress(server.url)?.host;
  // A server with one model need not be told which; an address that cannot be read is said when it is used.
  return server.url === '' ? undefined : { name: modelLabel(server.model), server: host ?? server.url };
}

/** What tells that a file was replaced; undefined where it is not there any more, which a loaded model does not mind. */
function fileStamp(path: string): string | undefined {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${size} ${mtimeMs}`;
  } catch {
    return undefined;
  }
}

/** Enough to count tokens and to answer a short question, in tokens. */
const leastFirstContext = 2048;

/** A model that was loaded with YaRN, and whose engine did not take it, runs without it. */
function isStretched({ yarn }: ModelInfo): boolean {
  return yarn?.taken === true;
}

function serves(info: ModelInfo, { contextTokens, leastContextTokens, yarn }: TurnNeed): boolean {
  if (info.served) return true;
  if (isStretched(info) !== yarn) return false;
  // Where memory was short, the same wish gives the same again.
  return info.contextTokens >= leastContextTokens && Math.max(info.contextTokens, info.wantedContextTokens) >= contextTokens;
}

function reasonToLoadAgain(info: ModelInfo, { yarn }: TurnNeed): LoadAgain {
  if (isStretched(info) === yarn) return 'context';
  return yarn ? 'longInput' : 'shortInput';
}

/** To be told what the engine says of its work, and when that is done. */
interface Listening {
  readonly heard: () => void;
  readonly ended: () => void;
}

/** What the next turn needs of the loaded model. */
export interface TurnNeed {
  readonly contextTokens: number;
  /** A smaller context than this is of no use to it. */
  readonly leastContextTokens: number;
  readonly yarn: boolean;
  /** A model that is loaded in any way will do. */
  readonly ifNotLoaded?: boolean;
}

/** Owns the model's state and loads it at the first question. Status bar and panel show what it says, nothing else. */
export class ModelService {
  readonly #client: Backend;
  readonly #loader: GpuFallback;
  readonly #settings: () => ModelSettings;
  readonly #changed = new Emitter<ModelState>();
  readonly #disposables = new Disposables();
  readonly onDidChange = this.#changed.event;
  #state: ModelState;
  #info: ModelInfo | undefined;
  /** What `#info` was loaded with. */
  #loadedWith = '';
  /** Of its file. */
  #stamp: string | undefined;
  /** What the last turn needed: what is loaded for no turn in particular is loaded for the like of it. */
  #need: TurnNeed | undefined;
  /** The settings changed while the model was in use. */
  #changedMeanwhile = false;
  readonly #crashes = new CrashHistory();
  readonly #revived = new Emitter<void>();
  /** The engine runs again, with the model, after a crash. */
  readonly onDidRevive = this.#revived.event;
  #revival: NodeJS.Timeout | undefined;
  /** The model is being loaded again by itself. */
  #reviving = false;
  readonly #silence: EngineSilence;

  constructor(client: Backend, settings: () => ModelSettings, silence = new EngineSilence()) {
    this.#silence = silence;
    this.#client = client;
    this.#loader = new GpuFallback(client);
    this.#settings = settings;
    this.#state = this.#idleState();
    this.#disposables.add(
      client.onDidExit((exit) => {
        if (!exit.restarted && !exit.expected) return this.#crashed(exit);
        this.#info = undefined;
        if (exit.restarted) this.#set(this.#idleState());
      }),
    );
    const listening = client.onDidChangeModel?.((change) => this.#changedElsewhere(change));
    if (listening) this.#disposables.add(listening);
  }

  /** See `EngineSilence`: milliseconds for which the engine has said nothing although it works, where that is strange. */
  get onDidFallSilent(): EngineSilence['onDidChange'] {
    return this.#silence.onDidChange;
  }

  get state(): ModelState {
    return this.#state;
  }

  get settings(): ModelSettings {
    return this.#settings();
  }

  /** The settings changed: a model that is in use is used to the end of the reply, the next question loads anew. */
  settingsChanged(): void {
    this.#changedMeanwhile = this.#state.kind === 'loading' || this.#state.kind === 'busy';
    if (this.#changedMeanwhile) return;
    if (this.#info && this.#loadedWith === JSON.stringify(this.#settings())) return;
    this.#info = undefined;
    this.#set(this.#idleState());
  }

  /**
   * Loads the chosen model unless it is loaded.
   * @returns undefined when it was cancelled
   * @throws LemmaFailure modelNotChosen, modelMissing, modelUnreadable, modelNotGguf, modelLoadFailed, insufficientMemory, engineStartFailed, server…, …
   */
  async ensureLoaded(signal?: AbortSignal, need?: TurnNeed): Promise<ModelInfo | undefined> {
    const { modelPath = '', yarn: _yarn, ...options } = this.#settings();
    const choice = chosen(this.#settings());
    if (!choice) {
      this.#set(this.#idleState());
      throw new LemmaFailure({ code: options.server ? 'serverNotChosen' : 'modelNotChosen' });
    }
    const loadedWith = JSON.stringify(this.#settings());
    const stamp = options.server ? undefined : fileStamp(modelPath);
    const isReplaced = stamp !== undefined && this.#stamp !== undefined && stamp !== this.#stamp;
    const same = this.#loadedWith === loadedWith ? this.#info : undefined;
    const present = isReplaced ? undefined : same;
    if (present && (!need || need.ifNotLoaded || serves(present, need))) return present;
    const { ifNotLoaded: _, ...wish } = need ?? this.#need ?? this.#firstNeed();
    this.#need = wish;
    clearTimeout(this.#revival);
    const again = isReplaced && same ? 'changed' : present && reasonToLoadAgain(present, wish);
    const loading = (fraction: number): void =>
      this.#set({ kind: 'loading', ...choice, fraction, ...(again === undefined ? {} : { again }) });
    loading(0);
    // It may wait for another window's reply first, and says nothing of that.
    let listening: Listening | undefined;
    try {
      const info = await this.#loader.load(
        { modelPath, ...options, ...wish, keepLargerContext: present !== undefined || options.contextTokens === 0 },
        ({ fraction }) => {
          listening ??= this.#listen(signal);
          listening.heard();
          loading(fraction);
        },
        signal,
      );
      if (!info) {
        this.#set(this.#idleState());
        return undefined;
      }
      this.#info = info;
      this.#loadedWith = loadedWith;
      this.#stamp = stamp;
      this.#set({ kind: 'ready', info });
      return info;
    } catch (error) {
      this.#info = undefined;
      const known = this.#known(error);
      this.#fail(toLemmaError(known));
      throw known;
    } finally {
      listening?.ended();
    }
  }

  countTokens(params: CountTokensParams): Promise<CountTokensResult> {
    return this.#client.countTokens(params);
  }

  /** See `InferenceClient.generate`; the state follows what `activity` is told. */
  async generate(
    params: Omit<GenerateParams, 'progressToken'>,
    onProgress: (progress: GenerateProgress) => void,
    signal: AbortSignal,
    sampleSignals?: readonly AbortSignal[],
  ): Promise<GenerateResult> {
    const { heard, ended } = this.#listen(signal);
    const onHeard = (progress: GenerateProgress): void => {
      if (progress.kind === 'queued') this.#silence.waits();
      else heard();
      onProgress(progress);
    };
    try {
      const result = await this.#client.generate(params, onHeard, signal, sampleSignals);
      if (result.generatedTokens > 0) this.#crashes.forget();
      return result;
    } catch (error) {
      throw this.#known(error);
    } finally {
      ended();
      if (this.#state.kind === 'busy' && this.#info) this.#set({ kind: 'ready', info: this.#info });
      if (this.#changedMeanwhile) this.settingsChanged();
    }
  }

  /** What the running reply is doing; `sinceMs` counts from the first call with a new activity. */
  setActivity(activity: Activity): void {
    if (!this.#info || (this.#state.kind === 'busy' && this.#state.activity === activity)) return;
    this.#set({ kind: 'busy', info: this.#info, activity, sinceMs: Date.now() });
  }

  /** Frees the model's memory. Not while a reply is written. */
  async unload(): Promise<void> {
    if (this.#state.kind === 'busy' || this.#state.kind === 'loading') return;
    if (this.#info) await this.#client.unload();
    this.#unloaded('asked');
  }

  /** The user writes the next question: the conversation is read meanwhile. Without effect while anything else is done. */
  readAhead(params: ReadAheadParams): void {
    if (this.#state.kind !== 'ready') return;
    // Nothing is lost by a failure: the question that comes reads it, and says what is wrong.
    this.#client.readAhead?.(params).catch(() => undefined);
  }

  /**
   * A question that is likely to come is read, as `readAhead` reads a conversation; never by a server.
   * @returns undefined where nothing could be read
   */
  async readPrompt(params: ReadAheadParams, signal: AbortSignal): Promise<ReadAheadResult | undefined> {
    if (this.#state.kind !== 'ready' || this.#state.info.served || signal.aborted) return undefined;
    return this.#client.readAhead?.(params, signal).catch(() => undefined);
  }

  /** The user begins to type: a model that was unloaded for want of use is loaded again in the background. */
  wake(): void {
    if (this.#state.kind !== 'notStarted' || this.#state.unloaded !== 'idle') return;
    // A failure is the state then; the question that comes meets it again.
    this.ensureLoaded().catch(() => undefined);
  }

  #unloaded(because: 'idle' | 'asked'): void {
    const had = this.#info !== undefined;
    this.#info = undefined;
    const idle = this.#idleState();
    this.#set(had && idle.kind === 'notStarted' ? { ...idle, unloaded: because } : idle);
  }

  /** A new process with the model loaded again. */
  async restart(): Promise<void> {
    this.#info = undefined;
    this.#crashes.forget();
    clearTimeout(this.#revival);
    this.#loader.forget();
    await this.#client.restart();
    await this.ensureLoaded();
  }

  /** Starts it again by itself, unless that has failed again and again. */
  #crashed({ exitCode, signal }: BackendExit): void {
    const wasThere = this.#info !== undefined || this.#reviving;
    const onGpu = this.#info ? this.#info.device === 'gpu' : this.#settings().gpu !== 'cpu';
    this.#info = undefined;
    const waitMs = this.#crashes.crashed(Date.now());
    if (waitMs === undefined) return this.#fail({ code: 'engineCrashLoop', crashes: this.#crashes.count, exitCode, signal, onGpu });
    this.#fail({ code: 'engineCrashed', exitCode, signal });
    if (!wasThere) return;
    clearTimeout(this.#revival);
    this.#revival = setTimeout(() => void this.#revive(), waitMs);
    this.#revival.unref();
  }

  async #revive(): Promise<void> {
    if (this.#state.kind !== 'failed') return;
    this.#reviving = true;
    try {
      if (await this.ensureLoaded()) this.#revived.fire();
    } catch {
      // The state says it, and the next crash is counted.
    } finally {
      this.#reviving = false;
    }
  }

  /** A crash that was one too many is told as such to whoever waited for an answer. */
  #known(error: unknown): unknown {
    const crashed = error instanceof LemmaFailure && error.error.code === 'engineCrashed';
    const loop = this.#state.kind === 'failed' && this.#state.error.code === 'engineCrashLoop' ? this.#state.error : undefined;
    return crashed && loop ? new LemmaFailure(loop) : error;
  }

  /** From now on the engine is expected to speak. A server may take as long as it likes. */
  #listen(signal: AbortSignal | undefined): Listening {
    if (this.#settings().server) return { heard: () => undefined, ended: () => undefined };
    const asked = (): void => this.#silence.stopAsked();
    this.#silence.begin();
    signal?.addEventListener('abort', asked, { once: true });
    return {
      heard: () => this.#silence.heard(),
      ended: () => {
        signal?.removeEventListener('abort', asked);
        this.#silence.end();
      },
    };
  }

  dispose(): void {
    clearTimeout(this.#revival);
    this.#silence.end();
    this.#disposables.dispose();
    this.#revived.dispose();
    this.#changed.dispose();
  }

  /** Another window loaded another model, or this window's one was loaded again for its next reply. */
  #changedElsewhere({ info, idle = false }: ModelChange): void {
    // What is being loaded comes with its own answer.
    if (this.#state.kind === 'loading' || (info && this.#loadedWith !== JSON.stringify(this.#settings()))) return;
    if (idle) return this.#unloaded('idle');
    this.#info = info;
    this.#set(info ? { kind: 'ready', info } : this.#idleState());
  }

  #firstNeed(): TurnNeed {
    const { contextTokens, yarn } = this.#settings();
    const most = longestContext({ limitTokens: contextTokens, nativeTokens: familyYarn.originalContextTokens, yarn: false });
    return { contextTokens: most, leastContextTokens: Math.min(most, leastFirstContext), yarn: yarn === 'on' };
  }

  #idleState(): ModelState {
    const settings = this.#settings();
    const choice = chosen(settings);
    if (choice) return { kind: 'notStarted', ...choice };
    return settings.server ? { kind: 'notChosen', server: true } : { kind: 'notChosen' };
  }

  #fail(error: LemmaError): void {
    this.#set({ kind: 'failed', name: chosen(this.#settings())?.name ?? '', error });
  }

  #set(state: ModelState): void {
    this.#state = state;
    this.#changed.fire(state);
  }
}
