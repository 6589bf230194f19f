/**
 * What an edit changes, in whole lines: the pieces that a preview lets the user take one by one. All texts have `\n` as
 * their only line end; lines count from 0.
 */
import { diffArrays } from 'diff';
import type { Position, Range } from './snapshot.ts';

/** Lines that give way to others. One side may be empty, never both. */
export interface LineHunk {
  /** First line of `removed` in the text before; where `added` goes when nothing is removed. */
  readonly start: number;
  readonly removed: readonly string[];
  /** First line of `added` in the text after. */
  readonly newStart: number;
  readonly added: readonly string[];
}

/** One replacement in a document. `text` has `\n` as its only line end. */
export interface LineEdit {
  readonly range: Range;
  readonly text: string;
}

/** More differences than this are one hunk: nobody takes thousands one by one, and finding them would take seconds. */
const mostDifferences = 3000;

/**
 * @param before the lines that may change @param after what becomes of them
 * @param firstLine of both in their texts, added to all line numbers
 * @returns in order, with at least one unchanged line between two; none when the texts are equal
 */
export function lineHunks(before: readonly string[], after: readonly string[], firstLine = 0): LineHunk[] {
  const changes = diffArrays([...before], [...after], { maxEditLength: mostDifferences });
  if (!changes) return [{ start: firstLine, removed: before, newStart: firstLine, added: after }];
  const hunks: LineHunk[] = [];
  let open: { start: number; newStart: number; removed: string[]; added: string[] } | undefined;
  let line = firstLine;
  let newLine = firstLine;
  for (const { added, removed, value } of changes) {
    if (!added && !removed) {
      open = undefined;
      line += value.length;
      newLine += value.length;
      continue;
    }
    if (!open) {
      open = { start: line, newStart: newLine, removed: [], added: [] };
      hunks.push(open);
    }
    (added ? open.added : open.removed).push(...value);
    if (added) newLine += value.length;
    else line += value.length;
  }
  return hunks;
}

/** The text with these hunks made. They are in order and belong to it. */
export function applyHunks(text: string, hunks: readonly LineHunk[]): string {
  const lines = text.split('\n');
  for (const { start, removed, added } of hunks.toReversed()) lines.splice(start, removed.length, ...added);
  return lines.join('\n');
}

/** The same as edits of a document, which do not touch each other. */
export function hunkEdits(text: string, hunks: readonly LineHunk[]): LineEdit[] {
  const lines = text.split('\n');
  const endOfLine = (line: number): Position => ({ line, character: lines[line]?.length ?? 0 });
  return hunks.map(({ start, removed, added }): LineEdit => {
    const begin = { line: start, character: 0 };
    const next = start + removed.length;
    if (removed.length > 0 && added.length > 0) return { range: { start: begin, end: endOfLine(next - 1) }, text: added.join('\n') };
    // A line goes, or comes, with one of the line ends beside it.
    if (next < lines.length) {
      return { range: { start: begin, end: { line: next, character: 0 } }, text: added.map((line) => `${line}\n`).join('') };
    }
    const before = start > 0 ? endOfLine(start - 1) : begin;
    return { range: { start: before, end: endOfLine(lines.length - 1) }, text: added.map((line) => `\n${line}`).join('') };
  });
}

/** The hunk at a line of the text after (`new`) or before, else the first one behind it, else the last. */
export function hunkAt(hunks: readonly LineHunk[], line: number, side: 'new' | 'old'): LineHunk | undefined {
  const end = (hunk: LineHunk): number =>
    side === 'new' ? hunk.newStart + Math.max(1, hunk.added.length) : hunk.start + Math.max(1, hunk.removed.length);
  return hunks.find((hunk) => line < end(hunk)) ?? hunks.at(-1);
}
