/** What another extension says to the model, in plain values, and the conversation that the model is shown of it. */
import type { ChatMessage } from './chatMessage.ts';
import { LemmaFailure } from './errors.ts';
import type { GlmTool } from './glmPrompt.ts';

export type RequestPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly name: string; readonly input: object }
  | { readonly kind: 'result'; readonly text: string }
  | { readonly kind: 'image' }
  /** Not for the model: a thought, a mark for a cache. */
  | { readonly kind: 'other' };

export interface RequestMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly RequestPart[];
}

export interface RequestTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema?: object;
}

/**
 * The conversation as GLM's template knows it: one message for the text of each message, one for each call, one observation
 * for each result.
 * @throws LemmaFailure imagesRefused
 */
export function chatMessages(messages: readonly RequestMessage[]): ChatMessage[] {
  return messages.flatMap(({ role, parts }) => {
    const result: ChatMessage[] = [];
    let text = '';
    const endText = (): void => {
      if (text.trim() !== '') result.push({ role, content: text, ...(role === 'assistant' ? { thoughtRemoved: true } : {}) });
      text = '';
    };
    for (const part of parts) {
      switch (part.kind) {
        case 'text':
          text += part.text;
          break;
        case 'call':
          endText();
          result.push({ role: 'assistant', content: JSON.stringify(part.input), functionName: part.name, thoughtRemoved: true });
          break;
        case 'result':
          endText();
          result.push({ role: 'observation', content: part.text, thoughtRemoved: true });
          break;
        case 'image':
          throw new LemmaFailure({ code: 'imagesRefused' });
        case 'other':
          break;
      }
    }
    endText();
    return result;
  });
}

/** In OpenAI's form, which the template unwraps. */
export function glmTools(tools: readonly RequestTool[]): GlmTool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    type: 'function',
    function: { name, description, parameters: inputSchema ?? { type: 'object', properties: {} } },
  }));
}

/** Said in a system message where the caller demands a call: the template has no word for it. */
export const callDemand = 'Answer by calling one of the functions above, and write nothing beside the call.';

/** @param required the model is to call one of the tools */
export function withDemand(messages: readonly ChatMessage[], required: boolean): ChatMessage[] {
  return required ? [...messages, { role: 'system', content: callDemand }] : [...messages];
}

/** Tokens of a context that a caller may fill, and those that are certain to be left for a reply. */
export interface RequestLimits {
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
}

/** A quarter of the context is kept for the reply, since a model that thinks writes much; less where less is wished for. */
export function requestLimits(contextTokens: number, wantedTokens: number): RequestLimits {
  const maxOutputTokens = Math.max(1, Math.min(wantedTokens, Math.floor(contextTokens / 4)));
  return { maxInputTokens: Math.max(1, contextTokens - maxOutputTokens), maxOutputTokens };
}
