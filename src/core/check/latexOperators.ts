/** Reads what has bounds or an index: roots, integrals, sums, limits. */
import { call, whole, type Expression } from './expression.ts';
import type { Differential, LatexCursor } from './latexCursor.ts';
import { GREEK } from './latexHeads.ts';
import { apart, readArgument, readProduct, readSum } from './latexParser.ts';

export function readRoot(cursor: LatexCursor): Expression {
  cursor.next();
  let degree: Expression = whole(2);
  if (cursor.takeSymbol('[')) {
    degree = apart(cursor, () => readSum(cursor));
    cursor.expect(']');
  }
  return call('root', degree, readArgument(cursor));
}

function readBounds(cursor: LatexCursor): { from?: Expression; to?: Expression } {
  const bounds: { from?: Expression; to?: Expression } = {};
  while (cursor.symbol('_') || cursor.symbol('^')) {
    const lower = cursor.next().text === '_';
    const value = readArgument(cursor);
    if (lower) bounds.from = value;
    else bounds.to = value;
  }
  return bounds;
}

export function readIntegral(cursor: LatexCursor): Expression {
  cursor.next();
  const { from, to } = apart(cursor, () => readBounds(cursor));
  if ((from === undefined) !== (to === undefined)) cursor.fail();
  const differential: Differential = { variable: undefined, depth: cursor.bars };
  cursor.differentials.push(differential);
  const body = readSum(cursor);
  cursor.differentials.pop();
  const variable = differential.variable ?? cursor.fail();
  return { kind: 'integral', variable, body, ...(from && to ? { from, to } : {}) };
}

/** The index of `_{k=1}` or `_{x\to 0}`: a plain letter. */
function readIndex(cursor: LatexCursor): string {
  cursor.expect('_');
  cursor.expect('{');
  const token = cursor.next();
  if (token.kind !== 'letter' && !(token.kind === 'command' && GREEK.has(token.text))) cursor.fail();
  return token.text;
}

export function readSeries(cursor: LatexCursor): Expression {
  const of = cursor.next().text === 'sum' ? 'sum' : 'product';
  const index = readIndex(cursor);
  cursor.expect('=');
  const from = apart(cursor, () => readSum(cursor));
  cursor.expect('}');
  cursor.expect('^');
  const to = readArgument(cursor);
  const body = readProduct(cursor);
  return { kind: 'series', of, index, from, to, body };
}

export function readLimit(cursor: LatexCursor): Expression {
  cursor.next();
  const variable = readIndex(cursor);
  if (!cursor.takeCommand('to', 'rightarrow', 'longrightarrow')) cursor.fail();
  const side = takeSide(cursor);
  const to = apart(cursor, () => readSum(cursor));
  cursor.expect('}');
  return { kind: 'limit', variable, to, side, body: readProduct(cursor) };
}

/** Takes `^+`, `^{-}` or a bare `+` away from the end of the group that the cursor is in. */
function takeSide(cursor: LatexCursor): -1 | 0 | 1 {
  let end = cursor.at;
  for (let depth = 0; end < cursor.tokens.length; end++) {
    const text = cursor.tokens[end]?.kind === 'symbol' ? cursor.tokens[end]?.text : '';
    if (text === '{') depth++;
    if (text === '}' && --depth < 0) break;
  }
  const last = (back: number): string => cursor.tokens[end - back]?.text ?? '';
  let length = 0;
  let sign = last(1);
  if (last(1) === '}' && last(3) === '{' && last(4) === '^') {
    sign = last(2);
    length = 4;
  } else if (last(2) === '^') length = 2;
  else if (end - cursor.at > 1) length = 1;
  if (length === 0 || (sign !== '+' && sign !== '-')) return 0;
  cursor.tokens = cursor.tokens.toSpliced(end - length, length);
  return sign === '+' ? 1 : -1;
}
