/**
 * What a formula means that is written elsewhere: commands that the document defines (`\newcommand`, `\def`,
 * `\DeclareMathOperator`, Typst's `#let`) and equations that the text refers to (`\eqref`, `\cref`, Typst's `@label`).
 */
import { findFormulas } from './formulas.ts';
import type { MathFlavour } from './formulas.ts';

/** A piece of the document. Offsets are UTF-16, end-exclusive; line ends of the text must be `\n`. */
export interface MathDefinition {
  readonly kind: 'definition' | 'reference';
  /** `\abs`, `vec`, or the label `eq:main`. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** More are a preamble rather than what a formula needs. */
const mostDefinitions = 40;

/**
 * The definitions of commands that a text uses, and those that they use in turn.
 * @param document where definitions are looked for
 * @param used the text whose commands count
 * @returns in the order of the document; of a command that is defined anew, the last definition
 */
export function definitionsUsed(document: string, flavour: MathFlavour, used: string): MathDefinition[] {
  const known = new Map(definitionsIn(document, flavour).map((each) => [each.name, each]));
  const found = new Set<MathDefinition>();
  const texts = [used];
  for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
    for (const name of namesIn(text, flavour)) {
      const definition = known.get(name);
      if (!definition || found.has(definition) || found.size >= mostDefinitions) continue;
      found.add(definition);
      texts.push(document.slice(definition.start, definition.end));
    }
  }
  return [...found].sort((one, other) => one.start - other.start);
}

/** All definitions of a document, in its order. */
export function definitionsIn(document: string, flavour: MathFlavour): MathDefinition[] {
  return flavour === 'typst' ? typstDefinitions(document) : texDefinitions(document);
}

function namesIn(text: string, flavour: MathFlavour): Set<string> {
  const pattern = flavour === 'typst' ? /[\p{L}_][\p{L}\p{N}_-]*/gu : /\\begin\{[^{}\n]*\}|\\(?:[A-Za-z@]+|[^A-Za-z\s])/g;
  return new Set(Array.from(text.matchAll(pattern), ([name]) => name));
}

/** The command that defines, a star, and the name that it gives, in braces or bare. */
const texDefinition =
  /\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|DeclareMathOperator|DeclarePairedDelimiter(?:XPP|X)?|(?:New|Renew|Provide|Declare)DocumentCommand|(?:re)?newenvironment|[gex]?def|let)\*?\s*(?:\{\s*(\\[A-Za-z@]+|\\[^A-Za-z\s]|[A-Za-z*]+)\s*\}|(\\[A-Za-z@]+|\\[^A-Za-z\s]))/g;

function texDefinitions(document: string): MathDefinition[] {
  const found: MathDefinition[] = [];
  for (const match of document.matchAll(texDefinition)) {
    const start = match.index;
    if (isCommented(document, start)) continue;
    const name = match[1] ?? match[2] ?? '';
    const bodyStart = start + match[0].length;
    const end = /^\\let/.test(match[0]) ? letEnd(document, bodyStart) : argumentsEnd(document, bodyStart);
    if (end === undefined) continue;
    const isCommand = name.startsWith('\\');
    found.push({ kind: 'definition', name: isCommand ? name : `\\begin{${name}}`, start, end });
  }
  return found;
}

/** Behind the parameters `#1#2`, the options in `[…]` and the bodies in `{…}`; undefined when there is no body. */
function argumentsEnd(text: string, from: number): number | undefined {
  let at = from;
  let end: number | undefined;
  for (;;) {
    const gap = /^(?:[ \t]*\n?[ \t]*)(?:#\d[^\\{}\n]*)?/.exec(text.slice(at, at + 200))?.[0].length ?? 0;
    const character = text[at + gap];
    if (character !== '{' && !(character === '[' && end === undefined)) return end;
    const close = closingBracket(text, at + gap);
    if (close === undefined) return end;
    at = close + 1;
    if (character === '{') end = at;
  }
}

function letEnd(text: string, from: number): number | undefined {
  const rest = /^\s*=?\s*(?:\\[A-Za-z@]+|\\.|\S)/.exec(text.slice(from, from + 100))?.[0];
  return rest === undefined ? undefined : from + rest.length;
}

/** Of the bracket at `open`; undefined within 4,000 characters without one. */
function closingBracket(text: string, open: number): number | undefined {
  const pairs: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
  const opening = text[open] ?? '';
  let depth = 0;
  for (let index = open; index < Math.min(text.length, open + 4000); index += 1) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === opening) depth += 1;
    else if (character === pairs[opening]) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return undefined;
}

function isCommented(text: string, offset: number): boolean {
  return /(?:^|[^\\])(?:\\\\)*%/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset));
}

/** `#let f(x) = …`, up to the end of its line or of the brackets that it opens. */
function typstDefinitions(document: string): MathDefinition[] {
  const found: MathDefinition[] = [];
  for (const match of document.matchAll(/^[ \t]*#let[ \t]+([\p{L}_][\p{L}\p{N}_-]*)/gmu)) {
    const start = match.index + match[0].indexOf('#');
    let end = match.index + match[0].length;
    while (end < document.length && document[end] !== '\n') {
      const close = /[([{]/.test(document[end] ?? '') ? closingBracket(document, end) : undefined;
      end = (close ?? end) + 1;
    }
    found.push({ kind: 'definition', name: match[1] ?? '', start, end });
  }
  return found;
}

/** An environment or formula that is longer, in characters, is told by its labelled line alone. */
const longestReference = 2500;

/**
 * The formulas and environments that a text refers to, with the label that it calls them by.
 * @param document where the labels are looked for
 */
export function referencesUsed(document: string, flavour: MathFlavour, used: string): MathDefinition[] {
  const found: MathDefinition[] = [];
  for (const name of labelsIn(used, flavour)) {
    const label = flavour === 'typst' ? `<${name}>` : `\\label{${name}}`;
    const at = document.indexOf(label);
    if (at < 0) continue;
    found.push({
      kind: 'reference',
      name,
      ...(flavour === 'typst' ? labelledTypst(document, at, label) : labelledTex(document, at, label, flavour)),
    });
  }
  return found;
}

function labelsIn(text: string, flavour: MathFlavour): Set<string> {
  if (flavour === 'typst')
    return new Set(Array.from(text.matchAll(/(?<![\p{L}\p{N}])@([\p{L}\p{N}_:.-]*[\p{L}\p{N}_-])/gu), ([, name = '']) => name));
  const references = /\\(?:eq|c|C|auto|v|page|name|labelc|f)?ref\*?\{([^{}]+)\}/g;
  return new Set(Array.from(text.matchAll(references), ([, names = '']) => names.split(',').map((name) => name.trim())).flat());
}

type Stretch = Pick<MathDefinition, 'start' | 'end'>;

/** The innermost environment or formula around the label, else its line. */
function labelledTex(document: string, at: number, label: string, flavour: MathFlavour): Stretch {
  const formula = findFormulas(document, flavour).find(({ start, end }) => start <= at && at < end);
  if (formula && formula.end - formula.start <= longestReference) return { start: formula.start, end: formula.end };
  const environment = environmentAround(document, at);
  if (environment && environment.end - environment.start <= longestReference) return environment;
  return lineAround(document, at, at + label.length);
}

function environmentAround(document: string, at: number): Stretch | undefined {
  const stack: { readonly name: string; readonly start: number }[] = [];
  for (const match of document.matchAll(/\\(begin|end)\{([^{}\n]*)\}/g)) {
    const [whole, kind, name = ''] = match;
    if (kind === 'begin') {
      if (match.index > at && stack.length === 0) return undefined;
      stack.push({ name, start: match.index });
      continue;
    }
    const depth = stack.findLastIndex((open) => open.name === name);
    const open = stack[depth];
    if (!open) continue;
    stack.length = depth;
    if (name !== 'document' && open.start <= at && at < match.index) return { start: open.start, end: match.index + whole.length };
  }
  return undefined;
}

/** A label of Typst stands behind what it names. */
function labelledTypst(document: string, at: number, label: string): Stretch {
  const end = at + label.length;
  const formula = findFormulas(document, 'typst').findLast((each) => each.end <= at);
  if (formula && document.slice(formula.end, at).trim() === '' && end - formula.start <= longestReference)
    return { start: formula.start, end };
  return lineAround(document, at, end);
}

function lineAround(document: string, from: number, to: number): Stretch {
  const end = document.indexOf('\n', to);
  return { start: document.lastIndexOf('\n', from - 1) + 1, end: end < 0 ? document.length : end };
}
