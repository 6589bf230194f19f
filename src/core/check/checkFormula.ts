/** Decides all relations of one formula, in their order, each under what was said before it. */
import type { CheckedFormula, CheckedRelation, CheckReason, Verdict } from './checked.ts';
import { antiderivativeVariable, decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { namesIn, type Expression } from './expression.ts';
import { Facts, normal, relationsOf, textOf, type Relation } from './facts.ts';
import { NotationError, type Reading } from './latexCursor.ts';
import { functionLetters, hasRelation, readChain, splitFormula, type Chain, type Segment } from './relations.ts';

/** A formula and what is assumed where it stands. Plain data, so that it can be sent to a worker. */
export interface FormulaToCheck {
  readonly latex: string;
  readonly start: number;
  readonly end: number;
  /** Where `latex` begins in the text; `start` where it is left out. */
  readonly contentStart?: number;
  /** Whether `latex` was made of another notation, so that places in it are none in the text. */
  readonly converted?: boolean;
  /** Whether the text poses or supposes it, rather than claims it: «Solve …», «Let …». Then its names may be anything. */
  readonly posed?: boolean;
  /** Relations in LaTeX that hold where the formula stands: those of the problem. */
  readonly assumptions: readonly string[];
  /** What the text itself supposed before: it can show that a relation holds, never that it does not. */
  readonly suppositions?: readonly string[];
}

const FUNCTION_LETTERS = ['f', 'g', 'h', 'F', 'G', 'H'];
const PLAIN: Reading = { mixed: true, logBase: '10', slashTakesProduct: false, functions: new Set(FUNCTION_LETTERS) };

/** Decides one formula; never throws. It has no time limit of its own beyond a bound on its work. */
export function checkFormula(formula: FormulaToCheck): CheckedFormula {
  const { latex, start, end } = formula;
  const found = hasRelation(latex) ? checkedRelations(formula) : [];
  const relations = formula.converted ? found.map((one) => ({ ...one, start, end })) : found;
  return { latex, start, end, verdict: overall(relations), relations };
}

function overall(relations: readonly CheckedRelation[]): Verdict {
  if (relations.some((one) => one.verdict === 'false')) return 'false';
  const shown = relations.filter(({ verdict, reason: { code } }) => verdict === 'true' || (code !== 'definition' && code !== 'condition'));
  return shown.length > 0 && shown.every((one) => one.verdict === 'true') ? 'true' : 'unknown';
}

function checkedRelations(formula: FormulaToCheck): CheckedRelation[] {
  const { latex } = formula;
  const offset = formula.contentStart ?? formula.start;
  let segments: Segment[];
  try {
    segments = splitFormula(latex);
  } catch (error) {
    return [unread(latex, 0, latex.length, offset, error)];
  }
  const first = run(formula, segments, '10');
  const hasLog = [latex, ...formula.assumptions].some((text) => /\\log(?![A-Za-z])\s*(?!_)/.test(text));
  if (!hasLog || overall(first) === 'true') return first;
  // `\log` is read to the base 10 and as the natural one; it is wrong only if it is wrong in both.
  const second = run(formula, segments, 'e');
  return overall(second) === 'true' || (overall(first) === 'false' && overall(second) !== 'false') ? second : first;
}

function run(formula: FormulaToCheck, segments: readonly Segment[], logBase: '10' | 'e'): CheckedRelation[] {
  const offset = formula.contentStart ?? formula.start;
  const given = new Facts();
  const weak = new Facts();
  const functions = new Set([...FUNCTION_LETTERS, ...functionLetters(segments)]);
  const reading: Reading = { ...PLAIN, logBase, functions };
  for (const text of formula.assumptions) {
    given.addLatex(text, reading);
    weak.addLatex(text, reading);
  }
  for (const text of formula.suppositions ?? []) weak.addLatex(text, reading);
  for (const name of [...given.functions.keys(), ...weak.functions.keys()]) functions.add(name);
  return new FormulaCheck(formula, offset, segments, given, weak, reading).run();
}

function unread(latex: string, start: number, end: number, offset: number, error: unknown): CheckedRelation {
  const reason: CheckReason = error instanceof NotationError ? { code: 'notation', what: error.what } : { code: 'undecided' };
  return { latex: latex.slice(start, end), start: start + offset, end: end + offset, verdict: 'unknown', reason };
}

interface Read {
  readonly segment: Segment;
  readonly chain?: Chain;
  readonly error?: unknown;
}

class FormulaCheck {
  readonly #latex: string;
  readonly #posed: boolean;
  readonly #offset: number;
  readonly #read: readonly Read[];
  readonly #given: Facts;
  readonly #weak: Facts;
  readonly #reading: Reading;
  readonly #found: CheckedRelation[] = [];

  constructor(formula: FormulaToCheck, offset: number, segments: readonly Segment[], given: Facts, weak: Facts, reading: Reading) {
    this.#latex = formula.latex;
    this.#posed = formula.posed === true;
    this.#offset = offset;
    this.#given = given;
    this.#weak = weak;
    this.#reading = reading;
    this.#read = segments.map((segment) => {
      try {
        return { segment, chain: readChain(segment, reading) };
      } catch (error) {
        return { segment, error };
      }
    });
  }

  run(): CheckedRelation[] {
    this.#suppose();
    for (const [index, one] of this.#read.entries()) {
      const { segment, chain } = one;
      if (!chain) {
        this.#unread(segment, one.error);
        continue;
      }
      if (chain.operators.length === 0) {
        this.#item(index, chain);
        continue;
      }
      const implied = segment.link === 'implies' || segment.link === 'iff';
      if (implied) this.#known(index);
      if (segment.link !== 'if') this.#chain(chain, segment, this.#isListed(index));
    }
    return this.#found;
  }

  #unread(segment: Segment, error: unknown): void {
    const start = segment.tokens[0]?.start ?? 0;
    const end = segment.tokens.at(-1)?.end ?? start;
    const latex = this.#latex.slice(start, end);
    if (hasRelation(latex)) this.#found.push(unread(this.#latex, start, end, this.#offset, error));
  }

  /** What stands behind «if» or «where» is supposed by the whole formula. */
  #suppose(): void {
    for (const { segment, chain } of this.#read) {
      if (!chain || segment.link !== 'if') continue;
      for (const relation of relationsOf(chain)) {
        this.#given.add(relation);
        this.#weak.add(relation);
      }
    }
  }

  /** Behind `\implies`, what stands before it holds. */
  #known(index: number): void {
    const before = this.#read[index - 1];
    if (!before?.chain) return;
    for (const relation of relationsOf(before.chain)) if (relation.operator !== '≈') this.#given.add(relation);
  }

  /** A further value of the list that began with `x = 2`. */
  #item(index: number, chain: Chain): void {
    const link = this.#read[index]?.segment.link;
    if (link !== 'item' && link !== 'or' && link !== 'and') return;
    let first: Chain | undefined;
    for (let k = index - 1; k >= 0 && !first; k--) if (this.#read[k]?.chain?.operators.length) first = this.#read[k]?.chain;
    const side = chain.sides[0];
    const left = first?.sides.at(-2)?.expression;
    const operator = first?.operators.at(-1);
    if (!side || left?.kind !== 'name' || operator !== '=') return;
    this.#push({ left, operator, right: side.expression }, side.start, side.end, true);
  }

  /** Whether the relation is one of several values of one name. */
  #isListed(index: number): boolean {
    const name = (at: number): string | undefined => {
      const side = this.#read[at]?.chain?.sides[0]?.expression;
      return side?.kind === 'name' ? side.name.replace(/_.*/, '') : undefined;
    };
    const own = name(index);
    if (own === undefined) return false;
    for (const [k, { segment, chain }] of this.#read.entries()) {
      if (k === index || !chain) continue;
      if (chain.operators.length === 0 && k === index + 1 && (segment.link === 'item' || segment.link === 'or')) return true;
      if (Math.abs(k - index) <= 3 && chain.operators.length > 0 && name(k) === own) {
        const links = this.#read.slice(Math.min(k, index) + 1, Math.max(k, index) + 1).map((one) => one.segment.link);
        if (links.every((link) => link === 'or' || link === 'and' || link === 'item' || link === 'row')) return true;
      }
    }
    return false;
  }

  #chain(chain: Chain, segment: Segment, listed: boolean): void {
    const relations = relationsOf(chain);
    const next = this.#read[this.#read.findIndex((one) => one.chain === chain) + 1]?.segment.link;
    const alternative = segment.link === 'or' || next === 'or';
    const variables = chain.sides.map(({ expression }) => antiderivativeVariable(expression));
    const [common, ...others] = new Set(variables.filter((one) => one !== undefined));
    const whole = normal(textOf(this.#latex, chain));
    for (const [k, relation] of relations.entries()) {
      const left = chain.sides[k];
      const right = chain.sides[k + 1];
      if (!left || !right) continue;
      if (this.#given.texts.has(whole) && !segment.tokens.some((token) => token.text === 'boxed')) {
        this.#add(left.start, right.end, { verdict: 'true', reason: { code: 'given' } });
        continue;
      }
      const rounded = chain.operators.slice(0, k).includes('≈');
      // Behind a substitution, `\int … dx = \int … du`, each part is about its own variable.
      const modulo = others.length === 0 ? common : (variables[k] ?? variables[k + 1]);
      if (variables[k] !== undefined && variables[k + 1] !== undefined && variables[k] !== variables[k + 1]) {
        this.#add(left.start, right.end, { verdict: 'unknown', reason: { code: 'undecided' } });
        continue;
      }
      this.#push(relation, left.start, right.end, listed, modulo, rounded, alternative);
    }
    this.#learn(chain, relations);
  }

  /** What a chain said holds for those behind it, as far as that is certain. */
  #learn(chain: Chain, relations: readonly Relation[]): void {
    for (const relation of relations) {
      const found = this.#found.find((one) => one.verdict === 'false' && one.start >= (chain.sides[0]?.start ?? 0) + this.#offset);
      if (found || relation.operator === '≈') return;
      this.#weak.add(relation);
      const closed = relation.left.kind === 'name' && namesIn(relation.right).size === 0 && relation.operator === '=';
      if (closed && !this.#isSolved(relation.left)) this.#given.add(relation);
      else if (relation.left.kind === 'apply') this.#given.add(relation);
    }
  }

  /** Whether given equations already say what a name is; then a value of it is a claim, and no definition. */
  #isSolved(e: Expression): boolean {
    const name = e.kind === 'name' ? e.name : '';
    const stated = this.#read.filter(
      ({ chain }) => chain?.sides[0]?.expression.kind === 'name' && chain.sides[0].expression.name === name,
    ).length;
    return stated > 1 || this.#given.equations.some(({ left, right }) => namesIn(right, namesIn(left)).has(name));
  }

  #push(relation: Relation, start: number, end: number, listed: boolean, modulo?: string, rounded = false, alternative = false): void {
    let decision = this.#decide(relation, listed, modulo);
    if (decision.verdict === 'false') decision = this.#otherReadings(start, end, listed, decision);
    const names = namesIn(relation.right, namesIn(relation.left));
    if (this.#posed && decision.verdict === 'false' && names.size > 0) decision = { verdict: 'unknown', reason: { code: 'condition' } };
    // Of `x < -1 \text{ or } x > 5` one has to hold, not both.
    if (alternative && decision.verdict === 'false' && relation.operator !== '=')
      decision = { verdict: 'unknown', reason: { code: 'condition' } };
    // Behind a rounded value, `=` is often meant as `≈`.
    if (rounded && decision.verdict === 'false' && relation.operator === '=') {
      const near = decide({ ...relation, operator: '≈' }, this.#given);
      if (near.verdict === 'true') decision = { verdict: 'unknown', reason: { code: 'undecided' } };
    }
    this.#add(start, end, decision);
  }

  #add(start: number, end: number, decision: Decision): void {
    this.#found.push({
      latex: this.#latex.slice(start, end),
      start: start + this.#offset,
      end: end + this.#offset,
      ...this.#worded(decision, start, end),
    });
  }

  #worded(decision: Decision, start: number, end: number): Decision {
    const { verdict, reason } = decision;
    return reason.code === 'notSolution' ? { verdict, reason: { ...reason, relation: this.#latex.slice(start, end) } } : decision;
  }

  #decide(relation: Relation, listed: boolean, modulo?: string): Decision {
    const options = { listed, ...(modulo === undefined ? {} : { antiderivative: modulo }) };
    const strong = decide(relation, this.#given, options);
    if (strong.verdict !== 'unknown') return strong;
    const weak = decide(relation, this.#weak, options);
    return weak.verdict === 'true' ? weak : strong;
  }

  /** Notation with two meanings is wrong only if it is wrong in both. */
  #otherReadings(start: number, end: number, listed: boolean, first: Decision): Decision {
    const text = this.#latex.slice(start, end);
    const choices: Partial<Reading>[] = [];
    if (/\d\s*\\[dt]?frac/.test(text)) choices.push({ mixed: false });
    if (/\/|\\(?:sin|cos|tan|log|ln)[^(]*\//.test(text)) choices.push({ slashTakesProduct: true });
    if (choices.length === 2) choices.push({ ...choices[0], ...choices[1] });
    for (const choice of choices) {
      try {
        const [segment] = splitFormula(text);
        if (!segment) continue;
        const chain = readChain(segment, { ...this.#reading, ...choice });
        const decisions = relationsOf(chain).map((relation) => this.#decide(relation, listed));
        if (decisions.every((one) => one.verdict === 'true')) return decisions[0] ?? first;
        if (decisions.some((one) => one.verdict === 'unknown')) first = decisions.find((one) => one.verdict === 'unknown') ?? first;
      } catch {
        // Not readable in that way.
      }
    }
    return first;
  }
}
