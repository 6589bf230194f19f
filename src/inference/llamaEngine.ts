import { basename } from 'node:path';
import type { Llama, LlamaContext, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import { LemmaFailure } from '../core/errors.ts';
import { glmControlTokens, glmStopTokens, messageParts, renderGlmPrompt } from '../core/glmPrompt.ts';
import type {
  CountTokensParams,
  CountTokensResult,
  DescribeMachineResult,
  GenerateParams,
  GenerateProgress,
  GenerateResult,
  GpuChoice,
  LoadParams,
  ModelInfo,
} from '../shared/inferenceProtocol.ts';
import type { Engine, EngineLog } from './engine.ts';
import { describeMachine } from './llamaMachine.ts';
import { checkGgufFile } from './ggufFile.ts';
import { generateReply } from './llamaGeneration.ts';
import { evaluationThreads, startLlama } from './llamaSetup.ts';
import type { ControlTokens } from './promptTokens.ts';
import { ReplyMemory } from './replyMemory.ts';
import { findControlTokens, plainTokens, promptTokens } from './promptTokens.ts';
import { Vocabulary } from './vocabulary.ts';

/** Smallest context the engine may shrink to when memory is short, in tokens. */
const minContextTokens = 2048;

/**
 * Prompt tokens evaluated in one go, which is also how often progress is told and a stop is looked at.
 * On a processor 64 cost little speed, keep a stop within a second or two for a 9B model, and keep the attention's
 * work buffer small (heads × context × batch × 4 bytes: 268 MB for the 9B at 32K).
 */
const batchTokens = { gpu: 512, cpu: 64 } as const;

/** Log lines of llama.cpp kept as the reason of a failed load. */
const keptReasons = 4;

/** Turns of the event loop after which its lines have surely come. */
const logTurns = 10;

/** A model with its one context and sequence, ready to write. */
export interface LoadedModel {
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly sequence: LlamaContextSequence;
  readonly info: ModelInfo;
  readonly control: ControlTokens;
  readonly vocabulary: Vocabulary;
  readonly replies: ReplyMemory<Token>;
  readonly stopIds: ReadonlySet<number>;
  readonly batchTokens: number;
}

/** The real engine: llama.cpp by node-llama-cpp, imported at the first load. */
export class LlamaEngine implements Engine {
  readonly #log: EngineLog;
  #llama: { readonly gpu: GpuChoice; readonly instance: Llama } | undefined;
  #loaded: LoadedModel | undefined;
  #loadedWith: string | undefined;
  #reasons: string[] = [];

  constructor(log: EngineLog) {
    this.#log = log;
  }

  async load(params: LoadParams, onProgress: (fraction: number) => void, signal: AbortSignal): Promise<ModelInfo> {
    signal.throwIfAborted();
    const key = JSON.stringify([params.modelPath, params.gpu, params.contextTokens, params.threads]);
    if (this.#loaded && this.#loadedWith === key) return this.#loaded.info;
    const bytes = checkGgufFile(params.modelPath);
    await this.unload();
    this.#reasons = [];
    const begunAt = performance.now();
    const llama = await this.#start(params.gpu);
    signal.throwIfAborted();
    const model = await this.#attempt(params.modelPath, signal, () =>
      llama.loadModel({
        modelPath: params.modelPath,
        gpuLayers: llama.gpu === false ? 0 : { fitContext: { contextSize: params.contextTokens } },
        onLoadProgress: (fraction) => onProgress(fraction),
        loadSignal: signal,
      }),
    );
    try {
      this.#loaded = await this.#prepare(model, params, bytes, begunAt, signal);
    } catch (error) {
      await model.dispose();
      throw error;
    }
    this.#loadedWith = key;
    return this.#loaded.info;
  }

  async unload(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    this.#loadedWith = undefined;
    if (!loaded) return;
    // From the inside out: each holds memory of the next.
    await loaded.sequence.dispose();
    await loaded.context.dispose();
    await loaded.model.dispose();
  }

  countTokens(params: CountTokensParams): CountTokensResult {
    const { model, control } = this.#need();
    const tokenize = tokenizer(model);
    return {
      promptTokens: promptTokens(renderGlmPrompt(params.messages), control, tokenize).length,
      messageTokens: params.messages.map((message) => promptTokens(messageParts(message), control, tokenize).length),
      contentTokens: params.messages.map(({ content }) => plainTokens(content, control, tokenize).length),
    };
  }

  async describeMachine(gpu: GpuChoice): Promise<DescribeMachineResult> {
    return describeMachine(this.#llama?.instance ?? (await this.#start(gpu)));
  }

  async generate(params: GenerateParams, onProgress: (progress: GenerateProgress) => void, signal: AbortSignal): Promise<GenerateResult> {
    const loaded = this.#need();
    try {
      return await generateReply(loaded, params, onProgress, signal);
    } catch (error) {
      if (error instanceof LemmaFailure) throw error;
      // What the context holds is unknown now; the next prompt must not build on it.
      await loaded.sequence.clearHistory();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    await this.unload();
    await this.#llama?.instance.dispose();
  }

  /**
   * One backend for the life of a process. A second one cannot be told from the first: the library's later instances
   * lose their logger, and llama.cpp then writes to stdout. The host starts a new process instead.
   */
  async #start(gpu: GpuChoice): Promise<Llama> {
    if (this.#llama?.gpu === gpu) return this.#llama.instance;
    if (this.#llama) throw new LemmaFailure({ code: 'engineStartFailed', reason: `This process runs on ${this.#llama.gpu} already.` });
    const instance = await startLlama(gpu, (level, message) => {
      if (level === 'error') this.#reasons = [...this.#reasons, message].slice(-keptReasons);
      this.#log(level, message);
    });
    this.#llama = { gpu, instance };
    return instance;
  }

  async #prepare(model: LlamaModel, params: LoadParams, bytes: number, begunAt: number, signal: AbortSignal): Promise<LoadedModel> {
    const path = params.modelPath;
    const { control, vocabulary } = familyOf(model, path);
    const onGpu = model.llama.gpu !== false && model.gpuLayers > 0;
    const batchSize = onGpu ? batchTokens.gpu : batchTokens.cpu;
    const wanted = Math.min(params.contextTokens, model.trainContextSize);
    const context = await this.#attempt(path, signal, () =>
      model.createContext({
        contextSize: { min: Math.min(minContextTokens, wanted), max: wanted },
        batchSize,
        threads: evaluationThreads(params.threads, model.llama.cpuMathCores),
        // On a processor llama.cpp's flash attention takes 2.4 times as long per new token (see the design note).
        flashAttention: onGpu ? 'auto' : false,
        createSignal: signal,
      }),
    );
    const [deviceName] = onGpu ? await model.llama.getGpuDeviceNames() : [];
    return {
      model,
      context,
      sequence: context.getSequence(),
      control,
      vocabulary,
      replies: new ReplyMemory((token) => vocabulary.bytes(token)),
      stopIds: new Set(glmStopTokens.map((name) => control.get(name)).filter((id) => id !== undefined)),
      batchTokens: batchSize,
      info: {
        name: model.fileInfo.metadata.general.name ?? basename(path),
        path,
        architecture: model.architecture,
        bytes,
        device: onGpu ? 'gpu' : 'cpu',
        backend: onGpu ? String(model.llama.gpu) : 'cpu',
        ...(deviceName === undefined ? {} : { deviceName }),
        gpuLayers: model.gpuLayers,
        layers: model.fileInsights.totalLayers,
        contextTokens: context.contextSize,
        trainedContextTokens: model.trainContextSize,
        threads: context.currentThreads,
        loadMs: Math.round(performance.now() - begunAt),
      },
    };
  }

  /** Runs one step of loading; its failure gets llama.cpp's own last words as the reason. */
  async #attempt<Result>(path: string, signal: AbortSignal, step: () => Promise<Result>): Promise<Result> {
    try {
      return await step();
    } catch (error) {
      signal.throwIfAborted();
      // llama.cpp's lines come from its own thread, a turn or two after the failure.
      for (let turn = 0; turn < logTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
      const reasons = [...new Set(this.#reasons)].filter((line) => !line.endsWith('failed to load model'));
      const reason = reasons.join('\n') || (error instanceof Error ? error.message : String(error));
      const { InsufficientMemoryError } = await import('node-llama-cpp');
      throw new LemmaFailure({ code: error instanceof InsufficientMemoryError ? 'insufficientMemory' : 'modelLoadFailed', path, reason });
    }
  }

  #need(): LoadedModel {
    if (!this.#loaded) throw new LemmaFailure({ code: 'internal', reason: 'No model is loaded.' });
    return this.#loaded;
  }
}

/** What Lemma must know of the vocabulary. @throws LemmaFailure modelLoadFailed for a model of another family */
function familyOf(model: LlamaModel, path: string): { control: ControlTokens; vocabulary: Vocabulary } {
  const { model: kind, tokens, token_type: types } = model.fileInfo.metadata.tokenizer.ggml;
  const { tokens: control, missing } = findControlTokens(glmControlTokens, tokenizer(model));
  if (kind !== 'gpt2' || missing.length > 0) {
    const lack = missing.length > 0 ? `no ${missing.join(', ')} in its vocabulary` : `a vocabulary of the kind ${kind}`;
    const reason = `Lemma speaks to models of the GLM-4 and GLM-Z1 family; this one (${model.architecture}) has ${lack}.`;
    throw new LemmaFailure({ code: 'modelLoadFailed', path, reason });
  }
  return { control, vocabulary: new Vocabulary(tokens, types) };
}

function tokenizer(model: LlamaModel): (text: string, special: boolean) => number[] {
  return (text, special) => model.tokenize(text, special);
}
