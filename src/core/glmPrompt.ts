/**
 * The prompt of the GLM-4-0414 and GLM-Z1-0414 family, as `chat_template.jinja` of GLM-Z1-9B-0414 renders it
 * (a copy lies in `test/fixtures/model/`). The file's own template is not used: conversions exist that lose
 * `[gMASK]<sop>`, and the model then writes in circles (ggml-org/llama.cpp issue 12946).
 *
 * The templates of the others differ in two places. GLM-4 and GLM-Z1-Rumination end the prompt in `<|assistant|>` alone:
 * the former answers at once, the latter writes its own `<think>`. And GLM-4 does not strip contents. Rumination's
 * template also puts a research order before everything, which demands ten calls of search tools; until Lemma has those
 * tools it is left out, since the model would call what nobody answers.
 *
 * Two deliberate differences from the template, both for text that is known to hold no thought:
 * - A user's content is kept whole. The template keeps only what follows the last `</think>`, so a user who
 *   quotes that tag would lose everything before it.
 * - So is a message marked `thoughtRemoved`: an answer, a call, or the result of one.
 */
import type { ChatMessage, ChatProfile, ChatRole, PromptPart } from './chatMessage.ts';

/** Special tokens of the family, in the order of their ids (151329 to 151342 in the 9B model). */
export const glmControlTokens = [
  '<|endoftext|>',
  '[MASK]',
  '[gMASK]',
  '[sMASK]',
  '<sop>',
  '<eop>',
  '<|system|>',
  '<|user|>',
  '<|assistant|>',
  '<|observation|>',
  '<|begin_of_image|>',
  '<|end_of_image|>',
  '<|begin_of_video|>',
  '<|end_of_video|>',
] as const;

/**
 * Any of these ends a reply (`eos_token_id` in the model's `generation_config.json`).
 * llama.cpp counts only the first two as end of generation in converted files.
 */
export const glmStopTokens = ['<|endoftext|>', '<|user|>', '<|observation|>'] as const;

/** Opens the thought; written by the prompt, not by the model. Ordinary text, no special token. */
export const thoughtOpenTag = '<think>';
/** Closes the thought; written by the model. Ordinary text over several tokens. */
export const thoughtCloseTag = '</think>';

/** A function offered to the model, in OpenAI's form `{type: 'function', function: {name, …}}` or bare `{name, …}`. */
export type GlmTool = GlmFunction | { readonly type?: string; readonly function: GlmFunction };
interface GlmFunction {
  readonly name: string;
  readonly [key: string]: unknown;
}

/** The profiles whose prompts are written here. */
export type GlmProfile = Exclude<ChatProfile, 'own'>;

export interface GlmPromptOptions {
  /** `glm-z1` when absent. */
  readonly profile?: GlmProfile;
  /** End in `<|assistant|>`, or `<|assistant|>\n<think>` for GLM-Z1, so that the model replies; true when absent. */
  readonly generationPrompt?: boolean;
  /** The reply's own beginning, put right behind that. Plain text. */
  readonly prefill?: string;
  /** Described to the model in a system message before all others. */
  readonly tools?: readonly GlmTool[];
}

const roleTokens: Readonly<Record<ChatRole, (typeof glmControlTokens)[number]>> = {
  system: '<|system|>',
  user: '<|user|>',
  assistant: '<|assistant|>',
  observation: '<|observation|>',
};

const toolsIntroduction =
  '你是一个名为 ChatGLM 的人工智能助手。你是基于智谱 AI 公司训练的语言模型 GLM-4 模型开发的，你的任务是针对用户的问题和要求提供适当的答复和支持。\n\n# 可用工具';
const toolFooter = '在调用上述函数时，请使用 Json 格式表示调用的参数。';

/**
 * Renders a conversation for the model.
 * @returns parts in order; two text parts never follow each other, so that each run of text is tokenised as a whole
 */
export function renderGlmPrompt(messages: readonly ChatMessage[], options: GlmPromptOptions = {}): PromptPart[] {
  const { profile = 'glm-z1', prefill = '' } = options;
  const parts: PromptPart[] = [{ control: '[gMASK]' }, { control: '<sop>' }];
  if (options.tools && options.tools.length > 0) {
    parts.push({ control: '<|system|>' }, { text: '\n' + toolsText(options.tools) });
  }
  for (const message of messages) {
    if (message.role === 'system') parts.push(...messageParts(message, profile));
  }
  for (const message of messages) {
    if (message.role !== 'system') parts.push(...messageParts(message, profile));
  }
  if (options.generationPrompt ?? true) {
    const text = (opensThought(profile) ? '\n' + thoughtOpenTag : '') + prefill;
    parts.push({ control: '<|assistant|>' }, ...(text === '' ? [] : [{ text }]));
  }
  return parts;
}

/** The prompt itself opens the thought, so that the reply starts inside it. */
export function opensThought(profile: ChatProfile): boolean {
  return profile === 'glm-z1';
}

/** What one message adds to a prompt; the tokens of a prompt are those of its parts, so counts of messages add up. */
export function messageParts(message: ChatMessage, profile: GlmProfile = 'glm-z1'): PromptPart[] {
  const text = message.role === 'system' || profile === 'glm-4' ? message.content : visibleContent(message);
  return [{ control: roleTokens[message.role] }, { text: `${message.functionName ?? ''}\n${text}` }];
}

/** The prompt as one string, control tokens spelled out: for logs and comparisons, not for tokenising. */
export function promptText(parts: readonly PromptPart[]): string {
  return parts.map((part) => ('control' in part ? part.control : part.text)).join('');
}

/**
 * Removes the white space that Python's `str.strip` removes. JavaScript's `trim` differs: it takes
 * U+FEFF, and leaves U+001C to U+001F and U+0085.
 */
export function pythonStrip(text: string): string {
  return text.replace(leadingPythonSpace, '').replace(trailingPythonSpace, '');
}

const pythonSpace = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leadingPythonSpace = new RegExp(`^${pythonSpace}+`, 'u');
// The look-behind keeps the search linear: without it every run inside the text would be tried from each of its characters.
const trailingPythonSpace = new RegExp(`(?<!${pythonSpace})${pythonSpace}+$`, 'u');

function visibleContent(message: ChatMessage): string {
  const whole = message.role === 'user' || message.thoughtRemoved === true;
  const visible = whole ? message.content : message.content.slice(afterLast(message.content, thoughtCloseTag));
  return pythonStrip(visible);
}

/** Offset just behind the last `tag`, or 0. */
function afterLast(text: string, tag: string): number {
  const at = text.lastIndexOf(tag);
  return at < 0 ? 0 : at + tag.length;
}

/** How functions are described to the model: the content of the template's first system message. */
export function toolsText(tools: readonly GlmTool[]): string {
  return toolsIntroduction + tools.map(renderTool).join('');
}

/** As the template's `tojson(indent=4, ensure_ascii=False)`; a float such as 1.0 cannot be told from 1 here. */
function renderTool(tool: GlmTool): string {
  const described = isWrapped(tool) ? tool.function : tool;
  return `\n## ${described.name}\n\n${JSON.stringify(described, null, 4)}\n${toolFooter}`;
}

function isWrapped(tool: GlmTool): tool is { readonly function: GlmFunction } {
  return typeof tool.function === 'object' && tool.function !== null;
}
