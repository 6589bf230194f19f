/** Whether an equation becomes an identity by one small change: then it was meant as one. */
import { mapParts, partsOf, product, whole, type Expression } from './expression.ts';
import type { Relation } from './facts.ts';

const TWINS: Readonly<Record<string, string>> = {
  ...{ sin: 'cos', cos: 'sin', tan: 'cot', cot: 'tan', sec: 'csc', csc: 'sec' },
  ...{ sinh: 'cosh', cosh: 'sinh', arcsin: 'arccos', arccos: 'arcsin' },
};

/** Beyond as many changes nothing is tried. */
const MOST = 24;

/** `1 + \tan^2 x = \csc^2 x`, but not `\sin x = \cos x`, which is an equation to be solved. */
export function nearIdentity(
  relation: Relation,
  tried: (changed: Relation) => { readonly agree: number; readonly failures: number },
): boolean {
  let count = 0;
  for (const side of ['left', 'right'] as const) {
    for (const changed of changes(relation[side])) {
      if (++count > MOST) return false;
      const whole_: Relation = { ...relation, [side]: changed };
      if (sameTree(whole_.left, whole_.right)) continue;
      const { agree, failures } = tried(whole_);
      if (failures === 0 && agree >= 6) return true;
    }
  }
  return false;
}

function sameTree(a: Expression, b: Expression): boolean {
  const text = (e: Expression): string => JSON.stringify(e, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return text(a) === text(b);
}

/** The expression with one sign in a sum turned, or one function taken for its twin. */
function* changes(e: Expression): Generator<Expression> {
  if (e.kind === 'sum') {
    for (const [k, term] of e.terms.entries()) if (k > 0) yield { ...e, terms: e.terms.with(k, product(whole(-1), term)) };
  }
  const twin = e.kind === 'call' ? TWINS[e.of] : undefined;
  if (e.kind === 'call' && twin !== undefined) yield { ...e, of: twin };
  for (const [index, part] of partsOf(e).entries()) {
    for (const changed of changes(part)) {
      let at = 0;
      yield mapParts(e, (one) => (at++ === index ? changed : one));
    }
  }
}
