/**
 * The history of a conversation, read before the next question is asked. A reply is remembered with its thought, and the
 * history has it without, so that everything behind the last question is new to the context. See docs/design/0022, and 0024 for a
 * whole question that is read before it is asked.
 */
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { ChatMessage } from '../core/chatMessage.ts';
import type { ReadAheadParams, ReadAheadResult } from '../shared/inferenceProtocol.ts';
import type { LoadedModel } from './llamaEngine.ts';
import type { PromptWriter } from './promptWriter.ts';
import { keepPrefix } from './llamaGeneration.ts';

/**
 * Evaluates what any next question to these messages begins with, in the batches that a question is read in; with
 * `wholePrompt` the question itself but for its last token, of whose result the reply begins. Aborted, it ends behind the
 * batch that runs, and what was read is kept. Where the context holds all of it, nothing is cut.
 */
export async function readAhead(
  { sequence, prompt, batchTokens }: LoadedModel,
  { messages, tools, wholePrompt }: ReadAheadParams,
  signal: AbortSignal,
): Promise<ReadAheadResult> {
  const question = (content: string): Token[] => write(prompt, [...messages, { role: 'user', content }], tools);
  const ids = wholePrompt ? write(prompt, messages, tools) : commonBeginning(question('a'), question('b'));
  const promptTokens = ids.length;
  const read = wholePrompt ? ids.slice(0, -1) : ids;
  if (signal.aborted || promptTokens >= sequence.contextSize || holds(sequence, read)) return { promptTokens, readTokens: 0 };
  const reusedTokens = await keepPrefix(sequence, [...read, ...read.slice(-1)]);
  const end = Math.min(read.length, reusedTokens + (wholePrompt?.mostTokens ?? read.length));
  while (sequence.nextTokenIndex < end && !signal.aborted) {
    const from = sequence.nextTokenIndex;
    await sequence.evaluateWithoutGeneratingNewTokens(read.slice(from, Math.min(from + batchTokens, end)));
  }
  return { promptTokens, readTokens: sequence.nextTokenIndex - reusedTokens };
}

function write(prompt: PromptWriter, messages: readonly ChatMessage[], tools: ReadAheadParams['tools']): Token[] {
  return prompt.write(messages, tools).ids as Token[];
}

function holds(sequence: LlamaContextSequence, ids: Token[]): boolean {
  return sequence.compareContextTokens(ids).firstDifferentIndex >= ids.length;
}

/** What is the same whatever is asked: two questions that differ in their first letter show where that ends. */
function commonBeginning(first: Token[], second: Token[]): Token[] {
  const end = first.findIndex((token, index) => token !== second[index]);
  return end < 0 ? first : first.slice(0, end);
}
