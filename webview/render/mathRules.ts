/**
 * Where a formula begins and ends in a model's Markdown. Pure; used by the Markdown lexer before its own rules,
 * which would otherwise take `\(` for an escape, `_` for emphasis and `[g](x)` for a link.
 *
 * Every rule looks only at the text up to the formula's end, so the same text gives the same formulas however
 * it was cut into deltas.
 */

export interface Formula {
  /** The source with its delimiters. */
  readonly raw: string;
  /** What KaTeX is given. */
  readonly tex: string;
  readonly display: boolean;
  /** False: the text ended before the formula did. */
  readonly closed: boolean;
}

/** Longest displayed formula, in UTF-16 code units. A delimiter without its partner stays text beyond it. */
const longestDisplay = 10_000;
const longestInline = 2_000;

/** KaTeX's displayed environments, and the two it lacks with what stands in for them. */
const environments =
  'equation|align|alignat|aligned|alignedat|gather|gathered|split|cases|dcases|rcases|multline|eqnarray|array|CD|(?:p|b|B|v|V|small)?matrix';
const environmentStart = new RegExp(`^\\\\begin\\{((?:${environments})\\*?)\\}`);
const replacedEnvironments: ReadonlyMap<string, string> = new Map([
  ['multline', 'gather'],
  ['multline*', 'gather*'],
  ['eqnarray', 'align'],
  ['eqnarray*', 'align*'],
]);

/** A line end before a line that may begin a displayed formula, for the lexer's paragraphs to stop at. */
export const blockMathStart = /\n {0,3}(?:\$\$|\\\[|\\begin\{)/;

/**
 * A displayed formula that has its lines to itself: `$$…$$`, `\[…\]` or a bare environment.
 * @param src the text from the beginning of a line on
 * @returns undefined when the line begins no formula, or when text follows it on its last line
 */
export function blockFormula(src: string): Formula | undefined {
  const indent = /^ {0,3}/.exec(src)?.[0].length ?? 0;
  const formula = displayed(src.slice(indent), true);
  if (!formula) return undefined;
  const end = indent + formula.raw.length;
  if (!formula.closed) return { ...formula, raw: src };
  const rest = /^[ \t]*(?:\n|$)/.exec(src.slice(end))?.[0];
  return rest === undefined ? undefined : { ...formula, raw: src.slice(0, end + rest.length) };
}

/**
 * A formula inside a paragraph.
 * @param src the text from a `$` or `\` on
 * @param before the character in front of it, or empty
 */
export function inlineFormula(src: string, before: string): Formula | undefined {
  if (src.startsWith('\\(')) return enclosed(src, '\\(', '\\)', false, longestInline, true);
  if (src.startsWith('$') && !src.startsWith('$$')) return dollar(src, before);
  return displayed(src, false);
}

function displayed(src: string, ownLines: boolean): Formula | undefined {
  if (src.startsWith('$$')) {
    // Alone on its line it may enclose blank lines; otherwise a forgotten `$$` must not swallow the next paragraphs.
    const alone = ownLines && /^\$\$[ \t]*\n/.test(src);
    return enclosed(src, '$$', '$$', true, longestDisplay, !alone);
  }
  if (src.startsWith('\\[')) return enclosed(src, '\\[', '\\]', true, longestDisplay, !ownLines);
  return environment(src);
}

/** Text between two delimiters; a backslash takes its next character with it, as TeX does. */
function enclosed(src: string, open: string, close: string, display: boolean, longest: number, oneParagraph: boolean): Formula | undefined {
  const limit = Math.min(src.length, longest);
  // `\text{if \(x\)}`: only the delimiters with different ends can be inside each other.
  let depth = 0;
  for (let index = open.length; index < limit; index += 1) {
    if (open !== close && src.startsWith(open, index)) depth += 1;
    if (src.startsWith(close, index) && depth > 0) depth -= 1;
    else if (src.startsWith(close, index)) {
      const tex = src.slice(open.length, index);
      return tex.trim() === '' || swallowsCode(tex) ? undefined : { raw: src.slice(0, index + close.length), tex, display, closed: true };
    }
    if (oneParagraph && isBlankLine(src, index)) return undefined;
    if (src[index] === '\\') index += 1;
  }
  return unfinished(src, open.length, display, longest);
}

function environment(src: string): Formula | undefined {
  const name = environmentStart.exec(src)?.[1];
  if (name === undefined) return undefined;
  const mark = new RegExp(`\\\\(begin|end)\\{${name.replace('*', '\\*')}\\}`, 'g');
  let depth = 0;
  for (const match of src.slice(0, longestDisplay).matchAll(mark)) {
    depth += match[1] === 'begin' ? 1 : -1;
    if (depth > 0) continue;
    const raw = src.slice(0, match.index + match[0].length);
    return swallowsCode(raw) ? undefined : { raw, tex: knownEnvironment(raw, name), display: true, closed: true };
  }
  return unfinished(src, 0, true, longestDisplay);
}

function knownEnvironment(raw: string, name: string): string {
  const known = replacedEnvironments.get(name);
  if (known === undefined) return raw;
  return raw.replaceAll(`\\begin{${name}}`, `\\begin{${known}}`).replaceAll(`\\end{${name}}`, `\\end{${known}}`);
}

function unfinished(src: string, from: number, display: boolean, longest: number): Formula | undefined {
  const tex = src.slice(from);
  return src.length >= longest || swallowsCode(tex) ? undefined : { raw: src, tex, display, closed: false };
}

/**
 * `$…$` with pandoc's rules (https://pandoc.org/MANUAL.html#math): no space inside the dollars, no digit after
 * the closing one. Beyond them, for prices and shell variables: no back-tick inside, no capital or underscore
 * right after the closing dollar, and no number followed by a word.
 */
function dollar(src: string, before: string): Formula | undefined {
  if (/[\w\\$]/.test(before) || !/^\$[^\s$]/.test(src)) return undefined;
  const limit = Math.min(src.length, longestInline);
  for (let index = 1; index < limit; index += 1) {
    const character = src[index];
    if (character === '`' || isBlankLine(src, index)) return undefined;
    if (character === '\\') {
      index += 1;
    } else if (character === '$') {
      if (/\s/.test(src[index - 1] ?? '')) return undefined;
      if (/[\dA-Z_$]/.test(src[index + 1] ?? '')) return undefined;
      const tex = src.slice(1, index);
      return isPrice(tex) ? undefined : { raw: src.slice(0, index + 1), tex, display: false, closed: true };
    }
  }
  const tex = src.slice(1);
  return src.length >= longestInline || isPrice(tex) ? undefined : { raw: src, tex, display: false, closed: false };
}

/** `5 and 6`, `20/month for the`: a number followed by a word, and nothing that only TeX has. */
function isPrice(tex: string): boolean {
  return /^\d[\d.,]*\S*\s+[A-Za-z]{2,}/.test(tex) && !/[\\^_={}]/.test(tex);
}

function isBlankLine(src: string, index: number): boolean {
  return src[index] === '\n' && /^\n[ \t]*\n/.test(src.slice(index, index + 80));
}

/** A fence inside would belong to the formula here and to a code block for everyone else. */
function swallowsCode(tex: string): boolean {
  return /\n[ >]*(?:```|~~~)/.test(tex);
}
