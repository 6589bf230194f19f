/** Points at which relations with names are tried: fixed ones, so that a verdict is the same each time. */
import { contains, type Expression } from './expression.ts';
import type { Relation } from './facts.ts';
import type { Rational } from './rational.ts';
import { ofDouble, ofRational, type Scalar } from './scalar.ts';

const REAL = [
  '7/5',
  '-3/2',
  '5/3',
  '2',
  '-2/7',
  '11/4',
  '1/3',
  '-13/5',
  '17/2',
  '3',
  '-31/4',
  '1/19',
  '9/10',
  '-1',
  '23',
  '-1/2',
  '40/3',
  '1/2',
  '-19',
  '4',
];
const POSITIVE = [
  '7/5',
  '5/3',
  '2',
  '11/4',
  '1/3',
  '17/2',
  '3',
  '1/19',
  '9/10',
  '23',
  '40/3',
  '1/2',
  '4',
  '2/7',
  '13/5',
  '1',
  '101',
  '5',
  '31/4',
  '6/7',
];
const WHOLE = ['2', '3', '5', '4', '7', '1', '6', '9', '8', '11', '10', '13', '12'];

/** Letters that stand for whole numbers unless something else is said. */
const WHOLE_NAMES = /^(?:[nkmjlN]|n_.*|k_.*)$/;
const COMPLEX_NAMES = /^(?:z|w|z_.*)$/;

function rationalOf(text: string): Rational {
  const [numerator = '0', denominator = '1'] = text.split('/');
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
}

export function standsForWhole(name: string, integers: ReadonlySet<string>): boolean {
  return integers.has(name) || WHOLE_NAMES.test(name);
}

export interface PointOptions {
  readonly integers: ReadonlySet<string>;
  readonly filters: readonly Relation[];
  readonly complex: boolean;
  readonly count: number;
}

/** Assignments of values to the names, the plainest first. Filters are not applied yet, but guide the choice. */
export function* points(names: readonly string[], options: PointOptions): Generator<ReadonlyMap<string, Scalar>> {
  const pools = new Map(names.map((name) => [name, pool(name, options)]));
  let seed = 12_345;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  for (let round = 0; round < options.count; round++) {
    const values = new Map<string, Scalar>();
    for (const [index, name] of names.entries()) {
      const own = pools.get(name) ?? [];
      // Few names: every value once. Many: mixed, so that no two names always have the same value.
      const place = names.length === 1 ? round : round < own.length ? (round + 3 * index) % own.length : random(own.length);
      const value = own[place % Math.max(1, own.length)];
      if (value) values.set(name, value);
    }
    yield values;
  }
}

function pool(name: string, options: PointOptions): Scalar[] {
  const near = bounds(name, options.filters);
  const integers = options.integers.has(name);
  if (standsForWhole(name, options.integers)) {
    const negative = integers && !natural(name, options.filters) ? ['-1', '-2', '0', '-5'] : [];
    const around = near.filter((value) => value.denominator === 1n);
    return unlike([...around, ...[...WHOLE, ...negative].map(rationalOf)]).map(ofRational);
  }
  if (options.complex && COMPLEX_NAMES.test(name)) {
    return [
      [1, 2],
      [-1.5, 0.5],
      [0.25, -2],
      [3, 1],
      [-2, -1],
      [0.5, 0.75],
      [2, 0],
      [-1, 0],
    ].map(([re = 0, im = 0]) => ({ ...ofDouble(re, 0, im), err: 0 }));
  }
  const positive = name.startsWith('unit:') || name.startsWith('text:');
  return unlike([...near, ...(positive ? POSITIVE : mixed()).map(rationalOf)]).map(ofRational);
}

function unlike(values: readonly Rational[]): Rational[] {
  return [...new Map(values.map((value) => [`${value.numerator.toString()}/${value.denominator.toString()}`, value])).values()];
}

/** Half of the first values are positive, so that roots and logarithms find points too. */
function mixed(): string[] {
  return REAL.flatMap((value, k) => [value, ...(k % 2 === 1 ? [POSITIVE[k] ?? value] : [])]);
}

function natural(name: string, filters: readonly Relation[]): boolean {
  return filters.some(
    ({ left, right, operator }) =>
      operator === '∈' && left.kind === 'name' && left.name === name && right.kind === 'name' && right.name.startsWith('set:N'),
  );
}

/** Values just inside and outside of the numbers that the filters name. */
function bounds(name: string, filters: readonly Relation[]): Rational[] {
  const numbers: Rational[] = [];
  const collect = (e: Expression): void => {
    contains(e, (part) => {
      if (part.kind === 'number') numbers.push(part.value);
      if (part.kind === 'constant' && part.name === 'pi')
        numbers.push({ numerator: 22n, denominator: 7n }, { numerator: 11n, denominator: 7n });
      return false;
    });
  };
  for (const filter of filters) {
    const about = [filter.left, filter.right].some((side) => contains(side, (part) => part.kind === 'name' && part.name === name));
    if (!about) continue;
    collect(filter.left);
    collect(filter.right);
  }
  const values: Rational[] = [];
  for (const { numerator: p, denominator: q } of numbers.slice(0, 6)) {
    for (const [n, d] of [
      [0n, 1n],
      [1n, 7n],
      [-1n, 7n],
      [1n, 1n],
      [-1n, 1n],
      [5n, 2n],
      [-5n, 2n],
      [10n, 1n],
      [1n, 1000n],
      [-1n, 1000n],
      [100n, 1n],
    ] as const) {
      values.push(reduced(p * d + n * q, q * d));
      values.push(reduced(-(p * d + n * q), q * d));
    }
  }
  for (const [k, a] of numbers.entries()) {
    const b = numbers[k + 1];
    if (b) values.push(reduced(a.numerator * b.denominator + b.numerator * a.denominator, 2n * a.denominator * b.denominator));
  }
  return values;
}

function reduced(numerator: bigint, denominator: bigint): Rational {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? { numerator: 0n, denominator: 1n } : { numerator: numerator / a, denominator: denominator / a };
}
