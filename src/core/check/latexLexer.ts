/** Splits LaTeX mathematics into tokens, each with its place, and leaves out what only spaces. */

export interface LatexToken {
  /** `command` has the name without its backslash; `begin`, `end` and `text` the braces' content. */
  readonly kind: 'number' | 'letter' | 'command' | 'begin' | 'end' | 'text' | 'symbol';
  /** Of a number: its digits without separators between thousands. */
  readonly text: string;
  /** Where it stands in the formula, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Commands that change how a formula looks, never what it says. */
const SPACING = new Set([
  ...[',', ';', ':', '!', '>', ' ', '\n', '/', 'left', 'right', 'middle', 'limits', 'nolimits', 'thinspace', 'hfill'],
  ...['displaystyle', 'textstyle', 'scriptstyle', 'big', 'Big', 'bigg', 'Bigg', 'bigl', 'bigr', 'Bigl', 'Bigr', 'bigm'],
  ...['biggl', 'biggr', 'Biggl', 'Biggr', 'nonumber', 'notag', 'strut', 'noindent', 'medspace', 'thickspace', 'enspace'],
]);

// `1{,}000` and `1\,000` are one number; a bare comma is not, it may part the items of a list.
const NUMBER = /\d{1,3}(?:(?:\{,\}|\\,)\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+/y;
const NAMED = /\\(begin|end|text|mathrm|textrm|textit|textbf|mbox|operatorname\*?)\s*\{([^{}]*)\}/y;
const COMMAND = /\\([A-Za-z]+|[^A-Za-z])/y;

/** The tokens in order, or undefined where a backslash stands at the end with nothing behind it. */
export function latexTokens(latex: string): LatexToken[] | undefined {
  const tokens: LatexToken[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(latex);
  };
  const push = (kind: LatexToken['kind'], text: string, length: number): void => {
    tokens.push({ kind, text, start: at, end: at + length });
    at += length;
  };
  while (at < latex.length) {
    const blank = match(/\s+|%[^\n]*/y);
    const number = match(NUMBER);
    const named = match(NAMED);
    const command = match(COMMAND);
    const character = String.fromCodePoint(latex.codePointAt(at) ?? 0);
    if (blank) at += blank[0].length;
    else if (number) push('number', number[0].replace(/\{,\}|\\,/g, ''), number[0].length);
    else if (named) {
      const kind = named[1] === 'begin' || named[1] === 'end' ? named[1] : 'text';
      push(kind, named[2] ?? '', named[0].length);
    } else if (command) {
      const name = command[1] ?? '';
      if (SPACING.has(name)) at += command[0].length;
      else push('command', name, command[0].length);
    } else if (character === '\\') return undefined;
    else push(/\p{L}/u.test(character) ? 'letter' : 'symbol', character, character.length);
  }
  return tokens;
}
