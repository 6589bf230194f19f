/** Reads functions that have a name: `\sin^2 x`, `\log_2 8`, `\max(a, b)`. */
import { call, power, quotient, sum, whole, product, type Expression } from './expression.ts';
import type { LatexCursor } from './latexCursor.ts';
import { readItems } from './latexHeads.ts';
import { apart, beginsFactor, readArgument, readFactor, readSum } from './latexParser.ts';

const TRIGONOMETRIC = ['sin', 'cos', 'tan', 'cot', 'sec', 'csc'];
const HYPERBOLIC = ['sinh', 'cosh', 'tanh', 'coth', 'sech', 'csch'];

/** LaTeX's name of each function, and the one in the tree. */
export const FUNCTIONS: ReadonlyMap<string, string> = new Map<string, string>([
  ...TRIGONOMETRIC.map((one): [string, string] => [one, one]),
  ...HYPERBOLIC.map((one): [string, string] => [one, one]),
  ...TRIGONOMETRIC.map((one): [string, string] => [`arc${one}`, `arc${one}`]),
  ...['arsinh', 'arcosh', 'artanh'].map((one): [string, string] => [one, one]),
  ...['sin', 'cos', 'tan'].map((one): [string, string] => [`a${one}`, `arc${one}`]),
  ['arcsinh', 'arsinh'],
  ['arccosh', 'arcosh'],
  ['arctanh', 'artanh'],
  ['tg', 'tan'],
  ['ctg', 'cot'],
  ['arctg', 'arctan'],
  ['ln', 'ln'],
  ['log', 'log'],
  ['lg', 'lg'],
  ['exp', 'exp'],
  ['max', 'max'],
  ['min', 'min'],
  ['gcd', 'gcd'],
  ['ggT', 'gcd'],
  ['lcm', 'lcm'],
  ['kgV', 'lcm'],
  ['det', 'det'],
  ['tr', 'trace'],
  ['trace', 'trace'],
  ['rank', 'rank'],
  ['sgn', 'sign'],
  ['sign', 'sign'],
  ['Re', 're'],
  ['Im', 'im'],
  ['arg', 'arg'],
  ['Arg', 'arg'],
  ['abs', 'abs'],
  ['floor', 'floor'],
  ['ceil', 'ceil'],
  ['cis', 'cis'],
]);

/** Those with several arguments, or with one that is no product of letters. */
const LISTS = new Set(['max', 'min', 'gcd', 'lcm']);

export function readFunction(cursor: LatexCursor, written: string): Expression {
  const of = FUNCTIONS.get(written) ?? cursor.fail();
  cursor.next();
  let base: Expression | undefined;
  let exponent: Expression | undefined;
  while (cursor.symbol('_') || cursor.symbol('^')) {
    const below = cursor.next().text === '_';
    if (below && of !== 'log') cursor.fail();
    if (below) base = readArgument(cursor);
    else exponent = readArgument(cursor);
  }
  const { args, open } = readArguments(cursor, LISTS.has(of));
  const inverse = exponent?.kind === 'number' && exponent.value.numerator === -1n && exponent.value.denominator === 1n;
  if (inverse && TRIGONOMETRIC.includes(of)) return call(`arc${of}`, ...args);
  if (inverse && of !== 'det') return cursor.fail();
  const value = named(cursor, of, base, open ? slashInside(cursor, args) : args);
  return exponent ? power(value, exponent) : value;
}

function named(cursor: LatexCursor, of: string, base: Expression | undefined, args: readonly Expression[]): Expression {
  if (of === 'log') {
    const natural: Expression = { kind: 'constant', name: 'e' };
    const own = base ?? (cursor.reading.logBase === 'e' ? natural : whole(10));
    return call('log', own, ...args);
  }
  if (of === 'lg') return call('log', whole(10), ...args);
  if (of === 'ln') return call('log', { kind: 'constant', name: 'e' }, ...args);
  if (of === 'exp') return power({ kind: 'constant', name: 'e' }, args[0] ?? cursor.fail());
  if (of === 'cis') {
    const angle = args[0] ?? cursor.fail();
    return sum(call('cos', angle), product({ kind: 'constant', name: 'i' }, call('sin', angle)));
  }
  return call(of, ...args);
}

/** The arguments; `open` where no bracket says where they end. */
function readArguments(cursor: LatexCursor, list: boolean): { args: Expression[]; open: boolean } {
  if (cursor.symbol('(') || cursor.symbol('[') || (list && cursor.command('{', 'lbrace'))) {
    return { args: readItems(cursor).items, open: false };
  }
  if (cursor.symbol('{')) {
    cursor.next();
    const items = apart(cursor, () => {
      const read = [readSum(cursor)];
      while (cursor.takeSymbol(',')) read.push(readSum(cursor));
      return read;
    });
    cursor.expect('}');
    return { args: items, open: false };
  }
  const negative = cursor.takeSymbol('-');
  const factors = [...(negative ? [whole(-1)] : []), readFactor(cursor)];
  while (continues(cursor)) factors.push(readFactor(cursor));
  return { args: [product(...factors)], open: true };
}

/** Whether what follows still belongs to `\sin 2\pi x`. */
function continues(cursor: LatexCursor): boolean {
  const { kind, text } = cursor.token;
  if (!beginsFactor(cursor) || kind === 'text' || kind === 'begin') return false;
  if (kind === 'symbol') return text === '{';
  if (kind === 'letter' && text === 'd' && cursor.differentials.length > 0) return false;
  if (kind === 'letter' && cursor.reading.functions.has(text) && cursor.ahead(1).text === '(') return false;
  return !(kind === 'command' && (FUNCTIONS.has(text) || ['int', 'lim', 'sum', 'prod', '{', '$'].includes(text)));
}

/** `\sin \pi/2` where the slash is read as part of the argument. */
function slashInside(cursor: LatexCursor, args: readonly Expression[]): readonly Expression[] {
  if (!cursor.reading.slashTakesProduct || !cursor.symbol('/') || !args[0]) return args;
  cursor.next();
  return [quotient(args[0], readFactor(cursor))];
}
