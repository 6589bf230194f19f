/** LaTeX environments and display formulas around a position, also in Markdown and plain text. */
import type { Position, Range } from './snapshot.ts';

export interface Environment {
  /** Name between the braces of `\begin{…}`; `$$` or `\[` for a display formula. */
  readonly name: string;
  readonly range: Range;
}

/** Parts of a formula: by themselves they mean little, so what they stand in is taken. */
const inner = /^(?:[pbvBV]?matrix\*?|smallmatrix|[dr]?cases\*?|array|aligned|alignedat|gathered|split|subarray|multlined)$/;
/** Their content is not TeX. */
const verbatim = /^(?:verbatim|Verbatim|lstlisting|minted|comment|filecontents)\*?$/;
/** Envelopes of whole documents. */
const envelope = /^(?:document|filecontents)$/;

/**
 * The innermost environment or display formula that contains the position, apart from parts of formulas such as `cases`,
 * which give way to the one around them.
 * @param lines the document's lines, or a stretch of them: an environment whose beginning or end is missing is passed over
 */
export function enclosingEnvironment(lines: readonly string[], position: Position): Environment | undefined {
  const around = environments(lines).filter(({ range }) => contains(lines, range, position));
  around.sort((one, other) => compare(other.range.start, one.range.start));
  return around.find(({ name }) => !inner.test(name)) ?? around[0];
}

interface Open {
  readonly name: string;
  readonly start: Position;
}

const token = /\\begin\{([^{}]*)\}|\\end\{([^{}]*)\}|\\[[\]]|\$\$|\\[\s\S]|%/g;

/** All closed environments, in the order of their ends. Comments are skipped; `\\[2pt]` and `\$` begin nothing. */
function environments(lines: readonly string[]): Environment[] {
  const found: Environment[] = [];
  const stack: Open[] = [];
  let formula: Open | undefined;
  lines.forEach((line, index) => {
    // A display formula holds no empty line: TeX reports one, and Markdown ends its paragraph there.
    if (formula && line.trim() === '') formula = undefined;
    for (const match of line.matchAll(token)) {
      const [whole, begin, end] = match;
      const start = { line: index, character: match.index };
      const after = { line: index, character: match.index + whole.length };
      const opaque = stack.at(-1) !== undefined && verbatim.test(stack.at(-1)?.name ?? '');
      if (opaque && end !== stack.at(-1)?.name) continue;
      if (whole === '%') break;
      if (begin !== undefined) stack.push({ name: begin, start });
      else if (end !== undefined) {
        const depth = stack.findLastIndex((open) => open.name === end);
        const open = stack[depth];
        if (!open) continue;
        stack.length = depth;
        if (!envelope.test(end)) found.push({ name: end, range: { start: open.start, end: after } });
      } else if (whole === '$$' || whole === '\\]') {
        if (formula && formula.name === (whole === '$$' ? '$$' : '\\[')) {
          found.push({ name: formula.name, range: { start: formula.start, end: after } });
          formula = undefined;
        } else if (whole === '$$') formula = { name: '$$', start };
      } else if (whole === '\\[') formula = { name: '\\[', start };
    }
  });
  return found;
}

/** The range contains the position, the white space around it on its first and last line included. */
function contains(lines: readonly string[], range: Range, position: Position): boolean {
  const { start, end } = range;
  const first = (lines[start.line] ?? '').slice(0, start.character).trim() === '' ? 0 : start.character;
  const rest = (lines[end.line] ?? '').slice(end.character).trim() === '' ? Number.POSITIVE_INFINITY : end.character;
  return compare({ line: start.line, character: first }, position) <= 0 && compare(position, { line: end.line, character: rest }) <= 0;
}

function compare(one: Position, other: Position): number {
  return one.line - other.line || one.character - other.character;
}
