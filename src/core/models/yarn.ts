/**
 * When a model's context is stretched by YaRN (rope scaling), as the cards of the GLM-0414 family say: consider it for
 * inputs over 8,192 tokens, with factor 4.0 over 32,768; it is static, and may slightly hurt short texts.
 */

/** The setting `lemma.yarn`. */
export type YarnSetting = 'auto' | 'on' | 'off';

/** Longest input that is read without YaRN, in tokens (model card). */
export const yarnInputTokens = 8192;

export interface YarnScaling {
  readonly factor: number;
  readonly originalContextTokens: number;
}

/** Of the whole family (model card, `rope_scaling`). */
export const familyYarn: YarnScaling = { factor: 4, originalContextTokens: 32_768 };

export interface YarnQuestion {
  readonly setting: YarnSetting;
  /** Of the whole prompt, history included, without the reply's own beginning. */
  readonly inputTokens: number;
  /** Of the reply's own beginning, when it goes on. */
  readonly writtenTokens: number;
  /** Least room for what is still to be written. */
  readonly reserveTokens: number;
  /** The conversation's last turn ran with YaRN. */
  readonly wasOn: boolean;
}

/**
 * Whether the next turn runs with YaRN. Within a conversation it stays on once it is on: each change loads the model
 * again and evaluates everything again. A reply that goes on does not turn it on for its own length alone, unless there is
 * no other way to go on.
 */
export function wantsYarn({ setting, inputTokens, writtenTokens, reserveTokens, wasOn }: YarnQuestion): boolean {
  if (setting !== 'auto') return setting === 'on';
  if (wasOn || inputTokens > yarnInputTokens) return true;
  return inputTokens + writtenTokens + reserveTokens > familyYarn.originalContextTokens;
}

/** The longest context with YaRN, in tokens: 131,072 for the family. */
export function yarnContextTokens({ factor, originalContextTokens }: YarnScaling): number {
  return factor * originalContextTokens;
}

/** Whether the frequency scale that the engine reports is that of the scaling: 1/4 for factor 4. */
export function yarnTaken({ factor }: YarnScaling, frequencyScale: number | undefined): boolean {
  return frequencyScale !== undefined && Math.abs(frequencyScale * factor - 1) < 0.001;
}
