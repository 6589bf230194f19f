/**
 * Where the formulas of a document stand: LaTeX, Markdown with TeX, Typst. Offsets are UTF-16, end-exclusive, in a text with
 * `\n` as its only line end. Comments, verbatim text and code are passed over; what is inside a formula is part of it.
 */
import { fencedBlocks } from './fences.ts';

export type MathFlavour = 'latex' | 'markdown' | 'typst';

export interface Formula {
  /** `$`, `$$`, `\(`, `\[`, or `\begin{align}` for an environment. */
  readonly open: string;
  readonly display: boolean;
  /** With its delimiters. */
  readonly start: number;
  readonly end: number;
  /** Between its delimiters. */
  readonly contentStart: number;
  readonly contentEnd: number;
}

const flavours: Readonly<Record<string, MathFlavour>> = {
  latex: 'latex',
  tex: 'latex',
  'latex-expl3': 'latex',
  rsweave: 'latex',
  markdown: 'markdown',
  mdx: 'markdown',
  quarto: 'markdown',
  rmd: 'markdown',
  typst: 'typst',
};

/** How a document of that language writes mathematics; undefined for all other languages. */
export function mathFlavour(languageId: string): MathFlavour | undefined {
  return Object.hasOwn(flavours, languageId) ? flavours[languageId] : undefined;
}

/** Environments that are formulas by themselves. */
export const displayEnvironments: ReadonlySet<string> = new Set(
  ['equation', 'align', 'alignat', 'flalign', 'gather', 'multline', 'eqnarray', 'displaymath', 'dmath', 'dgroup', 'xalignat'].flatMap(
    (name) => [name, `${name}*`],
  ),
);
/** Environments that stand inside a formula; models and Markdown write them bare too. */
export const innerEnvironments =
  /^(?:aligned|alignedat|gathered|split|multlined|[dr]?cases\*?|array|subarray|(?:[pbvBV]|small)?matrix\*?|CD|math)$/;
const verbatim = /^(?:verbatim|Verbatim|lstlisting|minted|comment|filecontents)\*?$/;

/** A formula that is longer, in characters, is a delimiter without its partner. */
const longest = 20_000;

/** All formulas that are not inside another one, in the order of the text. */
export function findFormulas(text: string, flavour: MathFlavour): Formula[] {
  return flavour === 'typst' ? typstFormulas(text) : texFormulas(text, flavour);
}

const texToken = /\\begin\{([^{}\n]*)\}|\\verb\*?([^A-Za-z\s*])|\\[([]|\$\$?|\\[\s\S]|%|(`+)/g;

function texFormulas(text: string, flavour: 'latex' | 'markdown'): Formula[] {
  const found: Formula[] = [];
  const blocks = flavour === 'markdown' ? fencedBlocks(text) : [];
  const token = new RegExp(texToken);
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [whole, environment, verb, ticks] = match;
    const at = match.index;
    const block = blocks.find(({ offset, end }) => offset <= at && at < end);
    if (block) token.lastIndex = block.end;
    else if (whole === '%') {
      if (flavour === 'latex') token.lastIndex = lineEnd(text, at);
    } else if (ticks !== undefined) {
      if (flavour === 'markdown') token.lastIndex = codeSpanEnd(text, at, ticks);
    } else if (verb !== undefined) {
      const end = text.indexOf(verb, at + whole.length);
      if (end >= 0 && end < lineEnd(text, at)) token.lastIndex = end + 1;
    } else if (environment !== undefined && verbatim.test(environment)) {
      const end = text.indexOf(`\\end{${environment}}`, at);
      if (end >= 0) token.lastIndex = end;
    } else {
      const formula = texFormula(text, at, whole, environment, flavour);
      if (!formula) continue;
      found.push(formula);
      token.lastIndex = formula.end;
    }
  }
  return found;
}

function texFormula(text: string, start: number, open: string, environment: string | undefined, flavour: MathFlavour): Formula | undefined {
  if (environment !== undefined) {
    if (!displayEnvironments.has(environment) && !innerEnvironments.test(environment)) return undefined;
    const contentEnd = environmentEnd(text, start, environment);
    if (contentEnd === undefined) return undefined;
    const end = contentEnd + `\\end{${environment}}`.length;
    return { open, display: environment !== 'math', start, end, contentStart: start + open.length, contentEnd };
  }
  const close = closers[open];
  if (close === undefined) return undefined;
  if (open === '$' && flavour === 'markdown') return dollarFormula(text, start);
  const contentStart = start + open.length;
  const contentEnd = closing(text, contentStart, close);
  if (contentEnd === undefined || text.slice(contentStart, contentEnd).trim() === '') return undefined;
  return { open, display: open === '$$' || open === '\\[', start, end: contentEnd + close.length, contentStart, contentEnd };
}

const closers: Readonly<Record<string, string>> = { $: '$', $$: '$$', '\\(': '\\)', '\\[': '\\]' };

/** The closing delimiter; a blank line ends the search, as TeX reports one inside a formula. */
function closing(text: string, from: number, close: string): number | undefined {
  const token = /\\begin\{[^{}\n]*\}|\\[\s\S]|\$\$?|\n[ \t]*\n/g;
  token.lastIndex = from;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [whole] = match;
    if (match.index - from > longest || whole.startsWith('\n')) return undefined;
    if (whole === close) return match.index;
    // The `$$` that ends `$a$$b$` is two dollars to TeX.
    if (close === '$' && whole === '$$') return match.index;
  }
  return undefined;
}

/** Where the `\end` stands that belongs to the `\begin` at `start`. */
function environmentEnd(text: string, start: number, name: string): number | undefined {
  const escaped = name.replace(/[*]/g, '\\*');
  const mark = new RegExp(`\\\\(begin|end)\\{${escaped}\\}`, 'g');
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(text); match; match = mark.exec(text)) {
    depth += match[1] === 'begin' ? 1 : -1;
    if (depth === 0) return match.index;
    if (match.index - start > longest) return undefined;
  }
  return undefined;
}

/** `$…$` with pandoc's rules (https://pandoc.org/MANUAL.html#math), so that prices and shell variables are no formulas. */
function dollarFormula(text: string, start: number): Formula | undefined {
  if (/[\w\\$]/.test(text[start - 1] ?? '') || !/[^\s$]/.test(text[start + 1] ?? '')) return undefined;
  const token = /\\[\s\S]|\$|`|\n[ \t]*\n/g;
  token.lastIndex = start + 1;
  const match = firstOf(token, text, (found) => !found.startsWith('\\'));
  if (!match || match[0] !== '$' || /\s/.test(text[match.index - 1] ?? '') || /[\d\w$]/.test(text[match.index + 1] ?? '')) return undefined;
  const content = text.slice(start + 1, match.index);
  if (/^\d[\d.,]*\S*\s+[A-Za-z]{2,}/.test(content) && !/[\\^_={}]/.test(content)) return undefined;
  return { open: '$', display: false, start, end: match.index + 1, contentStart: start + 1, contentEnd: match.index };
}

const typstToken = /\\[\s\S]|(?<!:)\/\/|\/\*|(`+)|\$/g;

/** In Typst a formula is displayed when its content begins and ends with white space. */
function typstFormulas(text: string): Formula[] {
  const found: Formula[] = [];
  const token = new RegExp(typstToken);
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [whole, ticks] = match;
    if (whole === '//') token.lastIndex = lineEnd(text, match.index);
    else if (whole === '/*') token.lastIndex = endAfter(text, '*/', match.index);
    else if (ticks !== undefined) token.lastIndex = ticks.length === 2 ? match.index + 2 : codeSpanEnd(text, match.index, ticks);
    else if (whole === '$') {
      const contentStart = match.index + 1;
      const inside = /\\[\s\S]|"(?:\\.|[^"\\])*"|\$/g;
      inside.lastIndex = contentStart;
      const close = firstOf(inside, text, (each) => each === '$');
      if (!close || close.index - contentStart > longest) continue;
      const content = text.slice(contentStart, close.index);
      const display = /^\s[^]*\s$/.test(content);
      found.push({ open: '$', display, start: match.index, end: close.index + 1, contentStart, contentEnd: close.index });
      token.lastIndex = close.index + 1;
    }
  }
  return found;
}

function firstOf(token: RegExp, text: string, wanted: (found: string) => boolean): RegExpExecArray | undefined {
  for (let match = token.exec(text); match; match = token.exec(text)) if (wanted(match[0])) return match;
  return undefined;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

function endAfter(text: string, mark: string, offset: number): number {
  const end = text.indexOf(mark, offset);
  return end < 0 ? text.length : end + mark.length;
}

/** Behind the back-ticks that close the span, or behind the opening ones when nothing does. */
function codeSpanEnd(text: string, start: number, ticks: string): number {
  const token = /`+/g;
  token.lastIndex = start + ticks.length;
  const close = firstOf(token, text, (found) => found.length === ticks.length);
  return close ? close.index + ticks.length : start + ticks.length;
}
