import { LemmaFailure } from '../../core/errors.ts';
import { familyModelOf } from '../../core/models/family.ts';
import type {
  CountTokensParams,
  CountTokensResult,
  GenerateParams,
  GenerateProgress,
  GenerateResult,
  ModelInfo,
} from '../../shared/inferenceProtocol.ts';
import type { Backend, BackendLoad, ServerChoice } from '../backend.ts';
import type { InferenceLog } from '../inferenceClient.ts';
import { listModels, slotContextTokens, replyStart, servedProfile } from './servedModel.ts';
import type { ServedModel } from './servedModel.ts';
import type { ServerAddress } from './serverAddress.ts';
import { serverAddress } from './serverAddress.ts';
import { ServerHttp } from './serverHttp.ts';
import type { ConnectedModel } from './serverReply.ts';
import { serveSamples } from './serverSamples.ts';
import { generateServed } from './serverReply.ts';
import { ServerTokens } from './serverTokens.ts';

export interface ServerBackendOptions {
  readonly log: InferenceLog;
  /** The key that is kept for an origin. */
  readonly key: (origin: string) => Promise<string | undefined>;
  /** A reply that was to go on had to be asked for again, for want of a way to continue it. */
  readonly onAskedAgain?: () => void;
}

/** Of the family's models. */
const nativeContextTokens = 32_768;

/** @throws LemmaFailure serverNotChosen, serverAddressInvalid */
export function chosenAddress(url: string): ServerAddress {
  if (url.trim() === '') throw new LemmaFailure({ code: 'serverNotChosen' });
  const address = serverAddress(url);
  if (!address) throw new LemmaFailure({ code: 'serverAddressInvalid', url: url.replace(/\/\/[^/@]*@/, '//') });
  return address;
}

/** A model on an OpenAI-compatible server. Nothing runs here, so nothing is unloaded and nothing crashes. */
export class ServerBackend implements Backend {
  readonly #options: ServerBackendOptions;
  #connected: ConnectedModel | undefined;

  constructor(options: ServerBackendOptions) {
    this.#options = options;
  }

  /** Finds the model among those of the server and learns about both. @throws LemmaFailure server… */
  async load({ server }: BackendLoad, _onProgress: unknown, signal?: AbortSignal): Promise<ModelInfo | undefined> {
    this.#connected = undefined;
    if (signal?.aborted) return undefined;
    const begunAt = performance.now();
    try {
      const http = this.#http(server);
      const model = chosenModel(await listModels(http, signal), server?.model ?? '', http.address.host);
      const known = model.contextTokens ?? (model.engine === 'llamacpp' ? await slotContextTokens(http, signal) : undefined);
      const contextTokens = known ?? server?.contextTokens ?? nativeContextTokens;
      const start = await replyStart(http, model, signal);
      const tokens = new ServerTokens(http, model.id, model.engine, servedProfile(model.id));
      this.#connected = { http, model, contextTokens, tokens, start, habit: undefined };
      const info = infoOf(model, http.address, contextTokens, known !== undefined, performance.now() - begunAt);
      this.#options.log.info(
        `[server] ${info.served?.host}: ${model.id} (${info.backend}), context of ${contextTokens} tokens, replies begin as ${start}.`,
      );
      return signal?.aborted ? undefined : info;
    } catch (error) {
      if (signal?.aborted) return undefined;
      throw error;
    }
  }

  async generate(
    params: Omit<GenerateParams, 'progressToken'>,
    onProgress: (progress: GenerateProgress) => void,
    signal: AbortSignal = new AbortController().signal,
    sampleSignals: readonly AbortSignal[] = [],
  ): Promise<GenerateResult> {
    if (signal.aborted) return { stop: 'cancelled', promptTokens: 0, reusedTokens: 0, generatedTokens: 0, promptMs: 0, generateMs: 0 };
    const onAskedAgain = (): void => {
      this.#options.log.info('[server] The reply is asked for again with its text so far: the prompt of this model is not known.');
      this.#options.onAskedAgain?.();
    };
    const one = async (asked: typeof params, report: typeof onProgress, stop: AbortSignal): Promise<GenerateResult> => {
      const connected = this.#ready();
      try {
        return await generateServed(connected, asked, { onProgress: report, onAskedAgain }, stop);
      } catch (error) {
        throw await connected.http.withoutKey(error);
      }
    };
    return params.samples !== undefined ? serveSamples(params, one, onProgress, signal, sampleSignals) : one(params, onProgress, signal);
  }

  countTokens({ messages, tools }: CountTokensParams): Promise<CountTokensResult> {
    // Asynchronous, so that a server that is not there rejects and does not throw.
    return Promise.resolve().then(() => this.#ready().tokens.count(messages, tools));
  }

  /** The server keeps its model. */
  unload(): Promise<void> {
    this.#connected = undefined;
    return Promise.resolve();
  }

  restart(): Promise<void> {
    return this.unload();
  }

  onDidExit(): { dispose(): void } {
    return { dispose: () => undefined };
  }

  dispose(): Promise<void> {
    return this.unload();
  }

  #http(server: ServerChoice | undefined): ServerHttp {
    const address = chosenAddress(server?.url ?? '');
    return new ServerHttp(address, () => this.#options.key(address.origin));
  }

  #ready(): ConnectedModel {
    if (!this.#connected) throw new LemmaFailure({ code: 'serverNotChosen' });
    return this.#connected;
  }
}

/** A server that has but one model need not be told which. */
function chosenModel(models: readonly ServedModel[], wanted: string, host: string): ServedModel {
  const [only] = models;
  if (wanted === '' && models.length === 1 && only) return only;
  if (wanted === '') throw new LemmaFailure({ code: 'serverNotChosen' });
  const found = models.find(({ id }) => id === wanted);
  if (!found) throw new LemmaFailure({ code: 'serverModelMissing', host, model: wanted });
  return found;
}

function infoOf(model: ServedModel, address: ServerAddress, contextTokens: number, contextKnown: boolean, loadMs: number): ModelInfo {
  const { host, encrypted } = address;
  const row = familyModelOf({ fileName: model.id });
  return {
    ...{ name: model.id, path: model.id, architecture: '', bytes: 0, device: 'server', backend: model.engine ?? 'server' },
    ...{ gpuLayers: 0, layers: 0, contextTokens, trainedContextTokens: contextTokens, threads: 0, loadMs },
    // What goes on is told as the text of a reply that starts in its thought, whatever the model; see `serverRequests.ts`.
    ...{ profile: servedProfile(model.id), replyStart: 'thought', askedBackend: 'auto', refusedBackends: [], stepDowns: [] },
    ...{ wantedContextTokens: contextTokens, memory: { ramTotal: 0, ramFree: 0 } },
    ...(row ? { familyId: row.id } : {}),
    served: { host, encrypted, contextKnown },
  };
}
