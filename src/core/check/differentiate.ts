/** Derivatives of expressions. */
import { call, contains, namesIn, negative, power, product, quotient, substitute, sum, whole, type Expression } from './expression.ts';
import { Undecided } from './scalar.ts';

const E: Expression = { kind: 'constant', name: 'e' };
const ONE = whole(1);
const TWO = whole(2);

const ln = (of: Expression): Expression => call('log', E, of);
const square = (of: Expression): Expression => power(of, TWO);
const root = (of: Expression): Expression => call('root', TWO, of);

/** The derivatives of functions of one argument, without the inner one. */
const OUTER: Readonly<Record<string, (u: Expression) => Expression>> = {
  sin: (u) => call('cos', u),
  cos: (u) => negative(call('sin', u)),
  tan: (u) => sum(ONE, square(call('tan', u))),
  cot: (u) => negative(sum(ONE, square(call('cot', u)))),
  sec: (u) => product(call('sec', u), call('tan', u)),
  csc: (u) => negative(product(call('csc', u), call('cot', u))),
  arcsin: (u) => quotient(ONE, root(sum(ONE, negative(square(u))))),
  arccos: (u) => quotient(whole(-1), root(sum(ONE, negative(square(u))))),
  arctan: (u) => quotient(ONE, sum(ONE, square(u))),
  arccot: (u) => quotient(whole(-1), sum(ONE, square(u))),
  arcsec: (u) => quotient(ONE, product(call('abs', u), root(sum(square(u), whole(-1))))),
  arccsc: (u) => quotient(whole(-1), product(call('abs', u), root(sum(square(u), whole(-1))))),
  sinh: (u) => call('cosh', u),
  cosh: (u) => call('sinh', u),
  tanh: (u) => sum(ONE, negative(square(call('tanh', u)))),
  coth: (u) => sum(ONE, negative(square(call('coth', u)))),
  arsinh: (u) => quotient(ONE, root(sum(square(u), ONE))),
  arcosh: (u) => quotient(ONE, root(sum(square(u), whole(-1)))),
  artanh: (u) => quotient(ONE, sum(ONE, negative(square(u)))),
  abs: (u) => quotient(u, call('abs', u)),
  percent: () => quotient(ONE, whole(100)),
};

/** The derivative by a name. Throws `Undecided` for what is not differentiated here. */
export function differentiate(e: Expression, by: string): Expression {
  if (!namesIn(e).has(by) && !(e.kind === 'integral' && !e.from && e.variable === by)) {
    // A lone other name may depend on this one; nobody said that it does not.
    return whole(0);
  }
  const d = (part: Expression): Expression => differentiate(part, by);
  switch (e.kind) {
    case 'name':
      return ONE;
    case 'sum':
      return sum(...e.terms.map(d));
    case 'product':
      return sum(
        ...e.factors.flatMap((factor, k) =>
          namesIn(factor).has(by) || factor.kind === 'integral' ? [product(...e.factors.with(k, d(factor)))] : [],
        ),
      );
    case 'quotient':
      if (!namesIn(e.under).has(by)) return quotient(d(e.over), e.under);
      return quotient(sum(product(d(e.over), e.under), negative(product(e.over, d(e.under)))), square(e.under));
    case 'power':
      return derivedPower(e.base, e.exponent, by);
    case 'call':
      return derivedCall(e.of, e.args, by);
    case 'integral':
      return derivedIntegral(e, by);
    case 'derivative':
      return e.variable === by ? d(derived(e)) : differentiate(derived(e), by);
    case 'series':
      if (namesIn(e.from).has(by) || namesIn(e.to).has(by)) throw new Undecided();
      if (e.of === 'product') throw new Undecided();
      return { ...e, body: d(e.body) };
    case 'matrix':
      return { ...e, rows: e.rows.map((row) => row.map(d)) };
    case 'list':
      return { ...e, items: e.items.map(d) };
    default:
      throw new Undecided();
  }
}

/** What a derivative stands for, differentiated. Throws `Undecided` for the derivative of a lone name. */
export function derived(e: Extract<Expression, { kind: 'derivative' }>): Expression {
  if (e.body.kind === 'name' && e.body.name !== e.variable) throw new Undecided();
  if (contains(e.body, (part) => part.kind === 'name' && part.name.endsWith("'"))) throw new Undecided();
  let result = e.body;
  for (let k = 0; k < e.order; k++) result = differentiate(result, e.variable);
  return result;
}

function derivedPower(base: Expression, exponent: Expression, by: string): Expression {
  const whole_ = power(base, exponent);
  if (!namesIn(exponent).has(by)) {
    const less = exponent.kind === 'number' ? numberLess(exponent) : sum(exponent, whole(-1));
    return product(exponent, simplePower(base, less), differentiate(base, by));
  }
  const inner = product(differentiate(exponent, by), base.kind === 'constant' && base.name === 'e' ? ONE : ln(base));
  if (!namesIn(base).has(by)) return product(whole_, inner);
  return product(whole_, sum(inner, quotient(product(exponent, differentiate(base, by)), base)));
}

/** Without a power of 0 or 1, which would have no value where the base is 0. */
function simplePower(base: Expression, exponent: Expression): Expression {
  if (exponent.kind !== 'number') return power(base, exponent);
  const { numerator, denominator } = exponent.value;
  if (numerator === 0n) return ONE;
  return numerator === denominator ? base : power(base, exponent);
}

function numberLess(n: Extract<Expression, { kind: 'number' }>): Expression {
  return { ...n, value: { numerator: n.value.numerator - n.value.denominator, denominator: n.value.denominator } };
}

function derivedCall(of: string, args: readonly Expression[], by: string): Expression {
  const [first = ONE, second = ONE] = args;
  if (of === 'root') {
    // Not `root^(degree - 1)` below: with a degree of 2 that is the root itself.
    const under = of === 'root' && first.kind === 'number' ? first : undefined;
    if (!under) throw new Undecided();
    const lower = product(first, power(call('root', first, second), sum(first, whole(-1))));
    return quotient(differentiate(second, by), lower);
  }
  if (of === 'log') {
    if (namesIn(first).has(by)) return differentiate(quotient(ln(second), ln(first)), by);
    const natural = first.kind === 'constant' && first.name === 'e';
    return quotient(differentiate(second, by), natural ? second : product(second, ln(first)));
  }
  const outer = Object.hasOwn(OUTER, of) ? OUTER[of] : undefined;
  if (!outer) throw new Undecided();
  return product(outer(first), differentiate(first, by));
}

/** The integral's own body, or by Leibniz where the ends move. */
function derivedIntegral(e: Extract<Expression, { kind: 'integral' }>, by: string): Expression {
  if (!e.from || !e.to) {
    if (e.variable === by) return e.body;
    throw new Undecided();
  }
  const at = (end: Expression): Expression => substitute(e.body, new Map([[e.variable, end]]));
  const terms: Expression[] = [];
  if (namesIn(e.to).has(by)) terms.push(product(at(e.to), differentiate(e.to, by)));
  if (namesIn(e.from).has(by)) terms.push(negative(product(at(e.from), differentiate(e.from, by))));
  if (e.variable !== by && namesIn(e.body).has(by)) terms.push({ ...e, body: differentiate(e.body, by) });
  return terms.length === 0 ? whole(0) : sum(...terms);
}
