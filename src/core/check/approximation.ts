/** `\approx`: whether the rounded side has the digits of the other. */
import { namesIn, type Expression } from './expression.ts';
import { evaluateScalar, type Environment } from './evaluate.ts';
import { valueText } from './hold.ts';
import * as exact from './rational.ts';
import type { Rational } from './rational.ts';
import { isInfinite, isReal, ofDouble, subtract, Undecided, type Scalar } from './scalar.ts';
import { isUnit, unitValue } from './units.ts';

export interface Approximation {
  /** `undefined`: neither right nor wrong, as `\pi \approx 3 + 1/5`. */
  readonly right: boolean | undefined;
  /** The value that was rounded. */
  readonly value: string;
}

export function approximates(left: Expression, right: Expression, environment: Environment): Approximation {
  const a = evaluateScalar(left, environment);
  const b = evaluateScalar(right, environment);
  if (isInfinite(a) || isInfinite(b)) throw new Undecided();
  const ends = [lastDigits(right, environment), lastDigits(left, environment)] as const;
  // `3.14 \approx \pi` too; but the whole number `20` on the left is exact.
  const leftRounded = ends[1] && exact.compare(ends[1], exact.ONE) < 0 && (!ends[0] || exact.compare(ends[1], ends[0]) > 0);
  if (ends[0] && !leftRounded) return { right: rounded(a, b, ends[0]), value: valueText(shown(a, right)) };
  if (ends[1]) return { right: rounded(b, a, ends[1]), value: valueText(shown(b, left)) };
  return { right: nearly(a, b), value: valueText(a) };
}

/** In the unit of the rounded side. */
function shown(value: Scalar, like: Expression): Scalar {
  const unit = scaleOf(like);
  if (!unit || value.exact?.numerator === 0n) return value;
  return ofDouble(value.re * (Number(unit.denominator) / Number(unit.numerator)), 0, value.im);
}

function nearly(a: Scalar, b: Scalar): boolean | undefined {
  if (!isReal(a) || !isReal(b)) return undefined;
  const distance = Math.abs(a.re - b.re) / Math.max(Math.abs(a.re), Math.abs(b.re), 1e-300);
  if (distance < 0.01) return true;
  return distance > 0.2 ? false : undefined;
}

/** Rounded to the nearest, or cut off, at the last digit. */
function rounded(value: Scalar, written: Scalar, last: Rational): boolean | undefined {
  if (!isReal(value) || !isReal(written)) return undefined;
  const unit = Number(last.numerator) / Number(last.denominator);
  const distance = Math.abs(subtract(value, written).re);
  const slack = value.err + written.err + 1e-9 * unit;
  if (distance <= unit / 2 + slack) return true;
  const cut = Math.abs(written.re) < Math.abs(value.re) && (written.re === 0 || written.re > 0 === value.re > 0);
  return cut && distance < unit - slack;
}

/** The worth of the last digit of a written number: `3.14` 1/100, `1200` 100, `6.02 · 10^{23}` 10^21. */
function lastDigits(e: Expression, environment: Environment): Rational | undefined {
  switch (e.kind) {
    case 'number': {
      if (e.places >= 0) return { numerator: 1n, denominator: 10n ** BigInt(e.places) };
      if (e.value.denominator !== 1n || e.value.numerator === 0n) return e.value.denominator === 1n ? exact.ONE : undefined;
      let unit = 1n;
      while (e.value.numerator % (unit * 10n) === 0n) unit *= 10n;
      return { numerator: unit, denominator: 1n };
    }
    case 'product': {
      const [number, ...others] = e.factors.filter((factor) => !(factor.kind === 'number' && factor.value.numerator === -1n));
      if (!number) return undefined;
      const last = unitFirst(number) ? undefined : lastDigits(number, environment);
      const scale = scaleOf({ kind: 'product', factors: others });
      if (last) return scale && exact.multiply(last, scale);
      // `\$ 5.20`
      const behind = others[0] && lastDigits(others[0], environment);
      const unit = scaleOf(number);
      return others.length === 1 && behind && unit ? exact.multiply(behind, unit) : undefined;
    }
    case 'call': {
      const inner = e.of === 'percent' && e.args[0] ? lastDigits(e.args[0], environment) : undefined;
      return inner && (environment.percent === 'stripped' ? inner : exact.divide(inner, { numerator: 100n, denominator: 1n }));
    }
    case 'quotient': {
      // Degrees are written as a part of π.
      const inner = e.over.kind === 'product' && namesIn(e).size === 0 ? e.over.factors[0] : undefined;
      const degrees = e.under.kind === 'number' && e.under.value.numerator === 180n;
      const last = inner && degrees ? lastDigits(inner, environment) : undefined;
      return last && exact.multiply(last, { numerator: 17_453n, denominator: 1_000_000n });
    }
    default:
      return undefined;
  }
}

function unitFirst(e: Expression): boolean {
  return e.kind === 'name' && isUnit(e.name);
}

/** The value of powers of ten and units, which say nothing of the digits; undefined where there is more than these. */
function scaleOf(e: Expression): Rational | undefined {
  switch (e.kind) {
    case 'name':
      return isUnit(e.name) ? unitValue(e.name) : undefined;
    case 'power': {
      const ten = e.base.kind === 'number' && exact.compare(e.base.value, { numerator: 10n, denominator: 1n }) === 0;
      const base = ten && e.base.kind === 'number' ? e.base.value : scaleOf(e.base);
      const exponent = e.exponent.kind === 'number' ? e.exponent.value : undefined;
      if (!base || exponent?.denominator !== 1n) return undefined;
      return exact.power(base, exponent.numerator);
    }
    case 'product': {
      let scale: Rational = exact.ONE;
      for (const factor of e.factors) {
        if (factor.kind === 'number' && e.factors.length > 1) continue;
        const own = scaleOf(factor);
        if (!own) return undefined;
        scale = exact.multiply(scale, own);
      }
      return scale;
    }
    default:
      return undefined;
  }
}
