/** What is taken when nothing is selected, and which lines belong to a reported problem. */
import { enclosingEnvironment } from './environmentScope.ts';
import { fencedBlocks } from './fences.ts';
import { functionFromSymbols, guessFunction } from './functionScope.ts';
import type { FunctionScope, SymbolNode } from './functionScope.ts';
import type { Position, Range, ScopeKind } from './snapshot.ts';

export type { SymbolNode } from './functionScope.ts';

export interface Scope {
  readonly kind: Exclude<ScopeKind, 'selection' | 'diagnostic'>;
  /** Of the function or environment; empty when it has none. */
  readonly name: string;
  readonly range: Range;
}

export interface ScopeQuery {
  /** Lines of the document without their line ends. */
  readonly lines: readonly string[];
  readonly languageId: string;
  readonly position: Position;
  /** Symbols of the document, when a language extension gave them. */
  readonly symbols?: readonly SymbolNode[];
}

/**
 * The enclosing function, else the enclosing LaTeX environment or display formula, else the paragraph.
 * A code block of a Markdown document is a paragraph of its own, fences included.
 * @returns undefined when the document is blank
 */
export function findScope(query: ScopeQuery): Scope | undefined {
  const { lines, languageId, position } = query;
  if (lines.every((line) => line.trim() === '')) return undefined;
  const block = markdownLike.has(languageId) ? codeBlock(lines, position) : undefined;
  if (block) return { kind: 'paragraph', name: '', range: block };
  const enclosing = enclosingFunction(query);
  if (enclosing) return { kind: 'function', ...enclosing };
  const environment = enclosingEnvironment(lines, position);
  if (environment) return { kind: 'environment', name: environment.name, range: outward(environment.range, lines) };
  return { kind: 'paragraph', name: '', range: paragraph(lines, position.line) };
}

const markdownLike: ReadonlySet<string> = new Set(['markdown', 'mdx', 'quarto', 'rmd']);

function enclosingFunction({ lines, languageId, position, symbols }: ScopeQuery): FunctionScope | undefined {
  return (symbols && functionFromSymbols(symbols, lines, position)) ?? guessFunction(lines, languageId, position);
}

/** Up to this many lines the whole function around a problem is taken. */
const smallFunctionLines = 60;
/** Else this many lines on either side of it, cut at empty lines. */
const linesAround = 8;

/** The lines that a fix of this problem may replace: whole lines, the problem's own always among them. */
export function diagnosticScope(query: Omit<ScopeQuery, 'position'> & { readonly problem: Range }): {
  readonly name: string;
  readonly range: Range;
} {
  const { lines, problem } = query;
  const lastLine = Math.max(0, lines.length - 1);
  const first = Math.min(problem.start.line, lastLine);
  const endsBefore = problem.end.character === 0 && problem.end.line > problem.start.line;
  const last = Math.min(Math.max(first, endsBefore ? problem.end.line - 1 : problem.end.line), lastLine);
  const around = enclosingFunction({ ...query, position: { line: first, character: problem.start.character } });
  if (around && around.range.end.line >= last && around.range.end.line - around.range.start.line < smallFunctionLines) return around;

  const blank = (line: number): boolean => (lines[line] ?? '').trim() === '';
  let from = first;
  while (from > 0 && first - from < linesAround && !blank(from - 1)) from -= 1;
  let to = last;
  while (to < lastLine && to - last < linesAround && !blank(to + 1)) to += 1;
  return { name: '', range: wholeLines(lines, from, to) };
}

/** The lines between empty lines around the given one, or around the nearest line with text; above wins a tie. */
function paragraph(lines: readonly string[], line: number): Range {
  const blank = (index: number): boolean => (lines[index] ?? '').trim() === '';
  let near = Math.min(line, lines.length - 1);
  for (let distance = 0; blank(near) && distance < lines.length; distance += 1) {
    if (line - distance >= 0 && !blank(line - distance)) near = line - distance;
    else if (line + distance < lines.length && !blank(line + distance)) near = line + distance;
  }
  let first = near;
  while (first > 0 && !blank(first - 1)) first -= 1;
  let last = near;
  while (last < lines.length - 1 && !blank(last + 1)) last += 1;
  return wholeLines(lines, first, last);
}

function codeBlock(lines: readonly string[], position: Position): Range | undefined {
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  const lineAt = (target: number): number => starts.findLastIndex((start) => start <= target);
  for (const block of fencedBlocks(lines.join('\n'))) {
    const first = lineAt(block.offset);
    const last = lineAt(block.end);
    if (first <= position.line && position.line <= last) return wholeLines(lines, first, last);
  }
  return undefined;
}

/** With the white space around it on its first and last line, so that whole lines are taken where nothing else stands on them. */
function outward({ start, end }: Range, lines: readonly string[]): Range {
  const first = lines[start.line] ?? '';
  const last = lines[end.line] ?? '';
  return {
    start: first.slice(0, start.character).trim() === '' ? { line: start.line, character: 0 } : start,
    end: last.slice(end.character).trim() === '' ? { line: end.line, character: last.length } : end,
  };
}

function wholeLines(lines: readonly string[], first: number, last: number): Range {
  return { start: { line: first, character: 0 }, end: { line: last, character: (lines[last] ?? '').length } };
}
