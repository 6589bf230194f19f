/**
 * A conversation as a Markdown document, for people and other tools. The answer stands as the model wrote it; the
 * thought, where it is wanted, as a quotation, so that nothing in it can be taken for the answer.
 */
import type { Conversation, Turn } from './conversation.ts';
import { conversationTitle } from './conversationTitle.ts';
import { fencedBlocks } from './fences.ts';
import { placeLabel } from './place.ts';
import { fenced, fenceName } from './prompt.ts';
import type { Task } from './task.ts';

/** Words of the document, in the user's language. */
export interface ExportWords {
  /** Headings of the questions. */
  readonly task: (task: Task) => string;
  readonly thought: string;
  readonly answer: string;
  /** Before the names of what was attached, colon included. */
  readonly attached: string;
  /** Stands where a turn ended without an answer. */
  readonly noAnswer: string;
  /** Stands behind an answer that is cut off. */
  readonly unfinished: string;
}

/**
 * The turns that are shown, oldest first.
 * @returns the document, its lines ended by `\n`, one line end at its end
 */
export function exportMarkdown(conversation: Conversation, words: ExportWords, withThoughts: boolean): string {
  const parts = [
    heading(1, escaped(conversationTitle(conversation))),
    ...conversation.turns.flatMap((turn) => turnParts(turn, words, withThoughts)),
  ];
  return parts.filter((part) => part !== '').join('\n\n') + '\n';
}

/** One reply for the clipboard: the answer, or the thought as a quotation and then the answer. */
export function replyMarkdown({ thought, answer }: Pick<Turn, 'thought' | 'answer'>, withThought: boolean): string {
  return [withThought ? quoted(thought) : '', plain(answer)].filter((part) => part !== '').join('\n\n');
}

function turnParts(turn: Turn, words: ExportWords, withThoughts: boolean): string[] {
  const { task, title, text, snapshot, attachments = [] } = turn.question;
  const place = snapshot ? ` · ${codeSpan(placeLabel(snapshot))}` : '';
  const thought = withThoughts ? quoted(turn.thought) : '';
  const answer = plain(turn.answer);
  const complete = turn.end?.kind === 'complete';
  return [
    heading(2, (title ?? words.task(task)) + place),
    plain(text) + missingFence(plain(text)),
    snapshot ? fenced(lines(snapshot.text).replace(/\n$/, ''), fenceName(snapshot.languageId)) : '',
    attachments.length === 0 ? '' : `${words.attached} ${attachments.map(({ label }) => codeSpan(label)).join(', ')}`,
    thought === '' ? '' : heading(3, words.thought),
    thought,
    answer === '' ? '' : heading(3, words.answer),
    answer + missingFence(answer),
    answer === '' ? emphasis(words.noAnswer) : complete ? '' : emphasis(words.unfinished),
  ];
}

/** Closes a fence that the model left open, which would swallow the turns behind it. One in a list item or quotation ends with that. */
function missingFence(markdown: string): string {
  const open = fencedBlocks(markdown).at(-1);
  if (!open || open.closed) return '';
  const [fence = ''] = /^(?:`+|~+)/.exec(markdown.slice(open.offset)) ?? [];
  const before = markdown.slice(markdown.lastIndexOf('\n', open.offset - 1) + 1, open.offset);
  return before.trim() === '' && open.end === markdown.length ? `\n${before}${fence}` : '';
}

function heading(level: number, text: string): string {
  return text === '' ? '' : `${'#'.repeat(level)} ${text}`;
}

function emphasis(sentence: string): string {
  return `*${sentence}*`;
}

/** Text that is no Markdown, such as a line of code, to stand in a heading. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>~$]/g, '\\$&');
}

/** A name in code spans, whatever backticks it has. */
function codeSpan(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return longest === 0 ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

function quoted(text: string): string {
  const inner = plain(text);
  if (inner === '') return '';
  return inner
    .split('\n')
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n');
}

function lines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** Without empty lines around; the indentation of the first line stays. */
function plain(text: string): string {
  return lines(text)
    .replace(/^(?:[^\S\n]*\n)+/, '')
    .trimEnd();
}
