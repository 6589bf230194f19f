/** The part of an answer that stands for the selection, where the answer goes on beyond it: the class around a method, the whole file. */
import { endOfBlock } from './partialAnswer.ts';
import { continuesBlock, declaredName, indentColumns, isTrivial, lineKey } from './lineLikeness.ts';

export interface SelectionPlace {
  /** Lines of the selection, without empty lines at its ends; the first one whole. */
  readonly selected: readonly string[];
  /** Whole lines before and behind it, nearest last and nearest first. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * @param lines of the answer @param isElision the line says that something is left out
 * @returns the lines that stand for the selection: all of them, where it is not certain that some do not; `beyond` when
 * others change too
 */
export function selectionPart(
  lines: readonly string[],
  place: SelectionPlace,
  isElision: (line: string) => boolean,
): readonly string[] | 'beyond' {
  const before = filled(place.before);
  const after = filled(place.after);
  const anchor = onlyPlace(lines, place.selected[0] ?? '');
  if (changesAround(lines, before, place)) return 'beyond';
  const start = startOf(lines, before, place, anchor, isElision);
  const tail = lines.slice(start);
  const end = start + endOf(tail, after, place, start > 0, anchor === undefined ? undefined : anchor - start);
  const part = lines.slice(start, end);
  return surroundingLines(part, [...before, ...after], place.selected) >= mostSurrounding ? 'beyond' : part;
}

/** So many lines from around the selection are no chance: the answer goes on beyond it, and its part was not found. */
const mostSurrounding = 4;

function surroundingLines(lines: readonly string[], around: readonly string[], selected: readonly string[]): number {
  const own = new Set(selected.map(lineKey));
  const known = new Set(around.map(lineKey).filter((key) => !own.has(key) && !isTrivial(key)));
  return new Set(lines.map(lineKey).filter((key) => known.has(key))).size;
}

/** The answer begins with a new version of the declaration that the selection stands in. */
function changesAround(lines: readonly string[], before: readonly string[], { selected }: SelectionPlace): boolean {
  const indent = indentColumns(selected[0] ?? '');
  const [first = ''] = filled(lines);
  const name = declaredName(first);
  if (name === undefined || indent === 0 || selected.some((line) => declaredName(line) === name)) return false;
  const around = before.filter((line) => indentColumns(line) < indent && declaredName(line) === name);
  return around.length > 0 && !around.some((line) => lineKey(line) === lineKey(first));
}

function filled(lines: readonly string[]): string[] {
  return lines.filter((line) => line.trim() !== '');
}

/** Where the answer has this line, by its text or by the name that it declares; undefined when nowhere or twice. */
function onlyPlace(lines: readonly string[], wanted: string): number | undefined {
  if (isTrivial(wanted)) return undefined;
  const same = [...lines.keys()].filter((index) => lineKey(lines[index] ?? '') === lineKey(wanted));
  if (same.length > 0) return same.length === 1 ? same[0] : undefined;
  const name = declaredName(wanted);
  if (name === undefined) return undefined;
  const declared = [...lines.keys()].filter((index) => declaredName(lines[index] ?? '') === name);
  return declared.length === 1 ? declared[0] : undefined;
}

function startOf(
  lines: readonly string[],
  before: readonly string[],
  { selected }: SelectionPlace,
  anchor: number | undefined,
  isElision: (line: string) => boolean,
): number {
  const known = new Set(before.map(lineKey));
  const nearest = before.at(-1) ?? '';
  const at = lines.findLastIndex((line, index) => lineKey(line) === lineKey(nearest) && (anchor === undefined || index < anchor));
  const more = count(lines, nearest) > count(selected, nearest);
  if (at >= 0 && !isTrivial(nearest) && more && count(lines, nearest) === 1) {
    const head = filled(lines.slice(0, at + 1));
    const run = head.length > 1 && before.length > 1 && lineKey(head.at(-2) ?? '') === lineKey(before.at(-2) ?? '');
    if (run || head.every((line) => known.has(lineKey(line)) || isElision(line))) return at + 1;
  }
  if (anchor === undefined) return 0;
  const indent = indentColumns(lines[anchor] ?? '');
  const nested = indentColumns(selected[0] ?? '') > 0;
  // Decorators and comments right above belong to it.
  let first = anchor;
  while (first > 0 && !known.has(lineKey(lines[first - 1] ?? '')) && belongsBelow(lines[first - 1] ?? '', indent)) first -= 1;
  const head = filled(lines.slice(0, first));
  const wrapper = (line: string): boolean => nested && indentColumns(line) < indent;
  // The file's imports have their place above the class.
  const imports = (line: string): boolean => nested && /^(?:import|from|using|use|#include|package|require)\b/.test(line);
  const around = head.every((line) => known.has(lineKey(line)) || wrapper(line) || imports(line) || isElision(line));
  return around && head.some((line) => !isElision(line)) ? first : 0;
}

function belongsBelow(line: string, indent: number): boolean {
  return indentColumns(line) === indent && /^\s*(?:@|#|\/\/|\/?\*|--)/.test(line);
}

function count(lines: readonly string[], wanted: string): number {
  return lines.filter((line) => lineKey(line) === lineKey(wanted)).length;
}

/** @param tail the answer from the selection's part on @param cut something was left away before it */
function endOf(
  tail: readonly string[],
  after: readonly string[],
  { selected }: SelectionPlace,
  cut: boolean,
  anchor: number | undefined,
): number {
  const [next = ''] = after;
  const at = tail.findIndex((line) => lineKey(line) === lineKey(next));
  if (at >= 0 && !isTrivial(next) && count(selected, next) === 0 && count(tail, next) === 1) {
    const rest = filled(tail.slice(at));
    const known = new Set(after.map(lineKey));
    const run = rest.length > 1 && after.length > 1 && lineKey(rest[1] ?? '') === lineKey(after[1] ?? '');
    if (run || rest.every((line) => known.has(lineKey(line)))) return at;
  }
  if (!cut) return tail.length;
  const suffix = closingLines(tail, after);
  if (suffix > 0) return tail.length - suffix;
  if (anchor === undefined || anchor < 0) return tail.length;
  const block = endOfBlock(tail, anchor);
  return filled(tail.slice(block)).every(continuesBlock) ? block : tail.length;
}

/** Lines at the end of the answer that are the next lines behind the selection. */
function closingLines(tail: readonly string[], after: readonly string[]): number {
  const rest = filled(tail);
  for (let length = Math.min(rest.length - 1, after.length); length > 0; length -= 1) {
    const same = rest.slice(-length).every((line, index) => lineKey(line) === lineKey(after[index] ?? ''));
    if (!same) continue;
    let first = tail.length;
    for (let left = length; left > 0 && first > 0;) {
      first -= 1;
      if (tail[first]?.trim() !== '') left -= 1;
    }
    return tail.length - first;
  }
  return 0;
}
