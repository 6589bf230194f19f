/** The value of an expression where its names have values. */
import { derived } from './differentiate.ts';
import { namesIn, type Expression } from './expression.ts';
import { dotsValue } from './dots.ts';
import { functionValue } from './functions.ts';
import { integralValue } from './quadrature.ts';
import { limitValue } from './limits.ts';
import {
  addMatrices,
  cross,
  determinant,
  dot,
  inverse,
  matrix,
  matrixPower,
  multiplyMatrices,
  rank,
  scaled,
  trace,
  transpose,
  type Matrix,
} from './matrix.ts';
import { add, divide, multiply, ofDouble, ofRational, ofWhole, power, Undecided, Undefined, wholeOf, type Scalar } from './scalar.ts';
import { seriesValue } from './series.ts';
import { isNumeral, isUnit, unitValue } from './units.ts';

export interface List {
  readonly kind: 'list';
  readonly open: string;
  readonly close: string;
  readonly items: readonly Value[];
}

export type Value = Scalar | Matrix | List;

export interface Environment {
  readonly values: ReadonlyMap<string, Value>;
  /** Whether the relation is about complex numbers, so that roots of negative ones exist. */
  readonly complex: boolean;
  /** What `\pm` stands for; `\mp` for the other. */
  readonly sign: 1 | -1;
  /** Units count as 1, where only one side of a relation has them. */
  readonly stripUnits: boolean;
  /** `25\%` is 0.25, or 25 where the other side has no percent. */
  readonly percent: 'hundredth' | 'stripped';
  /** How much may still be done; shared by all that belongs to one relation. */
  readonly work: { left: number };
}

export function withValue(environment: Environment, name: string, value: Value): Environment {
  return { ...environment, values: new Map(environment.values).set(name, value) };
}

/** Throws `Undefined` outside the domain and `Undecided` where the value is not found. */
export function evaluate(e: Expression, environment: Environment): Value {
  if (environment.work.left-- <= 0) throw new Undecided();
  const value = (part: Expression): Value => evaluate(part, environment);
  switch (e.kind) {
    case 'number':
      return ofRational(e.value);
    case 'constant':
      return constantValue(e.name);
    case 'sign':
      return ofWhole(e.flipped ? -environment.sign : environment.sign);
    case 'name':
      return nameValue(e.name, environment);
    case 'sum':
      if (e.terms.some((term) => term.kind === 'call' && term.of === 'dots')) return dotsValue(e.terms, environment, 'sum');
      return e.terms.map(value).reduce(addValues);
    case 'product':
      if (e.factors.some((factor) => factor.kind === 'call' && factor.of === 'dots')) return dotsValue(e.factors, environment, 'product');
      return e.factors.map(value).reduce(multiplyValues);
    case 'quotient':
      return divideValues(value(e.over), value(e.under));
    case 'power':
      return powerValue(e, value(e.base), environment);
    case 'call':
      return callValue(e.of, e.args, environment);
    case 'apply':
      return appliedValue(e, environment);
    case 'series':
      return seriesValue(e, environment);
    case 'integral':
      return integralValue(e, environment);
    case 'limit':
      return limitValue(e, environment);
    case 'derivative':
      return value(derived(e));
    case 'matrix':
      return matrix(e.rows.map((row) => row.map((entry) => scalarOf(value(entry)))));
    case 'list':
      return { kind: 'list', open: e.open, close: e.close, items: e.items.map(value) };
  }
}

/** The value of what has to be one number. */
export function evaluateScalar(e: Expression, environment: Environment): Scalar {
  return scalarOf(evaluate(e, environment));
}

export function scalarOf(value: Value): Scalar {
  if (value.kind === 'scalar') return value;
  const only = value.kind === 'matrix' && value.rows.length === 1 ? value.rows[0] : undefined;
  if (only?.length === 1 && only[0]) return only[0];
  throw new Undecided();
}

function constantValue(name: 'pi' | 'e' | 'i' | 'infinity'): Scalar {
  if (name === 'pi') return { ...ofDouble(Math.PI), err: 1.3e-16 };
  if (name === 'e') return { ...ofDouble(Math.E), err: 1.5e-16 };
  if (name === 'i') return { kind: 'scalar', re: 0, im: 1, err: 0 };
  return { kind: 'scalar', re: Infinity, im: 0, err: 0 };
}

function nameValue(name: string, environment: Environment): Value {
  const value = environment.values.get(name);
  if (value) return value;
  if (isUnit(name)) return environment.stripUnits && !isNumeral(name) ? ofWhole(1) : ofRational(unitValue(name));
  if (name === 'i') return constantValue('i');
  throw new Undecided();
}

/** The entries of a vector, however it is written. */
export function vectorOf(value: Value): readonly Scalar[] | undefined {
  if (value.kind === 'list') return value.open === '{' ? undefined : value.items.map(scalarOf);
  if (value.kind === 'matrix' && value.rows.every((row) => row.length === 1)) return value.rows.flat();
  if (value.kind === 'matrix' && value.rows.length === 1) return value.rows[0];
  return undefined;
}

function addValues(a: Value, b: Value): Value {
  if (a.kind === 'scalar' && b.kind === 'scalar') return add(a, b);
  if (a.kind === 'matrix' && b.kind === 'matrix') return addMatrices(a, b);
  const left = vectorOf(a);
  const right = vectorOf(b);
  if (a.kind !== 'scalar' && b.kind !== 'scalar' && left && right && left.length === right.length) {
    return vector(left.map((entry, k) => add(entry, right[k] ?? ofWhole(0))));
  }
  throw new Undefined();
}

function vector(items: readonly Scalar[]): List {
  return { kind: 'list', open: '(', close: ')', items };
}

function multiplyValues(a: Value, b: Value): Value {
  if (a.kind === 'scalar' && b.kind === 'scalar') return multiply(a, b);
  if (a.kind === 'matrix' && b.kind === 'matrix') return multiplyMatrices(a, b);
  if (a.kind === 'scalar' && b.kind === 'matrix') return scaled(b, a);
  if (a.kind === 'matrix' && b.kind === 'scalar') return scaled(a, b);
  const left = vectorOf(a);
  const right = vectorOf(b);
  if (a.kind === 'scalar' && right) return vector(right.map((entry) => multiply(a, entry)));
  if (b.kind === 'scalar' && left) return vector(left.map((entry) => multiply(entry, b)));
  if (a.kind === 'matrix' && right) return multiplyMatrices(a, matrix(right.map((entry) => [entry])));
  if (left && right) return dot(left, right);
  throw new Undecided();
}

function divideValues(a: Value, b: Value): Value {
  const under = scalarOf(b);
  if (a.kind === 'scalar') return divide(a, under);
  return multiplyValues(divide(ofWhole(1), under), a);
}

function powerValue(e: Extract<Expression, { kind: 'power' }>, base: Value, environment: Environment): Value {
  if (base.kind === 'matrix' && e.exponent.kind === 'name' && /^(?:T|top)$/.test(e.exponent.name)) return transpose(base);
  const exponent = evaluateScalar(e.exponent, environment);
  if (base.kind === 'scalar') return power(base, exponent, environment.complex);
  const whole = wholeOf(exponent);
  if (base.kind === 'matrix' && whole !== undefined && (base.rows.length === base.rows[0]?.length || whole === -1n)) {
    return whole === -1n ? inverse(base) : matrixPower(base, Number(whole));
  }
  const entries = vectorOf(base);
  if (entries && whole === 2n) return dot(entries, entries);
  throw new Undecided();
}

function callValue(of: string, args: readonly Expression[], environment: Environment): Value {
  const values = args.map((arg) => evaluate(arg, environment));
  const [first, second] = values;
  if (of === 'percent' && environment.percent === 'stripped' && first) return first;
  if (first?.kind === 'matrix' || first?.kind === 'list') {
    const entries = vectorOf(first);
    if (of === 'abs' && first.kind === 'matrix' && first.rows.length === first.rows[0]?.length && first.rows.length > 1)
      return determinant(first);
    if (of === 'abs' && entries) return power(dot(entries, entries), ofRational({ numerator: 1n, denominator: 2n }), false);
    if (of === 'cross' && entries && second) return vector(cross(entries, vectorOf(second) ?? []));
    if (first.kind === 'list' && (of === 'max' || of === 'min' || of === 'gcd' || of === 'lcm')) {
      return functionValue(of, first.items.map(scalarOf), environment.complex);
    }
    if (first.kind !== 'matrix') throw new Undecided();
    if (of === 'det') return determinant(first);
    if (of === 'transpose') return transpose(first);
    if (of === 'trace') return trace(first);
    if (of === 'rank') return rank(first);
    throw new Undecided();
  }
  return functionValue(of, values.map(scalarOf), environment.complex);
}

/** `between`: the difference of an expression's values at two ends. All other functions are not known here. */
function appliedValue(e: Extract<Expression, { kind: 'apply' }>, environment: Environment): Value {
  const [body, from, to] = e.args;
  if (!e.name.startsWith('between') || !body || !from) throw new Undecided();
  const free = [...namesIn(body)].filter((name) => !isUnit(name) && !environment.values.has(name));
  const named = e.name.slice('between:'.length);
  const inside = free.length === 1 ? free[0] : [...namesIn(body)].length === 1 ? [...namesIn(body)][0] : undefined;
  const variable = named === '' ? inside : named;
  if (variable === undefined) throw new Undecided();
  const at = (end: Expression): Scalar => {
    const value = evaluateScalar(end, environment);
    return evaluateScalar(body, withValue(environment, variable, value));
  };
  if (!to) return at(from);
  return add(at(to), multiply(ofWhole(-1), at(from)));
}
