/** How a loaded model is spoken to. One writer for the tested family, one (`llamaOwnPrompt.ts`) for all other models. */
import type { ChatMessage } from '../core/chatMessage.ts';
import type { TurnPart } from '../core/conversation.ts';
import type { GlmProfile, GlmTool } from '../core/glmPrompt.ts';
import { glmControlTokens, glmStopTokens, messageParts, opensThought, promptText, renderGlmPrompt } from '../core/glmPrompt.ts';
import type { CountTokensResult } from '../shared/inferenceProtocol.ts';
import type { Tokenize } from './promptTokens.ts';
import { findControlTokens, plainTokens, promptTokens } from './promptTokens.ts';

export interface WrittenPrompt {
  readonly ids: readonly number[];
  /** Control tokens spelled out; for traces. */
  readonly text: string;
}

export interface PromptWriter {
  /** Part in which a reply to its prompts starts. */
  readonly replyStart: TurnPart;
  /** The prompt up to where the reply begins. @param tools of the family's models alone */
  write(messages: readonly ChatMessage[], tools?: readonly GlmTool[]): WrittenPrompt;
  /** Tokens of plain text, never a control token. */
  plain(text: string): readonly number[];
  count(messages: readonly ChatMessage[], tools?: readonly GlmTool[]): CountTokensResult;
  /** Tokens that end a reply, besides those that the engine itself takes for an end. */
  readonly stopIds: ReadonlySet<number>;
  /** Texts of several tokens that end a reply. */
  readonly stopTexts: readonly string[];
}

/**
 * The family's prompt as Lemma writes it; the file's own template is not used.
 * @returns what is missing where the vocabulary is not the family's
 */
export function familyPrompt(profile: GlmProfile, tokenize: Tokenize): PromptWriter | { readonly missing: readonly string[] } {
  const { tokens: control, missing } = findControlTokens(glmControlTokens, tokenize);
  if (missing.length > 0) return { missing };
  return {
    replyStart: opensThought(profile) ? 'thought' : 'answer',
    write: (messages, tools = []) => {
      const parts = renderGlmPrompt(messages, { profile, tools });
      return { ids: promptTokens(parts, control, tokenize), text: promptText(parts) };
    },
    plain: (text) => plainTokens(text, control, tokenize),
    count: (messages, tools = []) => ({
      promptTokens: promptTokens(renderGlmPrompt(messages, { profile, tools }), control, tokenize).length,
      messageTokens: messages.map((message) => promptTokens(messageParts(message, profile), control, tokenize).length),
      contentTokens: messages.map(({ content }) => plainTokens(content, control, tokenize).length),
    }),
    stopIds: new Set(glmStopTokens.map((name) => control.get(name)).filter((id) => id !== undefined)),
    stopTexts: [],
  };
}
