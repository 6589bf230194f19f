/** Reads fractions, and those that are derivatives: `\frac{d}{dx}`, `\frac{d^2 y}{dx^2}`, `\frac{\partial f}{\partial x}`. */
import { quotient, type Expression } from './expression.ts';
import type { LatexCursor } from './latexCursor.ts';
import type { LatexToken } from './latexLexer.ts';
import { apart, readArgument, readFactor, readProduct, readSum } from './latexParser.ts';

export function readFraction(cursor: LatexCursor): Expression {
  cursor.next();
  const derivative = readDerivative(cursor);
  if (derivative) return derivative;
  const over = readArgument(cursor);
  return quotient(over, readArgument(cursor));
}

interface Group {
  readonly tokens: readonly LatexToken[];
  /** The place behind the closing brace. */
  readonly end: number;
}

function groupAt(cursor: LatexCursor, start: number): Group | undefined {
  if (cursor.tokens[start]?.text !== '{') return undefined;
  let depth = 0;
  for (let at = start; at < cursor.tokens.length; at++) {
    const token = cursor.tokens[at];
    if (token?.kind !== 'symbol') continue;
    if (token.text === '{') depth++;
    if (token.text === '}' && --depth === 0) return { tokens: cursor.tokens.slice(start + 1, at), end: at + 1 };
  }
  return undefined;
}

function isD(token: LatexToken | undefined): boolean {
  return (token?.kind === 'letter' || token?.kind === 'text' || token?.kind === 'command') && /^(?:d|partial)$/.test(token.text);
}

/** The order behind the d: 1 without one; undefined where it is no plain number. */
function orderOf(tokens: readonly LatexToken[]): { readonly order: number; readonly used: number } | undefined {
  if (tokens[0]?.text !== '^') return { order: 1, used: 0 };
  const braced = tokens[1]?.text === '{';
  const digits = braced ? tokens[2] : tokens[1];
  if (digits?.kind !== 'number' || !/^[1-9]$/.test(digits.text)) return undefined;
  return { order: Number(digits.text), used: braced ? 4 : 2 };
}

function readDerivative(cursor: LatexCursor): Expression | undefined {
  const over = groupAt(cursor, cursor.at);
  const under = over && groupAt(cursor, over.end);
  if (!under || !isD(over.tokens[0]) || !isD(under.tokens[0])) return undefined;
  const variable = under.tokens[1];
  if (variable?.kind !== 'letter' && variable?.kind !== 'command') return undefined;
  const order = orderOf(over.tokens.slice(1));
  const check = orderOf(under.tokens.slice(2));
  if (!order || check?.order !== order.order || under.tokens.length !== 2 + check.used) return undefined;
  if (over.tokens.length > 1 + order.used) {
    // What is derived stands in the numerator.
    cursor.at += 2 + order.used;
    const body = apart(cursor, () => readSum(cursor));
    cursor.expect('}');
    cursor.at = under.end;
    return { kind: 'derivative', variable: variable.text, order: order.order, body };
  }
  cursor.at = under.end;
  const bracketed = cursor.symbol('(') || cursor.symbol('[') || cursor.symbol('{');
  const body = bracketed ? readFactor(cursor) : readProduct(cursor);
  return { kind: 'derivative', variable: variable.text, order: order.order, body };
}
