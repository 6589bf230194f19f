/** Reads what stands at the head of a factor: a number, a name, brackets, a fraction, a function, an operator. */
import { call, name, whole, type Expression } from './expression.ts';
import type { LatexCursor } from './latexCursor.ts';
import { readFraction } from './latexFractions.ts';
import { FUNCTIONS, readFunction } from './latexFunctions.ts';
import type { LatexToken } from './latexLexer.ts';
import { readIntegral, readLimit, readRoot, readSeries } from './latexOperators.ts';
import { apart, numberOf, readArgument, readFactor, readSum } from './latexParser.ts';
import { isKnownUnit, unitExpression } from './units.ts';

export const GREEK = new Set([
  ...['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'varepsilon', 'zeta', 'eta', 'theta', 'vartheta', 'iota', 'kappa', 'lambda', 'mu'],
  ...['nu', 'xi', 'rho', 'varrho', 'sigma', 'tau', 'upsilon', 'phi', 'varphi', 'chi', 'psi', 'omega', 'Gamma', 'Delta', 'Theta'],
  ...['Lambda', 'Xi', 'Pi', 'Sigma', 'Upsilon', 'Phi', 'Psi', 'Omega', 'ell', 'hbar'],
]);
/** Commands whose group is what it is without them. */
const TRANSPARENT = new Set([
  'boxed',
  'mathbf',
  'boldsymbol',
  'bm',
  'mathit',
  'mathsf',
  'mathrm',
  'cancel',
  'bcancel',
  'displaylines',
  'fbox',
  'mathop',
]);
/** Marks on a name that make it another name. */
const ACCENTS = new Set(['vec', 'hat', 'tilde', 'widehat', 'dot', 'ddot', 'overrightarrow', 'mathcal', 'mathscr', 'mathfrak']);

/** One head. `alone`: without braces behind a `^` or `\frac`, where a letter is only itself. */
export function readHead(cursor: LatexCursor, alone = false): Expression {
  const token = cursor.token;
  switch (token.kind) {
    case 'number':
      cursor.next();
      return numberOf(token.text) ?? cursor.fail();
    case 'letter':
      return readName(cursor, alone);
    case 'text':
      return readText(cursor);
    case 'begin':
      return readEnvironment(cursor);
    case 'symbol':
      return readBracket(cursor);
    case 'command':
      return readCommand(cursor, alone);
    case 'end':
      return cursor.fail();
  }
}

/** The `dx` that ends an integral; its factor is 1. */
function readDifferential(cursor: LatexCursor): Expression | undefined {
  const open = cursor.differentials.at(-1);
  if (!open || open.variable !== undefined) return undefined;
  const after = cursor.ahead(1);
  const isName = after.kind === 'letter' || (after.kind === 'command' && GREEK.has(after.text));
  if (!isName) return undefined;
  cursor.next();
  open.variable = cursor.next().text;
  return whole(1);
}

function readName(cursor: LatexCursor, alone: boolean): Expression {
  const letter = cursor.token.text;
  if (letter === 'd') {
    const differential = readDifferential(cursor);
    if (differential) return differential;
  }
  cursor.next();
  if (letter === 'π') return { kind: 'constant', name: 'pi' };
  if (letter === 'e' && !cursor.symbol('_')) return { kind: 'constant', name: 'e' };
  return alone ? name(letter) : named(cursor, letter);
}

/** A name with what belongs to it: its subscript, its primes, the arguments of a function. */
function named(cursor: LatexCursor, letter: string): Expression {
  let text = letter;
  if (cursor.takeSymbol('_')) text += `_${cursor.groupText().replace(/\s/g, '')}`;
  let primes = 0;
  while (cursor.takeSymbol("'") || cursor.takeSymbol('′')) primes++;
  const raisedPrimes = [cursor.token.text, cursor.ahead(1).text, cursor.ahead(2).text];
  if (primes === 0 && raisedPrimes[0] === '^' && raisedPrimes[1] === 'prime') {
    cursor.at += 2;
    primes = 1;
  }
  const isFunction = cursor.reading.functions.has(letter) || cursor.reading.functions.has(text);
  const inverse = isFunction && cursor.symbol('^') && [1, 2, 3, 4, 5].map((n) => cursor.ahead(n).text).join('') === '{-1}(';
  if (inverse) {
    cursor.at += 5;
    text += '^{-1}';
  }
  if ((isFunction || primes > 0) && cursor.symbol('(')) {
    return { kind: 'apply', name: text, primes, args: readItems(cursor).items };
  }
  return name(text + "'".repeat(primes));
}

function readText(cursor: LatexCursor): Expression {
  const text = cursor.token.text.trim();
  if (text === 'd' || text === 'dx' || text === 'dt') {
    if (text === 'd') {
      const differential = readDifferential(cursor);
      if (differential) return differential;
    }
    const open = cursor.differentials.at(-1);
    if (text !== 'd' && open && open.variable === undefined) {
      cursor.next();
      open.variable = text.slice(1);
      return whole(1);
    }
  }
  // Minutes and seconds, not the smallest value and the secant.
  const time = (text === 'min' || text === 'sec') && cursor.ahead(1).text !== '(';
  if (FUNCTIONS.has(text) && !time) return readFunction(cursor, text);
  const follows = isQuantity(cursor.ahead(-1), cursor.at);
  cursor.next();
  if (text === 'e') return { kind: 'constant', name: 'e' };
  if (text === 'i' || text === 'j') return { kind: 'constant', name: 'i' };
  if (/^\d+(?:\.\d+)?$/.test(text)) return numberOf(text) ?? cursor.fail();
  // A function that is not known here, unless it is a unit: `\operatorname{erf}(x)`.
  if ((cursor.symbol('(') || cursor.symbol('{')) && !isKnownUnit(text)) return cursor.fail();
  // «Area = …»: a name. «3 apples»: what is counted.
  if (!follows && !isKnownUnit(text)) return name(`text:${text}`);
  // `\text{m/s}^2`: the power is that of the last unit.
  const power = /[/·⋅*]|\sper\s/.test(text) && cursor.takeSymbol('^') ? `^${cursor.groupText()}` : '';
  return unitExpression(text + power) ?? cursor.fail();
}

function isQuantity(before: LatexToken, at: number): boolean {
  if (at === 0) return false;
  return before.kind !== 'symbol' ? before.kind !== 'command' || before.text === '$' : ')]}|%!'.includes(before.text);
}

/** What brackets hold: the items between the commas. */
export function readItems(cursor: LatexCursor): { readonly open: string; readonly close: string; readonly items: Expression[] } {
  const open = cursor.next().text;
  const items = apart(cursor, () => {
    const read: Expression[] = [];
    if (atClose(cursor)) return read;
    for (;;) {
      read.push(cursor.takeCommand('ldots', 'dots', 'cdots', 'dotsc') ? call('dots') : readSum(cursor));
      if (!cursor.takeSymbol(',') && !cursor.takeSymbol(';')) return read;
    }
  });
  if (!atClose(cursor)) cursor.fail();
  return { open, close: cursor.next().text, items };
}

function atClose(cursor: LatexCursor): boolean {
  return cursor.symbol(')') || cursor.symbol(']') || cursor.command('}', 'rbrace', 'rangle');
}

function readBracket(cursor: LatexCursor): Expression {
  if (cursor.symbol('(') || cursor.symbol('[')) {
    const { open, close, items } = readItems(cursor);
    const only = items.length === 1 ? items[0] : undefined;
    if (open === '[' && only && cursor.symbol('_')) return readEvaluation(cursor, only);
    if (only) return only;
    return { kind: 'list', open, close, items };
  }
  if (cursor.symbol('{')) {
    cursor.next();
    const value = apart(cursor, () => readSum(cursor));
    cursor.expect('}');
    return value;
  }
  if (cursor.symbol('|')) {
    cursor.next();
    return readBars(cursor, '|');
  }
  if (cursor.takeSymbol('∞')) return { kind: 'constant', name: 'infinity' };
  return cursor.fail();
}

function readBars(cursor: LatexCursor, close: '|' | 'rvert' | 'rVert' | '||'): Expression {
  cursor.bars++;
  const differentials = cursor.differentials.splice(0);
  const value = readSum(cursor);
  cursor.differentials.push(...differentials);
  cursor.bars--;
  if (close === '||') {
    if (!cursor.takeCommand('|')) cursor.fail();
  } else if (!(close === '|' ? cursor.takeSymbol('|') : cursor.takeCommand(close))) cursor.fail();
  return call('abs', value);
}

/** `[F(x)]_a^b` and `F(x)|_a^b`: the difference between the values at the ends. */
export function readEvaluation(cursor: LatexCursor, body: Expression): Expression {
  const ends = new Map<string, Expression>();
  let variable: string | undefined;
  while (cursor.symbol('_') || cursor.symbol('^')) {
    const which = cursor.next().text;
    if (cursor.symbol('{') && cursor.ahead(2).text === '=') {
      variable = cursor.ahead(1).text;
      cursor.at += 3;
      ends.set(
        which,
        apart(cursor, () => readSum(cursor)),
      );
      cursor.expect('}');
    } else ends.set(which, readArgument(cursor));
  }
  const from = ends.get('_') ?? cursor.fail();
  const to = ends.get('^');
  const args = [body, from, ...(to ? [to] : [])];
  return { kind: 'apply', name: variable === undefined ? 'between' : `between:${variable}`, primes: 0, args };
}

const MATRICES = /^[pbB]?(?:small)?matrix\*?$|^array$|^vmatrix$/;

function readEnvironment(cursor: LatexCursor): Expression {
  const environment = cursor.token.text;
  if (!MATRICES.test(environment)) cursor.fail();
  cursor.next();
  if (environment === 'array' && cursor.symbol('{')) cursor.groupText();
  const rows: Expression[][] = [];
  let row: Expression[] = [];
  apart(cursor, () => {
    for (;;) {
      if (cursor.is('end', environment)) break;
      row.push(readSum(cursor));
      if (cursor.takeSymbol('&')) continue;
      rows.push(row);
      row = [];
      if (!cursor.takeCommand('\\', 'cr')) break;
    }
  });
  if (!cursor.is('end', environment)) cursor.fail();
  cursor.next();
  if (rows.length === 0 || rows.some((one) => one.length !== rows[0]?.length)) cursor.fail();
  const matrix: Expression = { kind: 'matrix', rows };
  return environment === 'vmatrix' ? call('det', matrix) : matrix;
}

function readCommand(cursor: LatexCursor, alone: boolean): Expression {
  const command = cursor.token.text;
  if (FUNCTIONS.has(command)) return readFunction(cursor, command);
  if (GREEK.has(command)) {
    cursor.next();
    return alone ? name(command) : named(cursor, command);
  }
  if (TRANSPARENT.has(command)) {
    cursor.next();
    return readArgument(cursor);
  }
  switch (command) {
    case 'pi':
      cursor.next();
      return { kind: 'constant', name: 'pi' };
    case 'infty':
      cursor.next();
      return { kind: 'constant', name: 'infinity' };
    case 'imath':
    case 'jmath':
      cursor.next();
      return { kind: 'constant', name: 'i' };
    case 'frac':
    case 'dfrac':
    case 'tfrac':
    case 'cfrac':
      return readFraction(cursor);
    case 'sqrt':
      return readRoot(cursor);
    case 'binom':
    case 'dbinom':
    case 'tbinom':
      cursor.next();
      return call('binomial', readArgument(cursor), readArgument(cursor));
    case 'int':
      return readIntegral(cursor);
    case 'lim':
      return readLimit(cursor);
    case 'sum':
    case 'prod':
      return readSeries(cursor);
    case '{':
    case 'lbrace': {
      const { items } = readItems(cursor);
      return { kind: 'list', open: '{', close: '}', items };
    }
    case 'langle': {
      const { items } = readItems(cursor);
      return { kind: 'list', open: '(', close: ')', items };
    }
    case 'lvert':
    case 'vert':
    case 'lVert':
    case '|':
    case 'Vert': {
      cursor.next();
      const closes = { lvert: 'rvert', lVert: 'rVert', '|': '||' } as const;
      const close = command === 'lvert' || command === 'lVert' || command === '|' ? closes[command] : undefined;
      return close ? readBars(cursor, close) : cursor.fail();
    }
    case 'lfloor':
    case 'lceil': {
      cursor.next();
      const value = apart(cursor, () => readSum(cursor));
      if (!cursor.takeCommand(command === 'lfloor' ? 'rfloor' : 'rceil')) cursor.fail();
      return call(command === 'lfloor' ? 'floor' : 'ceil', value);
    }
    case 'emptyset':
    case 'varnothing':
      cursor.next();
      return { kind: 'list', open: '{', close: '}', items: [] };
    case 'mathbb':
      cursor.next();
      return setName(cursor);
    case '$':
    case 'euro':
    case 'pounds':
      cursor.next();
      return name(`unit:${command === '$' ? 'dollar' : command}`);
    case 'overline':
    case 'bar':
    case 'widebar': {
      cursor.next();
      const value = readArgument(cursor);
      return value.kind === 'name' && value.name !== 'i' ? name(`bar:${value.name}`) : call('conjugate', value);
    }
    case 'underbrace':
    case 'overbrace': {
      cursor.next();
      const value = readArgument(cursor);
      if (cursor.takeSymbol('_') || cursor.takeSymbol('^')) cursor.groupText();
      return value;
    }
    case 'textcolor':
    case 'color':
      cursor.next();
      cursor.groupText();
      return readFactor(cursor);
    case 'phantom':
      cursor.next();
      cursor.groupText();
      return readFactor(cursor);
  }
  if (ACCENTS.has(command)) {
    cursor.next();
    return named(cursor, `${command}:${cursor.groupText()}`);
  }
  return cursor.fail();
}

/** `\mathbb{R}`, also with a `^+` or `_{>0}` behind it. */
function setName(cursor: LatexCursor): Expression {
  let text = `set:${cursor.groupText()}`;
  if (cursor.takeSymbol('^') || cursor.takeSymbol('_')) text += cursor.symbol('{') ? cursor.groupText() : cursor.next().text;
  return name(text);
}
