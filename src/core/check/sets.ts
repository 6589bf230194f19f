/** Sets of real numbers: finite ones, intervals, unions of them. */
import type { Expression } from './expression.ts';
import { evaluate, scalarOf, type Environment } from './evaluate.ts';
import { compareScalars, isInfinite, isReal, ofDouble, orderOf, size, Undecided, type Scalar } from './scalar.ts';

/** From `low` to `high`; a point where both are the same and closed. */
interface Interval {
  readonly low: Scalar;
  readonly high: Scalar;
  readonly closedLow: boolean;
  readonly closedHigh: boolean;
}

export type RealSet = readonly Interval[];

const NAMED: ReadonlySet<string> = new Set([
  'set:R',
  'set:Q',
  'set:Z',
  'set:N',
  'set:C',
  'set:R+',
  'set:Z+',
  'set:Q+',
  'set:N_0',
  'set:R_{>0}',
  'set:Z_{>0}',
  'set:N0',
  'set:Z>0',
  'set:R>0',
  'set:N_+',
  'set:N+',
  'set:R*',
]);

export function isSetExpression(e: Expression): boolean {
  if (e.kind === 'list') return true;
  if (e.kind === 'name') return e.name.startsWith('set:');
  return e.kind === 'call' && ['cup', 'cap', 'setminus'].includes(e.of);
}

/** Whether a value is in a set; undefined where that is not decided. */
export function isMember(value: Scalar, set: Expression, environment: Environment): boolean | undefined {
  if (set.kind === 'name' && NAMED.has(set.name)) return inNamed(value, set.name.slice(4));
  if (set.kind === 'call' && set.of === 'setminus') {
    const [all, without] = set.args;
    if (!all || !without) return undefined;
    const inside = isMember(value, all, environment);
    const taken = isMember(value, without, environment);
    return inside === undefined || taken === undefined ? undefined : inside && !taken;
  }
  const found = realSet(set, environment);
  let undecided = false;
  for (const part of found) {
    const low = orderOf(part.low, value);
    const high = orderOf(value, part.high);
    if (low === undefined || high === undefined) {
      if (!isReal(value)) return false;
      undecided = true;
    } else if ((low < 0 || (low === 0 && part.closedLow)) && (high < 0 || (high === 0 && part.closedHigh))) return true;
  }
  return undecided ? undefined : false;
}

function inNamed(value: Scalar, set: string): boolean | undefined {
  const letter = set.slice(0, 1);
  if (letter === 'C') return true;
  if (!isReal(value)) return false;
  if (isInfinite(value)) return false;
  const sign = orderOf(value, ofDouble(0));
  if (/[+*>]/.test(set) && letter !== 'N') {
    if (sign === undefined) return undefined;
    if (set.endsWith('*') ? sign === 0 : sign <= 0) return false;
  }
  if (letter === 'R') return true;
  if (value.exact) {
    if (letter === 'Q') return true;
    if (value.exact.denominator !== 1n) return false;
    if (letter === 'Z') return true;
    if (value.exact.numerator === 0n) return set === 'N_0' || set === 'N0' ? true : /[+>]/.test(set) ? false : undefined;
    return value.exact.numerator > 0n;
  }
  // A double may be a whole number or a fraction by chance only.
  if (letter !== 'Q' && Math.abs(value.re - Math.round(value.re)) > 1000 * value.err + 1e-9) return false;
  return undefined;
}

/** Throws `Undecided` for what is no set of real numbers. */
export function realSet(e: Expression, environment: Environment): RealSet {
  if (e.kind === 'list' && e.open === '{') return e.items.map((item) => point(scalarOf(evaluate(item, environment))));
  if (e.kind === 'list') {
    const [low, high] = e.items.map((item) => scalarOf(evaluate(item, environment)));
    if (!low || !high || e.items.length !== 2 || !isReal(low) || !isReal(high)) throw new Undecided();
    return [{ low, high, closedLow: e.open === '[', closedHigh: e.close === ']' }];
  }
  if (e.kind === 'call' && (e.of === 'cup' || e.of === 'cap')) {
    const [left, right] = e.args.map((arg) => realSet(arg, environment));
    if (!left || !right) throw new Undecided();
    return e.of === 'cup' ? joined([...left, ...right]) : left.flatMap((a) => right.flatMap((b) => common(a, b)));
  }
  if (e.kind === 'name' && e.name === 'set:R') {
    const end = (re: number): Scalar => ({ kind: 'scalar', re, im: 0, err: 0 });
    return [{ low: end(-Infinity), high: end(Infinity), closedLow: false, closedHigh: false }];
  }
  throw new Undecided();
}

function point(value: Scalar): Interval {
  return { low: value, high: value, closedLow: true, closedHigh: true };
}

function order(a: Scalar, b: Scalar): -1 | 0 | 1 {
  const found = orderOf(a, b);
  if (found === undefined) throw new Undecided();
  return found;
}

function common(a: Interval, b: Interval): Interval[] {
  const low = order(a.low, b.low);
  const high = order(a.high, b.high);
  const part: Interval = {
    low: low >= 0 ? a.low : b.low,
    closedLow: low > 0 ? a.closedLow : low < 0 ? b.closedLow : a.closedLow && b.closedLow,
    high: high <= 0 ? a.high : b.high,
    closedHigh: high < 0 ? a.closedHigh : high > 0 ? b.closedHigh : a.closedHigh && b.closedHigh,
  };
  const size_ = order(part.low, part.high);
  return size_ < 0 || (size_ === 0 && part.closedLow && part.closedHigh) ? [part] : [];
}

function joined(parts: readonly Interval[]): Interval[] {
  const sorted = parts.toSorted((a, b) => order(a.low, b.low) || Number(b.closedLow) - Number(a.closedLow));
  const result: Interval[] = [];
  for (const part of sorted) {
    const last = result.at(-1);
    const gap = last ? order(part.low, last.high) : 1;
    if (!last || gap > 0 || (gap === 0 && !part.closedLow && !last.closedHigh)) result.push(part);
    else {
      const higher = order(part.high, last.high);
      if (higher > 0) result[result.length - 1] = { ...last, high: part.high, closedHigh: part.closedHigh };
      else if (higher === 0) result[result.length - 1] = { ...last, closedHigh: last.closedHigh || part.closedHigh };
    }
  }
  return result;
}

/** Whether two sets have the same numbers. Complex ones are told apart as points. */
export function sameSet(a: RealSet, b: RealSet): boolean | undefined {
  if (a.every(isPoint) && b.every(isPoint)) return samePoints(a, b);
  const left = joined(a);
  const right = joined(b);
  if (left.length !== right.length) return false;
  return left.every((part, k) => {
    const other = right[k];
    if (!other || order(part.low, other.low) !== 0 || order(part.high, other.high) !== 0) return false;
    return part.closedLow === other.closedLow && part.closedHigh === other.closedHigh;
  });
}

function isPoint(part: Interval): boolean {
  return part.low === part.high;
}

function samePoints(a: RealSet, b: RealSet): boolean | undefined {
  let unsure = false;
  const within = (parts: RealSet, others: RealSet): boolean =>
    parts.every((part) =>
      others.some((other) => {
        const compared = compareScalars(part.low, other.low);
        if (compared === 'close') unsure = true;
        return compared === 'equal';
      }),
    );
  const same = within(a, b) && within(b, a);
  return same ? true : unsure ? undefined : false;
}

export function isSubset(a: RealSet, b: RealSet): boolean | undefined {
  if (a.some((part) => size(part.low) === Infinity && isPoint(part))) return undefined;
  return a.every((part) => {
    const inside = joined(b).flatMap((other) => common(part, other));
    return inside.length === 1 && sameSet(inside, [part]) === true;
  });
}
