import path from 'node:path';
import type { LlamaContext, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import type { LemmaError } from '../core/errors.ts';
import { LemmaFailure } from '../core/errors.ts';
import { fitsAmply } from '../core/models/fit.ts';
import { familyModelOf } from '../core/models/family.ts';
import type { YarnScaling } from '../core/models/yarn.ts';
import { yarnTaken } from '../core/models/yarn.ts';
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
  ReadAheadParams,
  ReadAheadResult,
  StepDown,
  YarnReport,
} from '../shared/inferenceProtocol.ts';
import type { SavedStates } from '../shared/savedStates.ts';
import type { Engine, EngineLog } from './engine.ts';
import { BinaryTrials } from './binaryTrials.ts';
import { contextOptions, evaluationOptions } from './llamaBatch.ts';
import { describeMachine } from './llamaMachine.ts';
import { checkGgufFile, fileStamp } from './ggufFile.ts';
import { LlamaJournal } from './llamaJournal.ts';
import type { Fitted, FitRequest } from './llamaFit.ts';
import { halvings, loadFitting, measureMemory, saysOutOfMemory } from './llamaFit.ts';
import { generateReply } from './llamaGeneration.ts';
import { generateSamples } from './llamaSamples.ts';
import { shapeOf } from './modelHeaders.ts';
import { modelInfoOf } from './llamaModelInfo.ts';
import { readAhead } from './llamaReadAhead.ts';
import { engineVersions, startLlama } from './llamaSetup.ts';
import { ReplyMemory } from './replyMemory.ts';
import type { StartedLlama } from './llamaSetup.ts';
import { moveSequence } from './llamaSequence.ts';
import { LlamaSides } from './llamaSides.ts';
import { speechOf } from './llamaSpeech.ts';
import type { ChosenThreads } from './llamaThreads.ts';
import { thisMachine, threadChooser } from './llamaThreads.ts';
import { stateKey } from './stateKey.ts';
import type { PromptLookup } from './llamaPromptLookup.ts';
import { createPromptLookup } from './llamaPromptLookup.ts';
import type { PromptWriter } from './promptWriter.ts';
import type { TokenBytes } from './vocabulary.ts';
import { checkWholeModel, wholeBytes } from './wholeModel.ts';

/** Smallest context the engine may shrink to when memory is short and nobody says what is needed, in tokens. */
const leastContextTokens = 2048;

/** Longest time for keeping what the context remembers while the process ends, milliseconds; it is killed after a second. */
const lastSaveMs = 600;

/** A model with its one context and sequence, ready to write. */
export interface LoadedModel {
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly sequence: LlamaContextSequence;
  /** Of `sequence`. */
  readonly lookup: PromptLookup | undefined;
  readonly info: ModelInfo;
  readonly prompt: PromptWriter;
  readonly vocabulary: TokenBytes;
  readonly replies: ReplyMemory<Token>;
  readonly batchTokens: number;
  /** See `stateKey`; undefined: nothing can be kept. */
  readonly stateKey: string | undefined;
}

/** The real engine: llama.cpp by node-llama-cpp, imported at the first load. */
export class LlamaEngine implements Engine {
  readonly #log: EngineLog;
  readonly #journal: LlamaJournal;
  readonly #start: typeof startLlama;
  readonly #machine: typeof thisMachine;
  readonly #sides: LlamaSides;
  readonly #trials: BinaryTrials;
  #started: StartedLlama | undefined;
  #loaded: LoadedModel | undefined;
  #loadedWith = '';
  readonly #stamps = new Map<string, string>();
  /** Of the model that was loaded last. */
  #replies: { readonly model: string; readonly memory: ReplyMemory<Token> } | undefined;
  #stretches = true;
  #isUsed = false;
  /** The context that the present one was made for: memory may have been short. */
  #wished = 0;

  /** Seams for tests. @param start the library with less memory than there is. @param machine with more threads to choose among */
  constructor(log: EngineLog, start: typeof startLlama = startLlama, machine = thisMachine) {
    this.#log = log;
    this.#sides = new LlamaSides(log);
    this.#trials = new BinaryTrials((line) => log('info', line));
    this.#journal = new LlamaJournal(log);
    this.#start = start;
    this.#machine = machine;
  }

  async load(params: LoadParams, onProgress: (fraction: number) => void, signal: AbortSignal): Promise<ModelInfo> {
    signal.throwIfAborted();
    const present = this.loadedWith(params);
    if (present) return present;
    if (this.#loaded && this.#loadedWith === this.#key(params)) return this.#resize(this.#loaded, params, signal);
    const bytes = checkGgufFile(params.modelPath);
    // By our own reader: the library's takes three times as long over a vocabulary, and reads it for itself later.
    const { metadata } = checkWholeModel(params.modelPath);
    await this.unload();
    const begunAt = performance.now();
    const started = await this.#backend(params.gpu);
    signal.throwIfAborted();
    const memory = await measureMemory(started.llama);
    const name = metadata.get('general.name');
    const architecture = String(metadata.get('general.architecture'));
    const fileName = path.basename(params.modelPath);
    const family = familyModelOf({ ...(name === undefined ? {} : { name: String(name) }), architecture, fileName });
    const yarn = params.yarn ? family?.yarn : undefined;
    const ample = fitsAmply({ ...shapeOf(metadata), bytes: wholeBytes(params.modelPath) }, params.contextTokens, memory.vramFree ?? 0);
    const fitting = (scaling: YarnScaling | undefined) =>
      this.#fit(started, params, { architecture, yarn: scaling, ample }, onProgress, signal);
    let fitted = await fitting(yarn);
    const report = yarn && (await this.#yarnReport(yarn));
    // The longer context would be nonsense without the scaling: what the model was trained for is left.
    if (yarn && !report?.taken) {
      await fitted.model.dispose();
      fitted = await fitting(undefined);
    }
    try {
      const speech = await speechOf(fitted.model, params.modelPath, family);
      const info = await modelInfoOf({ started, params, bytes, begunAt, memory, fitted, threadsFrom: fitted.threads.from, report, speech });
      this.#loaded = await this.#ready(fitted.model, fitted.context, info, {
        ...speech,
        replies: this.#repliesOf(`${bytes} ${info.name} ${info.path}`, speech.vocabulary),
        stateKey: await stateKey(info, engineVersions(started.llama)).catch(() => undefined),
      });
    } catch (error) {
      await fitted.model.dispose();
      throw error;
    }
    // A model that has no YaRN, or whose YaRN is not taken, is the same with it and without.
    this.#stretches = family?.yarn !== undefined && report?.taken !== false;
    this.#loadedWith = this.#key(params);
    this.#wished = params.contextTokens;
    return this.#loaded.info;
  }

  loadedWith(params: Omit<LoadParams, 'progressToken'>): ModelInfo | undefined {
    if (!this.#loaded || this.#loadedWith !== this.#key(params)) return undefined;
    const { info } = this.#loaded;
    const longest = this.#longest(info);
    const enough = Math.min(params.contextTokens, longest) === info.wantedContextTokens;
    const larger = params.keepLargerContext === true && params.contextTokens <= Math.max(info.wantedContextTokens, this.#wished);
    const least = Math.min(params.leastContextTokens ?? 0, params.contextTokens, longest);
    return (enough || larger) && least <= info.contextTokens ? info : undefined;
  }

  /** A model that is loaded again still knows the tokens that it wrote. */
  #repliesOf(model: string, vocabulary: TokenBytes): ReplyMemory<Token> {
    if (this.#replies?.model !== model) this.#replies = { model, memory: new ReplyMemory((token) => vocabulary.bytes(token)) };
    return this.#replies.memory;
  }

  /** A file that was taken away is still mapped, and is as it was. */
  #stampOf(path: string): string | undefined {
    const stamp = fileStamp(path) ?? this.#stamps.get(path);
    if (stamp !== undefined) this.#stamps.set(path, stamp);
    return stamp;
  }

  /** What a model is loaded anew for. */
  #key({ modelPath, gpu, threads, yarn = false }: Omit<LoadParams, 'progressToken'>): string {
    return JSON.stringify([
      modelPath,
      this.#stampOf(modelPath),
      gpu,
      threads,
      yarn && (this.#stretches || modelPath !== this.#loaded?.info.path),
    ]);
  }

  keepStates(where: SavedStates): void {
    this.#sides.states.keepIn(where);
    this.#trials.keepIn(path.join(path.dirname(where.folder), 'engine'));
  }

  forget(conversation: string): Promise<void> {
    return this.#sides.forget(conversation);
  }

  unload(): Promise<void> {
    return this.#free(Infinity);
  }

  /** @param mostMs for keeping what the context remembers */
  async #free(mostMs: number): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    this.#loadedWith = '';
    await this.#sides.leave(loaded, mostMs);
    if (!loaded) return;
    // From the inside out: each holds memory of the next.
    await loaded.sequence.dispose();
    await loaded.context.dispose();
    await loaded.model.dispose();
  }

  countTokens(params: CountTokensParams): CountTokensResult {
    return this.#need().prompt.count(params.messages, params.tools);
  }

  async describeMachine(gpu: GpuChoice): Promise<DescribeMachineResult> {
    return describeMachine((this.#started ?? (await this.#backend(gpu))).llama);
  }

  async generate(
    params: GenerateParams,
    onProgress: (progress: GenerateProgress) => void,
    signal: AbortSignal,
    sampleSignal?: (sample: number) => AbortSignal,
  ): Promise<GenerateResult> {
    const loaded = this.#need();
    const { samples, side = 'panel', conversation } = params;
    this.#isUsed = true;
    if (!signal.aborted) await this.#sides.turnTo({ side, conversation }, loaded);
    try {
      if (samples === undefined) return await generateReply(loaded, params, onProgress, signal);
      const options = { ...evaluationOptions(loaded.model, loaded.info.threads), batchSize: loaded.batchTokens };
      return await generateSamples(loaded, {
        ...{ params, samples, contextOptions: options, report: onProgress, signal, log: this.#log },
        ...(sampleSignal ? { sampleSignal } : {}),
      });
    } catch (error) {
      if (error instanceof LemmaFailure) throw error;
      // What the context holds is unknown now; the next prompt must not build on it.
      await loaded.sequence.clearHistory();
      throw error;
    } finally {
      this.#isUsed = false;
    }
  }

  async readAhead(params: ReadAheadParams, signal: AbortSignal): Promise<ReadAheadResult> {
    const loaded = this.#need();
    const { side = 'panel', conversation } = params;
    // The other side's conversation is not put away for a question that may not come.
    if (!this.#sides.isPresent(side)) return { promptTokens: 0, readTokens: 0 };
    this.#isUsed = true;
    try {
      await this.#sides.turnTo({ side, conversation }, loaded);
      return await readAhead(loaded, params, signal);
    } catch (error) {
      await loaded.sequence.clearHistory();
      throw error;
    } finally {
      this.#isUsed = false;
    }
  }

  async dispose(): Promise<void> {
    // What is still being evaluated may take longer to stop than there is time.
    await this.#free(this.#isUsed ? 0 : lastSaveMs);
    await this.#started?.llama.dispose();
  }

  /**
   * One backend for the life of a process. A second one cannot be told from the first: the library's later instances
   * lose their logger, and llama.cpp then writes to stdout. The host starts a new process instead.
   */
  async #backend(gpu: GpuChoice): Promise<StartedLlama> {
    if (this.#started && this.#started.asked !== gpu)
      throw new LemmaFailure({ code: 'engineStartFailed', reason: `This process runs on ${this.#started.asked} already.` });
    return (this.#started ??= await this.#start(gpu, this.#journal.write, this.#trials));
  }

  async #fit(
    { llama }: StartedLlama,
    params: LoadParams,
    model: Pick<FitRequest, 'architecture' | 'yarn' | 'ample'>,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<Fitted & { readonly threads: ChosenThreads }> {
    const { modelPath, contextTokens } = params;
    this.#journal.clear();
    const wish = { modelPath, wanted: params.threads, file: params.threadsFile, engine: engineVersions(llama), signal };
    const threadsOf = threadChooser(wish, this.#log, this.#machine);
    const fitted = await loadFitting(llama, {
      ...{ ...model, modelPath, contextTokens, onProgress, signal },
      leastContextTokens: params.leastContextTokens ?? Math.min(leastContextTokens, contextTokens),
      contextOptions: async (model, tokens) => ({
        ...(await contextOptions(model, (await threadsOf(model)).threads, tokens)),
        createSignal: signal,
      }),
      step: (work) => this.#attempt(modelPath, signal, work),
    });
    return { ...fitted, threads: await threadsOf(fitted.model) };
  }

  /** A context of another size for the model that is loaded. What the old one remembers is moved where that can be. */
  async #resize(loaded: LoadedModel, params: LoadParams, signal: AbortSignal): Promise<ModelInfo> {
    const { model, info } = loaded;
    const begunAt = performance.now();
    const wanted = Math.min(params.contextTokens, this.#longest(info));
    const least = Math.min(wanted, params.leastContextTokens ?? leastContextTokens);
    this.#loaded = undefined;
    const moved = await moveSequence(loaded.sequence, this.#log);
    await loaded.context.dispose();
    const make = async (contextSize: number): Promise<LlamaContext> => {
      const options = await contextOptions(model, info.threads, contextSize);
      return this.#attempt(info.path, signal, () => model.createContext({ ...options, contextSize }));
    };
    let context: LlamaContext | undefined;
    let short: Extract<LemmaError, { code: 'insufficientMemory' }> | undefined;
    try {
      for (const contextSize of [wanted, ...halvings(wanted, least)]) {
        try {
          context = await make(contextSize);
          break;
        } catch (error) {
          if (!(error instanceof LemmaFailure && error.error.code === 'insufficientMemory')) throw error;
          short ??= error.error;
        }
      }
      // What there was before fits again, so the model stays; the turn is told that it needs more.
      context ??= await make(info.contextTokens);
    } catch (error) {
      moved.forget();
      await model.dispose();
      this.#loadedWith = '';
      throw error;
    }
    const stepDowns: StepDown[] = short
      ? [{ failed: 'context', contextTokens: wanted, gpuLayers: info.gpuLayers, reason: short.reason }]
      : [];
    const changed = { contextTokens: context.contextSize, wantedContextTokens: wanted, stepDowns };
    const changedInfo = { ...info, ...changed, loadMs: Math.round(performance.now() - begunAt) };
    this.#loaded = await this.#ready(model, context, changedInfo, loaded);
    this.#wished = params.contextTokens;
    await moved.into(this.#loaded.sequence);
    this.#log('info', `Context: ${info.contextTokens} to ${context.contextSize} tokens, ${this.#loaded.sequence.nextTokenIndex} kept.`);
    if (short && context.contextSize < least) throw new LemmaFailure(short);
    return this.#loaded.info;
  }

  async #ready(
    model: LlamaModel,
    context: LlamaContext,
    info: ModelInfo,
    { prompt, vocabulary, replies, stateKey }: Pick<LoadedModel, 'prompt' | 'vocabulary' | 'replies' | 'stateKey'>,
  ): Promise<LoadedModel> {
    const lookup = await createPromptLookup();
    return {
      ...{ model, context, info, prompt, vocabulary, replies, lookup, stateKey },
      sequence: context.getSequence({ tokenPredictor: lookup.predictor }),
      batchTokens: context.batchSize,
    };
  }

  /** What the engine's log says of the context that was just made. */
  async #yarnReport(yarn: YarnScaling): Promise<YarnReport> {
    const frequencyScale = await this.#journal.lastNumber(/^llama_context:\s*freq_scale\s*=\s*([\d.eE+-]+)/);
    const report: YarnReport = {
      ...yarn,
      ...(frequencyScale === undefined ? {} : { frequencyScale }),
      taken: yarnTaken(yarn, frequencyScale),
    };
    this.#log(report.taken ? 'info' : 'warn', `YaRN: ${JSON.stringify(report)}`);
    return report;
  }

  /** The longest context of the loaded model, as it was loaded. */
  #longest(info: ModelInfo): number {
    return info.yarn?.taken ? info.yarn.factor * info.yarn.originalContextTokens : info.trainedContextTokens;
  }

  /** Runs one step of loading; its failure gets llama.cpp's own last words as the reason. */
  async #attempt<Result>(path: string, signal: AbortSignal, step: () => Promise<Result>): Promise<Result> {
    try {
      return await step();
    } catch (error) {
      signal.throwIfAborted();
      const own = error instanceof Error ? error.message : String(error);
      const reason = (await this.#journal.takeReasons()) || own;
      const { InsufficientMemoryError } = await import('node-llama-cpp');
      const short = error instanceof InsufficientMemoryError || saysOutOfMemory(reason);
      throw new LemmaFailure({ code: short ? 'insufficientMemory' : 'modelLoadFailed', path, reason });
    }
  }

  #need(): LoadedModel {
    if (!this.#loaded) throw new LemmaFailure({ code: 'internal', reason: 'No model is loaded.' });
    return this.#loaded;
  }
}
