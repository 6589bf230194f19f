/**
 * Numbers of a check: exact rationals where that is possible, else complex doubles with a bound on their error.
 * What has no value (a division by zero, a root of a negative number among the reals) is `Undefined`.
 */
import * as exact from './rational.ts';
import { ONE, rational, type Rational } from './rational.ts';

export interface Scalar {
  readonly kind: 'scalar';
  readonly exact?: Rational;
  readonly re: number;
  readonly im: number;
  /** A bound on the distance to the true value. */
  readonly err: number;
}

/** No value at this point: it is outside the domain. */
export class Undefined extends Error {}
/** There may be a value, but this check does not find it. */
export class Undecided extends Error {}

/** What rounding of one operation on doubles may cost, relative. */
const ROUNDING = 2.3e-16;

export function ofRational(value: Rational): Scalar {
  const re = toDouble(value);
  return { kind: 'scalar', exact: value, re, im: 0, err: Math.abs(re) * ROUNDING };
}

export function ofWhole(value: number): Scalar {
  return ofRational({ numerator: BigInt(value), denominator: 1n });
}

/** A double with its error; at least one rounding. */
export function ofDouble(re: number, err = 0, im = 0): Scalar {
  if (Number.isNaN(re) || Number.isNaN(im)) throw new Undefined();
  const size = Number.isFinite(re) ? Math.hypot(re, im) : 0;
  return { kind: 'scalar', re, im, err: err + size * ROUNDING };
}

/** The double nearest to a fraction, also where its parts are far beyond the doubles. */
export function toDouble(value: Rational): number {
  const { numerator, denominator } = value;
  const direct = Number(numerator) / Number(denominator);
  const large = 2n ** 900n;
  if (denominator < large && numerator < large && -numerator < large) return direct;
  const shift = BigInt(numerator.toString(2).length - denominator.toString(2).length - 64);
  const scaled = shift > 0n ? numerator / (denominator << shift) : (numerator << -shift) / denominator;
  return Number(scaled) * 2 ** Number(shift);
}

export function isReal(a: Scalar): boolean {
  return Math.abs(a.im) <= 4 * a.err || a.im === 0;
}

export function isInfinite(a: Scalar): boolean {
  return !Number.isFinite(a.re);
}

/** The whole number that a is, if it is exactly one. */
export function wholeOf(a: Scalar): bigint | undefined {
  return a.exact?.denominator === 1n ? a.exact.numerator : undefined;
}

export function add(a: Scalar, b: Scalar): Scalar {
  if (a.exact && b.exact) return ofRational(exact.add(a.exact, b.exact));
  return ofDouble(a.re + b.re, a.err + b.err, a.im + b.im);
}

export function negate(a: Scalar): Scalar {
  return { ...a, ...(a.exact ? { exact: exact.negate(a.exact) } : {}), re: -a.re, im: -a.im };
}

export function subtract(a: Scalar, b: Scalar): Scalar {
  return add(a, negate(b));
}

export function size(a: Scalar): number {
  return a.im === 0 ? Math.abs(a.re) : Math.hypot(a.re, a.im);
}

export function multiply(a: Scalar, b: Scalar): Scalar {
  if (a.exact && b.exact) return ofRational(exact.multiply(a.exact, b.exact));
  if (isInfinite(a) || isInfinite(b)) return ofDouble(a.re * b.re);
  const err = size(a) * b.err + size(b) * a.err + a.err * b.err;
  return ofDouble(a.re * b.re - a.im * b.im, err, a.re * b.im + a.im * b.re);
}

export function divide(a: Scalar, b: Scalar): Scalar {
  if (a.exact && b.exact) {
    const quotient = exact.divide(a.exact, b.exact);
    if (!quotient) throw new Undefined();
    return ofRational(quotient);
  }
  if (isInfinite(b)) return isInfinite(a) ? ofDouble(Number.NaN) : ofDouble(0);
  const below = size(b);
  if (below <= 2 * b.err) throw new Undefined();
  const square = below * below;
  const re = (a.re * b.re + a.im * b.im) / square;
  const im = (a.im * b.re - a.re * b.im) / square;
  if (isInfinite(a)) return ofDouble(a.re * b.re);
  const value = Math.hypot(re, im);
  return ofDouble(re, (a.err + value * b.err) / (below - b.err), im);
}

/** What a real function gives; `slope` bounds how much an error of the argument counts. */
export function applied(value: number, slope: number, a: Scalar): Scalar {
  if (!Number.isFinite(value) && Number.isFinite(a.re)) throw new Undefined();
  const own = Number.isFinite(slope) ? Math.abs(slope) * a.err : a.err;
  return ofDouble(value, own + Math.abs(value) * 2 * ROUNDING);
}

export function exponential(a: Scalar): Scalar {
  if (a.im === 0) {
    const value = Math.exp(a.re);
    if (value === Infinity && Number.isFinite(a.re)) throw new Undecided();
    return applied(value, value, a);
  }
  const radius = Math.exp(a.re);
  return ofDouble(radius * Math.cos(a.im), radius * (a.err + 4 * ROUNDING), radius * Math.sin(a.im));
}

/** The natural logarithm; of a negative number only where `complex` is set. */
export function logarithm(a: Scalar, complex: boolean): Scalar {
  const radius = size(a);
  if (radius <= 2 * a.err) throw new Undefined();
  if (a.exact && exact.compare(a.exact, ONE) === 0) return ofWhole(0);
  if (isReal(a) && a.re > 0) return applied(Math.log(a.re), 1 / a.re, a);
  if (!complex) throw new Undefined();
  return ofDouble(Math.log(radius), a.err / radius + 2 * ROUNDING, Math.atan2(a.im, a.re));
}

/** a to the b; among the reals a negative base has only powers with an odd denominator. */
export function power(a: Scalar, b: Scalar, complex: boolean): Scalar {
  if (b.exact) {
    const viaExact = exactPower(a, b.exact, complex);
    if (viaExact) return viaExact;
  }
  if (isInfinite(a) || isInfinite(b)) throw new Undecided();
  if (a.exact?.numerator === 0n) {
    if (isReal(b) && b.re > b.err) return ofWhole(0);
    throw new Undefined();
  }
  if (isReal(a) && isReal(b) && a.re > a.err) {
    const value = Math.pow(a.re, b.re);
    if (value === Infinity) throw new Undecided();
    const err = Math.abs(value) * (Math.abs(Math.log(a.re)) * b.err + (Math.abs(b.re) * a.err) / a.re);
    return ofDouble(value, err + value * ROUNDING * Math.max(2, Math.abs(b.re * Math.log(a.re))));
  }
  if (!complex) throw new Undefined();
  return exponential(multiply(b, logarithm(a, true)));
}

function exactPower(a: Scalar, exponent: Rational, complex: boolean): Scalar | undefined {
  const { numerator, denominator } = exponent;
  if (denominator === 1n) {
    if (a.exact) {
      if (a.exact.numerator === 0n && numerator <= 0n) throw new Undefined();
      const value = exact.power(a.exact, numerator);
      if (value) return ofRational(value);
      return undefined;
    }
    if (numerator < 200n && numerator > -200n) return repeated(a, Number(numerator));
    return undefined;
  }
  const root = rootOf(a, denominator, complex);
  return root && (numerator === 1n ? root : exactPower(root, { numerator, denominator: 1n }, complex));
}

function repeated(a: Scalar, exponent: number): Scalar {
  if (exponent === 0) {
    if (size(a) <= 2 * a.err) throw new Undefined();
    return ofWhole(1);
  }
  let result: Scalar = ofWhole(1);
  let square = a;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(result, square);
    if (left > 1) square = multiply(square, square);
  }
  if (isInfinite(result) && !isInfinite(a)) throw new Undecided();
  return exponent < 0 ? divide(ofWhole(1), result) : result;
}

/** The root of a whole degree; exact where it is rational. Undefined (the value) where only the general way is left. */
export function rootOf(a: Scalar, degree: bigint, complex: boolean): Scalar | undefined {
  if (degree < 1n) throw new Undefined();
  const odd = degree % 2n === 1n;
  if (a.exact) {
    const negative = a.exact.numerator < 0n;
    if (a.exact.numerator === 0n) return ofWhole(0);
    if (negative && odd && !complex) {
      const root = rootOf(negate(a), degree, false);
      return root && negate(root);
    }
    const value = negative ? undefined : exactRoot(a.exact, degree);
    if (value) return ofRational(value);
    if (negative && complex && degree === 2n) {
      const root = rootOf(negate(a), 2n, true);
      return root && { kind: 'scalar', re: 0, im: root.re, err: root.err };
    }
    if (negative && !complex) throw new Undefined();
  }
  if (!isReal(a) || (a.re < -a.err && complex)) return undefined;
  if (Math.abs(a.re) <= a.err) return ofDouble(0, Math.pow(a.err, 1 / Number(degree)));
  if (a.re < 0) {
    if (!odd) throw new Undefined();
    const root = rootOf(negate(a), degree, false);
    return root && negate(root);
  }
  const value = degree === 2n ? Math.sqrt(a.re) : degree === 3n ? Math.cbrt(a.re) : Math.pow(a.re, 1 / Number(degree));
  return applied(value, value / (Number(degree) * a.re), a);
}

function exactRoot(a: Rational, degree: bigint): Rational | undefined {
  if (degree === 2n) return exact.squareRoot(a);
  if (degree > 60n) return undefined;
  const numerator = wholeRoot(a.numerator, degree);
  const denominator = wholeRoot(a.denominator, degree);
  return numerator !== undefined && denominator !== undefined ? rational(numerator, denominator) : undefined;
}

function wholeRoot(n: bigint, degree: bigint): bigint | undefined {
  const near = BigInt(Math.round(Math.pow(Number(n), 1 / Number(degree))) || 0);
  for (const candidate of [near - 1n, near, near + 1n]) if (candidate >= 0n && candidate ** degree === n) return candidate;
  return undefined;
}

/** `close`: too near to tell apart from equal, or too uncertain to say. */
export function compareScalars(a: Scalar, b: Scalar): 'equal' | 'different' | 'close' {
  if (a.exact && b.exact) return exact.compare(a.exact, b.exact) === 0 ? 'equal' : 'different';
  if (isInfinite(a) || isInfinite(b)) return a.re === b.re ? 'equal' : 'different';
  const distance = Math.hypot(a.re - b.re, a.im - b.im);
  const bound = a.err + b.err;
  const scale = Math.max(size(a), size(b));
  if (distance <= 8 * bound) return bound < 1e-7 * Math.max(scale, 1e-2) ? 'equal' : 'close';
  return distance > 1000 * bound && distance > 1e-12 * scale ? 'different' : 'close';
}

/** -1, 0 or 1 for real numbers; undefined where they are too near, or not real. */
export function orderOf(a: Scalar, b: Scalar): -1 | 0 | 1 | undefined {
  if (a.exact && b.exact) return exact.compare(a.exact, b.exact);
  if (!isReal(a) || !isReal(b)) return undefined;
  const same = compareScalars(a, b);
  if (same === 'equal') return 0;
  if (same === 'close') return undefined;
  return a.re < b.re ? -1 : 1;
}
