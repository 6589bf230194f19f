/** What holds where a formula stands: definitions of functions, equations, and what the names may be. */
import { differentiate } from './differentiate.ts';
import { mapParts, namesIn, substitute, type Expression } from './expression.ts';
import type { Reading } from './latexCursor.ts';
import { functionLetters, readChain, splitFormula, type Chain, type Operator } from './relations.ts';
import { Undecided } from './scalar.ts';

export interface Relation {
  readonly left: Expression;
  readonly operator: Operator;
  readonly right: Expression;
  readonly modulo?: Expression;
}

export interface FunctionDefinition {
  readonly parameters: readonly string[];
  readonly body: Expression;
}

export class Facts {
  readonly functions = new Map<string, FunctionDefinition>();
  readonly equations: Relation[] = [];
  /** Inequalities, memberships and the like: they say which values the names may have. */
  readonly filters: Relation[] = [];
  readonly integers = new Set<string>();
  /** Texts of relations without blanks, to know again what was given. */
  readonly texts = new Set<string>();

  copy(): Facts {
    const facts = new Facts();
    for (const [name, definition] of this.functions) facts.functions.set(name, definition);
    facts.equations.push(...this.equations);
    facts.filters.push(...this.filters);
    for (const name of this.integers) facts.integers.add(name);
    for (const text of this.texts) facts.texts.add(text);
    return facts;
  }

  get empty(): boolean {
    return this.functions.size === 0 && this.equations.length === 0 && this.filters.length === 0;
  }

  /** Adds a relation as it was stated. */
  add(relation: Relation): void {
    const { left, operator, right } = relation;
    if (operator === '=' || operator === ':=') {
      const defined = definitionOf(left, right);
      if (defined) {
        this.functions.set(...defined);
        return;
      }
      const pairs = components(relation);
      if (pairs) this.equations.push(...pairs);
      else this.equations.push(relation);
    } else if (operator === '∈' && left.kind === 'name' && right.kind === 'name' && /^set:[ZN]/.test(right.name)) {
      this.integers.add(left.name);
      this.filters.push(relation);
    } else if (operator !== '?' && operator !== '≈') this.filters.push(relation);
  }

  /** Adds every relation of a LaTeX text; what cannot be read is left out. */
  addLatex(latex: string, reading: Reading): void {
    try {
      const segments = splitFormula(latex);
      const functions = new Set([...reading.functions, ...functionLetters(segments)]);
      for (const segment of segments) {
        try {
          const chain = readChain(segment, { ...reading, functions });
          for (const relation of relationsOf(chain)) this.add(relation);
          this.texts.add(textOf(latex, chain));
        } catch {
          // Not read: nothing is known from it.
        }
      }
    } catch {
      // As above.
    }
  }

  /** With the defined functions put in. Throws `Undecided` where one calls itself too deeply. */
  expand(e: Expression, depth = 0): Expression {
    if (this.functions.size === 0) return e;
    if (depth > 12) throw new Undecided();
    const inner = mapParts(e, (part) => this.expand(part, depth));
    if (inner.kind !== 'apply') return inner;
    const definition = this.functions.get(inner.name);
    if (!definition || definition.parameters.length !== inner.args.length) return inner;
    let body = definition.body;
    const [parameter] = definition.parameters;
    for (let k = 0; k < inner.primes && parameter !== undefined; k++) body = differentiate(body, parameter);
    const values = new Map(definition.parameters.map((name, k): [string, Expression] => [name, inner.args[k] ?? inner]));
    return this.expand(substitute(body, values), depth + 1);
  }
}

/** `f(x) = …` with plain letters as parameters. */
export function definitionOf(left: Expression, right: Expression): [string, FunctionDefinition] | undefined {
  if (left.kind !== 'apply' || left.primes > 0 || left.name.startsWith('between')) return undefined;
  const parameters = left.args.map((arg) => (arg.kind === 'name' ? arg.name : ''));
  if (parameters.some((name) => name === '') || new Set(parameters).size !== parameters.length) return undefined;
  let calls = false;
  const look = (e: Expression): Expression => {
    if (e.kind === 'apply' && e.name === left.name) calls = true;
    return mapParts(e, look);
  };
  look(right);
  return calls ? undefined : [left.name, { parameters, body: right }];
}

/** `(x, y) = (2, 3)` as one equation for each. */
export function components(relation: Relation): Relation[] | undefined {
  const { left, right } = relation;
  if (left.kind !== 'list' || right.kind !== 'list' || left.items.length !== right.items.length) return undefined;
  if (left.open !== '(' || right.open !== '(' || left.items.every((item) => namesIn(item).size === 0)) return undefined;
  return left.items.map((item, k) => ({ left: item, operator: '=', right: right.items[k] ?? item }));
}

/** The relations between neighbours of a chain. */
export function relationsOf(chain: Chain): Relation[] {
  return chain.operators.flatMap((operator, k) => {
    const left = chain.sides[k]?.expression;
    const right = chain.sides[k + 1]?.expression;
    if (!left || !right) return [];
    return [{ left, operator, right, ...(chain.modulo ? { modulo: chain.modulo } : {}) }];
  });
}

export function textOf(latex: string, chain: Chain): string {
  return normal(latex.slice(chain.sides[0]?.start ?? 0, chain.sides.at(-1)?.end ?? 0));
}

export function normal(latex: string): string {
  return latex.replace(/\\(?:left|right|,|;|:|!|quad|displaystyle)(?![A-Za-z])|[\s&]/g, '').replace(/\\[dt]frac/g, '\\frac');
}
