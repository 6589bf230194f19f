/** A selection that cuts through a formula means the formula: half of one can be neither read nor replaced. */
import { DocumentText } from './documentText.ts';
import { findFormulas, mathFlavour } from './formulas.ts';
import type { MathFlavour } from './formulas.ts';
import type { Range } from './snapshot.ts';

/** An environment that is longer, in characters, is not taken whole for one of its ends. */
const longestEnvironment = 8000;

/**
 * The selection with the formulas whole that it begins or ends in, and with both ends of an environment of which it holds one.
 * @param text of the whole document
 * @returns the range itself where nothing was cut, or where the language has no formulas
 */
export function widenToFormulas(text: string, languageId: string, range: Range): Range {
  const flavour = mathFlavour(languageId);
  if (flavour === undefined) return range;
  const document = new DocumentText(text);
  const start = document.offsetAt(range.start);
  const end = document.offsetAt(range.end);
  const wide = widen(document.text, flavour, start, end);
  if (wide.start === start && wide.end === end) return range;
  return { start: document.positionAt(wide.start), end: document.positionAt(wide.end) };
}

function widen(text: string, flavour: MathFlavour, from: number, to: number): { readonly start: number; readonly end: number } {
  const spans: readonly Span[] = [...findFormulas(text, flavour), ...(flavour === 'typst' ? [] : environments(text))];
  let start = from;
  let end = to;
  // A wider selection can cut the next span.
  for (let changed = true; changed;) {
    changed = false;
    for (const span of spans) {
      const cut = (span.start < start && start < span.end) || (span.start < end && end < span.end);
      if (!cut || staysInside(span, start, end)) continue;
      start = Math.min(start, span.start);
      end = Math.max(end, span.end);
      changed = true;
    }
  }
  return { start, end };
}

interface Span {
  readonly start: number;
  readonly end: number;
  /** Of an environment that need not be a formula: its content can be selected without it. */
  readonly name?: string;
}

/** The selection is content of an environment, without any of its `\begin{…}` and `\end{…}`. */
function staysInside({ name, start, end }: Span, from: number, to: number): boolean {
  return name !== undefined && from >= start + `\\begin{${name}}`.length && to <= end - `\\end{${name}}`.length;
}

const tag = /\\(begin|end)\{([^{}\n]*)\}|\\[\s\S]|%[^\n]*/g;

/** All environments of any kind but the document's own. */
function environments(text: string): Span[] {
  const found: Span[] = [];
  const stack: { readonly name: string; readonly start: number }[] = [];
  for (const match of text.matchAll(tag)) {
    const [whole, kind, name = ''] = match;
    if (kind === 'begin') stack.push({ name, start: match.index });
    if (kind !== 'end') continue;
    const depth = stack.findLastIndex((open) => open.name === name);
    const open = stack[depth];
    if (!open) continue;
    stack.length = depth;
    const end = match.index + whole.length;
    if (name !== 'document' && end - open.start <= longestEnvironment) found.push({ name, start: open.start, end });
  }
  return found;
}
