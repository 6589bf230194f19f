/** What a declaration says without what it does: all of it where it is short, else its head and the heads of its members. */
import type { Position, Range } from './snapshot.ts';

export interface Declaration {
  readonly text: string;
  /** Whole lines; the text may leave out lines of it. */
  readonly range: Range;
}

/** A declaration of so many lines is taken whole. */
const wholeLines = 14;
/** Most lines of a longer one's outline. */
const outlineLines = 24;
/** A head over more lines is one whose end was not understood. */
const headLines = 8;

/**
 * @param lines of the document, without line ends
 * @param range of the declaration, with its body where the language extension gives it, else its name alone
 */
export function declarationAt(lines: readonly string[], range: Range): Declaration {
  const first = Math.min(range.start.line, lines.length - 1);
  const last = range.end.line > range.start.line ? lastLineOf(range, lines) : blockEnd(lines, first);
  if (last - first < wholeLines) return taken(lines, first, last, span(first, last));
  return taken(lines, first, last, outline(lines, first, last));
}

/** The lines of a declaration before its body: `class A extends B {`. */
export function headOf(lines: readonly string[], range: Range): Declaration {
  const first = firstOwnLine(lines, range);
  const last = Math.min(headEnd(lines, first), lastLineOf(range, lines));
  return taken(lines, first, last, span(first, last));
}

/**
 * Where a file defines a name at all, for languages without a language extension.
 * @returns the range of the name's own line; undefined where none looks like its definition
 */
export function guessDefinition(lines: readonly string[], name: string): Range | undefined {
  const escaped = name.replace(/\$/g, '\\$');
  const words =
    'def|class|function|fn|func|fun|struct|enum|interface|trait|type|const|let|var|val|static|impl|module|theorem|lemma|data|record';
  const declared = new RegExp(String.raw`^\s*(?:[\w@]+\s+){0,4}(?:${words})\s+\*?${escaped}(?![\w$])`, 'u');
  const assigned = new RegExp(String.raw`^${escaped}\s*(?::[^=]+)?=(?!=)`, 'u');
  const line = lines.findIndex((text) => declared.test(text) || assigned.test(text));
  return line < 0 ? undefined : { start: { line, character: 0 }, end: { line, character: (lines[line] ?? '').length } };
}

const container =
  /^\s*(?:[\w@]+\s+){0,4}(?:class|def|function|fn|func|impl|struct|interface|trait|module|namespace|enum|object|record)\s+(\S+?)(?=[\s(<:{]|$)/u;

/**
 * The heads of what stands around a line, guessed by indentation, for languages without a language extension.
 * @returns outermost first, each with its name
 */
export function guessHeads(lines: readonly string[], line: number): { readonly name: string; readonly declaration: Declaration }[] {
  const found: { readonly name: string; readonly declaration: Declaration }[] = [];
  let limit = indentWidth(lines.slice(line).find((text) => text.trim() !== '') ?? '');
  for (let above = line - 1; above >= 0 && limit > 0; above -= 1) {
    const text = lines[above] ?? '';
    if (text.trim() === '' || indentWidth(text) >= limit) continue;
    limit = indentWidth(text);
    const name = container.exec(text)?.[1];
    const range = { start: { line: above, character: 0 }, end: { line, character: 0 } };
    if (name !== undefined) found.push({ name, declaration: headOf(lines, range) });
  }
  return found.reverse();
}

/** Decorators and comments may belong to the symbol's range; its head begins below them. */
function firstOwnLine(lines: readonly string[], { start, end }: Range): number {
  let line = start.line;
  while (line < end.line && /^\s*(?:@[\w.]+(?:\(.*\))?\s*$|#\[|\/\/|\/\*|\*|$)/.test(lines[line] ?? '')) line += 1;
  return line;
}

function headEnd(lines: readonly string[], first: number): number {
  let depth = 0;
  for (let line = first; line < Math.min(lines.length, first + headLines); line += 1) {
    const text = lines[line] ?? '';
    depth += (text.match(/[([]/g)?.length ?? 0) - (text.match(/[)\]]/g)?.length ?? 0);
    if (depth <= 0 && !/^\s*(?:extends|implements|where|throws|with|->|=>|[{:|&])/.test(lines[line + 1] ?? '')) return line;
    if (depth <= 0 && /[{:]\s*$/.test(text)) return line;
  }
  return first;
}

/** Last line of the block that the line begins: what is indented deeper, and the line that closes it. */
function blockEnd(lines: readonly string[], first: number): number {
  const width = indentWidth(lines[first] ?? '');
  let end = first;
  for (let line = first + 1; line < Math.min(lines.length, first + 400); line += 1) {
    const text = lines[line] ?? '';
    if (text.trim() === '') continue;
    if (indentWidth(text) <= width) return /^\s*(?:[)\]}]|end\b)/.test(text) ? line : end;
    end = line;
  }
  return end;
}

/** Lines that stand at most one level deep: heads, fields, closing braces. */
function outline(lines: readonly string[], first: number, last: number): number[] {
  const width = indentWidth(lines[first] ?? '');
  const inner = span(first + 1, last).filter((line) => (lines[line] ?? '').trim() !== '' && indentWidth(lines[line] ?? '') > width);
  const level = Math.min(...inner.map((line) => indentWidth(lines[line] ?? '')));
  const kept = span(first, last).filter((line) => {
    const text = lines[line] ?? '';
    return text.trim() !== '' && indentWidth(text) <= level && !/^\s*(?:\/\/|\/\*|\*|#(?!\[|\w))/.test(text);
  });
  return kept.slice(0, outlineLines);
}

function taken(lines: readonly string[], first: number, last: number, kept: readonly number[]): Declaration {
  const start: Position = { line: first, character: 0 };
  const text = kept.map((line) => lines[line] ?? '').join('\n');
  return { text, range: { start, end: { line: last, character: (lines[last] ?? '').length } } };
}

function lastLineOf({ start, end }: Range, lines: readonly string[]): number {
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return Math.min(last, lines.length - 1);
}

function span(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function indentWidth(line: string): number {
  return (/^[ \t]*/.exec(line)?.[0] ?? '').replaceAll('\t', '    ').length;
}
