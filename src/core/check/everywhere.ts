/** Relations with names of which no equation is known: identities, conditions, definitions. */
import type { CheckReason } from './checked.ts';
import { claimsIdentity, isExpanded } from './claims.ts';
import { UNDECIDED, type Decision } from './decision.ts';
import { evaluateScalar, type Environment, type Value } from './evaluate.ts';
import { contains, namesIn, whole, type Expression } from './expression.ts';
import { definitionOf, type Facts, type Relation } from './facts.ts';
import { nearIdentity } from './nearIdentity.ts';
import { points, standsForWhole } from './points.ts';
import { difference } from './roots.ts';
import { isReal, ofDouble, size, Undecided, Undefined } from './scalar.ts';
import { ENOUGH, counterexampleReason, tryPoints, type Tried } from './trial.ts';

/** With names, of which at most inequalities are known. */
export function open(relation: Relation, names: readonly string[], facts: Facts, environment: Environment, worked: boolean): Decision {
  const { left, operator, right } = relation;
  if (operator === '≈') return { verdict: 'unknown', reason: { code: 'condition' } };
  if (operator === ':=') return { verdict: 'unknown', reason: definitionReason(left, right) ?? { code: 'condition' } };
  const definition = operator === '=' ? definitionReason(left, right) : undefined;
  let tried: Tried;
  try {
    tried = tryPoints(relation, names, facts, environment);
  } catch (error) {
    if (definition && error instanceof Undecided) return { verdict: 'unknown', reason: definition };
    throw error;
  }
  const { agree, failures, counterexample } = tried;
  const filtered = names.some((name) => facts.filters.some((filter) => namesIn(filter.right, namesIn(filter.left)).has(name)));
  if (failures === 0) {
    const enough = names.every((name) => standsForWhole(name, facts.integers)) ? 4 : ENOUGH;
    if (agree < enough) return { verdict: 'unknown', reason: definition ?? { code: 'undecided' } };
    // `n \ge 1` holds for every natural number, but says which are meant.
    const bounds =
      operator !== '=' && (left.kind === 'name' ? namesIn(right).size === 0 : right.kind === 'name' && namesIn(left).size === 0);
    if (bounds && !filtered) return { verdict: 'unknown', reason: { code: 'condition' } };
    if (operator === '∈' && !filtered && right.kind === 'name') return { verdict: 'unknown', reason: { code: 'condition' } };
    return { verdict: 'true', reason: { code: 'sampled', points: agree } };
  }
  if (definition && !worked) return { verdict: 'unknown', reason: definition };
  if (!counterexample) return UNDECIDED;
  const wrong: Decision = { verdict: 'false', reason: counterexampleReason(relation, counterexample) };
  if (environment.complex && operator === '=' && namesIn(left).size > 0 && namesIn(right).size > 0 && !isExpanded(left)) return wrong;
  if (operator !== '=' && operator !== '≡') {
    return filtered && operator !== '≠' ? wrong : { verdict: 'unknown', reason: { code: 'condition' } };
  }
  if (worked) return wrong;
  if (operator === '≡' && relation.modulo) return { verdict: 'unknown', reason: { code: 'condition' } };
  // A condition holds at few points. What holds on a whole part of the domain was meant to hold on all of it: \sqrt{x^2} = x.
  if (agree >= 6 && 4 * agree >= failures && names.length === 1) return wrong;
  if (constantDifference(relation, names, facts, environment)) return wrong;
  const claim =
    claimsIdentity(left, right, { at: (t) => scaledSides(relation, names, facts, environment, t) }) ||
    proportional(relation, names, facts, environment) ||
    nearIdentity(relation, (changed) => tryPoints(changed, names, facts, environment, true));
  if (claim) return wrong;
  // Under conditions the sides agree where both are defined, or the equation is about something else.
  return { verdict: 'unknown', reason: { code: 'condition' } };
}

export function definitionReason(left: Expression, right: Expression): CheckReason | undefined {
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (side.kind === 'name' && !namesIn(other).has(side.name)) return { code: 'definition', name: side.name };
    if (side.kind === 'apply' && definitionOf(side, other)) return { code: 'definition', name: side.name };
    if (
      side.kind === 'apply' &&
      !side.name.startsWith('between') &&
      !contains(other, (part) => part.kind === 'apply' && part.name === side.name)
    )
      return { code: 'definition', name: side.name };
  }
  return undefined;
}

/** The sides differ by the same number everywhere, which is not 0: no value of the names can help. */
export function constantDifference(relation: Relation, names: readonly string[], facts: Facts, environment: Environment): boolean {
  const e = difference(relation.left, relation.right);
  let first: number | undefined;
  let count = 0;
  for (const values of points(names, { integers: facts.integers, filters: facts.filters, complex: environment.complex, count: 10 })) {
    try {
      const value = evaluateScalar(e, { ...environment, values: new Map<string, Value>([...environment.values, ...values]) });
      if (!isReal(value)) return false;
      first ??= value.re;
      if (size(value) < 1e-6 || Math.abs(value.re - first) > 1e-9 * (1 + Math.abs(first)) + 10 * value.err) return false;
      count++;
    } catch (error) {
      if (!(error instanceof Undefined || error instanceof Undecided)) throw error;
    }
  }
  return count >= 4;
}

/** One side is a number times the other one everywhere, as the wrong sign of `\cos(-x) = -\cos x`. */
export function proportional(relation: Relation, names: readonly string[], facts: Facts, environment: Environment): boolean {
  if (isExpanded(relation.left) && isExpanded(relation.right)) return false;
  const ratio: Expression = { kind: 'quotient', over: relation.left, under: relation.right };
  const shifted: Relation = { left: ratio, operator: '=', right: whole(0) };
  return namesIn(relation.right).size > 0 && namesIn(relation.left).size > 0 && constantDifference(shifted, names, facts, environment);
}

export function scaledSides(
  relation: Relation,
  names: readonly string[],
  facts: Facts,
  environment: Environment,
  t: number,
): { left: number; right: number } | undefined {
  const [start] = points(names, { integers: new Set(), filters: [], complex: false, count: 1 });
  if (!start) return undefined;
  const values = new Map<string, Value>(environment.values);
  const whole_ = names.some((name) => standsForWhole(name, facts.integers));
  if (whole_ && (t < 1 || t > 100)) return undefined;
  for (const [k, name] of names.entries()) {
    const base = 1.3 + 0.37 * k;
    values.set(name, whole_ ? ofDouble(base * t) : { ...ofDouble(base * t), err: 0 });
  }
  try {
    const at = { ...environment, values };
    const left = evaluateScalar(relation.left, at);
    const right = evaluateScalar(relation.right, at);
    return isReal(left) && isReal(right) ? { left: left.re, right: right.re } : undefined;
  } catch (error) {
    if (error instanceof Undefined || error instanceof Undecided) return undefined;
    throw error;
  }
}
