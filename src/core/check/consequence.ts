/** Relations under given equations: what follows from them, what solves them. */
import { approximates } from './approximation.ts';
import type { CheckReason, NamedValue } from './checked.ts';
import { UNDECIDED, type Decision } from './decision.ts';
import { evaluate, type Environment, type Value } from './evaluate.ts';
import { contains, namesIn, substitute, type Expression } from './expression.ts';
import { type Facts, type Relation } from './facts.ts';
import { holds, valueText } from './hold.ts';
import { Undecided, Undefined } from './scalar.ts';
import { solve, type Solution, type Solutions } from './solve.ts';
import { ENOUGH, accepted, counterexampleReason, sideText, tryPoints } from './trial.ts';
import { isUnit } from './units.ts';

/** `x = \pm 2` where there is a third solution leaves one out. */
export function covered(relation: Relation, facts: Facts, environment: Environment): Decision | undefined {
  if (relation.left.kind !== 'name' || facts.equations.length === 0) return undefined;
  const { solutions, complete } = solve(facts.equations, environment);
  const values = solutions.flatMap((one) => one.values.get((relation.left as { name: string }).name) ?? []);
  return complete && values.length > 2 ? UNDECIDED : undefined;
}

/** `x_1 = 2` where the equations are about x. */
export function withoutNumbers(relation: Relation, facts: Facts): Relation {
  const { left } = relation;
  const base = left.kind === 'name' ? /^(.+)_\{?\d\}?$/.exec(left.name)?.[1] : undefined;
  if (base === undefined || left.kind !== 'name') return relation;
  const known = new Set(facts.equations.flatMap((equation) => [...namesIn(equation.right, namesIn(equation.left))]));
  return known.has(base) && !known.has(left.name) ? { ...relation, left: { kind: 'name', name: base } } : relation;
}

export function isDefinitionOf({ left, right }: Relation, name: string): boolean {
  return (left.kind === 'name' && left.name === name) || (right.kind === 'name' && right.name === name);
}

/** The equations that say something of the names, directly or through others. */
export function relatedEquations(names: readonly string[], equations: readonly Relation[]): Relation[] {
  const reached = new Set(names);
  const found = new Set<Relation>();
  for (let grown = true; grown;) {
    grown = false;
    for (const equation of equations) {
      const own = namesIn(equation.right, namesIn(equation.left));
      if (found.has(equation) || ![...own].some((name) => reached.has(name))) continue;
      found.add(equation);
      for (const name of own) reached.add(name);
      grown = true;
    }
  }
  return [...found];
}

/** Under given equations: at each of their solutions. */
export function consequence(
  relation: Relation,
  names: readonly string[],
  equations: readonly Relation[],
  facts: Facts,
  environment: Environment,
  listed: boolean,
): Decision {
  const complex =
    environment.complex ||
    equations.some(({ left, right }) =>
      [left, right].some((side) => contains(side, (part) => part.kind === 'constant' && part.name === 'i')),
    );
  const own = { ...environment, complex };
  const stated = statedSolution(relation, equations, facts, own);
  if (stated?.verdict === 'false') return stated;
  let solved: Solutions;
  try {
    solved = solve(equations, own);
  } catch (error) {
    if (error instanceof Undecided) return stated ?? UNDECIDED;
    throw error;
  }
  const solutions = solved.solutions.filter((one) => accepted(facts.filters, { ...own, values: one.values }, [...one.values.keys()]));
  const outcomes = solutions.map((solution) => atSolution(relation, names, solution, facts, own));
  const listing = solutions.length > 0 && solutions.length < 5 ? solutions.flatMap((one) => solutionText(one, facts, own)) : [];
  if (outcomes.length > 0 && outcomes.every((one) => one.result === true) && (solved.complete || stated?.verdict === 'true')) {
    return { verdict: 'true', reason: { code: 'consequence', solutions: listing } };
  }
  if (stated && (listed || outcomes.length === 1)) return stated;
  const failing = outcomes.find((one) => one.result === false);
  if (failing && outcomes.every((one) => one.result === false) && solved.complete && (failing.closed || rearranges(relation, equations))) {
    return { verdict: 'false', reason: failing.reason };
  }
  return UNDECIDED;
}

/** An equation of the same names as a given one is a rearrangement of it, and no further condition. */
export function rearranges(relation: Relation, equations: readonly Relation[]): boolean {
  if (relation.operator !== '=') return false;
  const names = [...namesIn(relation.right, namesIn(relation.left))].toSorted().join();
  return equations.length === 1 && equations.some(({ left, right }) => [...namesIn(right, namesIn(left))].toSorted().join() === names);
}

export interface AtSolution {
  readonly result: boolean | undefined;
  /** Whether all names had values there. */
  readonly closed: boolean;
  readonly reason: CheckReason;
}

export function atSolution(
  relation: Relation,
  names: readonly string[],
  solution: Solution,
  facts: Facts,
  environment: Environment,
): AtSolution {
  const there: Relation = {
    ...relation,
    left: substitute(relation.left, solution.terms),
    right: substitute(relation.right, solution.terms),
  };
  const at: Environment = { ...environment, values: solution.values };
  const free = [...namesIn(there.right, namesIn(there.left))].filter(
    (name) => !solution.values.has(name) && !isUnit(name) && !name.startsWith('set:'),
  );
  if (free.length > 0) {
    const tried = tryPoints(there, free, facts, at);
    const reason: CheckReason = tried.counterexample
      ? counterexampleReason(there, tried.counterexample)
      : { code: 'sampled', points: tried.agree };
    const result = tried.failures > 0 ? (tried.agree > 0 ? undefined : false) : tried.agree >= ENOUGH ? true : undefined;
    return { result, closed: false, reason };
  }
  try {
    const result = relation.operator === '≈' ? approximates(there.left, there.right, at).right : holds(there, at);
    const named = names.flatMap((name): NamedValue[] => {
      const value = solution.values.get(name) ?? valueOfTerm(solution.terms.get(name), at);
      return value ? [{ name, value: valueText(value) }] : [];
    });
    const reason: CheckReason = {
      code: 'notSolution',
      at: named,
      relation: '',
      left: sideText(there.left, at),
      right: sideText(there.right, at),
    };
    return { result, closed: true, reason };
  } catch (error) {
    if (error instanceof Undefined || error instanceof Undecided) return { result: undefined, closed: true, reason: { code: 'undecided' } };
    throw error;
  }
}

export function valueOfTerm(term: Expression | undefined, environment: Environment): Value | undefined {
  if (!term) return undefined;
  try {
    return evaluate(term, environment);
  } catch {
    return undefined;
  }
}

export function solutionText(solution: Solution, facts: Facts, environment: Environment): NamedValue[] {
  void facts;
  const found: NamedValue[] = [];
  for (const [name, value] of solution.values) found.push({ name, value: valueText(value) });
  for (const [name, term] of solution.terms) {
    const value = valueOfTerm(term, { ...environment, values: solution.values });
    if (value) found.push({ name, value: valueText(value) });
  }
  return found;
}

/** A formula put back into the one equation that has its name, which then holds for all values of the others. */
export function statedFormula(
  name: string,
  value: Expression,
  equations: readonly Relation[],
  facts: Facts,
  environment: Environment,
): Decision | undefined {
  const about = equations.filter(({ left, right }) => namesIn(right, namesIn(left)).has(name));
  const [equation] = about;
  if (!equation || about.length > 1 || namesIn(value).has(name)) return undefined;
  const map = new Map([[name, value]]);
  const there: Relation = { ...equation, left: substitute(equation.left, map), right: substitute(equation.right, map) };
  const names = [...namesIn(there.right, namesIn(there.left))].filter((one) => !isUnit(one));
  const tried = tryPoints(there, names, facts, environment);
  if (tried.failures > 0 || tried.agree < ENOUGH) return undefined;
  return { verdict: 'true', reason: { code: 'sampled', points: tried.agree } };
}

/** `x = 3` put back into the equations: they then hold, or one does not. */
export function statedSolution(
  relation: Relation,
  equations: readonly Relation[],
  facts: Facts,
  environment: Environment,
): Decision | undefined {
  const { left, operator, right } = relation;
  if (operator !== '=') return undefined;
  const [name, value] = left.kind === 'name' ? [left.name, right] : right.kind === 'name' ? [right.name, left] : [undefined, right];
  if (name === undefined) return undefined;
  if (namesIn(value).size > 0) return statedFormula(name, value, equations, facts, environment);
  let proved = 0;
  for (const equation of equations) {
    const own = [...namesIn(equation.right, namesIn(equation.left))].filter((one) => !isUnit(one));
    if (own.length !== 1 || own[0] !== name) continue;
    const map = new Map([[name, value]]);
    const there: Relation = { ...equation, left: substitute(equation.left, map), right: substitute(equation.right, map) };
    const at: Environment = { ...environment, stripUnits: true };
    try {
      const result = holds(there, at);
      if (result === false) {
        const reason: CheckReason = {
          code: 'notSolution',
          at: [{ name, value: sideText(value, at) }],
          relation: '',
          left: sideText(there.left, at),
          right: sideText(there.right, at),
        };
        return { verdict: 'false', reason };
      }
      if (result === true) proved++;
    } catch (error) {
      if (!(error instanceof Undefined || error instanceof Undecided)) throw error;
      if (error instanceof Undefined) return { verdict: 'unknown', reason: { code: 'undecided' } };
    }
  }
  return proved > 0
    ? { verdict: 'true', reason: { code: 'consequence', solutions: [{ name, value: sideText(value, environment) }] } }
    : undefined;
}
