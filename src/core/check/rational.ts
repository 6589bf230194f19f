/**
 * Exact rational numbers over BigInt: the first arithmetic that a check of an equation is done in,
 * because a verdict that comes from it needs no error bound.
 */

/** A fraction in lowest terms: the sign is the numerator's, the denominator is at least 1. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Larger results (in bits) are refused, so that a power tower cannot take all the memory. */
const MAXIMUM_BITS = 20_000;

export const ZERO: Rational = { numerator: 0n, denominator: 1n };
export const ONE: Rational = { numerator: 1n, denominator: 1n };

/** The greatest common divisor; never negative, and 0 only of 0 and 0. */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The fraction in lowest terms, or undefined where the denominator is 0. */
export function rational(numerator: bigint, denominator = 1n): Rational | undefined {
  if (denominator === 0n) return undefined;
  const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** Reads `12`, `-0.5` or `.25` exactly; undefined for every other text. */
export function rationalOfDecimal(text: string): Rational | undefined {
  const parts = /^(-?)(\d*)(?:\.(\d+))?$/.exec(text);
  const whole = parts?.[2] ?? '';
  const fraction = parts?.[3] ?? '';
  if (!parts || whole + fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  return rational(parts[1] === '-' ? -digits : digits, 10n ** BigInt(fraction.length));
}

export function add(a: Rational, b: Rational): Rational {
  return lowest(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function negate(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator };
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

export function multiply(a: Rational, b: Rational): Rational {
  return lowest(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** The quotient, or undefined where the divisor is 0. */
export function divide(a: Rational, b: Rational): Rational | undefined {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** -1, 0 or 1 as a is less than, equal to or greater than b. */
export function compare(a: Rational, b: Rational): -1 | 0 | 1 {
  const left = a.numerator * b.denominator;
  const right = b.numerator * a.denominator;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The greatest integer that is not above a. */
export function floor(a: Rational): bigint {
  const quotient = a.numerator / a.denominator;
  return a.numerator < 0n && quotient * a.denominator !== a.numerator ? quotient - 1n : quotient;
}

/**
 * a to a whole power. Undefined for 0 to a power below 1 (0 to the 0 is not agreed on, so it is
 * not decided here) and where the result would have more than about 20,000 bits.
 */
export function power(a: Rational, exponent: bigint): Rational | undefined {
  if (a.numerator === 0n) return exponent > 0n ? ZERO : undefined;
  const size = exponent < 0n ? -exponent : exponent;
  // 1 and -1 never grow; only their exponent's parity counts.
  if (a.denominator === 1n && (a.numerator === 1n || a.numerator === -1n)) {
    return size % 2n === 0n ? ONE : a;
  }
  const bits = BigInt(Math.max(bitLength(a.numerator), bitLength(a.denominator)));
  if (size * bits > BigInt(MAXIMUM_BITS)) return undefined;
  const numerator = a.numerator ** size;
  const denominator = a.denominator ** size;
  return exponent < 0n ? rational(denominator, numerator) : { numerator, denominator };
}

/** The square root of a where it is rational itself (the one that is not negative). */
export function squareRoot(a: Rational): Rational | undefined {
  if (a.numerator < 0n) return undefined;
  const numerator = integerSquareRoot(a.numerator);
  const denominator = integerSquareRoot(a.denominator);
  if (numerator * numerator !== a.numerator) return undefined;
  if (denominator * denominator !== a.denominator) return undefined;
  return { numerator, denominator };
}

/** The greatest whole number whose square is not above n, for n of at least 0 (Newton's way). */
function integerSquareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  // A start that is not below the root: the steps then only go down, and end at the root.
  let root = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function bitLength(n: bigint): number {
  return (n < 0n ? -n : n).toString(16).length * 4;
}

/** Of a denominator that is known to be positive. */
function lowest(numerator: bigint, denominator: bigint): Rational {
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}
