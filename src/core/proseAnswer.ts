/**
 * What of an answer may stand in a document of prose: the text itself, out of the fence or the quote that a model puts
 * around it, without the words in front. A fence that belongs to the text stays.
 */
import { isLead } from './bareCode.ts';
import { withoutRemarks } from './answerTail.ts';
import { languageName, matchLanguage } from './codeLanguages.ts';
import { fencedBlocks } from './fences.ts';
import type { FencedBlock } from './fences.ts';
import type { Snapshot } from './snapshot.ts';

export interface ProseAnswer {
  readonly text: string;
  /** It was in a fence of the document's own language, or in one that says nothing else. */
  readonly fenced: boolean;
  /** The fence has its end, or there is none. */
  readonly closed: boolean;
}

/** Fences that may be around text of any kind. */
const textFences: ReadonlySet<string> = new Set(['', 'text', 'txt', 'plaintext', 'plain']);

/**
 * @param answer without tags
 * @param replacing the text takes the selection's place; else it stands beside it, with all its words
 */
export function proseAnswer(answer: string, snapshot: Snapshot, replacing: boolean): ProseAnswer {
  const whole = (text: string): ProseAnswer => ({ text, fenced: false, closed: true });
  const { languageId } = snapshot;
  const own = ownFence(answer, languageId);
  if (own && (!hasFence(snapshot.text) || own.language !== '')) return { text: own.code, fenced: true, closed: own.closed };
  if (!replacing) return whole(answer);
  const blocks = fencedBlocks(answer).filter(({ code }) => code.trim() !== '');
  const [only] = blocks;
  if (
    only &&
    blocks.length === 1 &&
    !hasFence(snapshot.text) &&
    textFences.has(languageName(only.language)) &&
    isLeadText(answer.slice(0, only.offset))
  ) {
    return { text: only.code, fenced: true, closed: only.closed };
  }
  const rest = withoutLead(answer, snapshot.text);
  const quoted = snapshot.text.trimStart().startsWith('>') ? undefined : unquoted(rest);
  if (quoted !== undefined && rest !== answer) return whole(quoted);
  return whole(unboxed(withoutRemarks(rest, snapshot.text), snapshot));
}

function hasFence(text: string): boolean {
  return /^[ \t]*(?:```|~~~)/m.test(text);
}

/** The one block in the document's own language. A fence of Markdown may hold further fences. */
function ownFence(answer: string, languageId: string): FencedBlock | undefined {
  const nested = nestedMarkdown(answer);
  if (nested) return matchLanguage(nested.language, languageId) === 'same' ? nested : undefined;
  const blocks = fencedBlocks(answer).filter(({ code, language }) => code.trim() !== '' && language !== '');
  const own = blocks.filter(({ language }) => matchLanguage(language, languageId) === 'same');
  return languageName(languageId) === 'markdown' && own.length === 1 && blocks.length === 1 ? own[0] : undefined;
}

/**
 * A fence of Markdown in which others open and close, all of the same length: by the rules the first closing one ends it.
 * Here fences with a language open, and the last one of all is the end.
 */
function nestedMarkdown(answer: string): FencedBlock | undefined {
  const blocks = fencedBlocks(answer);
  const [outer] = blocks;
  if (!outer || languageName(outer.language) !== 'markdown' || !/^ {0,3}(?:```|~~~)\S/m.test(outer.code)) return undefined;
  const lines = answer.slice(outer.offset).split('\n');
  const mark = /^(`{3,}|~{3,})/.exec(lines[0] ?? '')?.[1] ?? '```';
  let depth = 0;
  let end: number | undefined;
  for (let index = 1; index < lines.length; index += 1) {
    const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*(\S*)/.exec(lines[index] ?? '');
    if (fence?.[1]?.[0] !== mark[0]) continue;
    if (fence?.[2] !== '') depth += 1;
    else if (depth > 0) depth -= 1;
    else {
      end = index;
      break;
    }
  }
  if (end === undefined && outer.closed && depth === 0) return undefined;
  const code = lines.slice(1, end).join('\n');
  const length = lines.slice(0, (end ?? lines.length - 1) + 1).join('\n').length;
  return { language: outer.language, code, closed: end !== undefined, offset: outer.offset, end: outer.offset + length };
}

/** Nothing, or a paragraph or two that lead to what follows. */
function isLeadText(text: string): boolean {
  const paragraphs = text.trim().split(/\n\s*\n/);
  const last = paragraphs.at(-1) ?? '';
  return text.trim() === '' || (paragraphs.length <= 2 && /[:：]\**$/.test(last.trim()) && text.length < 400);
}

function withoutLead(answer: string, selected: string): string {
  const text = answer.replace(/^\s*\n/, '').trimEnd();
  const end = text.indexOf('\n');
  const first = end < 0 ? text : text.slice(0, end);
  if (end < 0 || !isLead(first) || isLead(selected.trim().split('\n')[0] ?? '')) return answer;
  const rest = text.slice(end + 1);
  return rest.trim() === '' ? answer : rest.replace(/^\s*\n/, '');
}

/** The text of a block quote at the beginning; what follows it is a remark. */
function unquoted(text: string): string | undefined {
  const lines = text.trim().split('\n');
  const end = lines.findIndex((line) => !/^ {0,3}>/.test(line));
  const quote = end < 0 ? lines : lines.slice(0, end);
  if (quote.length === 0 || (end >= 0 && lines[end]?.trim() !== '')) return undefined;
  if (lines.slice(quote.length).some((line) => /^ {0,3}>/.test(line))) return undefined;
  return quote.map((line) => line.replace(/^ {0,3}> ?/, '')).join('\n');
}

/** `\boxed{4}` alone is a model's way to mark a result, and no part of a document. */
function unboxed(text: string, { text: selected, languageId, notation }: Snapshot): string {
  if (selected.includes('\\boxed')) return text;
  const match = /^(\\\[|\\\(|\$\$|\$)?\s*\\boxed\{([\s\S]*)\}\s*(\\\]|\\\)|\$\$|\$)?\s*\.?$/.exec(text.trim());
  const [, open = '', content = '', close = ''] = match ?? [];
  if (!match || !isBalanced(content) || (open === '') !== (close === '')) return text;
  if (open !== '') return `${open}${content}${close}`;
  return notation?.within !== undefined || languageId === 'plaintext' ? content : `$${content}$`;
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const character of text.replace(/\\[{}]/g, '')) {
    if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
