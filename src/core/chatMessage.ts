/** Roles of the GLM-4-0414 chat template (`chat_template.jinja` of the model). */
export type ChatRole = 'system' | 'user' | 'assistant' | 'observation';

/** One message of the conversation as the model is to see it. `content` is plain text, never control tokens. */
export interface ChatMessage {
  readonly role: ChatRole;
  readonly content: string;
  /** `content` is an answer without its thought, so a `</think>` in it is quoted text and stays. */
  readonly thoughtRemoved?: boolean;
}

/** How a model's prompt is written. One entry per tested family; others join with their own renderer. */
export type ChatProfile = 'glm-z1';

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
