/** Splits a formula into its relations: chains `a = b \le c`, rows of aligned equations, lists, implications. */
import type { Expression } from './expression.ts';
import { formulaTokens, LatexCursor, NotationError, type Reading } from './latexCursor.ts';
import type { LatexToken } from './latexLexer.ts';
import { readArgument, readSum } from './latexParser.ts';

export type Operator = '=' | '≠' | '<' | '≤' | '>' | '≥' | '≈' | '≡' | '∈' | '∉' | '∣' | '∤' | '⊆' | ':=' | '?';

/** How a segment hangs on those before it. `item`: a further value of the list that the one before began. */
export type Link = 'first' | 'and' | 'or' | 'row' | 'implies' | 'iff' | 'item' | 'if';

/** A piece of a formula between separators, with at most one chain of relations. */
export interface Segment {
  readonly tokens: readonly LatexToken[];
  readonly link: Link;
}

export interface Chain {
  readonly sides: readonly Side[];
  readonly operators: readonly Operator[];
  /** Of `\pmod{m}`. */
  readonly modulo?: Expression;
}

export interface Side {
  readonly expression: Expression;
  /** In the formula, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

const COMMANDS: Readonly<Record<string, Operator>> = {
  ...{ le: '≤', leq: '≤', leqslant: '≤', ge: '≥', geq: '≥', geqslant: '≥', lt: '<', gt: '>', ne: '≠', neq: '≠' },
  ...{ approx: '≈', approxeq: '≈', simeq: '≈', doteq: '≈', equiv: '≡', in: '∈', notin: '∉', mid: '∣', nmid: '∤' },
  ...{ subseteq: '⊆', subset: '⊆', coloneqq: ':=', triangleq: ':=', sim: '?', propto: '?', cong: '≡', ll: '?', gg: '?' },
};
const SYMBOLS: Readonly<Record<string, Operator>> = {
  '=': '=',
  '<': '<',
  '>': '>',
  '≤': '≤',
  '≥': '≥',
  '≠': '≠',
  '≈': '≈',
  '≡': '≡',
  '∈': '∈',
};

/** Environments that only place what is in them. */
const PLACING =
  /^(?:aligned|align|alignat|alignedat|gather|gathered|equation|split|multline|multlined|eqnarray|flalign|displaymath|math)\*?$/;

/** The operator that begins at a token, with how many tokens it takes. */
function operatorAt(tokens: readonly LatexToken[], at: number): { readonly operator: Operator; readonly length: number } | undefined {
  const token = tokens[at];
  if (!token) return undefined;
  const next = tokens[at + 1];
  if (token.kind === 'command') {
    if (token.text === 'not' && next) {
      const inner = operatorAt(tokens, at + 1);
      const negated: Partial<Record<Operator, Operator>> = { '=': '≠', '∈': '∉', '∣': '∤', '≡': '?' };
      return inner && { operator: negated[inner.operator] ?? '?', length: inner.length + 1 };
    }
    const operator = Object.hasOwn(COMMANDS, token.text) ? COMMANDS[token.text] : undefined;
    return operator && { operator, length: 1 };
  }
  if (token.kind !== 'symbol') return undefined;
  if (token.text === ':' && next?.text === '=') return { operator: ':=', length: 2 };
  const operator = Object.hasOwn(SYMBOLS, token.text) ? SYMBOLS[token.text] : undefined;
  return operator && { operator, length: 1 };
}

/** Whether a formula has any relation at all. Cheap: nothing is parsed. */
export function hasRelation(latex: string): boolean {
  return (
    latex.split('|').length === 2 ||
    /[=<>≤≥≠≈≡∈]|\\(?:le|leq|leqslant|ge|geq|geqslant|lt|gt|ne|neq|approx|approxeq|simeq|doteq|equiv|in|notin|mid|nmid|subseteq|subset|coloneqq|triangleq|cong)(?![A-Za-z])/.test(
      latex,
    )
  );
}

/** Whether a formula says something: a relation that stands in no index or bound, as that of `\sum_{k=1}` does. */
export function statesRelation(latex: string): boolean {
  if (!hasRelation(latex)) return false;
  try {
    return splitFormula(latex).some(related);
  } catch {
    return true;
  }
}

/** The segments of a formula. Throws `NotationError` where not even its tokens can be read. */
export function splitFormula(latex: string): Segment[] {
  return splitTokens(withoutFrames(formulaTokens(latex)));
}

/** Without numbers and labels of equations, boxes around relations, and environments that only place. */
function withoutFrames(tokens: readonly LatexToken[]): LatexToken[] {
  const kept: LatexToken[] = [];
  let cases = 0;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token) break;
    if (token.kind === 'command' && ['tag', 'label', 'eqref', 'ref'].includes(token.text)) at = closing(tokens, at + 1);
    else if (token.kind === 'begin' && /^[dr]?cases\*?$/.test(token.text) && kept.length === 0) cases++;
    else if (token.kind === 'end' && cases > 0 && /^[dr]?cases\*?$/.test(token.text)) cases--;
    else if ((token.kind === 'begin' || token.kind === 'end') && PLACING.test(token.text)) {
      if (/^align(?:ed)?at/.test(token.text) && token.kind === 'begin') at = closing(tokens, at + 1);
    } else if (token.kind === 'command' && (token.text === 'boxed' || token.text === 'fbox') && tokens[at + 1]?.text === '{') {
      const end = closing(tokens, at + 1);
      const inner = tokens.slice(at + 2, end);
      const related =
        inner.some((_, k) => operatorAt(inner, k) !== undefined) || inner.some((one) => one.text === ',' || one.text === 'pm');
      kept.push(...withoutFrames(related ? inner : tokens.slice(at + 1, end + 1)));
      at = end;
    } else kept.push(token);
  }
  return kept;
}

/** The place of the brace that closes the one at `at`; `at - 1` where none is there. */
function closing(tokens: readonly LatexToken[], at: number): number {
  if (tokens[at]?.text !== '{') return at - 1;
  let depth = 0;
  for (let place = at; place < tokens.length; place++) {
    const token = tokens[place];
    if (token?.kind !== 'symbol') continue;
    if (token.text === '{') depth++;
    if (token.text === '}' && --depth === 0) return place;
  }
  return tokens.length;
}

const OPENS = new Set(['(', '[', '{']);
const CLOSES = new Set([')', ']', '}']);
const LINKS: Readonly<Record<string, Link>> = {
  ...{ implies: 'implies', Rightarrow: 'implies', Longrightarrow: 'implies', therefore: 'implies', iff: 'iff', Leftrightarrow: 'iff' },
  ...{ Longleftrightarrow: 'iff', lor: 'or', vee: 'or', land: 'and', wedge: 'and', quad: 'and', qquad: 'and', because: 'and' },
  ...{ to: 'and', rightarrow: 'and', longrightarrow: 'and', xrightarrow: 'and', colon: 'and', text: 'and' },
};

function linkOfText(text: string): Link | undefined {
  const words = text.trim().toLowerCase();
  if (words === '' || /^of$|^mod$/.test(words)) return undefined;
  if (/^(?:if|when|where|for|given|since|because|as|with|while|provided|unless|whenever|from|assuming|let|suppose)\b/.test(words))
    return 'if';
  if (/\b(?:or|oder)$|^or\b/.test(words)) return 'or';
  if (/^(?:so|then|thus|hence|therefore|implies|gives|which gives|we get|we have)\b/.test(words)) return 'implies';
  if (
    /^(?:and|und|but|that is|i\.?e\.?|is|are|not|such that|all|by|both|either|otherwise|undefined|true|false|holds|on|at|to|the|a|an)\b|^[.,:;]/.test(
      words,
    )
  )
    return 'and';
  return undefined;
}

function splitTokens(tokens: readonly LatexToken[]): Segment[] {
  const segments: Segment[] = [];
  let current: LatexToken[] = [];
  let link: Link = 'first';
  let depth = 0;
  const close = (next: Link): void => {
    if (current.length > 0) segments.push({ tokens: current, link });
    // Of two separators the stronger one counts: `, \quad \implies`.
    if (current.length > 0 || link === 'first' || rank(next) >= rank(link)) link = segments.length === 0 && next !== 'if' ? 'first' : next;
    current = [];
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token) break;
    const { kind, text } = token;
    const lists = kind === 'command' && ['{', 'lbrace', 'langle', 'lfloor', 'lceil'].includes(text);
    const listEnds = kind === 'command' && ['}', 'rbrace', 'rangle', 'rfloor', 'rceil'].includes(text);
    if ((kind === 'symbol' && OPENS.has(text)) || kind === 'begin' || lists) depth++;
    if ((kind === 'symbol' && CLOSES.has(text)) || kind === 'end' || listEnds) depth--;
    const top = depth === 0;
    if (top && kind === 'symbol' && (text === ',' || text === ';')) close('item');
    else if (top && kind === 'command' && text in LINKS) {
      close(LINKS[text] ?? 'and');
      if (text === 'xrightarrow') at = closing(tokens, at + 1);
    } else if (top && kind === 'command' && (text === '\\' || text === 'cr')) {
      if (!continuesRow(tokens, at + 1)) close('row');
    } else if (top && kind === 'symbol' && text === '&') continue;
    else if (top && kind === 'text' && linkOfText(text)) close(linkOfText(text) ?? 'and');
    else current.push(token);
  }
  close('and');
  return spread(segments.filter((segment) => segment.tokens.length > 0));
}

function rank(link: Link): number {
  return ['first', 'item', 'row', 'and', 'or', 'if', 'iff', 'implies'].indexOf(link);
}

/** Whether a row goes on with the chain of the row before: it begins with a relation, or with a sign right of its `&`. */
function continuesRow(tokens: readonly LatexToken[], at: number): boolean {
  let place = at;
  let behindMark = false;
  while (tokens[place]?.text === '&' || (tokens[place]?.kind === 'command' && ['quad', 'qquad'].includes(tokens[place]?.text ?? ''))) {
    behindMark = true;
    place++;
  }
  if (operatorAt(tokens, place)) return true;
  const text = tokens[place]?.text ?? '';
  return behindMark && ['+', '-', 'cdot', 'times'].includes(text);
}

function related(segment: Segment): boolean {
  let depth = 0;
  return (
    segment.tokens.some((token, at) => {
      if ((token.kind === 'symbol' && OPENS.has(token.text)) || token.kind === 'begin') depth++;
      if ((token.kind === 'symbol' && CLOSES.has(token.text)) || token.kind === 'end') depth--;
      return depth === 0 && operatorAt(segment.tokens, at) !== undefined;
    }) || segment.tokens.filter((token) => token.kind === 'symbol' && token.text === '|').length === 1
  );
}

/** `a, b > 0` says it of both. */
function spread(segments: readonly Segment[]): Segment[] {
  const result: Segment[] = [];
  let waiting: Segment[] = [];
  for (const segment of segments) {
    const place = segment.tokens.findIndex((_, at) => operatorAt(segment.tokens, at) !== undefined);
    const operator = place >= 0 ? operatorAt(segment.tokens, place)?.operator : undefined;
    if (!related(segment) && segment.tokens.length <= 4 && (segment.link === 'first' || waiting.length > 0) && result.length === 0) {
      waiting.push(segment);
      continue;
    }
    const shared = operator !== undefined && operator !== '=' && operator !== '≈';
    for (const one of waiting) result.push(shared ? { ...one, tokens: [...one.tokens, ...segment.tokens.slice(place)], link: 'and' } : one);
    waiting = [];
    result.push(segment);
  }
  return [...result, ...waiting];
}

/** Parses a segment. One side and no operator where it has no relation. Throws `NotationError`. */
export function readChain(segment: Segment, reading: Reading): Chain {
  const cursor = new LatexCursor(segment.tokens, reading);
  const sides: Side[] = [];
  const operators: Operator[] = [];
  let modulo: Expression | undefined;
  const side = (): void => {
    const start = cursor.token.start;
    const expression = readSum(cursor);
    sides.push({ expression, start, end: cursor.ahead(-1).end });
  };
  side();
  for (;;) {
    if (cursor.takeCommand('pmod')) modulo = readArgument(cursor);
    else if (cursor.is('symbol', '(') && (cursor.ahead(1).text === 'mod' || cursor.ahead(1).text === 'bmod')) {
      cursor.at += 2;
      modulo = readSum(cursor);
      cursor.expect(')');
    } else {
      const found = operatorAt(cursor.tokens, cursor.at) ?? bar(cursor);
      if (!found) break;
      cursor.at += found.length;
      operators.push(found.operator);
      side();
    }
  }
  if (!cursor.done) cursor.fail();
  return { sides, operators, ...(modulo ? { modulo } : {}) };
}

/** `3 | 12` with a plain bar. */
function bar(cursor: LatexCursor): { readonly operator: Operator; readonly length: number } | undefined {
  return cursor.symbol('|') ? { operator: '∣', length: 1 } : undefined;
}

/** Letters that a formula itself uses as functions: `T(n) = …` at the begin of a segment. */
export function functionLetters(segments: readonly Segment[]): string[] {
  const letters: string[] = [];
  for (const { tokens } of segments) {
    const [name, open, argument, close] = tokens;
    if (name?.kind !== 'letter' || open?.text !== '(' || argument?.kind !== 'letter') continue;
    const other = close?.text === ',' ? tokens[5] : close;
    const end = close?.text === ',' ? 6 : 4;
    if (other?.text === ')' && operatorAt(tokens, end)) letters.push(name.text);
  }
  return letters;
}

export { NotationError };
