/** Reads LaTeX expressions: sums of products of factors. What stands at the head of a factor is in `latexHeads.ts`. */
import { call, namesIn, negative, number, power, product, quotient, sum, whole, type Expression } from './expression.ts';
import type { LatexCursor } from './latexCursor.ts';
import { readEvaluation, readHead } from './latexHeads.ts';
import type { LatexToken } from './latexLexer.ts';
import { rational, rationalOfDecimal } from './rational.ts';

const SUM_SIGNS = ['+', '-', '−', '–'];
const TIMES = new Set(['cdot', 'times', 'ast', 'bullet']);
/** Commands that never begin a factor, so that a product ends in front of them. */
const ENDS = new Set([
  ...[
    'cdot',
    'times',
    'ast',
    'bullet',
    '\\',
    'quad',
    'qquad',
    'rvert',
    'rVert',
    'rangle',
    'rfloor',
    'rceil',
    '}',
    'right',
    'over',
    'choose',
    'colon',
  ],
  ...['pm', 'mp', 'le', 'leq', 'leqslant', 'ge', 'geq', 'geqslant', 'lt', 'gt', 'ne', 'neq', 'approx', 'approxeq', 'simeq', 'sim'],
  ...['doteq', 'equiv', 'in', 'notin', 'ni', 'mid', 'nmid', 'subset', 'subseteq', 'supset', 'supseteq', 'cong', 'propto', 'not'],
  ...['to', 'mapsto', 'rightarrow', 'longrightarrow', 'Rightarrow', 'Longrightarrow', 'implies', 'iff', 'Leftrightarrow', 'leftarrow'],
  ...['Longleftrightarrow', 'therefore', 'because', 'wedge', 'vee', 'land', 'lor', 'cup', 'cap', 'setminus', 'pmod', 'bmod', 'mod'],
  ...['stackrel', 'overset', 'coloneqq', 'triangleq', 'tag', 'label', 'll', 'gg', 'perp', 'parallel', 'hline', 'Leftarrow', 'impliedby'],
  ...['ldots', 'cdots', 'dots', 'dotsc', 'dotsb', 'xrightarrow', 'checkmark', 'blacksquare', 'square', 'Box', 'qed', 'div'],
]);
/** Words between formulas; they end an expression. */
const CONNECTIVE =
  /^[\s,;:.]*(?:and|or|if|for|when|where|with|so|since|then|that|is|are|but|thus|hence|therefore|because|as|which|all|either|otherwise|und|oder|let|by|both|gives|from|on|at|to|of|the|we|have|i\.e\.?|e\.g\.?|not|undefined|true|false|given|such|because|unless|holds|a|an|be|mod)\b/i;

/** The expression at the cursor, up to what cannot belong to it. */
export function readSum(cursor: LatexCursor): Expression {
  return cursor.nested(() => {
    const terms: Expression[] = [];
    for (;;) {
      const sign = readSign(cursor, terms.length > 0);
      if (sign === undefined) break;
      if (cursor.takeCommand('ldots', 'cdots', 'dots', 'dotsb')) {
        terms.push({ kind: 'call', of: 'dots', args: [] });
      } else {
        const term = readProduct(cursor);
        terms.push(sign.length === 0 ? term : signed(sign, term));
      }
      const differential = cursor.differentials.at(-1);
      if (differential?.variable !== undefined && differential.depth === cursor.bars) break;
    }
    return sum(...terms);
  });
}

type Sign = readonly (-1 | 'pm' | 'mp')[];

/** The signs in front of a term; undefined where there is no further term. */
function readSign(cursor: LatexCursor, further: boolean): Sign | undefined {
  const signs: (-1 | 'pm' | 'mp')[] = [];
  let found = false;
  for (;;) {
    const token = cursor.token;
    if (token.kind === 'symbol' && SUM_SIGNS.includes(token.text)) {
      if (token.text !== '+') signs.push(-1);
    } else if (cursor.command('pm', 'mp')) signs.push(token.text === 'pm' ? 'pm' : 'mp');
    else if (cursor.is('symbol', '±')) signs.push('pm');
    else break;
    found = true;
    cursor.next();
  }
  return further && !found ? undefined : signs;
}

function signed(signs: Sign, term: Expression): Expression {
  let result = term;
  for (const sign of [...signs].reverse()) {
    result = sign === -1 ? negative(result) : product({ kind: 'sign', flipped: sign === 'mp' }, result);
  }
  return result;
}

/** Factors side by side or with signs of multiplication and division between them. */
export function readProduct(cursor: LatexCursor): Expression {
  let factors: Expression[] = [readFactor(cursor)];
  for (;;) {
    const token = cursor.token;
    const differential = cursor.differentials.at(-1);
    if (token.kind === 'command' && TIMES.has(token.text)) {
      const cross = token.text === 'times';
      cursor.next();
      if (cursor.command('cdots', 'ldots', 'dots')) {
        cursor.next();
        factors.push(call('dots'));
        continue;
      }
      if (cross && factors.length === 1 && isVector(factors[0])) {
        factors = [call('cross', factors[0] ?? whole(1), readSigned(cursor))];
      } else factors.push(readSigned(cursor));
    } else if (token.kind === 'text' && token.text.trim() === 'of') {
      cursor.next();
      factors.push(readSigned(cursor));
    } else if (token.kind === 'text' && token.text.trim() === 'mod') {
      cursor.next();
      factors = [call('mod', product(...factors), readFactor(cursor))];
    } else if (cursor.symbol('*') || cursor.symbol('×') || cursor.symbol('·') || cursor.symbol('⋅')) {
      cursor.next();
      factors.push(readSigned(cursor));
    } else if (cursor.symbol('|') && cursor.ahead(1).text === '_') {
      cursor.next();
      factors = [readEvaluation(cursor, product(...factors))];
    } else if (cursor.symbol('/')) {
      cursor.next();
      factors = divided(cursor, factors);
    } else if (cursor.command('div') || cursor.symbol('÷') || (cursor.symbol(':') && !cursor.ahead(1).text.startsWith('='))) {
      cursor.next();
      factors = [quotient(product(...factors), readSigned(cursor))];
    } else if (cursor.command('bmod', 'mod')) {
      cursor.next();
      factors = [call('mod', product(...factors), readFactor(cursor))];
    } else if (cursor.command('cup', 'cap', 'setminus')) {
      const of = cursor.next().text;
      factors = [call(of, product(...factors), readFactor(cursor))];
    } else if (cursor.takeCommand('over')) {
      return quotient(product(...factors), readSum(cursor));
    } else if (cursor.takeCommand('choose')) {
      return call('binomial', product(...factors), readSum(cursor));
    } else if (differential?.variable !== undefined && differential.depth === cursor.bars) {
      break;
    } else if (beginsFactor(cursor)) factors = besides(cursor, factors);
    else break;
  }
  return product(...factors);
}

/** `a/b`: of `1/2x` the reading says how far the slash goes. */
function divided(cursor: LatexCursor, factors: Expression[]): Expression[] {
  const under = [readSigned(cursor)];
  if (cursor.reading.slashTakesProduct) while (beginsFactor(cursor)) under.push(readFactor(cursor));
  const last = factors.at(-1) ?? whole(1);
  const before = factors.slice(0, -1);
  // `x 1/2`: everything before the slash is divided; of numbers side by side that is the same.
  return [quotient(product(...before, last), product(...under))];
}

function readSigned(cursor: LatexCursor): Expression {
  const sign = readSign(cursor, false) ?? [];
  return signed(sign, readFactor(cursor));
}

/** A factor without a sign of multiplication: `2x`, but `2\frac12` is a mixed number. */
function besides(cursor: LatexCursor, factors: Expression[]): Expression[] {
  const last = factors.at(-1);
  const before = cursor.ahead(-1);
  const fraction = cursor.command('frac', 'dfrac', 'tfrac');
  // `3 5` is no product; `3(5)` is one.
  if (last?.kind === 'number' && before.kind === 'number' && cursor.token.kind === 'number') return cursor.fail();
  // `1 \text{ h } 30 \text{ min}` is a sum of two.
  if (before.kind === 'text' && cursor.token.kind === 'number') return cursor.fail();
  const factor = readFactor(cursor);
  const proper = factor.kind === 'quotient' && factor.over.kind === 'number' && factor.under.kind === 'number';
  const bare = before.kind === 'number' && last?.kind === 'number' && last.value.denominator === 1n;
  if (fraction && proper && bare && cursor.reading.mixed) return [...factors.slice(0, -1), sum(last, factor)];
  return [...factors, factor];
}

function isVector(expression: Expression | undefined): boolean {
  return expression?.kind === 'list' || expression?.kind === 'matrix';
}

/** Whether what follows can stand beside a factor as another one. */
export function beginsFactor(cursor: LatexCursor): boolean {
  if (cursor.done) return false;
  const token = cursor.token;
  switch (token.kind) {
    case 'number':
    case 'letter':
      return true;
    case 'begin':
      return !/^(?:cases|aligned|align|array)/.test(token.text);
    case 'end':
      return false;
    case 'text':
      return !CONNECTIVE.test(token.text) && token.text.trim() !== '';
    case 'command':
      return !ENDS.has(token.text);
    case 'symbol':
      if (token.text === '|') return cursor.bars === 0 && closesLater(cursor);
      return token.text === '(' || token.text === '[' || token.text === '{';
  }
}

/** Whether a bar here has a partner; one alone is «divides» or «such that». */
function closesLater(cursor: LatexCursor): boolean {
  let depth = 0;
  for (let ahead = 1; ; ahead++) {
    const token = cursor.ahead(ahead);
    if (token.text === '' || depth < 0) return false;
    if (token.kind !== 'symbol') {
      if (token.kind === 'command' && token.text === '\\') return false;
      continue;
    }
    if ('([{'.includes(token.text)) depth++;
    else if (')]}'.includes(token.text)) depth--;
    else if (token.text === '|' && depth === 0) return true;
    else if (token.text === '=') return false;
  }
}

/** A head with what is written behind it: powers, `!`, `%`, degrees, an evaluation from a to b. */
export function readFactor(cursor: LatexCursor): Expression {
  return cursor.nested(() => withPostfix(cursor, readHead(cursor)));
}

export function withPostfix(cursor: LatexCursor, head: Expression): Expression {
  let value = head;
  for (;;) {
    if (cursor.symbol('^')) value = raised(cursor, value);
    else if (cursor.takeSymbol('!')) value = cursor.takeSymbol('!') ? call('doubleFactorial', value) : call('factorial', value);
    else if ((cursor.symbol("'") || cursor.symbol('′')) && closesBracket(cursor)) value = primed(cursor, value);
    else if (cursor.takeCommand('%') || cursor.takeSymbol('%')) value = call('percent', value);
    else if (cursor.takeCommand('circ', 'degree') || cursor.takeSymbol('°')) value = degrees(cursor, value);
    else return value;
  }
}

function closesBracket(cursor: LatexCursor): boolean {
  const { kind, text } = cursor.ahead(-1);
  return kind === 'symbol' && (text === ')' || text === ']');
}

/** `(x^2)'`: the derivative by its one name. */
function primed(cursor: LatexCursor, body: Expression): Expression {
  let order = 0;
  while (cursor.takeSymbol("'") || cursor.takeSymbol('′')) order++;
  const [variable, ...others] = namesIn(body);
  if (variable === undefined || others.length > 0) return cursor.fail();
  return { kind: 'derivative', variable, order, body };
}

function degrees(cursor: LatexCursor, value: Expression): Expression {
  // A temperature has another zero in each scale.
  if (/^[CF]$/.test(cursor.token.text.trim())) return cursor.fail();
  return quotient(product(value, { kind: 'constant', name: 'pi' }), whole(180));
}

/** Behind the `^`: a power, degrees, a transpose, an inverse function. */
function raised(cursor: LatexCursor, base: Expression): Expression {
  cursor.next();
  if (cursor.command('circ', 'degree')) {
    cursor.next();
    return degrees(cursor, base);
  }
  const rest = [cursor.token, cursor.ahead(1), cursor.ahead(2)].map((token: LatexToken) => token.text);
  if (rest[0] === '{' && (rest[1] === 'circ' || rest[1] === '\\circ') && rest[2] === '}') {
    cursor.at += 3;
    return degrees(cursor, base);
  }
  const transposed = (text: string | undefined): boolean => text === 'T' || text === 'top' || text === 'intercal';
  if (base.kind === 'matrix' && (transposed(rest[0]) || (rest[0] === '{' && transposed(rest[1])))) {
    cursor.at += rest[0] === '{' ? 3 : 1;
    return call('transpose', base);
  }
  if (cursor.command('prime') || (cursor.symbol('{') && cursor.ahead(1).text === 'prime')) {
    return cursor.fail();
  }
  return power(base, readArgument(cursor));
}

/** What stands in `{…}`, or the one digit, letter or command that stands without braces. */
export function readArgument(cursor: LatexCursor): Expression {
  if (cursor.takeSymbol('{')) {
    const value = apart(cursor, () => readSum(cursor));
    cursor.expect('}');
    return value;
  }
  if (cursor.symbol('-')) {
    cursor.next();
    return negative(readArgument(cursor));
  }
  cursor.splitNumber();
  return cursor.nested(() => readHead(cursor, true));
}

/** Reads inside brackets, where bars and differentials around do not count. */
export function apart<T>(cursor: LatexCursor, read: () => T): T {
  const bars = cursor.bars;
  const differentials = cursor.differentials.splice(0);
  cursor.bars = 0;
  cursor.differentials.push(...differentials.map((one) => ({ ...one, depth: -1, outer: one })));
  try {
    return read();
  } finally {
    // A differential may stand inside a fraction: `\int \frac{dx}{x}`.
    for (const one of cursor.differentials) {
      if (one.outer && one.variable !== undefined) one.outer.variable = one.variable;
    }
    cursor.differentials.splice(0, Infinity, ...differentials);
    cursor.bars = bars;
  }
}

/** `0.5`, or `0.1(6)` with what comes again and again in parentheses. */
export function numberOf(text: string): Expression | undefined {
  const repeating = /^(\d*)\.(\d*)\((\d+)\)$/.exec(text);
  if (!repeating) {
    const value = rationalOfDecimal(text);
    return value && number(value, text.includes('.') ? text.length - text.indexOf('.') - 1 : -1);
  }
  const [, before = '', still = '', period = ''] = repeating;
  const all = BigInt(before + still + period) - BigInt(`0${before}${still}`);
  const value = rational(all, (10n ** BigInt(period.length) - 1n) * 10n ** BigInt(still.length));
  return value && number(value);
}
