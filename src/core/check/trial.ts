/** Tries a relation at points of its domain. */
import type { CheckReason, NamedValue } from './checked.ts';
import { evaluate, type Environment, type Value } from './evaluate.ts';
import { namesIn, type Expression } from './expression.ts';
import { type Facts, type Relation } from './facts.ts';
import { holds, valueText } from './hold.ts';
import { points } from './points.ts';
import { quantityText } from './quantity.ts';
import { Undecided, Undefined } from './scalar.ts';

export const POINTS = 48;

/** Points that have to agree before an equation counts as an identity. */
export const ENOUGH = 6;

export function valuesReason(relation: Relation, environment: Environment, result: boolean): CheckReason {
  return {
    code: result ? 'values' : 'valuesDiffer',
    left: sideText(relation.left, environment),
    right: sideText(relation.right, environment),
  };
}

export function sideText(side: Expression, environment: Environment): string {
  try {
    return quantityText(side, environment) ?? valueText(evaluate(side, environment));
  } catch {
    return '…';
  }
}

export function accepted(filters: readonly Relation[], environment: Environment, names: readonly string[]): boolean {
  return filters.every((filter) => {
    const own = [...namesIn(filter.right, namesIn(filter.left))].filter((name) => !name.startsWith('set:'));
    if (!own.some((name) => names.includes(name)) || !own.every((name) => environment.values.has(name))) return true;
    try {
      return holds(filter, environment) === true;
    } catch (error) {
      if (error instanceof Undefined) return false;
      if (error instanceof Undecided) return true;
      throw error;
    }
  });
}

export interface Tried {
  readonly agree: number;
  readonly unsure: number;
  readonly counterexample?: { readonly environment: Environment; readonly names: readonly string[] };
  readonly failures: number;
}

/** `once`: the first point where it fails is enough. */
export function tryPoints(relation: Relation, names: readonly string[], facts: Facts, environment: Environment, once = false): Tried {
  let [agree, unsure, failures] = [0, 0, 0];
  let counterexample: Tried['counterexample'];
  const options = { integers: facts.integers, filters: facts.filters, complex: environment.complex, count: POINTS };
  let wanted = ENOUGH + 2 * names.length + (relation.operator === '=' ? 4 : 30);
  for (const values of points(names, options)) {
    const at: Environment = { ...environment, values: new Map<string, Value>([...environment.values, ...values]) };
    try {
      if (!accepted(facts.filters, at, names)) continue;
      const result = holds(relation, at);
      if (result === true) agree++;
      else if (result === undefined) unsure++;
      else {
        failures++;
        counterexample ??= { environment: at, names };
      }
    } catch (error) {
      if (error instanceof Undecided) {
        unsure++;
        if (environment.work.left < 0 || (unsure > 5 && agree + failures === 0)) throw error;
      } else if (!(error instanceof Undefined)) throw error;
    }
    if (once && failures > 0) break;
    // Of one name all points are tried, to see whether it holds on a part of them.
    if (failures > 0 && names.length === 1 && relation.operator === '=') wanted = 2;
    if (--wanted <= 0 && agree + failures >= ENOUGH + names.length) break;
    if (environment.work.left < 0) break;
  }
  return { agree, unsure, failures, ...(counterexample ? { counterexample } : {}) };
}

export function counterexampleReason(relation: Relation, found: NonNullable<Tried['counterexample']>): CheckReason {
  const at = found.names.flatMap((name): NamedValue[] => {
    const value = found.environment.values.get(name);
    return value ? [{ name, value: valueText(value) }] : [];
  });
  return {
    code: 'counterexample',
    at,
    left: sideText(relation.left, found.environment),
    right: sideText(relation.right, found.environment),
  };
}
