/**
 * Several replies to one prompt, written at once: each in a sequence of its own of a context that is made for them, so
 * that a token of all of them is one batch. The prompt is read in one of them and copied into the others. What the
 * conversation's own context remembers cannot be copied there (llama.cpp: «n_stream mismatch» between contexts of
 * different numbers of sequences), and stays as it is.
 */
import type { LlamaContext, LlamaContextOptions } from 'node-llama-cpp';
import { LemmaFailure } from '../core/errors.ts';
import { sampleSeed, samplesThatFit } from '../core/models/samplePlan.ts';
import type { GenerateParams, GenerateProgress, GenerateResult } from '../shared/inferenceProtocol.ts';
import type { EngineLog } from './engine.ts';
import { saysOutOfMemory } from './llamaFit.ts';
import type { LoadedModel } from './llamaEngine.ts';
import { generateReply, planQuestion, readQuestion } from './llamaGeneration.ts';
import { copySequence } from './llamaSequence.ts';
import { Lockstep } from './lockstep.ts';

export interface SampleRequest {
  readonly params: GenerateParams;
  /** See `GenerateParams.samples`. */
  readonly samples: number;
  /** As the loaded context has them. */
  readonly contextOptions: LlamaContextOptions;
  readonly report: (progress: GenerateProgress) => void;
  readonly signal: AbortSignal;
  readonly sampleSignal?: (sample: number) => AbortSignal;
  readonly log: EngineLog;
}

/**
 * See `Engine.generate`. What does not fit into memory at once is written one after the other.
 * @throws LemmaFailure promptTooLong
 */
export async function generateSamples(loaded: LoadedModel, request: SampleRequest): Promise<GenerateResult> {
  const { params, samples, report, signal } = request;
  const begunAt = performance.now();
  const { promptTokens, maxTokens } = planQuestion(loaded, params);
  const context = await sampleContext(loaded, request, promptTokens + maxTokens);
  const results: GenerateResult[] = [];
  try {
    const sequences = context ? Array.from({ length: context.totalSequences }, () => context.getSequence()) : [loaded.sequence];
    const [first = loaded.sequence] = sequences;
    const { reusedTokens } = await readQuestion({ ...loaded, sequence: first }, params, report, signal);
    const promptMs = performance.now() - begunAt;
    report({ kind: 'samples', samples, atOnce: sequences.length });
    if (sequences.length > 1 && !signal.aborted) {
      const copy = await copySequence(first, request.log);
      for (const sequence of sequences) if (sequence !== first) await copy.into(sequence);
      copy.forget();
    }
    let next = 0;
    const lockstep = new Lockstep();
    await Promise.all(
      sequences.map(async (sequence) => {
        while (next < samples && !signal.aborted) {
          const sample = next++;
          const told = (progress: GenerateProgress): void => report({ kind: 'sample', sample, progress });
          const own = request.sampleSignal?.(sample);
          const either = own ? AbortSignal.any([signal, own]) : signal;
          const result = await generateReply(
            { ...loaded, sequence, lookup: undefined },
            sampleParams(params, sample),
            told,
            either,
            lockstep,
          );
          results.push(result);
          report({ kind: 'sampleEnded', sample, result });
        }
      }),
    );
    return {
      stop: signal.aborted ? 'cancelled' : 'endOfTurn',
      promptTokens,
      reusedTokens,
      generatedTokens: results.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0),
      promptMs,
      generateMs: performance.now() - begunAt - promptMs,
    };
  } finally {
    await context?.dispose();
  }
}

/** The first sample is the reply that the same request without samples gives. */
function sampleParams({ samples: _samples, ...params }: GenerateParams, sample: number): GenerateParams {
  const { seed } = params.sampling;
  return seed === undefined ? params : { ...params, sampling: { ...params.sampling, seed: sampleSeed(seed, sample) } };
}

/** @param tokens that one sample may need, prompt included @returns undefined when there is room for one at a time alone */
async function sampleContext(loaded: LoadedModel, request: SampleRequest, tokens: number): Promise<LlamaContext | undefined> {
  if (request.signal.aborted) return undefined;
  const { model } = loaded;
  const contextSize = Math.min(tokens, loaded.context.contextSize);
  // The library looks at the memory of the card by itself, and not at the computer's.
  const estimate = (sequences: number) =>
    model.fileInsights.estimateContextResourceRequirementsV2({
      ...{ contextSize, sequences, modelGpuLayers: model.gpuLayers },
      ...(request.contextOptions.batchSize === undefined ? {} : { batchSize: request.contextOptions.batchSize }),
      ...(request.contextOptions.flashAttention === undefined ? {} : { flashAttention: request.contextOptions.flashAttention }),
    });
  const [one, two] = [await estimate(1), await estimate(2)];
  const { free } = await model.llama.getRamState();
  const perSample = two.cpuRam - one.cpuRam;
  let sequences = samplesThatFit({ samples: request.samples, firstBytes: one.cpuRam, eachBytes: perSample, freeBytes: free });
  for (; sequences > 1; sequences = Math.floor(sequences / 2)) {
    try {
      return await model.createContext({ ...request.contextOptions, contextSize, sequences, createSignal: request.signal });
    } catch (error) {
      if (request.signal.aborted) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      const { InsufficientMemoryError } = await import('node-llama-cpp');
      // A failed allocation is told as a context that could not be made, and nothing else makes one fail here: one of this size is there.
      if (!(error instanceof InsufficientMemoryError || saysOutOfMemory(reason) || /create context/i.test(reason)))
        throw new LemmaFailure({ code: 'internal', reason });
      request.log('info', `${sequences} samples of ${contextSize} tokens do not fit at once: ${reason}`);
    }
  }
  return undefined;
}
