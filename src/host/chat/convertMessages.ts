/** From VS Code's messages to plain values. Parts that are newer than the oldest VS Code are known by their names. */
import * as vscode from 'vscode';
import type { RequestMessage, RequestPart } from '../../core/chatRequest.ts';

/** What both sides of the API have of a message. */
type AnyMessage = Pick<vscode.LanguageModelChatRequestMessage, 'role' | 'content'>;

/** A message of the language model API; `System` (3) is a role of the proposed API. */
export function requestMessage({ role, content }: AnyMessage): RequestMessage {
  const named = role === vscode.LanguageModelChatMessageRole.Assistant ? 'assistant' : Number(role) === 3 ? 'system' : 'user';
  return { role: named, parts: content.map(requestPart) };
}

export function requestPart(part: unknown): RequestPart {
  if (typeof part === 'string') return { kind: 'text', text: part };
  if (part instanceof vscode.LanguageModelTextPart) return { kind: 'text', text: part.value };
  if (part instanceof vscode.LanguageModelToolCallPart) return { kind: 'call', name: part.name, input: part.input };
  if (part instanceof vscode.LanguageModelToolResultPart) return { kind: 'result', text: part.content.map(resultText).join('') };
  return dataPart(part) ?? { kind: 'other' };
}

/** `LanguageModelDataPart`: bytes of some type. Pictures are refused, text is read, marks for a cache are left out. */
function dataPart(part: unknown): RequestPart | undefined {
  if (typeof part !== 'object' || part === null || !('mimeType' in part) || !('data' in part)) return undefined;
  const { mimeType, data } = part;
  if (typeof mimeType !== 'string' || !(data instanceof Uint8Array)) return undefined;
  if (mimeType.startsWith('image/')) return { kind: 'image' };
  const isText = mimeType.startsWith('text/') || /^application\/(?:json|[\w.-]+\+json)$/.test(mimeType);
  return isText ? { kind: 'text', text: new TextDecoder().decode(data) } : undefined;
}

function resultText(content: unknown): string {
  if (content instanceof vscode.LanguageModelPromptTsxPart) return JSON.stringify(content.value);
  const part = requestPart(content);
  return part.kind === 'text' ? part.text : '';
}

/** Aborted when the token is; listens as long as `work` runs. */
export async function withSignal<Result>(token: vscode.CancellationToken, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  if (token.isCancellationRequested) stop.abort();
  const listener = token.onCancellationRequested(() => stop.abort());
  try {
    return await work(stop.signal);
  } finally {
    listener.dispose();
  }
}
