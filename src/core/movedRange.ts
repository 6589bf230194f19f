import type { Position, Range } from './snapshot.ts';

/** One replacement in a document: the text of `range` before it becomes `text`. */
export interface TextChange {
  readonly range: Range;
  readonly text: string;
}

/**
 * Where a range of a document lies after a change. What is typed inside it belongs to it, what is typed at its edges
 * does not; where the change takes one of its edges away, what replaced it is taken in.
 */
export function movedRange({ start, end }: Range, { range, text }: TextChange): Range {
  if (!isBefore(range.start, end)) return { start, end };
  const newEnd = endOf(range.start, text);
  const behind = (place: Position): Position => ({
    line: place.line + newEnd.line - range.end.line,
    character: place.line === range.end.line ? place.character + newEnd.character - range.end.character : place.character,
  });
  const movedEnd = isBefore(end, range.end) ? newEnd : behind(end);
  if (isBefore(start, range.start)) return { start, end: movedEnd };
  return { start: isBefore(start, range.end) ? range.start : behind(start), end: movedEnd };
}

/** Where a text ends that begins at `start`. */
export function endOf(start: Position, text: string): Position {
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines.at(-1) ?? '';
  return { line: start.line + lines.length - 1, character: lines.length === 1 ? start.character + last.length : last.length };
}

function isBefore(one: Position, other: Position): boolean {
  return one.line < other.line || (one.line === other.line && one.character < other.character);
}
