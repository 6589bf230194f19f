/** Limits, from values nearer and nearer to the place and their extrapolation (Neville's table with ratio 2). */
import type { Expression } from './expression.ts';
import { evaluateScalar, withValue, type Environment } from './evaluate.ts';
import { isInfinite, isReal, ofDouble, ofRational, Undecided, Undefined, type Scalar } from './scalar.ts';
import * as exact from './rational.ts';

type Limit = Extract<Expression, { kind: 'limit' }>;

const STEPS = 50;

export function limitValue(e: Limit, environment: Environment): Scalar {
  const to = evaluateScalar(e.to, environment);
  if (!isReal(to)) throw new Undecided();
  if (isInfinite(to))
    return approached(e, environment, (k) => ofRational({ numerator: (to.re > 0 ? 1n : -1n) << BigInt(k), denominator: 1n }));
  const near = (side: -1 | 1): Scalar => approached(e, environment, (k) => besides(to, side, k));
  if (e.side !== 0) return near(e.side);
  let below: Scalar | undefined;
  try {
    below = near(-1);
  } catch (error) {
    // Outside its domain on one side, the limit is the other one's.
    if (!(error instanceof Undefined)) throw error;
  }
  let above: Scalar;
  try {
    above = near(1);
  } catch (error) {
    if (below && error instanceof Undefined) return below;
    throw error;
  }
  if (!below) return above;
  if (isInfinite(below) || isInfinite(above)) {
    if (below.re !== above.re) throw new Undefined();
    return above;
  }
  const apart = Math.abs(below.re - above.re);
  if (apart > 100 * (below.err + above.err) + 1e-6 * (1 + Math.abs(above.re))) throw new Undefined();
  return above.err < below.err ? above : below;
}

function besides(to: Scalar, side: -1 | 1, k: number): Scalar {
  if (to.exact) return ofRational(exact.add(to.exact, { numerator: BigInt(side), denominator: 1n << BigInt(k) }));
  return ofDouble(to.re + side * 2 ** -k, to.err);
}

function approached(e: Limit, environment: Environment, place: (k: number) => Scalar): Scalar {
  const rows: Scalar[] = [];
  let outside = 0;
  for (let k = 1; k <= STEPS; k++) {
    try {
      const y = evaluateScalar(e.body, withValue(environment, e.variable, place(k)));
      if (!isReal(y)) throw new Undecided();
      if (isInfinite(y)) break;
      rows.push(y);
    } catch (error) {
      if (error instanceof Undecided) break;
      if (!(error instanceof Undefined)) throw error;
      // Far away it may be outside, and very near rounding may make a zero of a difference.
      outside++;
      if (rows.length > 0) break;
    }
  }
  if (rows.length < 6) {
    if (outside > 30) throw new Undefined();
    throw new Undecided();
  }
  if (growing(rows)) return { kind: 'scalar', re: (rows.at(-1)?.re ?? 0) > 0 ? Infinity : -Infinity, im: 0, err: 0 };
  const { value, error } = extrapolated(rows);
  if (!(error < 1e-5 * (1 + Math.abs(value)))) throw new Undecided();
  return ofDouble(value, error);
}

/** Without a bound: the steps do not become smaller. */
function growing(rows: readonly Scalar[]): boolean {
  const sure = rows.filter((row) => row.err < 1e-3 * Math.abs(row.re));
  const last = sure.slice(-9);
  if (last.length < 6) return false;
  const steps = last.slice(1).map((row, k) => row.re - (last[k]?.re ?? 0));
  const direction = Math.sign(steps[0] ?? 0);
  const kept = steps.every((step, k) => Math.sign(step) === direction && Math.abs(step) >= 0.97 * Math.abs(steps[k - 1] ?? 0));
  return direction !== 0 && kept && Math.sign(last.at(-1)?.re ?? 0) === direction && Math.abs(last.at(-1)?.re ?? 0) > 3;
}

/** The entry of the table that changes least, with what it changes as its error. */
function extrapolated(rows: readonly Scalar[]): { value: number; error: number } {
  let best = { value: Number.NaN, error: Infinity };
  const settled = rows.every((row) => row.re === rows[0]?.re);
  if (settled) return { value: rows[0]?.re ?? 0, error: rows[0]?.err ?? 0 };
  let above: { value: number; noise: number }[] = [];
  for (const [k, row] of rows.entries()) {
    const now = [{ value: row.re, noise: row.err }];
    for (let j = 1; j <= Math.min(k, 10); j++) {
      const left = now[j - 1];
      const upper = above[j - 1];
      if (!left || !upper) break;
      const by = 2 ** j - 1;
      now.push({ value: left.value + (left.value - upper.value) / by, noise: (left.noise * 2 ** j + upper.noise) / by });
    }
    for (const [j, entry] of now.entries()) {
      const before = above[j];
      const neighbour = now[j - 1];
      if (!before || k < 4) continue;
      const change = 3 * Math.abs(entry.value - before.value);
      // Of a column that only creeps, what is left is more than the last step.
      const error = Math.max(change, neighbour && k < 12 ? Math.abs(entry.value - neighbour.value) : 0) + entry.noise;
      if (error < best.error) best = { value: entry.value, error };
    }
    above = now;
  }
  return best;
}
