/**
 * How large the context is made, and how the engine steps down where memory is short. Pure arithmetic over counts that
 * were measured.
 */
import { replyReserve } from '../budget.ts';
import { familyYarn, yarnContextTokens } from './yarn.ts';

/** Contexts grow in these steps, in tokens, so that a conversation does not need a new one with each turn. */
const stepTokens = 4096;
/** Over a native context, where a new one costs hundreds of megabytes to fill. */
const longStepTokens = 16_384;

export interface ContextLimits {
  /** The user's own limit (`lemma.model.contextTokens`); 0 for none. */
  readonly limitTokens: number;
  /** The model's trained length. */
  readonly nativeTokens: number;
  readonly yarn: boolean;
}

/** The longest context that a turn may ask for. */
export function longestContext({ limitTokens, nativeTokens, yarn }: ContextLimits): number {
  const possible = yarn ? Math.max(nativeTokens, yarnContextTokens(familyYarn)) : nativeTokens;
  return limitTokens > 0 ? Math.min(limitTokens, possible) : possible;
}

/**
 * Context for a prompt and the reply that is wished for: no larger than they need, in steps.
 * @param mostTokens see `longestContext`
 */
export function contextFor(promptTokens: number, wantedTokens: number, mostTokens: number): number {
  const needed = promptTokens + wantedTokens;
  const step = needed > familyYarn.originalContextTokens ? longStepTokens : stepTokens;
  return Math.min(mostTokens, Math.ceil(needed / step) * step);
}

/** The least context in which the prompt can be answered at all. */
export function leastContextFor(promptTokens: number, mostTokens: number): number {
  return Math.min(mostTokens, promptTokens + replyReserve(mostTokens));
}

/** One try to get a model and its context into memory. */
export interface LoadAttempt {
  readonly contextTokens: number;
  /** `fit`: as many as fit beside the context. */
  readonly gpuLayers: number | 'fit';
}

export interface StepDownLimits {
  readonly leastContextTokens: number;
  /** The context that the turn wants: what is tried again once there are fewer layers on the GPU. */
  readonly wantedContextTokens: number;
}

/**
 * The next try after one that did not fit: first a smaller context, then fewer layers on the GPU, each time by about half
 * and a quarter, so that few tries are needed.
 * @param failed what did not fit: the weights, or the context beside them
 * @param gpuLayers layers on the GPU in the failed try
 * @returns undefined when nothing smaller is left
 */
export function stepDown(
  attempt: LoadAttempt,
  failed: 'model' | 'context',
  gpuLayers: number,
  limits: StepDownLimits,
): LoadAttempt | undefined {
  if (failed === 'context' && attempt.contextTokens > limits.leastContextTokens) {
    const half = Math.ceil(attempt.contextTokens / 2 / 256) * 256;
    return { ...attempt, contextTokens: Math.max(limits.leastContextTokens, Math.min(half, attempt.contextTokens - 1)) };
  }
  if (gpuLayers <= 0) return undefined;
  // On the processor a context costs less of what is short, so the one that the turn wants is tried again at the end.
  const fewer = Math.min(gpuLayers - 1, Math.floor(gpuLayers * 0.75));
  return { contextTokens: fewer === 0 ? limits.wantedContextTokens : attempt.contextTokens, gpuLayers: fewer };
}
