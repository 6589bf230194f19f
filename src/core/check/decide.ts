/** Decides one relation under what holds where it stands. */
import type { CheckReason, NamedValue, Verdict } from './checked.ts';
import { approximates } from './approximation.ts';
import { claimsIdentity, isExpanded } from './claims.ts';
import { differentiate } from './differentiate.ts';
import { contains, mapParts, namesIn, substitute, whole, type Expression } from './expression.ts';
import { evaluate, evaluateScalar, type Environment, type Value } from './evaluate.ts';
import { components, definitionOf, type Facts, type Relation } from './facts.ts';
import { holds, valueText } from './hold.ts';
import { nearIdentity } from './nearIdentity.ts';
import { points, standsForWhole } from './points.ts';
import { quantityText } from './quantity.ts';
import { readings, type Way } from './readings.ts';
import { difference } from './roots.ts';
import { isReal, ofDouble, size, Undecided, Undefined } from './scalar.ts';
import { solve, type Solution, type Solutions } from './solve.ts';
import { isUnit } from './units.ts';

export interface Decision {
  readonly verdict: Verdict;
  readonly reason: CheckReason;
}

/** Evaluations that one relation may take, over all its points and readings. */
const WORK = 600_000;
const POINTS = 48;
/** Points that have to agree before an equation counts as an identity. */
const ENOUGH = 6;

const UNDECIDED: Decision = { verdict: 'unknown', reason: { code: 'undecided' } };

export interface DecideOptions {
  /** One of several values that are listed together; then it need not be the only solution. */
  readonly listed?: boolean;
  /** The variable of an indefinite integral elsewhere in the chain: the sides may differ by a constant. */
  readonly antiderivative?: string;
  /** Whether the relation states the result of an operation, so that it is a claim for all values of its names. */
  readonly worked?: boolean;
}

export function decide(written: Relation, facts: Facts, options: DecideOptions = {}): Decision {
  try {
    const named = imaginary(facts);
    const relation = prepared(written, named);
    facts = named;
    // f'(x) = 3x, where f is defined, states what the derivative is.
    const derivative = written.left.kind === 'apply' && written.left.primes > 0 && relation.left.kind !== 'apply';
    // So does f(g(x)) = 4x^2; f(x) = 4x^2 may ask for an x.
    const composed = written.left.kind === 'apply' && written.left.args.some((arg) => arg.kind === 'apply') && !calls(relation.left);
    const worked = (derivative || (composed && !calls(written.right))) && namesIn(relation.right).size > 0;
    return decideRelation(relation, facts, { ...options, worked });
  } catch (error) {
    if (error instanceof Undecided || error instanceof Undefined || error instanceof RangeError) return UNDECIDED;
    throw error;
  }
}

function calls(e: Expression): boolean {
  return contains(e, (part) => part.kind === 'apply');
}

/** Whether `i` is a name of its own: `i = 0.05`, or an index. */
function namesI(facts: Facts): boolean {
  return [...facts.equations, ...facts.filters].some(({ left }) => left.kind === 'name' && left.name === 'i');
}

const I = new Map<string, Expression>([['i', { kind: 'constant', name: 'i' }]]);

/** The facts with `i` as the imaginary unit. */
function imaginary(facts: Facts): Facts {
  if (namesI(facts) || !facts.equations.some(({ left, right }) => namesIn(right, namesIn(left)).has('i'))) return facts;
  const changed = facts.copy();
  const equations = facts.equations.map((one) => ({ ...one, left: substitute(one.left, I), right: substitute(one.right, I) }));
  changed.equations.splice(0, Infinity, ...equations);
  return changed;
}

/** With the functions that are defined put in, and `i` as the imaginary unit. */
function prepared(relation: Relation, facts: Facts): Relation {
  const change = (e: Expression): Expression => {
    const expanded = facts.expand(e);
    return namesI(facts) ? expanded : substitute(expanded, I);
  };
  return {
    ...relation,
    left: change(relation.left),
    right: change(relation.right),
    ...(relation.modulo ? { modulo: change(relation.modulo) } : {}),
  };
}

function decideRelation(relation: Relation, facts: Facts, options: DecideOptions): Decision {
  const { left, operator, right } = relation;
  if (operator === '?') return { verdict: 'unknown', reason: { code: 'notation', what: '' } };
  const parts = operator === '=' ? components(relation) : undefined;
  if (parts && !facts.empty) return together(parts.map((part) => decideRelation(part, facts, options)));
  const values = operator === '=' && left.kind === 'name' && right.kind === 'list' && right.open === '{' ? right.items : [];
  if (values.length > 0 && facts.equations.length > 0) {
    return together(values.map((value) => decideRelation({ left, operator: '=', right: value }, facts, { ...options, listed: true })));
  }
  const antiderivative = antiderivativeVariable(left) ?? antiderivativeVariable(right) ?? options.antiderivative;
  if (antiderivative !== undefined && operator === '=') {
    const derived = { ...relation, left: differentiate(left, antiderivative), right: differentiate(right, antiderivative) };
    return decideVariants(derived, facts, true, false);
  }
  return decideVariants(relation, facts, options.worked === true, options.listed === true);
}

/** The variable of an indefinite integral. */
export function antiderivativeVariable(e: Expression): string | undefined {
  let variable: string | undefined;
  contains(e, (part) => {
    if (part.kind === 'integral' && !part.from) variable ??= part.variable;
    return variable !== undefined;
  });
  return variable;
}

function together(decisions: readonly Decision[]): Decision {
  const wrong = decisions.find((one) => one.verdict === 'false');
  if (wrong) return wrong;
  return decisions.every((one) => one.verdict === 'true')
    ? (decisions[0] ?? UNDECIDED)
    : (decisions.find((one) => one.verdict === 'unknown') ?? UNDECIDED);
}

function decideVariants(relation: Relation, facts: Facts, worked: boolean, listed: boolean): Decision {
  let first: Decision | undefined;
  let unsure: Decision | undefined;
  for (const variant of readings(relation)) {
    let decision = decideSigns(variant, facts, worked, listed);
    if (variant.doubtful && decision.verdict === 'true') decision = UNDECIDED;
    if (decision.verdict === 'true') return decision;
    if (decision.verdict === 'unknown') unsure ??= decision;
    first ??= decision;
  }
  return unsure ?? first ?? UNDECIDED;
}

/** `\pm` stands for both signs, and both have to hold. */
function decideSigns(variant: Way, facts: Facts, worked: boolean, listed: boolean): Decision {
  const { left, right } = variant.relation;
  const has = (e: Expression): boolean => contains(e, (part) => part.kind === 'sign');
  const signs: readonly (1 | -1)[] = has(left) || has(right) ? [1, -1] : [1];
  const complex = [left, right].some((side) => contains(side, (part) => part.kind === 'constant' && part.name === 'i'));
  const work = { left: WORK };
  const environment = (sign: 1 | -1): Environment => {
    return { values: new Map(), complex, sign, stripUnits: variant.stripUnits, percent: variant.percent, work };
  };
  if (signs.length === 1) return decideOne(variant.relation, facts, environment(1), worked, listed);
  const branches = signs.map((sign) => decideOne(withSign(variant.relation, sign), facts, environment(sign), worked, true));
  if (branches.every((one) => one.verdict === 'true')) return covered(variant.relation, facts, environment(1)) ?? branches[0] ?? UNDECIDED;
  return together(branches);
}

function withSign(relation: Relation, sign: 1 | -1): Relation {
  const change = (e: Expression): Expression => (e.kind === 'sign' ? whole(e.flipped ? -sign : sign) : mapParts(e, change));
  return { ...relation, left: change(relation.left), right: change(relation.right) };
}

/** `x = \pm 2` where there is a third solution leaves one out. */
function covered(relation: Relation, facts: Facts, environment: Environment): Decision | undefined {
  if (relation.left.kind !== 'name' || facts.equations.length === 0) return undefined;
  const { solutions, complete } = solve(facts.equations, environment);
  const values = solutions.flatMap((one) => one.values.get((relation.left as { name: string }).name) ?? []);
  return complete && values.length > 2 ? UNDECIDED : undefined;
}

export function decideOne(written: Relation, facts: Facts, environment: Environment, worked = false, allowsOthers = false): Decision {
  const relation = withoutNumbers(written, facts);
  const listed = allowsOthers || relation !== written;
  const names = [...namesIn(relation.right, namesIn(relation.left, relation.modulo ? namesIn(relation.modulo) : undefined))].filter(
    (name) => !isUnit(name) && !name.startsWith('set:'),
  );
  if (facts.equations.length > 0 && names.length > 0) {
    const related = relatedEquations(names, facts.equations);
    if (related.length > 0) {
      const decision = consequence(relation, names, related, facts, environment, listed);
      const definition = relation.operator === '=' ? definitionReason(relation.left, relation.right) : undefined;
      const isNew =
        definition?.code === 'definition' && !related.some(({ left, right }) => namesIn(right, namesIn(left)).has(definition.name));
      if (decision.verdict === 'unknown' && isNew) return { verdict: 'unknown', reason: definition };
      if (decision.verdict !== 'unknown' || related.some((equation) => names.some((name) => isDefinitionOf(equation, name))))
        return decision;
      // Of names that equations are given for, a claim for all values is no more than a guess.
      const everywhere = open(relation, names, facts, environment, worked);
      return everywhere.verdict === 'false' && !worked ? UNDECIDED : everywhere;
    }
  }
  if (names.length === 0) return closed(relation, environment);
  return open(relation, names, facts, environment, worked);
}

/** `x_1 = 2` where the equations are about x. */
function withoutNumbers(relation: Relation, facts: Facts): Relation {
  const { left } = relation;
  const base = left.kind === 'name' ? /^(.+)_\{?\d\}?$/.exec(left.name)?.[1] : undefined;
  if (base === undefined || left.kind !== 'name') return relation;
  const known = new Set(facts.equations.flatMap((equation) => [...namesIn(equation.right, namesIn(equation.left))]));
  return known.has(base) && !known.has(left.name) ? { ...relation, left: { kind: 'name', name: base } } : relation;
}

function isDefinitionOf({ left, right }: Relation, name: string): boolean {
  return (left.kind === 'name' && left.name === name) || (right.kind === 'name' && right.name === name);
}

/** The equations that say something of the names, directly or through others. */
function relatedEquations(names: readonly string[], equations: readonly Relation[]): Relation[] {
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

/** Two numbers. */
function closed(relation: Relation, environment: Environment): Decision {
  const { left, operator, right } = relation;
  if (operator === '≈') {
    const { right: fits, value } = approximates(left, right, environment);
    if (fits === undefined) return UNDECIDED;
    return { verdict: fits ? 'true' : 'false', reason: { code: fits ? 'digits' : 'digitsDiffer', value } };
  }
  let result: boolean | undefined;
  try {
    result = holds(relation, environment);
  } catch (error) {
    if (error instanceof Undefined) return undefinedSide(relation, environment);
    throw error;
  }
  if (result === undefined) return UNDECIDED;
  return { verdict: result ? 'true' : 'false', reason: valuesReason(relation, environment, result) };
}

/** One side has no value: `\frac{1}{0} = 0` is not true, but nothing is shown either. */
function undefinedSide(relation: Relation, environment: Environment): Decision {
  void relation;
  void environment;
  return UNDECIDED;
}

function valuesReason(relation: Relation, environment: Environment, result: boolean): CheckReason {
  return {
    code: result ? 'values' : 'valuesDiffer',
    left: sideText(relation.left, environment),
    right: sideText(relation.right, environment),
  };
}

function sideText(side: Expression, environment: Environment): string {
  try {
    return quantityText(side, environment) ?? valueText(evaluate(side, environment));
  } catch {
    return '…';
  }
}

function accepted(filters: readonly Relation[], environment: Environment, names: readonly string[]): boolean {
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

interface Tried {
  readonly agree: number;
  readonly unsure: number;
  readonly counterexample?: { readonly environment: Environment; readonly names: readonly string[] };
  readonly failures: number;
}

/** `once`: the first point where it fails is enough. */
function tryPoints(relation: Relation, names: readonly string[], facts: Facts, environment: Environment, once = false): Tried {
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

function counterexampleReason(relation: Relation, found: NonNullable<Tried['counterexample']>): CheckReason {
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

/** With names, of which at most inequalities are known. */
function open(relation: Relation, names: readonly string[], facts: Facts, environment: Environment, worked: boolean): Decision {
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

function definitionReason(left: Expression, right: Expression): CheckReason | undefined {
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
function constantDifference(relation: Relation, names: readonly string[], facts: Facts, environment: Environment): boolean {
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
function proportional(relation: Relation, names: readonly string[], facts: Facts, environment: Environment): boolean {
  if (isExpanded(relation.left) && isExpanded(relation.right)) return false;
  const ratio: Expression = { kind: 'quotient', over: relation.left, under: relation.right };
  const shifted: Relation = { left: ratio, operator: '=', right: whole(0) };
  return namesIn(relation.right).size > 0 && namesIn(relation.left).size > 0 && constantDifference(shifted, names, facts, environment);
}

function scaledSides(
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

/** Under given equations: at each of their solutions. */
function consequence(
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
function rearranges(relation: Relation, equations: readonly Relation[]): boolean {
  if (relation.operator !== '=') return false;
  const names = [...namesIn(relation.right, namesIn(relation.left))].toSorted().join();
  return equations.length === 1 && equations.some(({ left, right }) => [...namesIn(right, namesIn(left))].toSorted().join() === names);
}

interface AtSolution {
  readonly result: boolean | undefined;
  /** Whether all names had values there. */
  readonly closed: boolean;
  readonly reason: CheckReason;
}

function atSolution(relation: Relation, names: readonly string[], solution: Solution, facts: Facts, environment: Environment): AtSolution {
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

function valueOfTerm(term: Expression | undefined, environment: Environment): Value | undefined {
  if (!term) return undefined;
  try {
    return evaluate(term, environment);
  } catch {
    return undefined;
  }
}

function solutionText(solution: Solution, facts: Facts, environment: Environment): NamedValue[] {
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
function statedFormula(
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
function statedSolution(relation: Relation, equations: readonly Relation[], facts: Facts, environment: Environment): Decision | undefined {
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
