/** Decides one relation under what holds where it stands. */
import { approximates } from './approximation.ts';
import { consequence, covered, isDefinitionOf, relatedEquations, withoutNumbers } from './consequence.ts';
import { UNDECIDED, together, type Decision } from './decision.ts';
import { differentiate } from './differentiate.ts';
import { type Environment } from './evaluate.ts';
import { definitionReason, open } from './everywhere.ts';
import { contains, mapParts, namesIn, substitute, whole, type Expression } from './expression.ts';
import { components, type Facts, type Relation } from './facts.ts';
import { holds } from './hold.ts';
import { readings, type Way } from './readings.ts';
import { Undecided, Undefined } from './scalar.ts';
import { valuesReason } from './trial.ts';
import { isUnit } from './units.ts';

/** Evaluations that one relation may take, over all its points and readings. */
const WORK = 600_000;

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
