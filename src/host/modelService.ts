import path from 'node:path';
import type { LemmaError } from '../core/errors.ts';
import { LemmaFailure, toLemmaError } from '../core/errors.ts';
import type {
  CountTokensParams,
  CountTokensResult,
  GenerateParams,
  GenerateProgress,
  GenerateResult,
  ModelInfo,
} from '../shared/inferenceProtocol.ts';
import type { ModelState } from '../shared/modelState.ts';
import type { Backend } from './backend.ts';
import type { ModelSettings } from './config.ts';
import { Disposables, Emitter } from './disposables.ts';
import { serverAddress } from './remote/serverAddress.ts';

type Activity = Extract<ModelState, { readonly kind: 'busy' }>['activity'];

/** The file's name without its ending: `GLM-Z1-9B-0414-Q4_K_M`. */
export function modelLabel(modelPath: string): string {
  return path.basename(modelPath).replace(/\.gguf$/i, '');
}

/** Name of what the settings choose, and the server that has it; undefined: nothing is chosen. */
function chosen({ server, modelPath }: ModelSettings): { readonly name: string; readonly server?: string } | undefined {
  if (!server) return modelPath === undefined ? undefined : { name: modelLabel(modelPath) };
  const host = serverAddress(server.url)?.host;
  // A server with one model need not be told which; an address that cannot be read is said when it is used.
  return server.url === '' ? undefined : { name: modelLabel(server.model), server: host ?? server.url };
}

/** Owns the model's state and loads it at the first question. Status bar and panel show what it says, nothing else. */
export class ModelService {
  readonly #client: Backend;
  readonly #settings: () => ModelSettings;
  readonly #changed = new Emitter<ModelState>();
  readonly #disposables = new Disposables();
  readonly onDidChange = this.#changed.event;
  #state: ModelState;
  #info: ModelInfo | undefined;
  /** What `#info` was loaded with. */
  #loadedWith = '';
  /** The settings changed while the model was in use. */
  #changedMeanwhile = false;

  constructor(client: Backend, settings: () => ModelSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#state = this.#idleState();
    this.#disposables.add(
      client.onDidExit((exit) => {
        this.#info = undefined;
        if (exit.restarted) this.#set(this.#idleState());
        else if (!exit.expected) this.#fail({ code: 'engineCrashed', exitCode: exit.exitCode, signal: exit.signal });
      }),
    );
    const listening = client.onDidChangeModel?.((info) => this.#changedElsewhere(info));
    if (listening) this.#disposables.add(listening);
  }

  get state(): ModelState {
    return this.#state;
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
  async ensureLoaded(signal?: AbortSignal): Promise<ModelInfo | undefined> {
    const { modelPath = '', ...options } = this.#settings();
    const choice = chosen(this.#settings());
    if (!choice) {
      this.#set(this.#idleState());
      throw new LemmaFailure({ code: options.server ? 'serverNotChosen' : 'modelNotChosen' });
    }
    const loadedWith = JSON.stringify(this.#settings());
    if (this.#info && this.#loadedWith === loadedWith) return this.#info;
    this.#set({ kind: 'loading', ...choice, fraction: 0 });
    try {
      const info = await this.#client.load(
        { modelPath, ...options },
        ({ fraction }) => this.#set({ kind: 'loading', ...choice, fraction }),
        signal,
      );
      if (!info) {
        this.#set(this.#idleState());
        return undefined;
      }
      this.#info = info;
      this.#loadedWith = loadedWith;
      this.#set({ kind: 'ready', info });
      return info;
    } catch (error) {
      this.#info = undefined;
      this.#fail(toLemmaError(error));
      throw error;
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
  ): Promise<GenerateResult> {
    try {
      return await this.#client.generate(params, onProgress, signal);
    } finally {
      if (this.#state.kind === 'busy' && this.#info) this.#set({ kind: 'ready', info: this.#info });
      if (this.#changedMeanwhile) this.settingsChanged();
    }
  }

  /** What the running reply is doing; `sinceMs` counts from the first call with a new activity. */
  setActivity(activity: Activity): void {
    if (!this.#info || (this.#state.kind === 'busy' && this.#state.activity === activity)) return;
    this.#set({ kind: 'busy', info: this.#info, activity, sinceMs: Date.now() });
  }

  /** A new process with the model loaded again. */
  async restart(): Promise<void> {
    this.#info = undefined;
    await this.#client.restart();
    await this.ensureLoaded();
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#changed.dispose();
  }

  /** Another window loaded another model, or this window's one was loaded again for its next reply. */
  #changedElsewhere(info: ModelInfo | undefined): void {
    // What is being loaded comes with its own answer.
    if (this.#state.kind === 'loading' || (info && this.#loadedWith !== JSON.stringify(this.#settings()))) return;
    this.#info = info;
    this.#set(info ? { kind: 'ready', info } : this.#idleState());
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
