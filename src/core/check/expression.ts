/** The tree of a mathematical expression, as the deciders see it. */
import type { Rational } from './rational.ts';

/** A number as written. `places` is the count of decimals, for what is rounded; -1 where it has no decimal point. */
export interface NumberExpression {
  readonly kind: 'number';
  readonly value: Rational;
  readonly places: number;
}

/** `sum`: plus. `difference` does not exist: it is a sum with a product by -1. */
export type Expression =
  | NumberExpression
  /** A variable, or a word in `\text{…}` (`text:apples`), or a unit (`unit:m`). */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'constant'; readonly name: 'pi' | 'e' | 'i' | 'infinity' }
  /** 1 or -1: `\pm`; `flipped` is `\mp`. All signs of one relation are the same. */
  | { readonly kind: 'sign'; readonly flipped: boolean }
  | { readonly kind: 'sum'; readonly terms: readonly Expression[] }
  /** In the order written: matrices do not commute. */
  | { readonly kind: 'product'; readonly factors: readonly Expression[] }
  | { readonly kind: 'quotient'; readonly over: Expression; readonly under: Expression }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: Expression }
  /** A known function: `sin`, `log` (base, x), `root` (degree, x), `abs`, `factorial`, `binomial`, `gcd`, `mod`, … */
  | { readonly kind: 'call'; readonly of: string; readonly args: readonly Expression[] }
  /** A function that only its name is known of: `f''(x)` has two primes. */
  | { readonly kind: 'apply'; readonly name: string; readonly primes: number; readonly args: readonly Expression[] }
  | {
      readonly kind: 'series';
      readonly of: 'sum' | 'product';
      readonly index: string;
      readonly from: Expression;
      readonly to: Expression;
      readonly body: Expression;
    }
  | {
      readonly kind: 'integral';
      readonly variable: string;
      readonly body: Expression;
      /** Both or none. */
      readonly from?: Expression;
      readonly to?: Expression;
    }
  | {
      readonly kind: 'limit';
      readonly variable: string;
      readonly to: Expression;
      /** 1: from above, -1: from below, 0: from both sides. */
      readonly side: -1 | 0 | 1;
      readonly body: Expression;
    }
  | { readonly kind: 'derivative'; readonly variable: string; readonly order: number; readonly body: Expression }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Expression[])[] }
  /** A set `{…}`, a tuple or interval `(…)`, `[…)`, or a bare list. */
  | { readonly kind: 'list'; readonly open: string; readonly close: string; readonly items: readonly Expression[] };

export function number(value: Rational, places = -1): NumberExpression {
  return { kind: 'number', value, places };
}

export function whole(value: number | bigint): NumberExpression {
  return number({ numerator: BigInt(value), denominator: 1n });
}

export function name(text: string): Expression {
  return { kind: 'name', name: text };
}

export function call(of: string, ...args: readonly Expression[]): Expression {
  return { kind: 'call', of, args };
}

export function sum(...terms: readonly Expression[]): Expression {
  return terms.length === 1 && terms[0] ? terms[0] : { kind: 'sum', terms };
}

export function product(...factors: readonly Expression[]): Expression {
  return factors.length === 1 && factors[0] ? factors[0] : { kind: 'product', factors };
}

export function power(base: Expression, exponent: Expression): Expression {
  return { kind: 'power', base, exponent };
}

export function quotient(over: Expression, under: Expression): Expression {
  return { kind: 'quotient', over, under };
}

export function negative(of: Expression): Expression {
  return of.kind === 'number'
    ? number({ numerator: -of.value.numerator, denominator: of.value.denominator }, of.places)
    : product(whole(-1), of);
}

/** The same expression with each direct part replaced. */
export function mapParts(expression: Expression, change: (part: Expression) => Expression): Expression {
  const e = expression;
  switch (e.kind) {
    case 'number':
    case 'name':
    case 'constant':
    case 'sign':
      return e;
    case 'sum':
      return { ...e, terms: e.terms.map(change) };
    case 'product':
      return { ...e, factors: e.factors.map(change) };
    case 'quotient':
      return { ...e, over: change(e.over), under: change(e.under) };
    case 'power':
      return { ...e, base: change(e.base), exponent: change(e.exponent) };
    case 'call':
    case 'apply':
      return { ...e, args: e.args.map(change) };
    case 'series':
      return { ...e, from: change(e.from), to: change(e.to), body: change(e.body) };
    case 'integral':
      return { ...e, body: change(e.body), ...(e.from && e.to ? { from: change(e.from), to: change(e.to) } : {}) };
    case 'limit':
      return { ...e, to: change(e.to), body: change(e.body) };
    case 'derivative':
      return { ...e, body: change(e.body) };
    case 'matrix':
      return { ...e, rows: e.rows.map((row) => row.map(change)) };
    case 'list':
      return { ...e, items: e.items.map(change) };
  }
}

/** The direct parts, in order. */
export function partsOf(expression: Expression): readonly Expression[] {
  const parts: Expression[] = [];
  mapParts(expression, (part) => {
    parts.push(part);
    return part;
  });
  return parts;
}

/** Whether the test holds of the expression or of anything in it. */
export function contains(expression: Expression, test: (part: Expression) => boolean): boolean {
  return test(expression) || partsOf(expression).some((part) => contains(part, test));
}

/** The name that an operator binds inside its body. */
function bound(e: Expression): string | undefined {
  if (e.kind === 'series') return e.index;
  if (e.kind === 'limit') return e.variable;
  if (e.kind === 'integral' && e.from) return e.variable;
  return undefined;
}

/** The free names, in the order of their first place. */
export function namesIn(expression: Expression, found = new Set<string>(), hidden: readonly string[] = []): Set<string> {
  if (expression.kind === 'name' && !hidden.includes(expression.name)) found.add(expression.name);
  const own = bound(expression);
  const inside = own === undefined ? hidden : [...hidden, own];
  for (const part of partsOf(expression)) namesIn(part, found, inside);
  return found;
}

/** With free names replaced by expressions. */
export function substitute(expression: Expression, values: ReadonlyMap<string, Expression>): Expression {
  if (values.size === 0) return expression;
  if (expression.kind === 'name') return values.get(expression.name) ?? expression;
  const own = bound(expression);
  if (own !== undefined && values.has(own)) {
    const fewer = new Map(values);
    fewer.delete(own);
    return mapParts(expression, (part) => substitute(part, fewer));
  }
  return mapParts(expression, (part) => substitute(part, values));
}
