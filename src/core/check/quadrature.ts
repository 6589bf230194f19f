/** Definite integrals by the double exponential rule (Takahasi and Mori 1974), and by adaptive Gauss and Kronrod rules. */
import type { Expression } from './expression.ts';
import { evaluateScalar, withValue, type Environment } from './evaluate.ts';
import { add, isInfinite, isReal, negate, ofDouble, ofWhole, Undecided, Undefined, type Scalar } from './scalar.ts';

interface Estimate {
  readonly value: number;
  readonly error: number;
}

type Integrand = (x: number) => { readonly value: number; readonly error: number } | undefined;

export function integralValue(e: Extract<Expression, { kind: 'integral' }>, environment: Environment): Scalar {
  if (!e.from || !e.to) throw new Undecided();
  const from = evaluateScalar(e.from, environment);
  const to = evaluateScalar(e.to, environment);
  if (!isReal(from) || !isReal(to)) throw new Undecided();
  if (from.re === to.re && !isInfinite(from)) return ofWhole(0);
  if (from.re > to.re) return negate(between(e, to.re, from.re, from.err + to.err, environment));
  return between(e, from.re, to.re, from.err + to.err, environment);
}

function between(e: Extract<Expression, { kind: 'integral' }>, a: number, b: number, ends: number, environment: Environment): Scalar {
  let largest = 0;
  const f: Integrand = (x) => {
    try {
      const y = evaluateScalar(e.body, withValue(environment, e.variable, ofDouble(x)));
      if (Math.abs(y.im) > 10 * y.err) throw new Undecided();
      if (!Number.isFinite(y.re)) return undefined;
      if (x !== a && x !== b) largest = Math.max(largest, Math.min(Math.abs(y.re), 1e6));
      return { value: y.re, error: y.err };
    } catch (error) {
      if (error instanceof Undefined) return undefined;
      throw error;
    }
  };
  const estimate = best(f, a, b);
  const error = estimate.error * 4 + ends * largest + 1e-15 * Math.abs(estimate.value);
  if (!(error < 1e-5 * (1 + Math.abs(estimate.value)))) throw new Undecided();
  return add(ofDouble(estimate.value, error), ofWhole(0));
}

function best(f: Integrand, a: number, b: number): Estimate {
  const { g, low, high } = finite(f, a, b);
  const first = doubleExponential(g, low, high);
  if (first.error < 1e-11 * (1 + Math.abs(first.value))) return first;
  const second = adaptive(g, low, high);
  return second.error < first.error ? second : first;
}

/** The same integral over an interval that ends. */
function finite(f: Integrand, a: number, b: number): { g: Integrand; low: number; high: number } {
  if (Number.isFinite(a) && Number.isFinite(b)) return { g: f, low: a, high: b };
  const change = (x: (t: number) => number, slope: (t: number) => number): Integrand => {
    return (t) => {
      const y = f(x(t));
      const s = slope(t);
      return y && Number.isFinite(s) ? { value: y.value * s, error: y.error * s } : undefined;
    };
  };
  if (Number.isFinite(a))
    return {
      g: change(
        (t) => a + t / (1 - t),
        (t) => 1 / (1 - t) ** 2,
      ),
      low: 0,
      high: 1,
    };
  if (Number.isFinite(b))
    return {
      g: change(
        (t) => b - t / (1 - t),
        (t) => 1 / (1 - t) ** 2,
      ),
      low: 0,
      high: 1,
    };
  return {
    g: change(
      (t) => t / (1 - t * t),
      (t) => (1 + t * t) / (1 - t * t) ** 2,
    ),
    low: -1,
    high: 1,
  };
}

function doubleExponential(f: Integrand, a: number, b: number): Estimate {
  const half = (b - a) / 2;
  let previous = Number.NaN;
  let estimate: Estimate = { value: 0, error: Infinity };
  let missing = 0;
  for (let level = 1; level <= 7; level++) {
    const h = 2 ** -level;
    let total = 0;
    let noise = 0;
    missing = 0;
    for (let k = -Math.ceil(3.6 / h); k <= Math.ceil(3.6 / h); k++) {
      const t = k * h;
      const s = (Math.PI / 2) * Math.sinh(t);
      const weight = ((Math.PI / 2) * Math.cosh(t)) / Math.cosh(s) ** 2;
      // Measured from the nearer end, so that points close to it stay apart from it.
      const fromEnd = half * (2 / (1 + Math.exp(2 * Math.abs(s))));
      const x = s < 0 ? a + fromEnd : b - fromEnd;
      const y = x > a && x < b ? f(x) : undefined;
      if (!y) {
        if (weight > 1e-6) missing++;
        continue;
      }
      total += weight * y.value;
      noise += weight * Math.min(y.error, Math.abs(y.value) + y.error);
    }
    const value = total * h * half;
    if (missing > 0 && level > 2) return { value, error: Infinity };
    estimate = { value, error: Math.abs(value - previous) + noise * h * half };
    if (Math.abs(value - previous) <= 1e-14 * (1 + Math.abs(value))) return estimate;
    previous = value;
  }
  return estimate;
}

const NODES = [
  0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
  0.741531185599394439863864773280788, 0.586087235467691130294144691693, 0.405845151377397166906606412076961,
  0.207784955007898467600689403773245, 0,
];
const KRONROD = [
  0.02293532201052922496373200805897, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
  0.140653259715525918745189590510238, 0.16900472663926790282658342659855, 0.190350578064785409913256402421014,
  0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
];
const GAUSS = [
  0.129484966168869693270611432679082, 0.27970539148927666790146777142378, 0.381830050505118944950369775488975,
  0.417959183673469387755102040816327,
];

interface Piece extends Estimate {
  readonly low: number;
  readonly high: number;
}

function adaptive(f: Integrand, a: number, b: number): Estimate {
  const pieces: Piece[] = [];
  const add_ = (low: number, high: number): boolean => {
    const estimate = gaussKronrod(f, low, high);
    if (estimate) pieces.push({ low, high, ...estimate });
    return estimate !== undefined;
  };
  if (!add_(a, b)) return { value: 0, error: Infinity };
  for (let count = 0; count < 120; count++) {
    const error = pieces.reduce((total, piece) => total + piece.error, 0);
    const value = pieces.reduce((total, piece) => total + piece.value, 0);
    if (error < 1e-12 * (1 + Math.abs(value))) break;
    const worst = pieces.reduce((most, piece) => (piece.error > most.error ? piece : most));
    pieces.splice(pieces.indexOf(worst), 1);
    const middle = (worst.low + worst.high) / 2;
    if (middle <= worst.low || middle >= worst.high) {
      pieces.push(worst);
      break;
    }
    if (!add_(worst.low, middle) || !add_(middle, worst.high)) return { value: 0, error: Infinity };
  }
  return {
    value: pieces.reduce((total, piece) => total + piece.value, 0),
    error: pieces.reduce((total, piece) => total + piece.error, 0),
  };
}

/** The rule of 7 and 15 points (Kronrod 1965); undefined where the integrand has no value at one of them. */
function gaussKronrod(f: Integrand, low: number, high: number): Estimate | undefined {
  const half = (high - low) / 2;
  const middle = (high + low) / 2;
  let gauss = 0;
  let kronrod = 0;
  let noise = 0;
  for (const [k, node] of NODES.entries()) {
    for (const x of node === 0 ? [middle] : [middle - half * node, middle + half * node]) {
      const y = f(x);
      if (!y) return undefined;
      kronrod += (KRONROD[k] ?? 0) * y.value;
      noise += (KRONROD[k] ?? 0) * y.error;
      if (k % 2 === 1) gauss += (GAUSS[(k - 1) / 2] ?? 0) * y.value;
    }
  }
  return { value: kronrod * half, error: Math.abs(kronrod - gauss) * half + noise * half };
}
