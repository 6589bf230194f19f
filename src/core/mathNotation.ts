/**
 * A model writes its formulas as it learned to; a document has ways of its own. Here the formulas of an answer get the
 * delimiters and environments that the document mostly writes, or Typst's syntax. Words and code stay as they are.
 */
import { normalizeEol } from './documentText.ts';
import { DocumentText } from './documentText.ts';
import { displayEnvironments, findFormulas, mathFlavour } from './formulas.ts';
import type { Formula, MathFlavour } from './formulas.ts';
import type { Range } from './snapshot.ts';
import { typstMath } from './typstMath.ts';

/** How a document writes mathematics. */
export interface MathNotation {
  readonly flavour: MathFlavour;
  /** Absent: it has no such formula, and either way is right. */
  readonly inline?: '$' | '\\(';
  readonly display?: '$$' | '\\[';
  /** How it aligns several lines: in an environment of its own, or in one inside a displayed formula. */
  readonly aligned?: 'align' | 'align*' | 'aligned';
  /** The text stands inside a formula, which already has delimiters. */
  readonly within?: 'inline' | 'display';
}

/**
 * @param text of the document
 * @param range of what an answer may replace; its own formulas count as the document's
 * @returns undefined for a language without formulas
 */
export function notationOf(text: string, languageId: string, range?: Range): MathNotation | undefined {
  const flavour = mathFlavour(languageId);
  if (flavour === undefined) return undefined;
  const document = new DocumentText(text);
  const formulas = findFormulas(document.text, flavour);
  const within = range && withinFormula(formulas, document.offsetAt(range.start), document.offsetAt(range.end));
  const place = within === undefined ? {} : { within };
  if (flavour === 'typst') return { flavour, ...place };
  const count = (open: string): number => formulas.filter((each) => each.open === open).length;
  const inline = preferred('$', count('$'), '\\(', count('\\('));
  const display = preferred('$$', count('$$'), '\\[', count('\\['));
  const aligned = preferredAligned(document.text, count);
  return {
    flavour,
    ...place,
    ...orDefault('inline', inline, flavour === 'markdown' ? (display === '\\[' ? '\\(' : '$') : undefined),
    ...orDefault('display', display, flavour === 'markdown' && inline !== '\\(' ? '$$' : '\\['),
    ...orDefault('aligned', aligned, flavour === 'markdown' ? 'aligned' : undefined),
  };
}

function preferred<One extends string, Other extends string>(
  one: One,
  ones: number,
  other: Other,
  others: number,
): One | Other | undefined {
  if (ones === 0 && others === 0) return undefined;
  return ones >= others ? one : other;
}

function preferredAligned(text: string, count: (open: string) => number): MathNotation['aligned'] {
  const numbered = count('\\begin{align}');
  const starred = count('\\begin{align*}');
  const inner = text.match(/\\begin\{aligned\}/g)?.length ?? 0;
  if (numbered + starred + inner === 0) return undefined;
  if (inner > numbered + starred) return 'aligned';
  return numbered >= starred ? 'align' : 'align*';
}

function orDefault<Key extends string, Value>(key: Key, found: Value | undefined, usual: Value | undefined): Partial<Record<Key, Value>> {
  const value = found ?? usual;
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}

/** In the formula, not in place of it. */
function withinFormula(formulas: readonly Formula[], start: number, end: number): MathNotation['within'] {
  const around = formulas.find((each) => each.contentStart <= start && end <= each.contentEnd);
  return around && (around.display ? 'display' : 'inline');
}

/**
 * The answer's text with its formulas as the document writes them. What is not certain stays as it was: an environment with
 * a label, a formula that Typst has no words for.
 * @param text Markdown with TeX, as models write, or TeX; line ends are kept
 */
export function inNotation(text: string, notation: MathNotation | undefined): string {
  if (!notation) return text;
  const plain = normalizeEol(text);
  const converted = notation.within === undefined ? convertAll(plain, notation) : inside(plain, notation);
  if (converted === plain) return text;
  return text.includes('\r\n') ? converted.replaceAll('\n', '\r\n') : converted;
}

function convertAll(text: string, notation: MathNotation): string {
  // A document in TeX may have spaces inside its dollars; prose of a model that has them means money.
  const formulas = findFormulas(text, 'markdown');
  if (notation.flavour === 'typst' && !formulas.some((formula) => isSurelyTex(text, formula))) return text;
  let result = '';
  let from = 0;
  for (const formula of formulas) {
    const written = notation.flavour === 'typst' ? toTypst(text, formula) : toTex(text, formula, notation);
    if (written === undefined) continue;
    result += text.slice(from, formula.start) + written;
    from = formula.end;
  }
  return result + text.slice(from);
}

/** Typst's own formulas have no commands, no braces and no other delimiters than single dollars. */
function isSurelyTex(text: string, { open, contentStart, contentEnd }: Formula): boolean {
  return open !== '$' || /\\[A-Za-z]|[_^]\{/.test(text.slice(contentStart, contentEnd));
}

function toTypst(text: string, formula: Formula): string | undefined {
  const whole = text.slice(formula.start, formula.end);
  const content = formula.open.startsWith('\\begin') ? whole : text.slice(formula.contentStart, formula.contentEnd);
  const typst = typstMath(content);
  if (typst === undefined) return undefined;
  return formula.display ? `$ ${typst} $` : `$${typst}$`;
}

function toTex(text: string, formula: Formula, notation: MathNotation): string | undefined {
  const content = text.slice(formula.contentStart, formula.contentEnd);
  if (!formula.display) {
    if (formula.open.startsWith('\\begin')) return undefined;
    return notation.inline === undefined ? undefined : inlineTex(content, notation.inline);
  }
  const bare = environmentName(formula.open);
  if (bare !== undefined) return bareEnvironment(text.slice(formula.start, formula.end), bare, content, notation);
  const inner = soleEnvironment(content);
  if (inner === undefined) return displayTex(content, notation);
  if (displayEnvironments.has(inner.name)) {
    // TeX refuses one of these inside a displayed formula, where models like to put it.
    return notation.flavour === 'latex' ? inner.text : asInner(content, inner, notation);
  }
  if (inner.name === 'aligned' && standsAlone(notation)) return renamed(inner, notation.aligned ?? 'align');
  return displayTex(content, notation);
}

function inlineTex(content: string, open: '$' | '\\('): string {
  const trimmed = content.trim();
  return open === '$' ? `$${trimmed}$` : `\\(${trimmed}\\)`;
}

function displayTex(content: string, { display = '\\[' }: MathNotation): string {
  return display === '$$' ? `$$${content}$$` : `\\[${content}\\]`;
}

function bareEnvironment(whole: string, name: string, content: string, notation: MathNotation): string | undefined {
  const environment = { name, text: whole, content };
  if (!displayEnvironments.has(name)) {
    if (name === 'aligned' && standsAlone(notation)) return renamed(environment, notation.aligned ?? 'align');
    return displayTex(`\n${whole}\n`, notation);
  }
  if (!/^(?:align|gather)\*?$/.test(name) || notation.aligned !== 'aligned') return undefined;
  return asInner(`\n${whole}\n`, environment, notation);
}

function standsAlone({ aligned }: MathNotation): boolean {
  return aligned === 'align' || aligned === 'align*';
}

interface Environment {
  readonly name: string;
  readonly text: string;
  readonly content: string;
}

/** The environment that is all of the content. */
function soleEnvironment(content: string): Environment | undefined {
  const text = content.trim();
  const name = environmentName(/^\\begin\{[^{}\n]*\}/.exec(text)?.[0] ?? '');
  if (name === undefined) return undefined;
  const [only] = findFormulas(text, 'latex');
  return only?.start === 0 && only.end === text.length
    ? { name, text, content: text.slice(only.contentStart, only.contentEnd) }
    : undefined;
}

function environmentName(open: string): string | undefined {
  return /^\\begin\{([^{}]*)\}$/.exec(open)?.[1];
}

/** Inside a displayed formula. Labels and tags belong to the outer environments alone, so with them nothing is changed. */
function asInner(content: string, environment: Environment, notation: MathNotation): string | undefined {
  if (/\\(?:label|tag|intertext)\b/.test(environment.text)) return undefined;
  const name = environment.name.replace('*', '');
  if (name === 'equation' || name === 'displaymath') return displayTex(environment.content, notation);
  const inner = innerNames[name];
  return inner === undefined ? undefined : displayTex(content.replace(environment.text, renamed(environment, inner)), notation);
}

const innerNames: Readonly<Record<string, string>> = { align: 'aligned', gather: 'gathered', multline: 'multlined' };

function renamed({ name, text }: Environment, to: string): string {
  return `\\begin{${to}}${text.slice(`\\begin{${name}}`.length, -`\\end{${name}}`.length)}\\end{${to}}`;
}

/** An answer that is one formula loses its delimiters, since it comes to stand inside of one; anything else stays. */
function inside(text: string, notation: MathNotation): string {
  const trimmed = text.trim();
  const formulas = findFormulas(trimmed, 'markdown');
  const [only] = formulas;
  if (!only || only.start !== 0 || only.end !== trimmed.length) return text;
  if (notation.flavour === 'typst') {
    const typst = isSurelyTex(trimmed, only) ? typstMath(only.open.startsWith('\\begin') ? trimmed : contentOf(trimmed, only)) : undefined;
    return typst ?? text;
  }
  const name = environmentName(only.open);
  const environment =
    name === undefined ? soleEnvironment(contentOf(trimmed, only)) : { name, text: trimmed, content: contentOf(trimmed, only) };
  if (!environment) return contentOf(trimmed, only).trim();
  if (!displayEnvironments.has(environment.name)) return environment.text;
  const plainName = environment.name.replace('*', '');
  if (plainName === 'equation' || plainName === 'displaymath') return environment.content.trim();
  const inner = innerNames[plainName];
  return inner === undefined || notation.within === 'inline' ? text : renamed(environment, inner);
}

function contentOf(text: string, { contentStart, contentEnd }: Formula): string {
  return text.slice(contentStart, contentEnd);
}
