/**
 * Whether an equation that does not hold everywhere claims to: `(a+b)^2 = a^2 + b^2` does and is wrong,
 * `x^2 = x + 6` asks for an x. There is no certainty in it, so only clear signs count as a claim.
 */
import { contains, namesIn, type Expression } from './expression.ts';

/** The values of both sides along a scaling of all names by t. */
export interface Scaled {
  /** Left and right at t; undefined where a side has no value. */
  readonly at: (t: number) => { readonly left: number; readonly right: number } | undefined;
}

export function claimsIdentity(left: Expression, right: Expression, scaled: Scaled): boolean {
  const names = namesIn(left);
  const others = namesIn(right);
  if (names.size === 0 || names.size !== others.size || [...names].some((name) => !others.has(name))) {
    return false;
  }
  if (worksOut(left) || worksOut(right)) return true;
  const plainLeft = isExpanded(left);
  const plainRight = isExpanded(right);
  if (plainLeft && plainRight) return false;
  // (x + 3)^2 = x^2 + 9: the sides differ by a single power, so that only 0 would solve it.
  if (isMonomial(scaled, ({ left: a, right: b }) => a - b)) return true;
  // x^2 · x^3 = x^6
  if (isMonomial(scaled, ({ left: a }) => a) && isMonomial(scaled, ({ right: b }) => b)) return true;
  if (names.size > 1) {
    const functions = hasFunction(left) || hasFunction(right);
    const numbers = hasOwnNumbers(left) || hasOwnNumbers(right);
    if (functions || !numbers) return true;
  } else if (hasFunction(left) && hasFunction(right) && !plainRight && meets(scaled, [1e-4, 1e-5, 1e-6])) return true;
  // (x + 2)(x - 3) = x^2 + x + 6: the same beginning, and as many terms as it would have.
  if (names.size > 1 || !meets(scaled, [1e4, 1e5, 1e6])) return false;
  const atZero = scaled.at(0);
  // (x - 2)^3 = x^3 - 8: the first and the last term are right.
  const sameEnd = atZero !== undefined && atZero.left !== 0 && Math.abs(atZero.left - atZero.right) < 1e-9 * Math.abs(atZero.left);
  return sameEnd || termsOf(right) >= 3 || termsOf(left) >= 3;
}

/** An operator whose result is stated: a derivative, an integral, a limit, a sum. */
function worksOut(e: Expression): boolean {
  return contains(
    e,
    (part) => ['derivative', 'integral', 'limit', 'series'].includes(part.kind) || (part.kind === 'call' && part.of === 'dots'),
  );
}

/** A sum of different monomials with plain coefficients: nothing is left to be worked out. */
export function isExpanded(e: Expression): boolean {
  const terms = e.kind === 'sum' ? e.terms : [e];
  const seen = new Set<string>();
  return terms.every((term) => {
    const powers = monomial(term);
    if (!powers) return false;
    const key = [...powers.entries()].toSorted().join(';');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The powers of the names of a monomial that has each only once. */
function monomial(e: Expression): Map<string, string> | undefined {
  const powers = new Map<string, string>();
  const numbers: Expression[] = [];
  for (const factor of e.kind === 'product' ? e.factors : [e]) {
    if (factor.kind === 'name') {
      if (powers.has(factor.name)) return undefined;
      powers.set(factor.name, '1');
    } else if (factor.kind === 'power' && factor.base.kind === 'name' && factor.exponent.kind === 'number') {
      if (powers.has(factor.base.name)) return undefined;
      powers.set(factor.base.name, String(factor.exponent.value.numerator));
    } else if (namesIn(factor).size === 0 && isCoefficient(factor)) {
      if (!(factor.kind === 'number' && factor.value.numerator === -1n)) numbers.push(factor);
    } else return undefined;
  }
  return numbers.length > 1 ? undefined : powers;
}

function isCoefficient(e: Expression): boolean {
  if (e.kind === 'number' || e.kind === 'constant') return true;
  if (e.kind === 'quotient') return e.over.kind === 'number' && e.under.kind === 'number';
  return e.kind === 'call' && e.of === 'root';
}

function hasFunction(e: Expression): boolean {
  return contains(e, (part) => {
    if (part.kind === 'call') return part.of !== 'percent';
    return part.kind === 'power' && namesIn(part.exponent).size > 0;
  });
}

/** Numbers other than coefficients and exponents: `(x + 5)(y - 3) = xy` is about something that was measured. */
function hasOwnNumbers(e: Expression): boolean {
  return contains(e, (part) => part.kind === 'sum' && part.terms.some((term) => namesIn(term).size === 0));
}

function termsOf(e: Expression): number {
  return e.kind === 'sum' ? e.terms.length : 1;
}

/** Whether the sides become alike toward these scales. */
function meets(scaled: Scaled, scales: readonly number[]): boolean {
  let last = Infinity;
  for (const t of scales) {
    const values = scaled.at(t);
    if (!values || values.right === 0) return false;
    const distance = Math.abs(values.left / values.right - 1);
    if (!(distance < last)) return false;
    last = distance;
  }
  return last < 1e-2;
}

/** Whether a value is c·t^p with a p that is not 0. */
function isMonomial(scaled: Scaled, of: (values: { readonly left: number; readonly right: number }) => number): boolean {
  const ratios: number[] = [];
  for (const t of [1, 1.5, 2.25, 3.375]) {
    const here = scaled.at(t);
    const there = scaled.at(t * 1.5);
    if (!here || !there) return false;
    const [a, b] = [of(here), of(there)];
    if (a === 0 || !Number.isFinite(a) || !Number.isFinite(b)) return false;
    ratios.push(b / a);
  }
  const [first = 0] = ratios;
  return first > 0 && Math.abs(first - 1) > 1e-6 && ratios.every((ratio) => Math.abs(ratio - first) < 1e-7 * Math.abs(first));
}
