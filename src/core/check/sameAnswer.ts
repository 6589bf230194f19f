/** Whether two final answers are the same mathematically. */
import { decide } from './decide.ts';
import { mapParts, namesIn, whole, type Expression } from './expression.ts';
import { evaluate, scalarOf, type Environment } from './evaluate.ts';
import { Facts, relationsOf, type Relation } from './facts.ts';
import type { Reading } from './latexCursor.ts';
import { readChain, splitFormula } from './relations.ts';
import { Undecided, Undefined, type Scalar } from './scalar.ts';
import { sameSet, realSet, type RealSet } from './sets.ts';

const READING: Reading = { mixed: true, logBase: '10', slashTakesProduct: false, functions: new Set(['f', 'g', 'h', 'F', 'G', 'H']) };
const CLOSED: Environment = { values: new Map(), complex: true, sign: 1, stripUnits: false, percent: 'hundredth', work: { left: 100_000 } };

/** One value of an answer, with the name that it is said to be of. */
interface Item {
  readonly name?: string;
  readonly value: Expression;
}

export function answersMatch(a: string, b: string): boolean {
  if (plain(a) === plain(b)) return true;
  try {
    const left = read(a);
    const right = read(b);
    if (!left || !right) return false;
    if (left.range && right.range) return sameSet(left.range, right.range) === true;
    if (left.range || right.range) return false;
    return matching(left.items, right.items);
  } catch (error) {
    if (error instanceof Undecided || error instanceof Undefined) return false;
    throw error;
  }
}

/** Words are compared as they are: `True`, `\text{yes}`. */
function plain(latex: string): string {
  return latex
    .replace(/\\(?:text|mathrm|textbf|mathbf)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\(?:left|right|,|;|!|:|quad|displaystyle)(?![A-Za-z])|[\s.$]/g, '')
    .replace(/\\[dt]frac/g, '\\frac')
    .toLowerCase();
}

function read(latex: string): { readonly items: readonly Item[]; readonly range?: RealSet } | undefined {
  const items: Item[] = [];
  const ranges: RealSet[] = [];
  try {
    for (const segment of splitFormula(latex)) {
      const chain = readChain(segment, READING);
      const last = chain.sides.at(-1)?.expression;
      if (!last) return undefined;
      const range = rangeOf(relationsOf(chain));
      if (range) ranges.push(range);
      else {
        const first = chain.sides[0]?.expression;
        if (chain.operators.some((operator) => !['=', '≈', ':=', '∈'].includes(operator))) return undefined;
        const name = chain.operators.length > 0 && first?.kind === 'name' ? first.name.replace(/_\{?\d\}?$/, '') : undefined;
        for (const value of spread(last)) items.push(name === undefined ? { value } : { name, value });
      }
    }
  } catch {
    return undefined;
  }
  if (ranges.length > 0) return items.length > 0 ? undefined : { items, range: ranges.flat() };
  return { items };
}

/** Sets as their elements, `\pm` as both signs. */
function spread(e: Expression): Expression[] {
  if (e.kind === 'list' && e.open === '{') return e.items.flatMap(spread);
  let signed = false;
  const withSign = (sign: 1 | -1): Expression => {
    const change = (part: Expression): Expression => {
      if (part.kind !== 'sign') return mapParts(part, change);
      signed = true;
      return whole(part.flipped ? -sign : sign);
    };
    return change(e);
  };
  const plus = withSign(1);
  return signed ? [plus, withSign(-1)] : [e];
}

/** `1 < x \le 3` and `x \in (1, 3]` as the set of the values. */
function rangeOf(relations: readonly Relation[]): RealSet | undefined {
  const [first, second] = relations;
  if (!first || relations.length > 2) return undefined;
  if (first.operator === '∈' && !second) {
    const interval =
      first.right.kind === 'call' ||
      (first.right.kind === 'list' && first.right.open !== '{') ||
      (first.right.kind === 'name' && first.right.name === 'set:R');
    return interval ? realSet(first.right, CLOSED) : undefined;
  }
  let [low, high]: [Scalar, Scalar] = [end(-Infinity), end(Infinity)];
  let [closedLow, closedHigh] = [false, false];
  for (const { left, operator, right } of relations) {
    if (!'<≤>≥'.includes(operator)) return undefined;
    const nameLeft = left.kind === 'name' && namesIn(right).size === 0;
    if (!nameLeft && !(right.kind === 'name' && namesIn(left).size === 0)) return undefined;
    const value = scalarOf(evaluate(nameLeft ? right : left, CLOSED));
    const upper = nameLeft === (operator === '<' || operator === '≤');
    const closed = operator === '≤' || operator === '≥';
    if (upper) [high, closedHigh] = [value, closed];
    else [low, closedLow] = [value, closed];
  }
  return [{ low, high, closedLow, closedHigh }];
}

function end(re: number): Scalar {
  return { kind: 'scalar', re, im: 0, err: 0 };
}

/** Each value of one answer has its partner in the other. */
function matching(left: readonly Item[], right: readonly Item[]): boolean {
  const unlike = (items: readonly Item[]): Item[] => items.filter((item, k) => !items.slice(0, k).some((before) => sameItem(before, item)));
  const [a, b] = [unlike(left), unlike(right)];
  if (a.length !== b.length || a.length === 0) return false;
  const free = [...b];
  return a.every((item) => {
    const place = free.findIndex((other) => sameItem(item, other));
    if (place >= 0) free.splice(place, 1);
    return place >= 0;
  });
}

function sameItem(a: Item, b: Item): boolean {
  if (a.name !== undefined && b.name !== undefined && a.name !== b.name) return false;
  const constants = ['C', 'c', 'K', 'C_1'].filter((one) => namesIn(a.value).has(one) && namesIn(b.value).has(one));
  const variable = constants.length > 0 ? [...namesIn(a.value)].find((one) => !constants.includes(one)) : undefined;
  const relation: Relation = { left: a.value, operator: '=', right: b.value };
  return decide(relation, new Facts(), variable === undefined ? {} : { antiderivative: variable }).verdict === 'true';
}
