/** Whether a relation holds between two values, and values as text. */
import type { Expression } from './expression.ts';
import { evaluate, evaluateScalar, vectorOf, type Environment, type Value } from './evaluate.ts';
import type { Relation } from './facts.ts';
import { sameShape } from './matrix.ts';
import * as exact from './rational.ts';
import { isMember, isSetExpression, isSubset, realSet, sameSet } from './sets.ts';
import { compareScalars, isReal, orderOf, subtract, Undecided, Undefined, wholeOf, type Scalar } from './scalar.ts';

/** `undefined`: not decided at this point. Throws `Undefined` where a side has no value. */
export function holds(relation: Relation, environment: Environment): boolean | undefined {
  const { left, operator, right, modulo } = relation;
  switch (operator) {
    case '=':
    case ':=':
      return equal(left, right, environment);
    case '≡':
      return modulo ? congruent(left, right, modulo, environment) : equal(left, right, environment);
    case '≠': {
      const same = equal(left, right, environment);
      return same === undefined ? undefined : !same;
    }
    case '<':
    case '≤':
    case '>':
    case '≥':
      return ordered(operator, evaluateScalar(left, environment), evaluateScalar(right, environment));
    case '∈':
    case '∉': {
      const inside = member(left, right, environment);
      return inside === undefined ? undefined : inside === (operator === '∈');
    }
    case '∣':
    case '∤': {
      const divisor = wholeOf(evaluateScalar(left, environment));
      const number = wholeOf(evaluateScalar(right, environment));
      if (divisor === undefined || number === undefined) throw new Undefined();
      if (divisor === 0n) return undefined;
      return (number % divisor === 0n) === (operator === '∣');
    }
    case '⊆':
      return isSubset(realSet(left, environment), realSet(right, environment));
    case '≈':
    case '?':
      return undefined;
  }
}

function member(left: Expression, right: Expression, environment: Environment): boolean | undefined {
  const value = evaluate(left, environment);
  if (value.kind !== 'scalar') throw new Undecided();
  return isMember(value, right, environment);
}

function ordered(operator: '<' | '≤' | '>' | '≥', a: Scalar, b: Scalar): boolean | undefined {
  const order = orderOf(a, b);
  if (order === undefined) return undefined;
  if (operator === '<') return order < 0;
  if (operator === '≤') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function congruent(left: Expression, right: Expression, modulo: Expression, environment: Environment): boolean | undefined {
  const distance = subtract(evaluateScalar(left, environment), evaluateScalar(right, environment));
  const m = evaluateScalar(modulo, environment).exact;
  if (!distance.exact || !m) return undefined;
  if (m.numerator === 0n) throw new Undefined();
  return exact.divide(distance.exact, m)?.denominator === 1n;
}

function equal(left: Expression, right: Expression, environment: Environment): boolean | undefined {
  const sets = isSetExpression(left) && isSetExpression(right);
  const braces = [left, right].some(
    (side) => side.kind === 'call' || (side.kind === 'list' && (side.open === '{' || side.open === '[' || side.close === ']')),
  );
  if (sets && braces) return sameSet(realSet(left, environment), realSet(right, environment));
  return equalValues(evaluate(left, environment), evaluate(right, environment));
}

export function equalValues(a: Value, b: Value): boolean | undefined {
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    const compared = compareScalars(a, b);
    return compared === 'close' ? undefined : compared === 'equal';
  }
  if (a.kind === 'matrix' && b.kind === 'matrix') {
    if (!sameShape(a, b)) return false;
    return all(a.rows.flat(), b.rows.flat());
  }
  const left = vectorOf(a);
  const right = vectorOf(b);
  if (left && right && a.kind !== 'scalar' && b.kind !== 'scalar') return left.length === right.length && all(left, right);
  throw new Undecided();
}

function all(a: readonly Scalar[], b: readonly Scalar[]): boolean | undefined {
  let unsure = false;
  for (const [k, entry] of a.entries()) {
    const other = b[k];
    const same = other && compareScalars(entry, other);
    if (same === 'different') return false;
    if (same !== 'equal') unsure = true;
  }
  return unsure ? undefined : true;
}

/** A value for a reader: `3/4`, `1.414214`, `2 + 3i`, `(1, 2)`. */
export function valueText(value: Value): string {
  if (value.kind === 'matrix') return `[${value.rows.map((row) => row.map(valueText).join(', ')).join('; ')}]`;
  if (value.kind === 'list') return `${value.open === '{' ? '{' : value.open}${value.items.map(valueText).join(', ')}${value.close}`;
  if (value.exact) return rationalText(value.exact);
  if (value.re === Infinity) return '∞';
  if (value.re === -Infinity) return '−∞';
  if (isReal(value)) return doubleText(value.re);
  const part = `${doubleText(Math.abs(value.im))}i`.replace(/^1i$/, 'i');
  if (Math.abs(value.re) <= 4 * value.err) return value.im < 0 ? `-${part}` : part;
  return `${doubleText(value.re)} ${value.im < 0 ? '-' : '+'} ${part}`;
}

function rationalText({ numerator, denominator }: exact.Rational): string {
  if (denominator === 1n) return shortened(numerator.toString());
  // A decimal where it ends soon.
  let left = denominator;
  while (left % 2n === 0n) left /= 2n;
  while (left % 5n === 0n) left /= 5n;
  const decimal = Number(numerator) / Number(denominator);
  if (left === 1n && denominator > 8n && String(decimal).length <= 10 && !String(decimal).includes('e')) return String(decimal);
  const text = `${numerator.toString()}/${denominator.toString()}`;
  return text.length <= 24 ? text : doubleText(decimal);
}

function shortened(digits: string): string {
  return digits.length <= 24 ? digits : doubleText(Number(digits));
}

function doubleText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return String(Number(value.toPrecision(9)));
}
