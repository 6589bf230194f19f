/**
 * The function around a position: from the symbols of a language extension where there are any, else guessed from
 * indentation or braces.
 */
import type { Position, Range } from './snapshot.ts';

/** A document symbol as plain data; `kind` is the name of VS Code's `SymbolKind`, in lower case. */
export interface SymbolNode {
  readonly name: string;
  readonly kind: string;
  readonly range: Range;
  readonly children: readonly SymbolNode[];
}

export interface FunctionScope {
  /** Empty for a function without a name. */
  readonly name: string;
  /** Whole lines; `end` is the end of the last one. */
  readonly range: Range;
}

const functionKinds: ReadonlySet<string> = new Set(['function', 'method', 'constructor', 'operator']);
const valueKinds: ReadonlySet<string> = new Set(['variable', 'constant', 'property', 'field', 'event']);
/** How the TypeScript extension and others call functions without a name. */
const nameless = /^$|^<|\bcallback$|^\(anonymous|^\(?closure/i;

/** The innermost named function among the symbols, else the innermost one. */
export function functionFromSymbols(
  symbols: readonly SymbolNode[],
  lines: readonly string[],
  position: Position,
): FunctionScope | undefined {
  const around: SymbolNode[] = [];
  const visit = (nodes: readonly SymbolNode[]): void => {
    for (const node of nodes) {
      const { start, end } = wholeLines(node.range, lines);
      if (!(start.line <= position.line && position.line <= end.line)) continue;
      if (isFunction(node, lines)) around.push(node);
      visit(node.children);
    }
  };
  visit(symbols);
  const chosen = around.findLast((node) => !nameless.test(node.name)) ?? around.at(-1);
  if (!chosen) return undefined;
  return { name: nameless.test(chosen.name) ? '' : plainName(chosen.name), range: wholeLines(chosen.range, lines) };
}

/** `naive(n: int)` of some language servers gives `naive`. */
function plainName(name: string): string {
  return /^[^\s(<]+/.exec(name)?.[0] ?? name;
}

/** Functions bound to a name are reported as variables by some: they count when their first line shows a function. */
function isFunction(node: SymbolNode, lines: readonly string[]): boolean {
  if (functionKinds.has(node.kind)) return true;
  if (!valueKinds.has(node.kind) || node.range.end.line === node.range.start.line) return false;
  return /=>|\bfunction\b|\blambda\b|\bfunc\b|\\\w+\s*->/.test(lines[node.range.start.line] ?? '');
}

/** From the beginning of the first line, with the comments, decorators and attributes right above, to the end of the last. */
function wholeLines(range: Range, lines: readonly string[]): Range {
  const first = withLeading(lines, range.start.line);
  const last = range.end.character === 0 && range.end.line > range.start.line ? range.end.line - 1 : range.end.line;
  return { start: { line: first, character: 0 }, end: { line: last, character: (lines[last] ?? '').length } };
}

function withLeading(lines: readonly string[], first: number): number {
  let line = first;
  while (line > 0 && /^\s*(?:@\w|#\[|\/\/|\/\*|\*)/.test(lines[line - 1] ?? '')) line -= 1;
  return line;
}

type Shape = 'indent' | 'end' | 'braces';

const shapes: Readonly<Record<string, Shape>> = {
  ...shaped('indent', 'python', 'coffeescript', 'nim', 'gdscript', 'cython', 'starlark', 'sage'),
  ...shaped('end', 'ruby', 'lua', 'julia', 'elixir', 'matlab', 'octave', 'crystal'),
  ...shaped('braces', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'c', 'cpp', 'cuda-cpp', 'csharp', 'java'),
  ...shaped('braces', 'go', 'rust', 'kotlin', 'swift', 'scala', 'php', 'dart', 'objective-c', 'objective-cpp', 'zig', 'groovy'),
  ...shaped('braces', 'perl', 'shellscript', 'powershell', 'r', 'v', 'solidity', 'glsl', 'hlsl', 'wgsl', 'svelte', 'vue'),
};

function shaped(shape: Shape, ...languages: readonly string[]): Record<string, Shape> {
  return Object.fromEntries(languages.map((language) => [language, shape]));
}

/** A guess for languages whose extension gives no symbols (in time); undefined for languages it knows nothing of. */
export function guessFunction(lines: readonly string[], languageId: string, position: Position): FunctionScope | undefined {
  const shape = shapes[languageId];
  if (shape === undefined) return undefined;
  return shape === 'braces' ? byBraces(lines, languageId, position) : byIndent(lines, position, shape);
}

const header =
  /^[ \t]*(?:(?:async|private|protected|public|local|static|pub|export|override)\s+)*(?:def|defp|func|function|proc|macro)\s+(?:self\.)?([\p{L}_][\p{L}\p{N}_.:?!]*)/u;

function byIndent(lines: readonly string[], position: Position, shape: Shape): FunctionScope | undefined {
  let start = position.line;
  // On a decorator the function is the one below it.
  while (/^\s*@\w/.test(lines[start] ?? '') && start + 1 < lines.length) start += 1;
  let limit = Number.POSITIVE_INFINITY;
  for (let line = start; line >= 0; line -= 1) {
    const text = lines[line] ?? '';
    if (text.trim() === '' || /^\s*(?:[)\]}]|end\b)/.test(text)) continue;
    const width = columns(text);
    const name = header.exec(text)?.[1];
    if (name !== undefined && (width < limit || line === start)) {
      const end = blockEnd(lines, line, width, shape);
      if (end >= position.line) return { name, range: wholeLines(span(lines, line, end), lines) };
    }
    if (!/^\s*#/.test(text)) limit = Math.min(limit, width);
  }
  return undefined;
}

/** Last line of the block that the line begins: the lines that stand deeper, up to a closing `end` where there is one. */
function blockEnd(lines: readonly string[], first: number, width: number, shape: Shape): number {
  let end = first;
  let depth = bracketDepth(lines[first] ?? '');
  for (let line = first + 1; line < lines.length; line += 1) {
    const text = lines[line] ?? '';
    if (text.trim() === '') continue;
    if (columns(text) <= width && depth <= 0) {
      if (shape === 'end' && /^\s*end\b/.test(text)) end = line;
      else if (shape === 'end' && /^\s*(?:rescue|ensure|else|elseif|catch|finally)\b/.test(text)) {
        end = line;
        continue;
      }
      break;
    }
    depth += bracketDepth(text);
    end = line;
  }
  return end;
}

/** Brackets that a line opens over those it closes, for headers that go over several lines. */
function bracketDepth(text: string): number {
  const code = text.replace(/(["'])(?:\\.|(?!\1).)*\1/g, '').replace(/#.*/, '');
  return (code.match(/[([{]/g)?.length ?? 0) - (code.match(/[)\]}]/g)?.length ?? 0);
}

function columns(text: string): number {
  const indent = /^[ \t]*/.exec(text)?.[0] ?? '';
  return indent.replaceAll('\t', '        ').length;
}

function span(lines: readonly string[], first: number, last: number): Range {
  return { start: { line: first, character: 0 }, end: { line: last, character: (lines[last] ?? '').length } };
}

interface Brace {
  readonly head: string;
  readonly headLine: number;
  /** The head at the opening brace stood within these parentheses. */
  readonly parens: number;
}

function byBraces(lines: readonly string[], languageId: string, position: Position): FunctionScope | undefined {
  const around: FunctionScope[] = [];
  const stack: Brace[] = [];
  let head = '';
  let headLine = 0;
  let parens = 0;
  const restart = (): void => {
    head = '';
  };
  for (const { line, text } of codeOnly(lines, languageId)) {
    if (text.trim() === '' && (lines[line] ?? '').trim() === '' && parens === 0) restart();
    for (const character of text) {
      if (character === '{') {
        stack.push({ head, headLine, parens });
        parens = 0;
        restart();
      } else if (character === '}') {
        const open = stack.pop();
        if (!open) continue;
        const found = functionHead(open.head);
        const range = wholeLines(span(lines, open.headLine + newlines(open.head.slice(0, found?.index)), line), lines);
        if (found && range.start.line <= position.line && position.line <= line) around.push({ name: found.name, range });
        parens = open.parens;
        if (parens > 0) ({ head, headLine } = open);
        else restart();
      } else if (character === ';' && parens === 0) restart();
      else {
        if (character === '(') parens += 1;
        if (character === ')') parens = Math.max(0, parens - 1);
        if (head.trim() === '') {
          headLine = line;
          head = '';
        }
        head += character;
      }
    }
    if (head !== '') head += '\n';
    if (/^\s*#\s*\w/.test(text)) restart();
  }
  return around.find((scope) => scope.name !== '') ?? around[0];
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}

const notFunctions =
  /^(?:if|else|for|foreach|while|switch|catch|with|using|lock|synchronized|return|match|do|try|guard|unless|until|when|elif|elseif|select|loop|fixed|checked|sizeof)$/;

/**
 * The function whose body follows the head, with an empty name when it has none. `index` is where it begins in the head:
 * at its keyword or name, since statements without semicolons may stand before; else the whole head belongs to it.
 */
function functionHead(head: string): { readonly name: string; readonly index: number } | undefined {
  const text = head.trimEnd();
  if (text.length > longestHead) return undefined;
  const keyword =
    /\b(?:function|fn|func|fun|sub)\b\s*\*?\s*(?:\([^)]*\)\s*)?(?:<[^>]*>\s*)?(?:[\w.]+\.)?([\p{L}_$][\p{L}\p{N}_$-]*)?/u.exec(text);
  if (keyword?.[1] !== undefined) return { name: keyword[1], index: keyword.index };
  if (keyword || text.endsWith('=>')) {
    const bound = binding.exec(text);
    return bound
      ? { name: bound[1] ?? '', index: bound.index + (/^\s*/.exec(bound[0])?.[0].length ?? 0) }
      : { name: '', index: keyword?.index ?? 0 };
  }
  const call = signature.exec(text);
  const name = call?.[1];
  if (name === undefined || notFunctions.test(name) || /(?:^|[^=!<>])=(?!=)|\bnew\s/.test(text.slice(0, call?.index))) return undefined;
  return /\b(?:else\s+if|return|throw)\b/.test(text) ? undefined : { name: name.replace(/^.*::/, ''), index: 0 };
}

/** `const area = (r) =>` and `area: async (r) =>` bind `area`; a callback is bound to nothing. */
const binding =
  /(?:^|[\s.])([\p{L}_$#][\p{L}\p{N}_$]*)\s*(?::[^=(]+)?[=:]\s*(?:async\s*)?(?:function\b|\(|[\p{L}_$][\p{L}\p{N}_$]*\s*=>|<)/u;

/** `name(parameters)` and what languages of C's family write between it and the body: qualifiers, initialisers, result. */
const signature = new RegExp(
  [
    String.raw`([~\p{L}_$#][\p{L}\p{N}_$:~]*)\s*(?:<[^>()]*>\s*)?\((?:[^()]|\([^()]*\))*\)`,
    String.raw`(?:\s*(?:const|noexcept|override|final|mutable|async)\b)*(?:\s*throws\b[\w.,\s]*)?`,
    String.raw`(?:\s*:[^(){}]+(?:\([^()]*\)[^(){}]*)*)?(?:\s*(?:->|where\b)[^{}]+)?\s*$`,
  ].join(''),
  'u',
);
/** Longer heads are data, such as a table of calls; matching them would take time. */
const longestHead = 2000;

/** The lines with strings and comments blanked out, in columns of their own. */
function* codeOnly(lines: readonly string[], languageId: string): Generator<{ readonly line: number; readonly text: string }> {
  const hash = /^(?:shellscript|powershell|perl|r|php)$/.test(languageId);
  const tokens = new RegExp(
    [
      String.raw`\/\*`,
      String.raw`\/\/.*`,
      ...(hash ? [String.raw`(?:^|\s)#.*`] : []),
      String.raw`"(?:\\.|[^"\\])*"`,
      languageId === 'rust' ? String.raw`'(?:\\[^']*|[^'\\])'` : String.raw`'(?:\\.|[^'\\])*'`,
      '`',
    ].join('|'),
    'g',
  );
  let until: '*/' | '`' | undefined;
  for (const [line, raw] of lines.entries()) {
    let text = '';
    let rest = raw;
    while (rest !== '') {
      if (until !== undefined) {
        const end = until === '`' ? /^(?:\\.|[^`\\])*`/.exec(rest)?.[0].length : rest.indexOf('*/') + 2;
        if (end === undefined || end < (until === '`' ? 1 : 2)) break;
        rest = rest.slice(end);
        until = undefined;
        continue;
      }
      tokens.lastIndex = 0;
      const match = tokens.exec(rest);
      if (!match) {
        text += rest;
        break;
      }
      text += `${rest.slice(0, match.index)} `;
      rest = rest.slice(match.index + match[0].length);
      if (match[0] === '/*') until = '*/';
      else if (match[0] === '`') until = '`';
    }
    yield { line, text };
  }
}
