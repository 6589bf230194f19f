/** Finite sums and products term by term, infinite ones with Levin's u-transform (Weniger 1989, section 7). */
import type { Expression } from './expression.ts';
import { evaluateScalar, withValue, type Environment } from './evaluate.ts';
import { add, isInfinite, isReal, multiply, ofDouble, ofRational, ofWhole, Undecided, Undefined, wholeOf, type Scalar } from './scalar.ts';

type Series = Extract<Expression, { kind: 'series' }>;

/** More terms than these are not added up. */
const MOST_TERMS = 5000n;

export function seriesValue(e: Series, environment: Environment): Scalar {
  const from = wholeOf(evaluateScalar(e.from, environment));
  const end = evaluateScalar(e.to, environment);
  if (from === undefined) throw new Undefined();
  const term = (index: bigint): Scalar =>
    evaluateScalar(e.body, withValue(environment, e.index, ofRational({ numerator: index, denominator: 1n })));
  if (isInfinite(end)) {
    if (end.re < 0) throw new Undefined();
    return e.of === 'sum' ? infiniteSum(term, from) : infiniteProduct(term, from);
  }
  const to = wholeOf(end);
  if (to === undefined) throw end.exact ? new Undefined() : new Undecided();
  if (to - from > MOST_TERMS) throw new Undecided();
  if (to < from - 1n) throw new Undefined();
  let result: Scalar = ofWhole(e.of === 'sum' ? 0 : 1);
  for (let index = from; index <= to; index++) result = e.of === 'sum' ? add(result, term(index)) : multiply(result, term(index));
  return result;
}

function infiniteSum(term: (index: bigint) => Scalar, from: bigint): Scalar {
  const terms: number[] = [];
  let total = 0;
  let noise = 0;
  let small = 0;
  for (let k = 0n; k < 400n; k++) {
    let a: Scalar;
    try {
      a = term(from + k);
    } catch (error) {
      if (error instanceof Undecided && terms.length >= 60) break;
      throw error;
    }
    if (!isReal(a) || !Number.isFinite(a.re)) throw new Undecided();
    terms.push(a.re);
    total += a.re;
    noise += a.err;
    small = Math.abs(a.re) <= 1e-18 * Math.max(Math.abs(total), 1e-3) ? small + 1 : 0;
    if (small >= 6) return ofDouble(total, noise + 1e-15 * Math.abs(total));
  }
  return tail(terms, noise);
}

function tail(terms: readonly number[], noise: number): Scalar {
  const count = terms.length;
  const most = (low: number, high: number): number => Math.max(...terms.slice(low, high).map(Math.abs));
  const [first, last] = [Math.floor(count / 5), Math.floor(count * 0.9)];
  const early = most(first, Math.floor(count / 4));
  const late = most(last, count);
  const sameSign = terms.slice(4).every((a) => a >= 0) || terms.slice(4).every((a) => a <= 0);
  // Of terms with one sign, those that fall no faster than 1/k have no sum.
  const decay = Math.log(early / late) / Math.log((last + 1) / (first + 1));
  // k(1 - a_(k+1) / a_k) stays where terms fall as a power of k, and grows where they fall as a power of a number.
  const fall = (k: number): number => (k + 1) * (1 - Math.abs((terms[k + 1] ?? 0) / (terms[k] ?? 1)));
  if (sameSign && decay < 1.02 && fall(last) < 1.3 * fall(first) + 0.05)
    return { kind: 'scalar', re: (terms.at(-1) ?? 0) > 0 ? Infinity : -Infinity, im: 0, err: 0 };
  if (!(late < early)) throw new Undefined();
  const { value, error } = levin(terms.filter((a) => a !== 0).slice(0, 26));
  const bound = error * 10 + Math.min(noise, 1e-9) + 1e-14 * Math.abs(value);
  if (!(bound < 1e-6 * (1 + Math.abs(value)))) throw new Undecided();
  return ofDouble(value, bound);
}

function levin(terms: readonly number[]): { value: number; error: number } {
  const over: number[] = [];
  const under: number[] = [];
  let sum = 0;
  let best = { value: Number.NaN, error: Infinity };
  let last = Number.NaN;
  let before = Number.NaN;
  for (const [n, a] of terms.entries()) {
    sum += a;
    const weight = (n + 1) * a;
    const term = 1 / (n + 1);
    under.push(term / weight);
    over.push((sum * term) / weight);
    let power = 1;
    const ratio = n / (n + 1);
    for (let j = 1; j <= n; j++) {
      const factor = ((n - j + 1) / (n + 1)) * power;
      over[n - j] = (over[n - j + 1] ?? 0) - factor * (over[n - j] ?? 0);
      under[n - j] = (under[n - j + 1] ?? 0) - factor * (under[n - j] ?? 0);
      power *= ratio;
    }
    const value = (over[0] ?? 0) / (under[0] ?? 1);
    const error = Math.max(Math.abs(value - last), Math.abs(last - before));
    if (n > 5 && error < best.error) best = { value, error };
    before = last;
    last = value;
  }
  return best;
}

function infiniteProduct(term: (index: bigint) => Scalar, from: bigint): Scalar {
  const logarithms = (index: bigint): Scalar => {
    const factor = term(index);
    if (!isReal(factor) || factor.re <= factor.err) throw new Undecided();
    return ofDouble(Math.log(factor.re), factor.err / factor.re);
  };
  const sum = infiniteSum(logarithms, from);
  if (isInfinite(sum)) return sum.re > 0 ? sum : ofWhole(0);
  return ofDouble(Math.exp(sum.re), Math.exp(sum.re) * sum.err);
}
