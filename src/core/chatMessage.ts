/** Roles of the GLM-4-0414 chat template (`chat_template.jinja` of the model). */
export type ChatRole = 'system' | 'user' | 'assistant' | 'observation';

/** One message of the conversation as the model is to see it. `content` is plain text, never control tokens. */
export interface ChatMessage {
  readonly role: ChatRole;
  readonly content: string;
  /** `content` is an answer without its thought, so a `</think>` in it is quoted text and stays. */
  readonly thoughtRemoved?: boolean;
  /** Of an assistant message that is a call: the function, and `content` its arguments as JSON (the template's `metadata`). */
  readonly functionName?: string;
}

/**
 * How a model's prompt is written and its reply is read; `core/models/family.ts` says which model has which.
 * - `glm-z1`: the family's prompt, the thought opened by the prompt itself
 * - `glm-4`: the same prompt without a thought
 * - `rumination`: the family's prompt; the model opens its thought itself
 * - `own`: a model outside the tested family, prompted by its own template; a thought if it writes `<think>`
 */
export type ChatProfile = 'glm-z1' | 'glm-4' | 'rumination' | 'own';

/**
 * A piece of a rendered prompt. `control` names one special token and becomes exactly that token;
 * `text` is tokenised as plain text even when it spells a control token, so that a `<|user|>`
 * in the user's own file cannot end the user's message.
 */
export type PromptPart = { readonly control: string } | { readonly text: string };

export interface Sampling {
  /** 0 is greedy and deterministic. */
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  /** Fixes the random choice; absent: a new one for each reply. */
  readonly seed?: number;
}

/** Recommended by the GLM-Z1-9B-0414 model card. */
export const recommendedSampling: Sampling = { temperature: 0.6, topP: 0.95, topK: 40 };

/** Most new tokens in one reply, from the same card. */
export const recommendedMaxTokens = 30_000;
