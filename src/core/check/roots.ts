/** The real (or complex) zeros of an expression of one name. */
import { sum, negative, type Expression } from './expression.ts';
import { evaluateScalar, withValue, type Environment } from './evaluate.ts';
import * as exact from './rational.ts';
import type { Rational } from './rational.ts';
import { isReal, ofDouble, ofRational, Undecided, Undefined, type Scalar } from './scalar.ts';

export interface Roots {
  readonly roots: readonly Scalar[];
  /** Whether these are all: known of polynomials only. */
  readonly complete: boolean;
}

const HIGHEST_DEGREE = 8;

export function difference(left: Expression, right: Expression): Expression {
  return sum(left, negative(right));
}

export function rootsOf(e: Expression, name: string, environment: Environment): Roots {
  const coefficients = polynomial(e, name, environment);
  if (coefficients) return { roots: polynomialRoots(coefficients, environment.complex), complete: coefficients.length > 1 };
  return { roots: scanned(e, name, environment), complete: false };
}

/** The coefficients from the constant one up, where the expression is a polynomial with rational ones. */
export function polynomial(e: Expression, name: string, environment: Environment): Rational[] | undefined {
  const values: Rational[] = [];
  try {
    for (let x = 0; x <= HIGHEST_DEGREE + 3; x++) {
      const { exact: value } = evaluateScalar(e, withValue(environment, name, ofRational(at(x))));
      if (!value) return undefined;
      values.push(value);
    }
    const coefficients = interpolated(values);
    // A function that is no polynomial may look like one at whole numbers: |x|, or n mod 2.
    for (const check of [
      { numerator: -7n, denominator: 3n },
      { numerator: 11n, denominator: 2n },
    ]) {
      const { exact: value } = evaluateScalar(e, withValue(environment, name, ofRational(check)));
      if (!coefficients || !value || exact.compare(value, horner(coefficients, check)) !== 0) return undefined;
    }
    return coefficients;
  } catch (error) {
    if (error instanceof Undefined || error instanceof Undecided) return undefined;
    throw error;
  }
}

function at(x: number): Rational {
  return { numerator: BigInt(x), denominator: 1n };
}

function horner(coefficients: readonly Rational[], x: Rational): Rational {
  return coefficients.reduceRight((value, c) => exact.add(exact.multiply(value, x), c), exact.ZERO);
}

/** Newton's forward differences, then multiplied out; undefined where the degree is higher than can be told. */
function interpolated(values: readonly Rational[]): Rational[] | undefined {
  const leading: Rational[] = [];
  let row = [...values];
  while (row.length > 0) {
    leading.push(row[0] ?? exact.ZERO);
    row = row.slice(1).map((value, k) => exact.subtract(value, row[k] ?? exact.ZERO));
  }
  if (leading.slice(HIGHEST_DEGREE + 1).some((value) => value.numerator !== 0n)) return undefined;
  let result: Rational[] = [];
  let basis: Rational[] = [exact.ONE];
  for (const [k, c] of leading.slice(0, HIGHEST_DEGREE + 1).entries()) {
    const scaled = basis.map((b) => exact.multiply(b, c));
    result = scaled.map((value, j) => exact.add(value, result[j] ?? exact.ZERO));
    // basis · (x − k) / (k + 1)
    const next = Array.from({ length: basis.length + 1 }, (_, j) =>
      exact.subtract(j > 0 ? (basis[j - 1] ?? exact.ZERO) : exact.ZERO, exact.multiply(at(k), basis[j] ?? exact.ZERO)),
    );
    basis = next.map((value) => exact.divide(value, at(k + 1)) ?? value);
  }
  while (result.length > 0 && result.at(-1)?.numerator === 0n) result.pop();
  return result;
}

function polynomialRoots(coefficients: readonly Rational[], complex: boolean): Scalar[] {
  let low = coefficients;
  const roots: Scalar[] = [];
  if (low.length > 1 && low[0]?.numerator === 0n) {
    roots.push(ofRational(exact.ZERO));
    while (low[0]?.numerator === 0n) low = low.slice(1);
  }
  if (low.length < 2) return roots;
  if (low.length === 2) {
    const root = exact.divide(exact.negate(low[0] ?? exact.ZERO), low[1] ?? exact.ONE);
    return root ? [...roots, ofRational(root)] : roots;
  }
  for (const [re, im] of durandKerner(low.map((c) => Number(c.numerator) / Number(c.denominator)))) {
    const scale = 1e-5 * Math.max(1, Math.hypot(re, im));
    const rounded = Math.abs(im) < scale ? rationalNear(re, low) : undefined;
    const found = rounded
      ? ofRational(rounded)
      : Math.abs(im) < 1e-7 * Math.max(1, Math.abs(re))
        ? ofDouble(re, 1e-11 * Math.max(1, Math.abs(re)))
        : ofDouble(re, 1e-9, im);
    if (!complex && found.im !== 0) continue;
    if (!roots.some((root) => Math.hypot(root.re - found.re, root.im - found.im) < scale)) roots.push(found);
  }
  return roots;
}

/** A fraction with a small denominator that is a zero exactly. */
function rationalNear(x: number, coefficients: readonly Rational[]): Rational | undefined {
  for (let denominator = 1; denominator <= 60; denominator++) {
    const candidate = exact.rational(BigInt(Math.round(x * denominator)), BigInt(denominator));
    if (candidate && Math.abs(x - Math.round(x * denominator) / denominator) < 1e-4 && horner(coefficients, candidate).numerator === 0n)
      return candidate;
  }
  return undefined;
}

/** All complex zeros at once (Durand 1960, Kerner 1966). */
function durandKerner(coefficients: readonly number[]): [number, number][] {
  const degree = coefficients.length - 1;
  const top = coefficients[degree] ?? 1;
  const monic = coefficients.map((c) => c / top);
  const radius = 1 + Math.max(...monic.slice(0, -1).map(Math.abs));
  const roots = Array.from({ length: degree }, (_, k): [number, number] => {
    const angle = (2 * Math.PI * k) / degree + 0.4;
    return [radius * 0.6 * Math.cos(angle), radius * 0.6 * Math.sin(angle)];
  });
  for (let round = 0; round < 300; round++) {
    let moved = 0;
    for (const [k, [re, im]] of roots.entries()) {
      let value: [number, number] = [1, 0];
      for (let j = degree - 1; j >= 0; j--) value = [value[0] * re - value[1] * im + (monic[j] ?? 0), value[0] * im + value[1] * re];
      let under: [number, number] = [1, 0];
      for (const [j, [otherRe, otherIm]] of roots.entries()) {
        if (j === k) continue;
        const [a, b] = [re - otherRe, im - otherIm];
        under = [under[0] * a - under[1] * b, under[0] * b + under[1] * a];
      }
      const square = under[0] ** 2 + under[1] ** 2 || 1e-300;
      const step: [number, number] = [
        (value[0] * under[0] + value[1] * under[1]) / square,
        (value[1] * under[0] - value[0] * under[1]) / square,
      ];
      roots[k] = [re - step[0], im - step[1]];
      moved = Math.max(moved, Math.hypot(...step));
    }
    if (moved < 1e-15 * radius) break;
  }
  return roots;
}

/** Zeros between two neighbours of a grid where the sign changes; grids over what school and calculus ask about. */
function scanned(e: Expression, name: string, environment: Environment): Scalar[] {
  const value = (x: number): number | undefined => {
    try {
      const y = evaluateScalar(e, withValue(environment, name, ofDouble(x)));
      return isReal(y) && Number.isFinite(y.re) ? (Math.abs(y.re) <= 4 * y.err ? 0 : y.re) : undefined;
    } catch (error) {
      if (error instanceof Undefined || error instanceof Undecided) return undefined;
      throw error;
    }
  };
  const grid = Array.from({ length: 401 }, (_, k) => -20 + k / 10);
  for (let x = 20; x < 20_000; x *= 1.2) grid.push(x, -x);
  grid.sort((a, b) => a - b);
  const roots: Scalar[] = [];
  const found = (x: number): void => {
    const near = Math.round(x * 840) / 840;
    const best = Math.abs(near - x) < 1e-9 * Math.max(1, Math.abs(x)) && value(near) === 0 ? near : x;
    if (roots.some((root) => Math.abs(root.re - best) < 1e-7 * Math.max(1, Math.abs(best)))) return;
    const whole = exact.rational(BigInt(Math.round(best * 840)), 840n);
    roots.push(best === near && whole ? ofRational(whole) : ofDouble(best, 1e-11 * Math.max(1, Math.abs(best))));
  };
  let before: { x: number; y: number } | undefined;
  for (const x of grid) {
    if (environment.work.left < 0) throw new Undecided();
    const y = value(x);
    if (y === 0) found(x);
    else if (y !== undefined && before && before.y !== 0 && Math.sign(before.y) !== Math.sign(y)) {
      const root = bisected(value, before.x, x, before.y);
      if (root !== undefined) found(root);
    }
    before = y === undefined ? undefined : { x, y };
  }
  return roots;
}

function bisected(value: (x: number) => number | undefined, a: number, b: number, atA: number): number | undefined {
  let [low, high] = [a, b];
  for (let k = 0; k < 100 && high - low > 1e-15 * Math.max(1, Math.abs(low)); k++) {
    const middle = (low + high) / 2;
    const y = value(middle);
    if (y === undefined) return undefined;
    if (y === 0) return middle;
    if (Math.sign(y) === Math.sign(atA)) low = middle;
    else high = middle;
  }
  const y = value(low);
  // At a pole the sign changes too, but nothing is near 0.
  return y !== undefined && Math.abs(y) < Math.abs(atA) * 1e-3 + 1e-6 ? (low + high) / 2 : undefined;
}
