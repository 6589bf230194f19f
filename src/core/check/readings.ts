/** Ways to read units, counted things and percentages; a relation is false only if it is false in each. */
import { contains, namesIn, product, substitute, sum, whole, type Expression } from './expression.ts';
import type { Relation } from './facts.ts';
import { isCounted, isNumeral, isUnit } from './units.ts';

export interface Way {
  readonly relation: Relation;
  /** Whether units count for nothing. */
  readonly stripUnits: boolean;
  readonly percent: 'hundredth' | 'stripped';
  /** Whether to hold in this way only keeps the relation from being called false. */
  readonly doubtful?: boolean;
}

export function readings(relation: Relation): Way[] {
  const { left, right } = relation;
  const [before, behind] = [hasUnits(left), hasUnits(right)];
  const stripUnits = before !== behind;
  const list: Way[] = [{ relation, stripUnits, percent: 'hundredth' }];
  const uncounted = stripUnits ? undefined : withoutCounted(relation);
  if (uncounted) list.push({ relation: uncounted, stripUnits, percent: 'hundredth' });
  // `60 \text{ km/h} \times 2 = 120 \text{ km}`: a unit was left out.
  if (before && behind && (leavesUnitOut(left) || leavesUnitOut(right))) {
    list.push({ relation, stripUnits: true, percent: 'hundredth', doubtful: true });
  }
  const wholly = (e: Expression): boolean => e.kind !== 'sum' || !hasPercent(e);
  if (hasPercent(left) !== hasPercent(right) && wholly(left) && wholly(right)) list.push({ relation, stripUnits, percent: 'stripped' });
  if (hasPercent(left) || hasPercent(right)) {
    const of = { ...relation, left: ofTheRest(left), right: ofTheRest(right) };
    if (of.left !== left || of.right !== right) list.push({ relation: of, stripUnits, percent: 'hundredth' });
  }
  return list;
}

function hasUnits(e: Expression): boolean {
  return contains(e, (part) => part.kind === 'name' && isUnit(part.name) && !isNumeral(part.name));
}

function hasPercent(e: Expression): boolean {
  return contains(e, (part) => part.kind === 'call' && part.of === 'percent');
}

/** `12 \text{ books} \times \$8 = \$96`: what is counted on one side alone is a number there. */
function withoutCounted({ left, right, ...rest }: Relation): Relation | undefined {
  const [before, behind] = [countedIn(left), countedIn(right)];
  const extra = [...before].filter((one) => !behind.has(one));
  const missing = [...behind].filter((one) => !before.has(one));
  if (extra.length > 0 === missing.length > 0) return undefined;
  const ones = new Map([...extra, ...missing].map((one): [string, Expression] => [one, whole(1)]));
  return { ...rest, left: substitute(left, ones), right: substitute(right, ones) };
}

function countedIn(e: Expression): Set<string> {
  return new Set([...namesIn(e)].filter(isCounted));
}

/** A product or sum of quantities in which a number has no unit behind it. */
function leavesUnitOut(e: Expression): boolean {
  return contains(e, (part) => {
    if (part.kind === 'sum') return part.terms.some(hasUnits) && part.terms.some((term) => term.kind === 'number');
    if (part.kind !== 'product' || !hasUnits(part)) return false;
    const isBare = (factor: Expression): boolean => factor.kind === 'number' && factor.value.numerator !== -1n;
    return part.factors.some((factor, k) => {
      const [last, next] = [part.factors[k - 1], part.factors[k + 1]];
      return isBare(factor) && !(next && hasUnits(next)) && !(last?.kind === 'name' && last.name === 'unit:dollar');
    });
  });
}

/** `100 + 20\%` as a hundred and a fifth of it more. */
function ofTheRest(e: Expression): Expression {
  if (e.kind !== 'sum') return e;
  const last = e.terms.at(-1);
  const isOfRest = last && hasPercent(last) && !e.terms.slice(0, -1).some(hasPercent);
  return isOfRest ? product(sum(...e.terms.slice(0, -1)), sum(whole(1), last)) : e;
}
