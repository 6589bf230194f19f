/** Puts a part of an answer where it belongs: at the selection's indentation, in its place, together with what it leaves out. */
import { stripEnd } from './answerTags.ts';
import { withoutExamples, withoutFileName } from './answerTail.ts';
import { withoutLineNumbers } from './bareCode.ts';
import { languageName } from './codeLanguages.ts';
import { hasInnerElision, isElision, leavesOut, markElisions } from './elisions.ts';
import type { AnswerLine } from './elisions.ts';
import type { AnswerRefusal } from './errors.ts';
import { fencedBlocks } from './fences.ts';
import { commonIndent, indentOf, indentStyle, rebase, restoreFirstIndent } from './indentation.ts';
import type { IndentStyle } from './indentation.ts';
import { lineKey } from './lineLikeness.ts';
import { mergePartial } from './partialAnswer.ts';
import { applyPatches, diffPatches } from './patches.ts';
import type { Patch } from './patches.ts';
import { selectionPart } from './selectionPart.ts';
import { fillHole, isSnippet } from './snippet.ts';
import type { Snapshot } from './snapshot.ts';

/** What of an answer is meant for the document. */
export interface AnswerPart {
  readonly form: 'code' | 'prose';
  /** With `\n`. */
  readonly code: string;
  /** It is written in the document's own language. */
  readonly own: boolean;
  /** False: the answer stopped in the middle of it. */
  readonly closed: boolean;
  /** Blocks that each stand for a part of the selection; the rest of it stays. */
  readonly parts?: readonly string[];
  readonly patches?: { readonly kind: 'diff' } | { readonly kind: 'searchReplace'; readonly patches: readonly Patch[] };
}

export interface Placed {
  readonly lines: readonly string[];
  readonly merged: boolean;
}

/** The selection in whole lines, and how the document around it indents. */
interface Selection {
  /** Without empty lines at its ends. */
  readonly lines: readonly string[];
  /** What stands before it in its first line. */
  readonly lead: string;
  readonly style: IndentStyle | undefined;
}

/** Beside the selection, at its indentation. @returns undefined when nothing is left */
export function besideSelection(part: AnswerPart, snapshot: Snapshot | undefined): Placed | AnswerRefusal | undefined {
  const lines = trimBlankLines(cleaned(part, snapshot));
  if (lines.length === 0) return undefined;
  if (part.form === 'prose') return { lines, merged: false };
  const languageId = snapshot?.languageId ?? '';
  const own = toLines(snapshot?.text ?? '');
  const elision = (line: string | undefined): boolean =>
    line !== undefined && leavesOut([line], own, languageId) && isElision(line, languageId);
  while (elision(lines.at(-1)) || lines.at(-1)?.trim() === '') lines.pop();
  while (elision(lines[0]) || lines[0]?.trim() === '') lines.shift();
  if (lines.length === 0) return undefined;
  if (leavesOut(lines, own, languageId)) return 'elision';
  if (!snapshot) return { lines: rebase(lines, '', undefined), merged: false };
  const selection = selectionOf(snapshot);
  return { lines: rebased(lines, selection), merged: false };
}

/** In the selection's place. @returns undefined when nothing is left */
export function inPlace(part: AnswerPart, snapshot: Snapshot): Placed | AnswerRefusal | undefined {
  const selection = selectionOf(snapshot);
  const placed = part.patches ? patched(part, part.patches, selection, snapshot) : written(part, selection, snapshot);
  if (placed === undefined || typeof placed === 'string') return placed;
  if (placed.lines.every((line) => line.trim() === '') && !placed.merged) return undefined;
  return { ...placed, lines: surround(placed.lines, snapshot) };
}

function patched(
  part: AnswerPart,
  patches: NonNullable<AnswerPart['patches']>,
  selection: Selection,
  snapshot: Snapshot,
): Placed | AnswerRefusal {
  const lines = applyPatches(selection.lines, patches.kind === 'diff' ? diffPatches(part.code) : patches.patches, snapshot);
  const behind = lines && part.closed ? behindLead(lines, selection) : undefined;
  if (!behind) return patches.kind;
  return leavesOut(behind, toLines(snapshot.text), snapshot.languageId) ? 'elision' : { lines: behind, merged: true };
}

function written(part: AnswerPart, selection: Selection, snapshot: Snapshot): Placed | AnswerRefusal | undefined {
  const { languageId } = snapshot;
  const own = toLines(snapshot.text);
  const around = { selected: selection.lines, before: toLines(snapshot.before).slice(0, -1), after: toLines(snapshot.after).slice(1) };
  const whole = trimBlankLines(cleaned(part, snapshot));
  const found = selectionPart(whole, around, (line) => isElision(line, languageId));
  if (found === 'beyond') return found;
  const lines = trimBlankLines(part.form === 'code' ? withoutExamples(found, selection.lines) : found);
  if (lines.length === 0) return undefined;
  const snippet = part.form === 'code' && !part.parts && isSnippet(lines, selection.lines);
  const filled = snippet && part.closed ? fillHole(lines, selection.lines, selection.style) : undefined;
  if (filled) return ownLines(filled, selection, own, languageId);
  if (snippet) return mergedLines(partsOf([lines.join('\n')], own, languageId), part, selection, own, languageId);
  const marked = part.parts ? partsOf(part.parts, own, languageId) : marksOf(lines, part, own, languageId);
  if (marked.some(({ kind }) => kind === 'elision')) {
    return mergedLines(marked, part, selection, own, languageId);
  }
  const keys = new Set(own.map(lineKey));
  if (part.form === 'prose') return { lines, merged: false };
  if (lines.some((line) => !keys.has(lineKey(line)) && hasInnerElision(line, languageId))) return 'elision';
  return { lines: withinLine(lines, selection, snapshot), merged: false };
}

function mergedLines(
  marked: readonly AnswerLine[],
  part: AnswerPart,
  selection: Selection,
  own: readonly string[],
  languageId: string,
): Placed | AnswerRefusal {
  const merged = part.closed ? mergePartial(selection.lines, marked, selection.style) : undefined;
  return merged ? ownLines(merged, selection, own, languageId) : 'elision';
}

/** Whole lines in the selection's place. */
function ownLines(lines: readonly string[], selection: Selection, own: readonly string[], languageId: string): Placed | AnswerRefusal {
  const behind = behindLead(lines, selection);
  return behind && !leavesOut(behind, own, languageId) ? { lines: behind, merged: true } : 'elision';
}

/** Lines inside a fence of a text are shown in it; they leave nothing of the text itself out. */
function marksOf(lines: readonly string[], part: AnswerPart, own: readonly string[], languageId: string): AnswerLine[] {
  const marked = markElisions(lines, own, languageId);
  if (part.form === 'code') return marked;
  const text = lines.join('\n');
  const blocks = fencedBlocks(text);
  let offset = 0;
  return lines.map((line) => {
    const inside = blocks.some((block) => offset >= block.offset && offset < block.end);
    offset += line.length + 1;
    return (inside ? undefined : markElisions([line], own, languageId)[0]) ?? { kind: 'line', text: line };
  });
}

function partsOf(parts: readonly string[], own: readonly string[], languageId: string): AnswerLine[] {
  const between: AnswerLine = { kind: 'elision', indent: 0, text: '' };
  const blocks = parts.map((code) => markElisions(rebase(trimBlankLines(code.split('\n')), '', undefined), own, languageId));
  return [between, ...blocks.flatMap((lines) => [...lines, between])];
}

/** Whole lines without what stands before the selection in its first one; undefined when that has changed. */
function behindLead(lines: readonly string[], { lead }: Selection): string[] | undefined {
  const [first = '', ...rest] = lines;
  if (lead === '') return [...lines];
  if (first.startsWith(lead)) return [first.slice(lead.length), ...rest];
  return lead.trim() === '' ? [first.trimStart(), ...rest] : undefined;
}

/** Code in place of a selection that may begin or end within a line. */
function withinLine(lines: readonly string[], selection: Selection, snapshot: Snapshot): string[] {
  const { lead } = selection;
  const rest = (toLines(snapshot.after)[0] ?? '').trim();
  const [first = '', ...more] = lines;
  // The model wrote the whole line for a part of it.
  const repeated = /[\p{L}\p{N}]/u.test(lead) && first.trim().startsWith(lead.trim());
  const own = repeated ? [indentOf(first) + first.trim().slice(lead.trim().length).trimStart(), ...more] : [...lines];
  const last = own.at(-1) ?? '';
  const ends = rest !== '' && last.endsWith(rest) && !snapshot.text.trimEnd().endsWith(rest);
  if (ends && (repeated || rest === ';' || rest === ',')) own[own.length - 1] = last.slice(0, -rest.length);
  const placed = rebased(own, selection);
  // The part of the first line before the selection stays in the document.
  const start = placed[0] ?? '';
  if (lead !== '' && toLines(snapshot.text)[0]?.trim() !== '') placed[0] = start.slice(Math.min(lead.length, indentOf(start).length));
  return placed;
}

function rebased(lines: readonly string[], { lines: selected, lead, style }: Selection): string[] {
  // A selection may begin deeper than it ends: with the last line of a block.
  const base = lead.trim() === '' && selected.length > 0 ? commonIndent(selected) : indentOf(selected[0] ?? lead);
  return rebase(restoreFirstIndent(lines, selected), base, style);
}

function cleaned(part: AnswerPart, snapshot: Snapshot | undefined): string[] {
  const lines = trimBlankLines(stripEnd(part.code, snapshot?.text ?? '').split('\n'));
  if (!snapshot) return lines;
  const keys = part.form === 'prose' || ['yaml', 'json', 'basic'].includes(languageName(snapshot.languageId));
  const own = toLines(snapshot.text);
  return [...withoutFileName(withoutLineNumbers(lines, snapshot.range.start.line + 1, own, keys), snapshot.fileName, own)];
}

function selectionOf(snapshot: Snapshot): Selection {
  const text = toLines(snapshot.text);
  const lead = snapshot.range.start.character === 0 ? '' : (toLines(snapshot.before).at(-1) ?? '');
  const lines = trimBlankLines(text.map((line, index) => (index === 0 ? lead + line : line)));
  const document = [...toLines(snapshot.before), ...lines, ...toLines(snapshot.after)];
  return { lines, lead, style: document.some((line) => indentOf(line) !== '') ? styleOf(lines, document) : undefined };
}

/** The document's style; in one of tabs and spaces, the selection's own lines say which, where they agree. */
function styleOf(selected: readonly string[], document: readonly string[]): IndentStyle {
  const style = indentStyle(document);
  const indents = selected.map(indentOf).filter((indent) => indent !== '');
  const tabs = indents.filter((indent) => indent.startsWith('\t')).length;
  if (indents.length === 0 || (tabs > 0 && tabs < indents.length)) return style;
  return { ...style, tabs: tabs > 0 };
}

/** Empty lines before and after, as many as the selection has. */
function surround(lines: readonly string[], snapshot: Snapshot): string[] {
  const selected = toLines(snapshot.text);
  const first = selected.findIndex((line) => line.trim() !== '');
  if (first < 0) return [...lines];
  const last = selected.findLastIndex((line) => line.trim() !== '');
  return [...selected.slice(0, first), ...lines, ...selected.slice(last + 1)];
}

function toLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

export function trimBlankLines(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return [];
  const trimmed = lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1);
  // Prose and code alike end without trailing white space.
  trimmed[trimmed.length - 1] = (trimmed.at(-1) ?? '').trimEnd();
  return trimmed;
}
