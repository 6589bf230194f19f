/** The values of functions that have a name. */
import * as exact from './rational.ts';
import {
  add,
  applied,
  divide,
  exponential,
  isInfinite,
  isReal,
  logarithm,
  multiply,
  negate,
  ofDouble,
  ofRational,
  ofWhole,
  orderOf,
  power,
  rootOf,
  size,
  subtract,
  Undecided,
  Undefined,
  wholeOf,
  type Scalar,
} from './scalar.ts';

type OfOne = (x: number) => number;

/** Value, slope and domain of the functions of one real number. */
const REAL: Readonly<Record<string, readonly [value: OfOne, slope: OfOne, domain?: (x: number) => boolean]>> = {
  sin: [Math.sin, Math.cos],
  cos: [Math.cos, Math.sin],
  tan: [Math.tan, (x) => 1 + Math.tan(x) ** 2],
  arcsin: [Math.asin, (x) => 1 / Math.sqrt(1 - x * x), (x) => Math.abs(x) <= 1],
  arccos: [Math.acos, (x) => 1 / Math.sqrt(1 - x * x), (x) => Math.abs(x) <= 1],
  arctan: [Math.atan, (x) => 1 / (1 + x * x)],
  arccot: [(x) => Math.PI / 2 - Math.atan(x), (x) => 1 / (1 + x * x)],
  arcsec: [(x) => Math.acos(1 / x), (x) => 1 / (Math.abs(x) * Math.sqrt(x * x - 1)), (x) => Math.abs(x) >= 1],
  arccsc: [(x) => Math.asin(1 / x), (x) => 1 / (Math.abs(x) * Math.sqrt(x * x - 1)), (x) => Math.abs(x) >= 1],
  sinh: [Math.sinh, Math.cosh],
  cosh: [Math.cosh, Math.sinh],
  tanh: [Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
  arsinh: [Math.asinh, (x) => 1 / Math.sqrt(x * x + 1)],
  arcosh: [Math.acosh, (x) => 1 / Math.sqrt(x * x - 1), (x) => x >= 1],
  artanh: [Math.atanh, (x) => 1 / (1 - x * x), (x) => Math.abs(x) < 1],
};

/** Those that are one over another. */
const RECIPROCAL: Readonly<Record<string, readonly [over: string | undefined, under: string]>> = {
  cot: ['cos', 'sin'],
  sec: [undefined, 'cos'],
  csc: [undefined, 'sin'],
  coth: ['cosh', 'sinh'],
  sech: [undefined, 'cosh'],
  csch: [undefined, 'sinh'],
};

/** The value of a function. `complex`: whether the relation is about complex numbers. */
export function functionValue(of: string, args: readonly Scalar[], complex: boolean): Scalar {
  const first = args[0] ?? ofWhole(0);
  const second = args[1];
  const reciprocal = RECIPROCAL[of];
  if (reciprocal) {
    const over = reciprocal[0] === undefined ? ofWhole(1) : functionValue(reciprocal[0], args, complex);
    return divide(over, functionValue(reciprocal[1], args, complex));
  }
  if (Object.hasOwn(REAL, of)) return realValue(of, first, complex);
  switch (of) {
    case 'root':
      if (!second) throw new Undecided();
      return root(first, second, complex);
    case 'log':
      if (!second) throw new Undecided();
      return logarithmTo(first, second, complex);
    case 'abs':
      if (first.exact) return first.exact.numerator < 0n ? negate(first) : first;
      if (first.im === 0) return { ...first, re: Math.abs(first.re) };
      return ofDouble(size(first), first.err);
    case 'percent':
      return divide(first, ofWhole(100));
    case 'conjugate':
      return { ...first, im: -first.im };
    case 're':
      return first.im === 0 ? first : ofDouble(first.re, first.err);
    case 'im':
      return first.im === 0 ? ofWhole(0) : ofDouble(first.im, first.err);
    case 'arg':
      if (size(first) <= first.err) throw new Undefined();
      return ofDouble(Math.atan2(first.im, first.re), first.err / size(first));
    case 'sign': {
      const order = orderOf(first, ofWhole(0));
      if (order === undefined) throw new Undecided();
      return ofWhole(order);
    }
    case 'floor':
    case 'ceil':
      return rounded(of, first);
    case 'max':
    case 'min':
      return extreme(of, args);
    default:
      return wholeValue(of, args);
  }
}

function realValue(of: string, a: Scalar, complex: boolean): Scalar {
  const row = REAL[of];
  if (!row) throw new Undecided();
  if (a.exact?.numerator === 0n && row[0](0) === 0) return ofWhole(0);
  if (a.exact?.numerator === 0n && row[0](0) === 1) return ofWhole(1);
  if (!isReal(a)) return complexValue(of, a);
  const [value, slope, domain] = row;
  const inside = domain ?? (() => true);
  if (!inside(a.re)) {
    // The end of the domain, reached by rounding only.
    const end = of === 'arcosh' ? 1 : Math.sign(a.re);
    if (Math.abs(a.re - end) > 2 * a.err || of === 'artanh') {
      if (complex) throw new Undecided();
      throw new Undefined();
    }
    return ofDouble(value(end), 2 * Math.sqrt(a.err));
  }
  if (isInfinite(a)) return ofDouble(value(a.re));
  if (of === 'tan' && Math.abs(Math.cos(a.re)) <= 2 * a.err) throw new Undefined();
  const steep = slope(a.re);
  const result = applied(value(a.re), Number.isFinite(steep) ? steep : 0, a);
  if (!Number.isFinite(steep) && a.err > 0) return ofDouble(result.re, 2 * Math.sqrt(a.err));
  // Near a turning point the slope is nearly 0: the next order counts.
  return { ...result, err: result.err + a.err * a.err };
}

function complexValue(of: string, z: Scalar): Scalar {
  const i: Scalar = { kind: 'scalar', re: 0, im: 1, err: 0 };
  const two = ofWhole(2);
  if (of === 'sin' || of === 'cos' || of === 'tan') {
    const plus = exponential(multiply(i, z));
    const minus = exponential(negate(multiply(i, z)));
    const cosine = divide(add(plus, minus), two);
    const sine = divide(subtract(plus, minus), multiply(two, i));
    return of === 'sin' ? sine : of === 'cos' ? cosine : divide(sine, cosine);
  }
  if (of === 'sinh' || of === 'cosh' || of === 'tanh') {
    const plus = exponential(z);
    const minus = exponential(negate(z));
    const cosine = divide(add(plus, minus), two);
    const sine = divide(subtract(plus, minus), two);
    return of === 'sinh' ? sine : of === 'cosh' ? cosine : divide(sine, cosine);
  }
  throw new Undecided();
}

function root(degree: Scalar, a: Scalar, complex: boolean): Scalar {
  const whole = wholeOf(degree);
  if (isInfinite(a)) return a.re > 0 ? a : ofDouble(Number.NaN);
  if (whole !== undefined && whole > 0n) {
    return rootOf(a, whole, complex) ?? power(a, divide(ofWhole(1), degree), complex);
  }
  return power(a, divide(ofWhole(1), degree), complex);
}

function logarithmTo(base: Scalar, a: Scalar, complex: boolean): Scalar {
  if (isInfinite(a) && a.re > 0 && base.re > 1) return a;
  if (isReal(base) && base.re <= base.err) throw new Undefined();
  if (base.exact && a.exact && base.exact.denominator === 1n && a.exact.numerator > 0n) {
    const value = exactLogarithm(base.exact.numerator, a.exact);
    if (value !== undefined) return ofWhole(value);
  }
  if (!base.exact && base.re === Math.E && base.im === 0) return logarithm(a, complex);
  return divide(logarithm(a, complex), logarithm(base, complex));
}

function exactLogarithm(base: bigint, a: exact.Rational): number | undefined {
  if (base < 2n) return undefined;
  const above = a.numerator > 1n;
  if (above ? a.denominator !== 1n : a.numerator !== 1n) return undefined;
  let left = above ? a.numerator : a.denominator;
  let count = 0;
  for (; left % base === 0n && count < 4000; count++) left /= base;
  return left === 1n ? (above ? count : -count) : undefined;
}

function rounded(of: 'floor' | 'ceil', a: Scalar): Scalar {
  if (a.exact) {
    const value = of === 'floor' ? exact.floor(a.exact) : -exact.floor(exact.negate(a.exact));
    return ofRational({ numerator: value, denominator: 1n });
  }
  if (!isReal(a) || isInfinite(a)) throw new Undecided();
  const round = of === 'floor' ? Math.floor : Math.ceil;
  if (round(a.re - 4 * a.err) !== round(a.re + 4 * a.err)) throw new Undecided();
  return ofWhole(round(a.re));
}

function extreme(of: 'max' | 'min', args: readonly Scalar[]): Scalar {
  const first = args[0];
  if (!first) throw new Undecided();
  return args.slice(1).reduce((best, one) => {
    const order = orderOf(one, best);
    if (order === undefined) return best;
    return (of === 'max' ? order > 0 : order < 0) ? one : best;
  }, first);
}

/** Functions of whole numbers. Others are outside their domain. */
function wholeValue(of: string, args: readonly Scalar[]): Scalar {
  if (of === 'binomial' && args.length === 2) return binomial(args[0] ?? ofWhole(0), args[1] ?? ofWhole(0));
  if (of === 'mod') return remainder(args[0] ?? ofWhole(0), args[1] ?? ofWhole(0));
  const numbers = args.map((arg) => {
    const whole = wholeOf(arg);
    if (whole === undefined) throw arg.exact ? new Undefined() : new Undecided();
    return whole;
  });
  const first = numbers[0] ?? 0n;
  switch (of) {
    case 'factorial':
    case 'doubleFactorial': {
      if (first < 0n) throw new Undefined();
      if (first > 500n) throw new Undecided();
      let value = 1n;
      for (let k = first; k > 1n; k -= of === 'factorial' ? 1n : 2n) value *= k;
      return ofRational({ numerator: value, denominator: 1n });
    }
    case 'gcd':
      return ofBig(numbers.reduce(exact.greatestCommonDivisor));
    case 'lcm':
      return ofBig(
        numbers.reduce((a, b) => {
          const divisor = exact.greatestCommonDivisor(a, b);
          return divisor === 0n ? 0n : (a < 0n ? -a : a) * ((b < 0n ? -b : b) / divisor);
        }),
      );
    default:
      throw new Undecided();
  }
}

function ofBig(value: bigint): Scalar {
  return ofRational({ numerator: value < 0n ? -value : value, denominator: 1n });
}

function binomial(n: Scalar, k: Scalar): Scalar {
  const below = wholeOf(k);
  if (below === undefined || !n.exact) throw k.exact && n.exact ? new Undefined() : new Undecided();
  if (below < 0n) return ofWhole(0);
  if (below > 400n) throw new Undecided();
  let value = n.exact.denominator === 1n && n.exact.numerator >= 0n && n.exact.numerator < below ? ofWhole(0) : ofWhole(1);
  for (let j = 0n; j < below; j++) {
    value = divide(
      multiply(value, subtract(n, ofRational({ numerator: j, denominator: 1n }))),
      ofRational({ numerator: j + 1n, denominator: 1n }),
    );
  }
  return value;
}

function remainder(a: Scalar, m: Scalar): Scalar {
  if (!a.exact || !m.exact) throw new Undecided();
  if (m.exact.numerator === 0n) throw new Undefined();
  const quotient = exact.divide(a.exact, m.exact);
  if (!quotient) throw new Undefined();
  return ofRational(exact.subtract(a.exact, exact.multiply(m.exact, { numerator: exact.floor(quotient), denominator: 1n })));
}
