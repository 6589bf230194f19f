/**
 * The prompt of a model outside the tested family: by the template in its own file, through the library's wrappers. What
 * users write stays plain text: the library's `LlamaText` keeps it apart from the template's control tokens.
 */
import type { ChatHistoryItem, ChatWrapper, LlamaModel, LlamaText } from 'node-llama-cpp';
import type { ChatMessage } from '../core/chatMessage.ts';
import { thoughtOpenTag } from '../core/glmPrompt.ts';
import type { PromptWriter } from './promptWriter.ts';

/** Messages with which the cost of one more exchange is measured. */
const probe: readonly ChatMessage[] = [
  { role: 'user', content: 'a' },
  { role: 'assistant', content: 'b' },
  { role: 'user', content: 'c' },
];

/** @throws Error when the file's template cannot be used and no other wrapper fits */
export async function ownPrompt(model: LlamaModel): Promise<PromptWriter> {
  const { resolveChatWrapper, LlamaText } = await import('node-llama-cpp');
  const wrapper = resolveChatWrapper(model, { warningLogs: false });
  // The wrappers drop an opening tag that the template writes at its end, and leave it to the model to write it.
  const opened = openedThought(model.fileInfo.metadata.tokenizer.chat_template ?? '');
  const state = (messages: readonly ChatMessage[]) => {
    const { contextText, stopGenerationTriggers } = render(wrapper, messages);
    const missing = opened !== '' && !contextText.toString().trimEnd().endsWith(thoughtOpenTag);
    return { contextText: missing ? contextText.concat(opened) : contextText, stopGenerationTriggers };
  };
  const tokens = (text: LlamaText): number[] => text.tokenize(model.tokenizer);
  const plain = (text: string): number[] => model.tokenize(text, false);
  const empty = state([{ role: 'user', content: 'a' }]);
  const content = (messages: readonly ChatMessage[]): number => messages.reduce((sum, message) => sum + plain(message.content).length, 0);
  const exchange = tokens(state(probe).contextText).length - tokens(empty.contextText).length - content(probe.slice(1));
  const perMessage = Math.max(0, Math.ceil(exchange / 2));
  const triggers = empty.stopGenerationTriggers
    .map((trigger) => ({ ids: tokens(LlamaText(trigger)), text: plainText(LlamaText(trigger)) }))
    // A template that writes a line break behind a reply would end each one at its first line.
    .filter(({ text }) => text?.trim() !== '');
  return {
    replyStart: new RegExp(`${thoughtOpenTag}\\s*$`).test(empty.contextText.toString()) ? 'thought' : 'answer',
    write: (messages) => {
      const { contextText } = state(messages);
      return { ids: tokens(contextText), text: contextText.toString() };
    },
    plain,
    count: (messages) => {
      const contentTokens = messages.map((message) => plain(message.content).length);
      return {
        promptTokens: tokens(state(messages).contextText).length,
        messageTokens: contentTokens.map((count) => count + perMessage),
        contentTokens,
      };
    },
    stopIds: new Set(triggers.flatMap(({ ids }) => (ids.length === 1 ? ids : []))),
    stopTexts: [...new Set(triggers.flatMap(({ ids, text }) => (ids.length > 1 && text !== undefined ? [text] : [])))],
  };
}

/** What a template writes last before a reply, from an opening tag on: the tag, with its line breaks, or nothing. */
export function openedThought(template: string): string {
  const end = /<think>((?:\\n|\n)*)(?:['"]\s*-?\}\})?\s*(?:\{%-?\s*end(?:if|for)\s*-?%\}\s*)*$/.exec(template);
  if (!end) return '';
  // A line break of the file itself is layout behind a tag that stands outside of an expression.
  return thoughtOpenTag + '\n'.repeat((end[1] ?? '').split('\\n').length - 1);
}

function render(wrapper: ChatWrapper, messages: readonly ChatMessage[]): ReturnType<ChatWrapper['generateContextState']> {
  // A template may refuse a conversation without a question.
  const asked = messages.some(({ role }) => role !== 'system') ? messages : [...messages, { role: 'user' as const, content: '' }];
  return wrapper.generateContextState({ chatHistory: [...asked.map(item), { type: 'model', response: [] }] });
}

/** As a model writes it; undefined where it is a control token of the vocabulary, which has an id. */
function plainText({ values }: LlamaText): string | undefined {
  let text = '';
  for (const value of values) {
    if (typeof value === 'string') text += value;
    else if (value.toJSON().type === 'specialTokensText') text += value.value;
    else return undefined;
  }
  return text;
}

function item({ role, content, functionName }: ChatMessage): ChatHistoryItem {
  switch (role) {
    case 'system':
      return { type: 'system', text: content };
    case 'assistant':
      return { type: 'model', response: [functionName === undefined ? content : `${functionName}\n${content}`] };
    case 'user':
    case 'observation':
      return { type: 'user', text: content };
  }
}
