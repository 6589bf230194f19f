/**
 * From the model's answer to what goes into the editor: never a thought, never a tag, and for code the code alone.
 *
 * Prose keeps its Markdown as it is, in LaTeX documents too: turning headings or bold text into commands would need
 * to know which packages are loaded. A LaTeX document takes a LaTeX block out of its fence like code.
 */
import { isLatex, matchLanguage } from './codeLanguages.ts';
import type { LanguageMatch } from './codeLanguages.ts';
import { fencedBlocks } from './fences.ts';
import type { FencedBlock } from './fences.ts';
import { indentOf, indentStyle, rebase, restoreFirstIndent } from './indentation.ts';
import { inNotation } from './mathNotation.ts';
import { isProse } from './prompt.ts';
import type { Snapshot } from './snapshot.ts';
import type { Task } from './task.ts';

export type EditKind = 'insert' | 'replace';

export interface TrimOptions {
  /** 0-based index into `answerBlocks(answer)`: only this block. */
  readonly block?: number;
  /** `replace` keeps the selection's empty lines around and its place within the first line. Default `insert`. */
  readonly kind?: EditKind;
}

export interface TrimmedAnswer {
  /** Line ends are the snapshot's. */
  readonly text: string;
  /** `prose` for a code document means that the answer had no code: it fits beside the selection, not in its place. */
  readonly kind: 'code' | 'prose';
}

/** The fenced blocks of an answer; the index is `block` of the panel's messages. */
export function answerBlocks(answer: string): FencedBlock[] {
  return fencedBlocks(answer);
}

/**
 * @param answer as it stands in the conversation, also when it was stopped in the middle of a block
 * @param snapshot what was asked about; absent for a typed question
 * @returns undefined when nothing is left to insert
 */
export function trimAnswer(answer: string, snapshot: Snapshot | undefined, options: TrimOptions = {}): TrimmedAnswer | undefined {
  const eol = snapshot?.eol ?? '\n';
  const { block, kind = 'insert' } = options;
  const chosen = block === undefined ? fittingBlock(stripTags(answer, snapshot), snapshot) : answerBlocks(answer)[block];
  if (block !== undefined && !chosen) return undefined;
  if (chosen) {
    const lines = placeCode(chosen.code, snapshot, kind);
    if (lines.length === 0) return undefined;
    // A fence of the document's own language holds what it is written in; any other holds code that is shown in it.
    const own = snapshot !== undefined && matchLanguage(chosen.language, snapshot.languageId) === 'same';
    return { kind: 'code', text: inNotation(lines.join(eol), own ? snapshot.notation : undefined) };
  }
  const lines = trimBlankLines(stripTags(answer, snapshot).split('\n'));
  if (lines.length === 0) return undefined;
  return { kind: 'prose', text: inNotation((kind === 'replace' ? surround(lines, snapshot) : lines).join(eol), snapshot?.notation) };
}

/** Which of Replace and Insert comes first: Replace where the answer holds code for the selected code. */
export function suggestedEdit(answer: string, snapshot: Snapshot | undefined, task?: Task): EditKind {
  if (!snapshot || task === 'explain') return 'insert';
  return fittingBlock(stripTags(answer, snapshot), snapshot) ? 'replace' : 'insert';
}

/** The control tokens of the GLM-4-0414 vocabulary (ids 151329 to 151342) and the tags of the thought. */
const edgeTag =
  /^(?:<\/?think>|<\|(?:endoftext|system|user|assistant|observation|begin_of_image|end_of_image|begin_of_video|end_of_video)\|>|\[[gs]?MASK\]|<[se]op>)/;
const endTag = new RegExp(`(?:${edgeTag.source.slice(1)})$`);

/**
 * Takes thoughts and tags away that slipped into an answer: a thought before or around a tag on its own line, and tags at
 * either end. What the selection itself contains is its subject and stays, and so does everything within code.
 */
function stripTags(answer: string, snapshot: Snapshot | undefined): string {
  const subject = snapshot?.text ?? '';
  let text = withoutThoughts(answer.replace(/\r\n?/g, '\n'), subject);
  for (;;) {
    const start = text.replace(/^\s*\n/, '');
    const tag = edgeTag.exec(start.trimStart())?.[0];
    if (tag === undefined || subject.includes(tag)) break;
    text = start.trimStart().slice(tag.length);
  }
  for (;;) {
    const end = text.trimEnd();
    const tag = endTag.exec(end)?.[0];
    if (tag === undefined || subject.includes(tag) || inBlock(text, end.length - 1)) break;
    text = end.slice(0, -tag.length);
  }
  return text;
}

function withoutThoughts(answer: string, subject: string): string {
  if (subject.includes('think>') || !answer.includes('think>')) return answer;
  const blocks = fencedBlocks(answer);
  const free = (offset: number): boolean => !blocks.some((each) => offset > each.offset && offset < each.end);
  const tags = [...answer.matchAll(/^[ \t]*<\/think>[ \t]*$/gm)].filter((match) => free(match.index));
  const last = tags.at(-1);
  const text = last ? answer.slice(last.index + last[0].length) : answer;
  const opened = /^\s*<think>/.exec(text);
  if (!opened) return text;
  const closing = text.indexOf('</think>');
  return closing < 0 ? '' : text.slice(closing + '</think>'.length);
}

function inBlock(text: string, offset: number): boolean {
  return fencedBlocks(text).some((each) => offset >= each.offset && offset < each.end);
}

/** The block that can stand in the selection's place, or undefined when the answer is to be taken as prose. */
function fittingBlock(answer: string, snapshot: Snapshot | undefined): FencedBlock | undefined {
  if (!snapshot) return undefined;
  const blocks = fencedBlocks(answer).filter((each) => each.code.trim() !== '');
  const { languageId } = snapshot;
  if (languageId === 'markdown' || languageId === 'mdx') return wholeAnswer(answer, blocks, languageId);
  if (isLatex(languageId)) return best(blocks, snapshot, ['same']);
  if (isProse(snapshot)) return undefined;
  return best(blocks, snapshot, ['same', 'kin', 'unnamed', 'other']);
}

/** Models put Markdown into a fence of its own; then the fence is no part of the document. */
function wholeAnswer(answer: string, blocks: readonly FencedBlock[], languageId: string): FencedBlock | undefined {
  const [only] = blocks;
  if (!only || matchLanguage(only.language, languageId) !== 'same') return undefined;
  return answer.slice(0, only.offset).trim() === '' && answer.slice(only.end).trim() === '' ? only : undefined;
}

/**
 * The best-matching language first; then the block that defines most of what the selection defines, since an answer also
 * shows examples of use; then a closed block; then, where definitions decided, the last (a revision follows its draft), else
 * the longest.
 */
function best(blocks: readonly FencedBlock[], snapshot: Snapshot, accepted: readonly LanguageMatch[]): FencedBlock | undefined {
  const names = definitions(snapshot.text);
  let winner: { readonly block: FencedBlock; readonly rank: readonly number[] } | undefined;
  blocks.forEach((block, index) => {
    const match = accepted.indexOf(matchLanguage(block.language, snapshot.languageId));
    if (match < 0) return;
    const own = definitions(block.code);
    const shared = [...names].filter((name) => own.has(name)).length;
    const rank = [-match, shared, block.closed ? 1 : 0, shared > 0 ? index : block.code.trim().length];
    if (!winner || compareRanks(rank, winner.rank) >= 0) winner = { block, rank };
  });
  return winner?.block;
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Names that a piece of code gives to functions, types and variables. */
function definitions(code: string): Set<string> {
  const words =
    /\b(?:def|class|function|fn|func|fun|sub|struct|enum|interface|trait|type|const|let|var|val|static|impl|module|theorem|lemma)\s+\*?([\p{L}_$][\p{L}\p{N}_$]*)/gu;
  const calls = /^[ \t]*(?:[\w:<>*&[\],~]+[ \t]+)+[*&]*([A-Za-z_]\w*)[ \t]*\([^;]*$/gm;
  const statements = new Set(['if', 'for', 'while', 'switch', 'return', 'catch', 'else', 'new', 'await', 'throw']);
  const found = [...code.matchAll(words), ...code.matchAll(calls)].map((match) => match[1] ?? '');
  return new Set(found.filter((name) => !statements.has(name)));
}

/** The block's lines at the indentation of the selection, in the document's own style. */
function placeCode(code: string, snapshot: Snapshot | undefined, kind: EditKind): string[] {
  const lines = trimBlankLines(code.split('\n'));
  if (!snapshot || lines.length === 0) return rebase(lines, '', undefined);
  const text = toLines(snapshot.text);
  const lead = lineStart(snapshot);
  const selected = trimBlankLines(text.map((line, index) => (index === 0 ? lead + line : line)));
  const base = indentOf(selected[0] ?? lead);
  const document = [...toLines(snapshot.before), ...selected, ...toLines(snapshot.after)];
  const style = document.some((line) => indentOf(line) !== '') ? indentStyle(document) : undefined;
  const placed = rebase(restoreFirstIndent(lines, selected), base, style);
  if (kind === 'insert') return placed;
  // The part of the first line before the selection stays in the document.
  if (lead !== '' && text[0]?.trim() !== '') placed[0] = (placed[0] ?? '').slice(Math.min(lead.length, base.length));
  return surround(placed, snapshot);
}

/** The text of the selection's first line before the selection. */
function lineStart(snapshot: Snapshot): string {
  return snapshot.range.start.character === 0 ? '' : (toLines(snapshot.before).at(-1) ?? '');
}

/** Empty lines before and after, as many as the selection has. */
function surround(lines: readonly string[], snapshot: Snapshot | undefined): string[] {
  const selected = toLines(snapshot?.text ?? '');
  const first = selected.findIndex((line) => line.trim() !== '');
  if (first < 0) return [...lines];
  const last = selected.findLastIndex((line) => line.trim() !== '');
  return [...selected.slice(0, first), ...lines, ...selected.slice(last + 1)];
}

function toLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

function trimBlankLines(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return [];
  const trimmed = lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1);
  // Prose and code alike end without trailing white space.
  trimmed[trimmed.length - 1] = (trimmed.at(-1) ?? '').trimEnd();
  return trimmed;
}
