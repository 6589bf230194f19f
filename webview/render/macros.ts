/**
 * Commands that a formula defines for the formulas after it: `\newcommand`, `\def`, `\DeclareMathOperator` and their kind.
 * KaTeX forgets them with each formula, takes neither the operators nor optional arguments, and refuses a `\newcommand` for
 * a name that it knows, though a reader's LaTeX may not (`\R`). So they are found in the source and given on as plain
 * `\def`. Pure: no DOM, no KaTeX.
 */

interface Macro {
  readonly name: string;
  /** What defines it for KaTeX, whatever was defined before. */
  readonly statement: string;
  /** Takes its meaning from what the names mean without this text's own definitions. */
  readonly alias: boolean;
}

/** What is defined at one point of a text, by names with their backslash. */
export type Macros = ReadonlyMap<string, Macro>;

export const noMacros: Macros = new Map();

/** Definitions of one text that are kept, and the length of each in UTF-16 code units. A formula gets only those that it uses. */
const mostMacros = 200;
const longestStatement = 1_000;

const definition = /\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|g?def|let)(?![A-Za-z@])/;
const token = /\\(?:[A-Za-z@]+|[^])|[{}]|%[^\n]*/g;
const words = /\\[A-Za-z@]+/g;

/** Whether a text may hold definitions: most do not, and need not be looked through. */
export function mayDefine(text: string): boolean {
  return definition.test(text);
}

export interface Defined {
  /** The formula with definitions that KaTeX takes. */
  readonly tex: string;
  /** Those that hold after it. */
  readonly macros: Macros;
}

/**
 * @param tex a formula's source without delimiters
 * @param macros what holds before it
 * Never throws; what is no whole definition is left to KaTeX. Definitions in braces are over at their end, as in TeX.
 */
export function define(tex: string, macros: Macros): Defined {
  if (!mayDefine(tex)) return { tex, macros };
  const after = new Map(macros);
  let [result, copied, depth] = ['', 0, 0];
  token.lastIndex = 0;
  for (let match = token.exec(tex); match; match = token.exec(tex)) {
    const [word] = match;
    if (word === '{') depth += 1;
    else if (word === '}') depth -= 1;
    if (!definition.test(word)) continue;
    const reader = new Reader(tex, token.lastIndex);
    const found = reader.statement(word, after);
    if (reader.unbalanced) break;
    if (!found) continue;
    result += tex.slice(copied, match.index) + found.tex;
    copied = found.end;
    if (depth === 0 || word === '\\gdef') keep(after, found.macro);
    token.lastIndex = found.end;
  }
  return { tex: result + tex.slice(copied), macros: after };
}

function keep(macros: Map<string, Macro>, macro: Macro | undefined): void {
  if (!macro || macro.statement.length > longestStatement) return;
  macros.delete(macro.name);
  if (macros.size < mostMacros) macros.set(macro.name, macro);
}

/** The definitions that a formula needs, those that they need among them, as a text for KaTeX; empty for none. */
export function definitionsFor(tex: string, macros: Macros): string {
  if (macros.size === 0) return '';
  const needed = new Set<Macro>();
  const sources = [tex];
  for (const source of sources) {
    for (const [name] of source.matchAll(words)) {
      const macro = macros.get(name);
      if (!macro || needed.has(macro)) continue;
      needed.add(macro);
      sources.push(macro.statement);
    }
  }
  const ordered = [...macros.values()].filter((macro) => needed.has(macro));
  return [...ordered.filter(({ alias }) => alias), ...ordered.filter(({ alias }) => !alias)].map(({ statement }) => statement).join('');
}

interface Statement {
  /** What stands for it in its own formula. */
  readonly tex: string;
  readonly macro: Macro | undefined;
  readonly end: number;
}

/** Reads one definition from the end of its command on. */
class Reader {
  /** Braces have no end, so nothing after them is worth looking at. */
  unbalanced = false;
  private readonly tex: string;
  private at: number;

  constructor(tex: string, at: number) {
    this.tex = tex;
    this.at = at;
  }

  statement(command: string, macros: Macros): Statement | undefined {
    if (command === '\\let') return this.alias(macros);
    if (command.endsWith('def')) return this.plain(command);
    const starred = this.take(/\s*\*/y) !== undefined;
    const name = this.name();
    if (name === undefined) return undefined;
    if (command === '\\DeclareMathOperator') return this.operator(name, starred);
    return this.command(name, command === '\\providecommand' ? macros : undefined);
  }

  /** `\newcommand{\name}[2][default]{body}` */
  private command(name: string, unless: Macros | undefined): Statement | undefined {
    const count = Number(this.take(/\s*\[\s*([0-9])\s*\]/y)?.[1] ?? 0);
    const optional = count > 0 ? this.take(/\s*\[([^\][{}]*)\]/y)?.[1] : undefined;
    const body = this.group();
    if (body === undefined) return undefined;
    if (unless?.has(name) === true) return { tex: '', macro: undefined, end: this.at };
    // One that KaTeX knows keeps its meaning; only KaTeX can tell.
    if (unless && optional === undefined) {
      const statement = `\\providecommand{${name}}[${count}]{${body}}`;
      return { tex: statement, macro: { name, statement, alias: false }, end: this.at };
    }
    const parameters = (from: number): string =>
      Array.from({ length: Math.max(0, count - from + 1) }, (_, index) => `#${index + from}`).join('');
    const whole = `${name}@whole`;
    const statement =
      optional === undefined
        ? `\\def${name}${parameters(1)}{${body}}`
        : `\\def${name}{\\@ifnextchar[{${whole}}{${whole}[${optional}]}}\\def${whole}[#1]${parameters(2)}{${body}}`;
    return { tex: statement, macro: { name, statement, alias: false }, end: this.at };
  }

  private operator(name: string, starred: boolean): Statement | undefined {
    const body = this.group();
    if (body === undefined) return undefined;
    const statement = `\\def${name}{\\operatorname${starred ? '*' : ''}{${body}}}`;
    return { tex: statement, macro: { name, statement, alias: false }, end: this.at };
  }

  /** `\def\name#1{body}`, left as it is. */
  private plain(command: string): Statement | undefined {
    const start = this.at;
    const name = this.take(/\s*(\\[A-Za-z@]+)/y)?.[1];
    const parameters = this.take(/[^{}\\%]{0,60}(?=\{)/y)?.[0];
    const body = parameters === undefined ? undefined : this.group();
    if (name === undefined || body === undefined) return undefined;
    const macro = { name, statement: `\\def${name}${parameters}{${body}}`, alias: false };
    return { tex: command + this.tex.slice(start, this.at), macro, end: this.at };
  }

  /** `\let\name=\other`, left as it is. It keeps the meaning that the other has now. */
  private alias(macros: Macros): Statement | undefined {
    const start = this.at;
    const [, name, other = ''] = this.take(/\s*(\\[A-Za-z@]+)\s*=?\s?(\\(?:[A-Za-z@]+|[^])|[^\s{}\\%])/y) ?? [];
    if (name === undefined) return undefined;
    const statement = `${macros.get(other)?.statement ?? ''}\\let${name}${other}`;
    return { tex: `\\let${this.tex.slice(start, this.at)}`, macro: { name, statement, alias: true }, end: this.at };
  }

  private name(): string | undefined {
    const [, braced, bare] = this.take(/\s*(?:\{\s*(\\[A-Za-z@]+)\s*\}|(\\[A-Za-z@]+))/y) ?? [];
    return braced ?? bare;
  }

  /** What stands in the braces that begin here. */
  private group(): string | undefined {
    if (!this.take(/\s*\{/y)) return undefined;
    const start = this.at;
    const inside = new RegExp(token);
    inside.lastIndex = start;
    let depth = 1;
    for (let match = inside.exec(this.tex); match; match = inside.exec(this.tex)) {
      if (match[0] === '{') depth += 1;
      else if (match[0] === '}') depth -= 1;
      if (depth > 0) continue;
      this.at = inside.lastIndex;
      return this.tex.slice(start, match.index);
    }
    this.unbalanced = true;
    return undefined;
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.tex);
    if (match) this.at = pattern.lastIndex;
    return match ?? undefined;
  }
}
