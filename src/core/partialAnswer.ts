/**
 * Puts the parts of an answer that leaves something out («… existing code …») back into the selection. Every part must
 * have its place by lines that are there once; where one has not, nothing is merged. What stands between two parts stays
 * as it is.
 */
import type { AnswerLine } from './elisions.ts';
import type { IndentStyle } from './indentation.ts';
import { commonIndent, indentOf, rebase } from './indentation.ts';
import { continuesBlock, declaredName, indentColumns, isTrivial, lineKey, resemblance } from './lineLikeness.ts';

/** Lines of the answer between two elisions, without empty lines at the elisions. */
interface Piece {
  readonly lines: readonly string[];
  /** Something is left out before it. */
  readonly openStart: boolean;
  /** Something is left out behind it, at this indentation in columns. */
  readonly nextElision?: number;
  readonly blankBefore: boolean;
  readonly blankAfter: boolean;
}

interface Place {
  /** In the selection; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The piece at the indentation of the selection. */
  readonly lines: readonly string[];
}

/** A line of the piece, and the same line in the selection. */
interface Anchor {
  readonly at: number;
  readonly line: number;
}

/**
 * @param selected lines of the selection, without empty lines at its ends
 * @param written lines of the answer, elisions marked
 * @param style of the document's indentation, where it shows
 * @returns the whole new text, or undefined where a part's place is not certain
 */
export function mergePartial(
  selected: readonly string[],
  written: readonly AnswerLine[],
  style: IndentStyle | undefined,
): string[] | undefined {
  const pieces = piecesOf(written);
  const merged: string[] = [];
  let from = 0;
  for (const piece of pieces) {
    const place = placeOf(piece, selected, from, style);
    if (!place) return undefined;
    const kept = selected.slice(from, place.start);
    append(merged, kept, false);
    append(merged, place.lines, piece.blankBefore && merged.length > 0);
    from = place.end;
  }
  const last = pieces.at(-1);
  if (!last) return undefined;
  const rest = selected.slice(from);
  if (last.nextElision !== undefined) append(merged, rest, last.blankAfter && rest.length > 0);
  return declaresTwice(merged, selected, written) ? undefined : merged;

  function append(to: string[], lines: readonly string[], apart: boolean): void {
    if (lines.length > 0 && apart && to.at(-1)?.trim() !== '' && lines[0]?.trim() !== '') to.push('');
    to.push(...lines);
  }
}

function piecesOf(written: readonly AnswerLine[]): Piece[] {
  const pieces: Piece[] = [];
  let lines: string[] = [];
  let openStart = false;
  const close = (nextElision?: number): void => {
    const first = lines.findIndex((line) => line.trim() !== '');
    const last = lines.findLastIndex((line) => line.trim() !== '');
    if (first >= 0) {
      const blanks = { blankBefore: first > 0, blankAfter: last < lines.length - 1 };
      pieces.push({ lines: lines.slice(first, last + 1), openStart, ...blanks, ...(nextElision === undefined ? {} : { nextElision }) });
    }
    lines = [];
  };
  for (const line of written) {
    if (line.kind === 'line') lines.push(line.text);
    else {
      close(line.indent);
      openStart = true;
    }
  }
  close();
  // An elision at the very end belongs to the last piece, also when there is nothing behind it but another elision.
  return pieces;
}

function placeOf(piece: Piece, selected: readonly string[], from: number, style: IndentStyle | undefined): Place | undefined {
  const first = firstAnchor(piece, selected, from) ?? outerAnchor(piece, selected);
  if (!first && addsAtEnd(piece, selected)) {
    const rest = selected.slice(from);
    const lines = rebase(piece.lines, commonIndent(rest.length > 0 ? rest : selected), style);
    return { start: selected.length, end: selected.length, lines };
  }
  if (!first || first.line < from) return undefined;
  const lines = atAnchor(piece.lines, first, selected, style);
  const shift = indentColumns(lines[first.at] ?? '') - indentColumns(piece.lines[first.at] ?? '');
  const moved: Piece = { ...piece, lines, ...(piece.nextElision === undefined ? {} : { nextElision: piece.nextElision + shift }) };
  const start = startOf(moved, first, selected, from);
  const end = moved.nextElision === undefined ? selected.length : endOf(moved, moved.nextElision, first, selected);
  return start === undefined || end === undefined || end < start ? undefined : { start, end, lines };
}

/** The first line of the piece that has one place in the selection; for the last piece, lines that both end with count too. */
function firstAnchor(piece: Piece, selected: readonly string[], from: number): Anchor | undefined {
  const { lines } = piece;
  const ends = piece.nextElision === undefined ? commonEnd(lines, selected.slice(from)) : 0;
  if (ends === lines.length) return { at: 0, line: selected.length - ends };
  for (let at = 0; at < lines.length - ends; at += 1) {
    const line = anchorOf(lines, at, selected, from);
    if (line !== undefined) return { at, line };
  }
  const at = lines.findIndex((line, index) => index >= lines.length - ends && line.trim() !== '');
  return at >= 0 ? { at, line: selected.length - lines.length + at } : undefined;
}

/** The last piece is nothing but new declarations: they come behind all that is left out. */
function addsAtEnd({ lines, openStart, nextElision }: Piece, selected: readonly string[]): boolean {
  if (!openStart || nextElision !== undefined) return false;
  const outer = commonIndent(lines);
  const heads = lines.filter((line) => line.trim() !== '' && indentOf(line) === outer && !continuesBlock(line) && !/^\s*[@#]/.test(line));
  const known = new Set(selected.map(declaredName));
  return heads.length > 0 && heads.every((line) => opensDeclaration(line) && !known.has(declaredName(line)));
}

function opensDeclaration(line: string): boolean {
  return declaredName(line) !== undefined && /[:{]\s*$/.test(line);
}

/** The first piece begins where the selection does, and the last one ends there, with a new version of that line. */
function outerAnchor({ lines, openStart, nextElision }: Piece, selected: readonly string[]): Anchor | undefined {
  const last = lines.length - 1;
  const same = (line: string | undefined, other: string | undefined): boolean => resemblance(line ?? '', other ?? '') === 'same';
  if (!openStart && same(lines[0], selected[0])) return { at: 0, line: 0 };
  if (nextElision !== undefined || !same(lines[last], selected.at(-1))) return undefined;
  return { at: last, line: selected.length - 1 };
}

function commonEnd(lines: readonly string[], selected: readonly string[]): number {
  let count = 0;
  while (count < Math.min(lines.length, selected.length) && sameKey(lines.at(-1 - count), selected.at(-1 - count))) count += 1;
  return count;
}

function sameKey(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && lineKey(one) === lineKey(other);
}

/** Where a line of the piece stands in the selection: by its text, with its neighbour where it stands there twice, or by the name it declares. */
function anchorOf(
  lines: readonly string[],
  at: number,
  selected: readonly string[],
  from: number,
  to = selected.length,
): number | undefined {
  const line = lines[at] ?? '';
  if (isTrivial(line)) return undefined;
  const within = [...selected.keys()].filter((index) => index >= from && index < to);
  const same = within.filter((index) => sameKey(line, selected[index]));
  if (same.length > 1) {
    const next = same.filter((index) => sameKey(lines[at + 1], selected[index + 1]));
    return next.length === 1 && !isTrivial(lines[at + 1] ?? '') ? next[0] : undefined;
  }
  if (same.length === 1) return same[0];
  const name = declaredName(line);
  if (name === undefined) return undefined;
  const declared = within.filter((index) => declaredName(selected[index] ?? '') === name);
  return declared.length === 1 ? declared[0] : undefined;
}

/** The first line of the selection that the piece stands for. */
function startOf(piece: Piece, first: Anchor, selected: readonly string[], from: number): number | undefined {
  const head = piece.lines.slice(0, first.at);
  if (!piece.openStart) {
    // The piece has the selection from its beginning: lines that it just leaves away are too many to be left away silently.
    return head.length === 0 && first.line > 0 ? undefined : 0;
  }
  // New versions of the lines right before the anchor, from the last one upwards; all others are new.
  let line = first.line;
  for (const text of head.toReversed()) {
    if (text.trim() === '') {
      if (line > from && selected[line - 1]?.trim() === '') line -= 1;
    } else if (line > from && resemblance(text, selected[line - 1] ?? '') === 'same') line -= 1;
    else if (isTrivial(text) || mayResemble(text, selected.slice(from, line))) return undefined;
  }
  return line;
}

function mayResemble(text: string, lines: readonly string[]): boolean {
  return lines.some((line) => line.trim() !== '' && resemblance(text, line) !== 'none');
}

/** Behind the last line of the selection that the piece stands for. */
function endOf(piece: Piece, elision: number, first: Anchor, selected: readonly string[]): number | undefined {
  const { lines } = piece;
  // The line that the elision is a sibling of, or stands in the block of.
  for (let at = lines.length - 1; at >= first.at; at -= 1) {
    const text = lines[at] ?? '';
    if (text.trim() === '' || indentColumns(text) > elision || continuesBlock(text)) continue;
    if (indentColumns(text) < elision) break;
    const line = at === first.at ? first.line : anchorOf(lines, at, selected, first.line);
    if (line === undefined) continue;
    const blockEnd = endOfBlock(selected, line);
    const ownEnd = endOfBlock(lines, at);
    // It ends with a line from the middle of the block, and no empty line sets the elision apart: the rest of the block may
    // be what is left out.
    const lastLine = lines[ownEnd - 1] ?? '';
    const middle =
      !piece.blankAfter &&
      ownEnd > at + 1 &&
      !isTrivial(lastLine) &&
      selected.slice(line + 1, blockEnd - 1).some((each) => sameKey(each, lastLine));
    // The closing brace of the old block, or its `else`, would be lost.
    const shorter = continuations(lines.slice(at, ownEnd)) < continuations(selected.slice(line, blockEnd));
    if (middle || shorter) return undefined;
    return loose(lines.slice(ownEnd), blockEnd, selected);
  }
  for (let at = lines.length - 1; at >= first.at; at -= 1) {
    const line = at === first.at ? first.line : anchorOf(lines, at, selected, first.line);
    if (line !== undefined) return loose(lines.slice(at + 1), line + 1, selected);
  }
  return undefined;
}

/** How often a block goes on, or closes, at its outermost indentation. */
function continuations(block: readonly string[]): number {
  const [head = ''] = block;
  return block.slice(1).filter((line) => continuesBlock(line) && indentColumns(line) === indentColumns(head)).length;
}

/** Behind the lines that belong to the block which a line opens; just behind the line when it opens none. */
export function endOfBlock(lines: readonly string[], opening: number): number {
  const indent = indentColumns(lines[opening] ?? '');
  let end = opening + 1;
  for (let line = opening + 1; line < lines.length; line += 1) {
    const text = lines[line] ?? '';
    if (text.trim() === '') continue;
    const deeper = indentColumns(text) > indent;
    const closes = indentColumns(text) === indent && end > opening + 1 && continuesBlock(text);
    const opensBelow = indentColumns(text) === indent && end === opening + 1 && /^\s*\{\s*$/.test(text);
    if (!deeper && !closes && !opensBelow) break;
    end = line + 1;
  }
  return end;
}

/**
 * Lines of the piece behind its last anchor: new versions of the lines that follow in the selection, in order, or new
 * lines that resemble nothing there.
 * @param from the line of the selection behind the anchor
 */
function loose(lines: readonly string[], from: number, selected: readonly string[]): number | undefined {
  let line = from;
  // A new line that opens a block, whose lines are new with it.
  let opened: string | undefined;
  for (const text of lines) {
    if (text.trim() === '') continue;
    const next = nextFilled(selected, line);
    if (opened !== undefined && text.trimEnd() !== selected[next]?.trimEnd()) {
      if (indentColumns(text) > indentColumns(opened)) continue;
      const closing = indentColumns(text) === indentColumns(opened) && continuesBlock(text) && /[{([]\s*$/.test(opened);
      if (closing) continue;
    }
    opened = undefined;
    if (next < selected.length && resemblance(text, selected[next] ?? '') === 'same') line = next + 1;
    else if (isTrivial(text) || mayResemble(text, selected.slice(line))) return undefined;
    else opened = text;
  }
  return line;
}

function nextFilled(lines: readonly string[], from: number): number {
  let line = from;
  while (line < lines.length && lines[line]?.trim() === '') line += 1;
  return line;
}

/** The piece moved so that its anchor stands where the selection has it. */
function atAnchor(lines: readonly string[], { at, line }: Anchor, selected: readonly string[], style: IndentStyle | undefined): string[] {
  const flat = rebase(lines, '', style);
  const own = indentOf(flat[at] ?? '');
  const wanted = indentOf(selected[line] ?? '');
  const base = wanted.endsWith(own) ? wanted.slice(0, wanted.length - own.length) : '';
  return commonIndent(flat) === '' || base !== '' ? flat.map((text) => (text === '' ? '' : base + text)) : flat;
}

/** A name is declared more often than in the selection and in the answer: a part came in beside what it was to replace. */
function declaresTwice(merged: readonly string[], selected: readonly string[], written: readonly AnswerLine[]): boolean {
  const count = (lines: readonly string[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const line of lines) {
      const name = declaredName(line);
      if (name !== undefined) counts.set(`${indentColumns(line)} ${name}`, (counts.get(`${indentColumns(line)} ${name}`) ?? 0) + 1);
    }
    return counts;
  };
  const before = count(selected);
  const answered = count(written.map((line) => (line.kind === 'line' ? line.text : '')));
  return [...count(merged)].some(([name, times]) => times > Math.max(before.get(name) ?? 0, answered.get(name) ?? 0, 1));
}
