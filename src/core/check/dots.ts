/** Sums and products with dots: `1 + 2 + \cdots + n`. */
import type { Expression } from './expression.ts';
import { evaluateScalar, type Environment } from './evaluate.ts';
import * as exact from './rational.ts';
import { add, multiply, ofRational, Undecided, Undefined, type Scalar } from './scalar.ts';
import type { Rational } from './rational.ts';

/** How a sequence goes on, from its first terms: the k-th term, k from 0. */
type Rule = (k: bigint) => Rational | undefined;

const MOST_TERMS = 3000n;

/** The value where the first terms and the last one say how it goes on in exactly one way. */
export function dotsValue(parts: readonly Expression[], environment: Environment, of: 'sum' | 'product'): Scalar {
  const place = parts.findIndex((part) => part.kind === 'call' && part.of === 'dots');
  const value = (part: Expression): Rational => {
    const found = evaluateScalar(part, environment).exact;
    if (!found) throw new Undecided();
    return found;
  };
  const first = parts.slice(0, place).map(value);
  const last = parts.slice(place + 1).map(value);
  if (first.length < 2 || last.length === 0) throw new Undecided();
  // `1 + 1 + \cdots + 1`: how many there are is not said.
  if (first.every((one) => same(one, first[0]))) throw new Undecided();
  const geometric = parts.slice(place + 1).some((part) => hasPowerOfNumber(part));
  let found: Scalar | undefined;
  for (const rule of rules(first, geometric)) {
    if (first.some((one, k) => !same(one, rule(BigInt(k))))) continue;
    const result = upTo(rule, last, of);
    if (!result) continue;
    if (found) {
      if (result.exact && found.exact && exact.compare(result.exact, found.exact) === 0) continue;
      throw new Undecided();
    }
    found = result;
  }
  if (!found) throw last.length > 0 ? new Undefined() : new Undecided();
  return found;
}

function hasPowerOfNumber(e: Expression): boolean {
  if (e.kind === 'power') return e.exponent.kind !== 'number';
  return e.kind === 'quotient'
    ? hasPowerOfNumber(e.over) || hasPowerOfNumber(e.under)
    : e.kind === 'product'
      ? e.factors.some(hasPowerOfNumber)
      : e.kind === 'sum' && e.terms.some(hasPowerOfNumber);
}

function same(a: Rational, b: Rational | undefined): boolean {
  return b !== undefined && exact.compare(a, b) === 0;
}

function upTo(rule: Rule, last: readonly Rational[], of: 'sum' | 'product'): Scalar | undefined {
  const start = rule(0n);
  if (!start) return undefined;
  let total = ofRational(of === 'sum' ? exact.ZERO : exact.ONE);
  for (let k = 0n; k < MOST_TERMS; k++) {
    const term = rule(k);
    if (!term) return undefined;
    total = of === 'sum' ? add(total, ofRational(term)) : multiply(total, ofRational(term));
    if (same(last.at(-1) ?? exact.ZERO, term) && last.every((one, j) => same(one, rule(k - BigInt(last.length - 1 - j))))) return total;
  }
  return undefined;
}

function rules(first: readonly Rational[], geometric: boolean): Rule[] {
  const [a = exact.ZERO, b = exact.ZERO, c] = first;
  const step = exact.subtract(b, a);
  const ratio = exact.divide(b, a);
  const whole = (n: bigint): Rational => ({ numerator: n, denominator: 1n });
  const arithmetic: Rule = (k) => exact.add(a, exact.multiply(step, whole(k)));
  const geometricRule: Rule = (k) => {
    const power = ratio && exact.power(ratio, k);
    return power && exact.multiply(a, power);
  };
  if (!c) return geometric ? [geometricRule] : [arithmetic];
  const inverse =
    (of: Rule): Rule =>
    (k) => {
      const value = of(k);
      return value && exact.divide(exact.ONE, value);
    };
  const powers = [2n, 3n, 4n].map(
    (n): Rule =>
      (k) =>
        whole((k + 1n) ** n),
  );
  const next: Rule = (k) => whole((k + 1n) * (k + 2n));
  const odd: Rule = (k) => whole((2n * k + 1n) ** 2n);
  const even: Rule = (k) => whole((2n * k + 2n) ** 2n);
  const list = [arithmetic, geometricRule, ...powers, next, odd, even];
  const under = exact.divide(exact.ONE, a);
  const under2 = exact.divide(exact.ONE, b);
  const harmonic: Rule = (k) => {
    if (!under || !under2) return undefined;
    return exact.divide(exact.ONE, exact.add(under, exact.multiply(exact.subtract(under2, under), whole(k))));
  };
  return [...list, harmonic, ...[...powers, next, odd].map(inverse), (k) => exact.divide(whole(k + 1n), whole(k + 2n))];
}
