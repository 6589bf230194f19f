/**
 * What is sent for a reply.
 *
 * A new reply is asked for as a chat, and the server's own template renders it. A reply that goes on is sent as one text
 * to `/completions`, rendered here: that is the same for all three engines and exact, while their ways to continue a
 * message of a chat (`continue_final_message` and the like) run it through the template, which cuts a GLM thought off.
 * Of a model with a template that is not known the reply is asked for again, with the text so far before it.
 */
import type { ChatMessage, ChatProfile, Sampling } from '../../core/chatMessage.ts';
import type { TurnPart } from '../../core/conversation.ts';
import type { GlmTool } from '../../core/glmPrompt.ts';
import { promptText, renderGlmPrompt, thoughtCloseTag, thoughtOpenTag } from '../../core/glmPrompt.ts';
import { ThoughtSplitter } from '../../core/thoughtSplitter.ts';
import type { ServerEngine } from './servedModel.ts';

/** What a request is made from. */
export interface ReplyRequest {
  readonly model: string;
  readonly engine: ServerEngine | undefined;
  readonly profile: ChatProfile;
  readonly messages: readonly ChatMessage[];
  /** See `GenerateParams`. */
  readonly tools?: readonly GlmTool[];
  /** The reply's own beginning, see `GenerateParams`; empty: a new reply. */
  readonly prefill: string;
  readonly sampling: Sampling;
  /** Absent: as many as the server's context has room for; `roomTokens` of them are certain. */
  readonly maxTokens: number | undefined;
  readonly roomTokens: number;
}

export interface ServerRequest {
  /** Behind the API's address. */
  readonly path: '/chat/completions' | '/completions';
  readonly body: Readonly<Record<string, unknown>>;
  /** Of `/completions`, also in its body. */
  readonly prompt?: string;
  /** The part in which the reply begins and what of the thought it goes on from, where that is certain. */
  readonly start?: { readonly part: TurnPart; readonly thoughtSoFar?: string };
  /** The model was asked again instead of going on by itself. */
  readonly askedAgain: boolean;
}

/** The prompt of this model is known here, token for token. */
export function ownPrompt(profile: ChatProfile): boolean {
  return profile === 'glm-z1' || profile === 'glm-4';
}

export function serverRequest(request: ReplyRequest): ServerRequest {
  const { profile, messages, prefill, engine } = request;
  const written = writtenParts(prefill);
  // The family's template keeps of a user's text only what follows a `</think>` that is quoted in it.
  const quotesTag = messages.some(({ content }) => content.includes(thoughtCloseTag));
  // And its calls and results need ids and parsers in the API, while their text is known here.
  const calls = (request.tools ?? []).length > 0 || messages.some(({ role, functionName }) => role === 'observation' || functionName);
  if (ownPrompt(profile) && (prefill !== '' || quotesTag || calls)) {
    const prompt = ownPromptText(request, written);
    // vLLM would put the tokenizer's own start before a text that has it already.
    const maxTokens = request.maxTokens ?? request.roomTokens;
    // Without a limit this endpoint writes 16 tokens.
    const body = { prompt, ...common({ ...request, maxTokens }), ...(engine === 'vllm' ? { add_special_tokens: false } : {}) };
    return { path: '/completions', body, prompt, start: startOf(written, profile), askedAgain: false };
  }
  const asked = prefill === '' ? messages : [...messages, ...goOnMessages(written)];
  const body = { messages: asked.map(({ role, content }) => ({ role: roles[role], content })), ...common(request) };
  return { path: '/chat/completions', body, askedAgain: prefill !== '' };
}

/** The family's template calls the result of a tool by its own name; the API's is `tool`. */
const roles = { system: 'system', user: 'user', assistant: 'assistant', observation: 'tool' } as const;

/**
 * Its running counts, and the reply as the model wrote it: a parser of the server's would trim the thought, which is to go
 * on character for character, and `deepseek-legacy` leaves a copy of it in the answer.
 */
const llamaServerWishes = { return_progress: true, timings_per_token: true, reasoning_format: 'none' } as const;

function common({ model, engine, sampling, maxTokens }: ReplyRequest): Record<string, unknown> {
  const { temperature, topP, topK, seed } = sampling;
  // Each engine is asked for its own running count; to others unknown parameters may be an error.
  const counted = engine === 'vllm' || engine === 'sglang' ? { continuous_usage_stats: true } : {};
  return {
    model,
    stream: true,
    stream_options: { include_usage: true, ...counted },
    temperature,
    top_p: topP,
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(seed === undefined ? {} : { seed }),
    // All tokens: 0 for llama-server, -1 for the others.
    ...(engine === undefined ? {} : { top_k: topK > 0 || engine === 'llamacpp' ? topK : -1 }),
    ...(engine === 'llamacpp' ? llamaServerWishes : {}),
  };
}

/** A reply's beginning, taken apart. */
interface Written {
  readonly thought: string;
  readonly answer: string;
  readonly part: TurnPart;
}

function writtenParts(prefill: string): Written {
  const splitter = new ThoughtSplitter({ start: 'thought' });
  const parts = { thought: '', answer: '' };
  for (const { part, text } of splitter.push(prefill, 0)) parts[part] += text;
  const { part } = splitter;
  for (const delta of splitter.end()) parts[delta.part] += delta.text;
  return { ...parts, part };
}

function startOf({ thought, part }: Written, profile: ChatProfile): NonNullable<ServerRequest['start']> {
  if (profile === 'glm-4' || part === 'answer') return { part: 'answer' };
  return { part: 'thought', ...(thought === '' ? {} : { thoughtSoFar: thought }) };
}

function ownPromptText({ messages, tools = [], profile }: ReplyRequest, written: Written): string {
  if (profile === 'glm-z1') return promptText(renderGlmPrompt(messages, { tools, prefill: modelText(written) }));
  // GLM-4 begins its answer by a line break, which a server may have taken.
  // A call has its name right behind the role.
  const asWritten = written.answer === '' || written.answer.startsWith('\n') || tools.length > 0;
  const answer = asWritten ? written.answer : `\n${written.answer}`;
  return promptText(renderGlmPrompt(messages, { tools, profile: 'glm-4', prefill: answer }));
}

/**
 * The beginning as GLM-Z1 writes it, `\n…\n</think>\n\n…`: a server's parser may have taken the line breaks around thought
 * and answer, and without them the model would see a text that it never writes.
 */
function modelText({ thought, answer, part }: Written): string {
  const begun = thought === '' || thought.startsWith('\n') ? thought : `\n${thought}`;
  if (part === 'thought') return begun;
  const closed = `${begun}${begun.endsWith('\n') ? '' : '\n'}${thoughtCloseTag}`;
  return closed + (answer.startsWith('\n') ? answer : `\n\n${answer}`);
}

/** In words, since every model of a chat understands them: its text so far, then what is left to do. */
function goOnMessages({ thought, answer, part }: Written): ChatMessage[] {
  const task =
    answer.trim() !== ''
      ? 'Your answer was cut off. Go on with it exactly where it stops, and repeat nothing of it.'
      : part === 'answer'
        ? 'Do not think any longer. Give your answer now, from your thoughts so far.'
        : 'You were cut off while you were thinking. Go on from there, then give your answer.';
  const begun = thought.trim() === '' ? answer : `${thoughtOpenTag}${thought}${part === 'answer' ? thoughtCloseTag : ''}${answer}`;
  // Many templates drop a thought from an earlier message; quoted in the user's it stays.
  if (answer.trim() === '') return [{ role: 'user', content: `${task}\n\nYour thoughts so far:\n\n${thought.trim()}` }];
  return [
    { role: 'assistant', content: begun, thoughtRemoved: true },
    { role: 'user', content: task },
  ];
}
