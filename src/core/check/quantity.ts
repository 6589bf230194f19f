/** Quantities for a reader: `25 m/s`, in base units, so that two of the same kind can be compared. */
import { namesIn, type Expression } from './expression.ts';
import { evaluateScalar, type Environment } from './evaluate.ts';
import { valueText } from './hold.ts';
import { divide, ofRational } from './scalar.ts';
import { multiply, power, rational, type Rational } from './rational.ts';
import { baseUnits, isUnit, unitValue } from './units.ts';

/** Base units with their exponents. */
type Dimension = ReadonlyMap<string, number>;

const NONE: Dimension = new Map();

/** The text of a side with units: `…` where they do not belong together, undefined where it has none. */
export function quantityText(side: Expression, environment: Environment): string | undefined {
  if (environment.stripUnits || ![...namesIn(side)].some(isUnit)) return undefined;
  const dimension = dimensionOf(side);
  if (!dimension) return '…';
  if (dimension.size === 0) return undefined;
  let unit: Rational = { numerator: 1n, denominator: 1n };
  for (const [base, exponent] of dimension) unit = multiply(unit, power(unitValue(`unit:${base}`), BigInt(exponent)) ?? unit);
  // Masses are said in kilograms where they are part of something else.
  const kilograms = dimension.size > 1 ? (dimension.get('g') ?? 0) : 0;
  const thousands = rational(10n ** BigInt(3 * Math.abs(kilograms)), 1n);
  let value = divide(evaluateScalar(side, environment), ofRational(unit));
  if (thousands && kilograms > 0) value = divide(value, ofRational(thousands));
  else if (kilograms !== 0) return '…';
  return `${valueText(value)} ${dimensionText(dimension, kilograms > 0)}`;
}

function dimensionText(dimension: Dimension, kilograms: boolean): string {
  const written = (sign: 1 | -1): string[] =>
    [...dimension]
      .filter(([, exponent]) => exponent * sign > 0)
      .map(([base, exponent]) => (kilograms && base === 'g' ? 'kg' : base) + (Math.abs(exponent) === 1 ? '' : `^${Math.abs(exponent)}`));
  const over = written(1).join('·');
  const under = written(-1);
  if (under.length === 0) return over;
  return `${over === '' ? '1' : over}/${under.length === 1 ? under.join('') : `(${under.join('·')})`}`;
}

/** Undefined where the terms of a sum are of different kinds, or where that is not known. */
function dimensionOf(e: Expression): Dimension | undefined {
  switch (e.kind) {
    case 'name':
      return isUnit(e.name) ? baseUnits(e.name) : NONE;
    case 'number':
    case 'constant':
    case 'sign':
      return NONE;
    case 'product':
      return combined(e.factors.map((factor) => [factor, 1]));
    case 'quotient':
      return combined([
        [e.over, 1],
        [e.under, -1],
      ]);
    case 'power': {
      if (e.exponent.kind !== 'number') return undefined;
      const { numerator, denominator } = e.exponent.value;
      return denominator === 1n ? combined([[e.base, Number(numerator)]]) : undefined;
    }
    case 'sum': {
      const [first, ...others] = e.terms.map(dimensionOf);
      return first && others.every((one) => one && sameDimension(first, one)) ? first : undefined;
    }
    default:
      return undefined;
  }
}

function combined(parts: readonly (readonly [e: Expression, times: number])[]): Dimension | undefined {
  const all = new Map<string, number>();
  for (const [part, times] of parts) {
    const dimension = dimensionOf(part);
    if (!dimension) return undefined;
    for (const [base, exponent] of dimension) {
      const sum = (all.get(base) ?? 0) + times * exponent;
      if (sum === 0) all.delete(base);
      else all.set(base, sum);
    }
  }
  return all;
}

function sameDimension(a: Dimension, b: Dimension): boolean {
  return a.size === b.size && [...a].every(([base, exponent]) => b.get(base) === exponent);
}
