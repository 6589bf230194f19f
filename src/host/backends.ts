import type {
  CountTokensParams,
  CountTokensResult,
  GenerateResult,
  ModelInfo,
  ReadAheadParams,
  ReadAheadResult,
} from '../shared/inferenceProtocol.ts';
import type { Backend, BackendExit, BackendLoad, ModelChange } from './backend.ts';

/** The inference process and the server as one: a load decides which of them answers from then on. */
export class Backends implements Backend {
  readonly #local: Backend;
  readonly #server: Backend;
  #active: Backend;

  constructor(local: Backend, server: Backend) {
    this.#local = local;
    this.#server = server;
    this.#active = local;
  }

  async load(params: BackendLoad, ...rest: [Parameters<Backend['load']>[1], AbortSignal?]): Promise<ModelInfo | undefined> {
    const wanted = params.server ? this.#server : this.#local;
    // The memory of a model that is not to answer any more belongs to others.
    if (wanted !== this.#active) await this.#active.unload();
    this.#active = wanted;
    return wanted.load(params, ...rest);
  }

  generate(...params: Parameters<Backend['generate']>): Promise<GenerateResult> {
    return this.#active.generate(...params);
  }

  countTokens(params: CountTokensParams): Promise<CountTokensResult> {
    return this.#active.countTokens(params);
  }

  async readAhead(params: ReadAheadParams, signal?: AbortSignal): Promise<ReadAheadResult> {
    return (await this.#active.readAhead?.(params, signal)) ?? { promptTokens: 0, readTokens: 0 };
  }

  unload(): Promise<void> {
    return this.#active.unload();
  }

  restart(): Promise<unknown> {
    return this.#active.restart();
  }

  /** An end of the one that does not answer is of no account. */
  onDidExit(listener: (exit: BackendExit) => void): { dispose(): void } {
    const listening = [this.#local, this.#server].map((backend) =>
      backend.onDidExit((exit) => {
        if (backend === this.#active) listener(exit);
      }),
    );
    return { dispose: () => listening.forEach((each) => each.dispose()) };
  }

  onDidChangeModel(listener: (change: ModelChange) => void): { dispose(): unknown } {
    const listening = this.#local.onDidChangeModel?.((change) => {
      if (this.#active === this.#local) listener(change);
    });
    return { dispose: () => listening?.dispose() };
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#local.dispose(), this.#server.dispose()]);
  }
}
