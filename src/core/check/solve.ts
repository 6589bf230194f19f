/** What follows from given equations: names put into one another, then the zeros of what is left. */
import { differentiate } from './differentiate.ts';
import { namesIn, negative, quotient, substitute, whole, type Expression } from './expression.ts';
import { evaluateScalar, type Environment, type Value } from './evaluate.ts';
import type { Relation } from './facts.ts';
import { difference, rootsOf } from './roots.ts';
import { compareScalars, size, Undecided, Undefined, type Scalar } from './scalar.ts';
import { isUnit } from './units.ts';

/** One way in which the equations hold. */
export interface Solution {
  /** Names in terms of those that stay free. */
  readonly terms: ReadonlyMap<string, Expression>;
  readonly values: ReadonlyMap<string, Value>;
}

export interface Solutions {
  readonly solutions: readonly Solution[];
  /** Whether there are no others. */
  readonly complete: boolean;
}

interface State {
  readonly terms: Map<string, Expression>;
  readonly values: Map<string, Value>;
  readonly left: readonly Relation[];
}

const MOST_BRANCHES = 24;

export function solve(equations: readonly Relation[], environment: Environment): Solutions {
  let complete = true;
  const solutions: Solution[] = [];
  const open: State[] = [{ terms: new Map(), values: new Map(environment.values), left: equations }];
  for (let count = 0; open.length > 0; count++) {
    const state = open.pop();
    if (!state || count > MOST_BRANCHES) throw new Undecided();
    const own: Environment = { ...environment, values: state.values };
    const next = substituted(state, own);
    if (next) {
      open.push(next);
      continue;
    }
    const rest = state.left.filter((relation) => unknowns(relation, state.values).length > 0);
    const closed = state.left.filter((relation) => unknowns(relation, state.values).length === 0);
    const verdicts = closed.map((relation) => holdsClosed(relation, own));
    if (verdicts.includes(false)) continue;
    if (verdicts.includes(undefined)) complete = false;
    const single = rest.find((relation) => unknowns(relation, state.values).length === 1);
    if (!single) {
      if (rest.length > 0) complete = false;
      solutions.push({ terms: state.terms, values: state.values });
      continue;
    }
    const [name = ''] = unknowns(single, state.values);
    const found = rootsOf(difference(single.left, single.right), name, own);
    if (!found.complete) complete = false;
    for (const root of found.roots) {
      open.push({
        terms: state.terms,
        values: new Map(state.values).set(name, root),
        left: rest.filter((relation) => relation !== single),
      });
    }
  }
  return { solutions: solutions.map((one) => closedTerms(one)), complete };
}

/** Terms may name each other: each is put into those before it. */
function closedTerms(solution: Solution): Solution {
  const names = [...solution.terms.keys()].reverse();
  const terms = new Map<string, Expression>();
  for (const name of names) {
    const term = solution.terms.get(name);
    if (term) terms.set(name, substitute(term, terms));
  }
  return { terms, values: solution.values };
}

function unknowns(relation: Relation, values: ReadonlyMap<string, Value>): string[] {
  const names = namesIn(relation.right, namesIn(relation.left));
  return [...names].filter((name) => !values.has(name) && !isUnit(name) && !name.startsWith('set:'));
}

function holdsClosed(relation: Relation, environment: Environment): boolean | undefined {
  try {
    const compared = compareScalars(evaluateScalar(relation.left, environment), evaluateScalar(relation.right, environment));
    return compared === 'close' ? undefined : compared === 'equal';
  } catch (error) {
    if (error instanceof Undefined) return false;
    if (error instanceof Undecided) return undefined;
    throw error;
  }
}

/** The next state where an equation says what a name is in terms of others. */
function substituted(state: State, environment: Environment): State | undefined {
  const candidates: { relation: Relation; name: string; term: Expression; cost: number }[] = [];
  for (const relation of state.left) {
    const names = unknowns(relation, state.values);
    for (const [side, other] of [
      [relation.left, relation.right],
      [relation.right, relation.left],
    ] as const) {
      if (side.kind === 'name' && names.includes(side.name) && !namesIn(other).has(side.name)) {
        candidates.push({ relation, name: side.name, term: other, cost: namesIn(other).size });
      }
    }
    if (names.length < 2 && !environment.complex) continue;
    for (const name of names) {
      const term = linear(relation, name, environment);
      if (term) candidates.push({ relation, name, term: term.term, cost: 10 + namesIn(term.term).size + (term.constant ? 0 : 20) });
    }
  }
  const best = candidates.toSorted((a, b) => a.cost - b.cost)[0];
  if (!best) return undefined;
  const map = new Map([[best.name, best.term]]);
  const left = state.left
    .filter((relation) => relation !== best.relation)
    .map((relation) => ({ ...relation, left: substitute(relation.left, map), right: substitute(relation.right, map) }));
  return { terms: new Map(state.terms).set(best.name, best.term), values: state.values, left };
}

/** The name in terms of the others, where its derivative does not have it any more. */
function linear(relation: Relation, name: string, environment: Environment): { term: Expression; constant: boolean } | undefined {
  const e = difference(relation.left, relation.right);
  try {
    const slope = differentiate(e, name);
    if (namesIn(slope).has(name)) return undefined;
    const rest = substitute(e, new Map([[name, whole(0)]]));
    const constant = [...namesIn(slope)].every((one) => environment.values.has(one));
    if (constant && isZero(evaluateScalar(slope, environment))) return undefined;
    return { term: quotient(negative(rest), slope), constant };
  } catch (error) {
    if (error instanceof Undecided || error instanceof Undefined) return undefined;
    throw error;
  }
}

function isZero(a: Scalar): boolean {
  return a.exact ? a.exact.numerator === 0n : size(a) <= 4 * a.err;
}
