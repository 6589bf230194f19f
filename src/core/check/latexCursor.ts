/** The tokens of one formula and a place among them. */
import { latexTokens, type LatexToken } from './latexLexer.ts';

/** Notation that the check does not read; `what` is the piece of LaTeX at which it stops. */
export class NotationError extends Error {
  readonly what: string;
  constructor(what: string) {
    super(what);
    this.what = what;
  }
}

/** How what can be read in two ways is read. */
export interface Reading {
  /** `2\frac12` is two and a half, not one. */
  readonly mixed: boolean;
  /** `\log` without a base. */
  readonly logBase: '10' | 'e';
  /** `1/2x` is one over 2x. */
  readonly slashTakesProduct: boolean;
  /** Letters that are functions where a parenthesis follows. */
  readonly functions: ReadonlySet<string>;
}

/** The `dx` of an integral that is being read. */
export interface Differential {
  /** Undefined until it was read. */
  variable: string | undefined;
  /** The count of open bars at the integral's own level, where its `dx` ends it; -1 inside brackets. */
  readonly depth: number;
  /** The same one as it is known outside the brackets. */
  readonly outer?: Differential;
}

/** Stands for «nothing more» at the end, so that no caller has to ask. */
const END: LatexToken = { kind: 'symbol', text: '', start: 0, end: 0 };
/** Nesting beyond it is refused: what reads it calls itself. */
const DEEPEST = 60;

export class LatexCursor {
  tokens: readonly LatexToken[];
  readonly reading: Reading;
  at = 0;
  /** How many `|…|` are open around the place. */
  bars = 0;
  /** The integrals around the place. */
  readonly differentials: Differential[] = [];
  #depth = 0;

  constructor(tokens: readonly LatexToken[], reading: Reading) {
    this.tokens = tokens;
    this.reading = reading;
  }

  get token(): LatexToken {
    return this.tokens[this.at] ?? END;
  }

  /** The one that many tokens further on. */
  ahead(count: number): LatexToken {
    return this.tokens[this.at + count] ?? END;
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  is(kind: LatexToken['kind'], text: string): boolean {
    return this.token.kind === kind && this.token.text === text;
  }

  symbol(text: string): boolean {
    return this.is('symbol', text);
  }

  command(...names: readonly string[]): boolean {
    return this.token.kind === 'command' && names.includes(this.token.text);
  }

  next(): LatexToken {
    const token = this.token;
    this.at++;
    return token;
  }

  takeSymbol(text: string): boolean {
    if (!this.symbol(text)) return false;
    this.at++;
    return true;
  }

  takeCommand(...names: readonly string[]): boolean {
    if (!this.command(...names)) return false;
    this.at++;
    return true;
  }

  expect(text: string): void {
    if (!this.takeSymbol(text)) this.fail();
  }

  fail(): never {
    const { kind, text } = this.token;
    throw new NotationError(kind === 'command' ? `\\${text}` : kind === 'begin' ? `\\begin{${text}}` : text);
  }

  /** Runs what may call itself again. */
  nested<T>(read: () => T): T {
    if (++this.#depth > DEEPEST) this.fail();
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }

  /** What stands in the next `{…}` (or the next single token), as text of its tokens. */
  groupText(): string {
    if (!this.takeSymbol('{')) return written(this.next());
    let depth = 1;
    let text = '';
    while (!this.done) {
      const token = this.next();
      if (token.kind === 'symbol' && token.text === '{') depth++;
      if (token.kind === 'symbol' && token.text === '}' && --depth === 0) return text;
      text += written(token);
    }
    return this.fail();
  }

  /** Leaves only the first digit of the number here, as `\frac12` means; the others stand behind it as their own token. */
  splitNumber(): void {
    const token = this.token;
    if (!/^\d{2,}/.test(token.text)) return;
    const digit = { ...token, text: token.text.slice(0, 1), end: token.start + 1 };
    const rest = { ...token, text: token.text.slice(1), start: token.start + 1 };
    this.tokens = this.tokens.toSpliced(this.at, 1, digit, rest);
  }
}

function written(token: LatexToken): string {
  return token.kind === 'command' ? `\\${token.text}` : token.text;
}

/** The tokens of a formula, with `1,000` as one number, `0.\overline{3}` as one, and without full stops. */
export function formulaTokens(latex: string): LatexToken[] {
  const found = latexTokens(latex);
  if (!found) throw new NotationError('\\');
  const tokens: LatexToken[] = [];
  let depth = 0;
  let open = 0;
  const behind = (place: number, command: string): boolean =>
    latex
      .slice(Math.max(0, place - 8), place)
      .trimEnd()
      .endsWith(command);
  for (let at = 0; at < found.length; at++) {
    const token = found[at] ?? END;
    const last = tokens.at(-1);
    if (token.kind === 'symbol') depth += '([{'.includes(token.text) ? 1 : ')]}'.includes(token.text) ? -1 : 0;
    const after = found[at + 1] ?? END;
    const touching = last?.end === token.start && token.end === after.start;
    const thousands = token.text === ',' && token.kind === 'symbol' && /^[1-9]\d{0,2}(?:\d{3})*$/.test(last?.text ?? '');
    if (thousands && depth === 0 && last?.kind === 'number' && touching && /^\d{3}(?:\.\d+)?$/.test(after.text)) {
      tokens.splice(-1, 1, { ...last, text: last.text + after.text, end: after.end });
      at++;
    } else if (token.kind === 'command' && token.text === 'overline' && last?.kind === 'number' && found[at + 2]?.kind === 'number') {
      const period = found[at + 2] ?? END;
      tokens.splice(-1, 1, { ...last, text: `${last.text}${last.text.includes('.') ? '' : '.'}(${period.text})`, end: token.end + 1 });
      at += 3;
    } else if (token.kind === 'symbol' && token.text === '.' && behind(token.start, '\\left')) {
      // `\left. F \right|_a^b`: the brackets of what is evaluated.
      tokens.push({ ...token, text: '[' });
      open++;
    } else if (open > 0 && token.kind === 'symbol' && token.text === '|' && behind(token.start, '\\right')) {
      tokens.push({ ...token, text: ']' });
      open--;
    } else if (!(token.kind === 'symbol' && token.text === '.')) tokens.push(token);
  }
  return tokens;
}
