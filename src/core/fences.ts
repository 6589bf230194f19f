/**
 * Fenced code blocks of a Markdown text, found line by line as CommonMark has it (0.31, sections 4.5, 4.6, 5.1, 5.2):
 * both fence characters, any length, in list items and block quotes, not inside HTML blocks. Indented code does not
 * count. The order is that of the `code` tokens of marked's lexer, so that block n of the panel is block n here.
 */

export interface FencedBlock {
  /** First word of the info string as written, without the braces of R Markdown; empty when there is none. */
  readonly language: string;
  /** The content, lines joined by `\n`, without the container's prefixes and the fence's own indentation. */
  readonly code: string;
  /** A closing fence was found. A block that the text or its list item just ends is not closed. */
  readonly closed: boolean;
  /** UTF-16 offset of the first fence character. */
  readonly offset: number;
  /** UTF-16 offset just after the last line of the block, without its line end. */
  readonly end: number;
}

type Container = { readonly kind: 'quote' } | { readonly kind: 'item'; readonly indent: number };

interface OpenFence {
  readonly mark: string;
  readonly indent: number;
  readonly info: string;
  readonly depth: number;
  readonly offset: number;
  readonly lines: string[];
}

interface OpenHtml {
  readonly depth: number;
  /** Ends with the line that matches; absent: with a blank line. */
  readonly until?: RegExp;
}

/** @returns all fenced blocks in the order of their opening fences; never throws */
export function fencedBlocks(markdown: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let stack: Container[] = [];
  let fence: OpenFence | undefined;
  let html: OpenHtml | undefined;
  let paragraph = false;
  let offset = 0;
  let previousEnd = 0;

  const close = (closed: boolean, end: number): void => {
    if (!fence) return;
    blocks.push({ language: languageOf(fence.info), code: fence.lines.join('\n'), closed, offset: fence.offset, end });
    fence = undefined;
  };

  const rows = markdown.split('\n');
  // A final line end ends the last line; it does not begin another one.
  if (rows.at(-1) === '') rows.pop();
  for (const raw of rows) {
    const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const end = offset + text.length;
    const line = new LineCursor(text);
    let depth = matchContainers(line, stack);

    if (fence && depth < fence.depth) close(false, previousEnd);
    if (html && depth < html.depth) html = undefined;
    if (fence) {
      if (closes(fence, line.rest())) close(true, end);
      else fence.lines.push(line.withoutIndent(fence.indent));
    } else if (html) {
      if (html.until ? html.until.test(line.rest()) : line.blank()) html = undefined;
    } else if (line.blank()) {
      stack = stack.slice(0, depth);
      paragraph = false;
    } else {
      const matched = depth;
      let interrupting = paragraph && matched === stack.length;
      for (;;) {
        const container = line.openContainer(interrupting);
        if (!container) break;
        stack = [...stack.slice(0, depth), container];
        depth += 1;
        interrupting = false;
      }
      const opened = depth > matched;
      const start = line.fence();
      const markup = start ? undefined : htmlStart(line, paragraph && !opened);
      if (start) {
        stack = stack.slice(0, depth);
        fence = { ...start, depth, offset: offset + line.firstCharacter(), lines: [] };
        paragraph = false;
      } else if (markup) {
        stack = stack.slice(0, depth);
        if (!markup.until?.test(line.rest())) html = { depth, until: markup.until };
        paragraph = false;
      } else if (line.blank()) {
        paragraph = false;
      } else if (paragraph && !opened && !line.endsParagraph()) {
        // A lazy continuation line: its paragraph, and with it the containers, go on.
      } else {
        stack = stack.slice(0, depth);
        paragraph = !line.endsParagraph() && line.indent() < 4;
      }
    }
    previousEnd = end;
    offset += raw.length + 1;
  }
  close(false, previousEnd);
  return blocks;
}

/** Moves past the prefixes of the open containers. @returns how many of them this line continues */
function matchContainers(line: LineCursor, stack: readonly Container[]): number {
  let depth = 0;
  for (const container of stack) {
    if (container.kind === 'quote' ? !line.takeQuote() : !line.takeIndent(container.indent)) break;
    depth += 1;
  }
  return depth;
}

function closes(fence: OpenFence, rest: string): boolean {
  const match = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(rest);
  return match !== null && match[1]?.[0] === fence.mark[0] && (match[1]?.length ?? 0) >= fence.mark.length;
}

/** `python title="x"` and `{python, echo=FALSE}` give `python`. */
function languageOf(info: string): string {
  return /^\{?\.?([^\s{},:]*)/.exec(info.trim())?.[1] ?? '';
}

const blockTag =
  /^<\/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|meta|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:\s|\/?>|$)/i;
const loneTag = /^<(?:[a-z][\w-]*(?:\s+[\w:.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*\s*\/?|\/[a-z][\w-]*\s*)>\s*$/i;

/** The kind of HTML block that the line begins, if any (CommonMark 4.6, start conditions 1 to 7). */
function htmlStart(line: LineCursor, interrupting: boolean): { readonly until?: RegExp } | undefined {
  if (line.indent() >= 4) return undefined;
  const rest = line.rest().trimStart();
  if (!rest.startsWith('<')) return undefined;
  if (/^<(?:script|pre|style|textarea)(?:\s|>|$)/i.test(rest)) return { until: /<\/(?:script|pre|style|textarea)>/i };
  if (rest.startsWith('<!--')) return { until: /-->/ };
  if (rest.startsWith('<?')) return { until: /\?>/ };
  if (/^<!\[CDATA\[/.test(rest)) return { until: /\]\]>/ };
  if (/^<![a-z]/i.test(rest)) return { until: />/ };
  if (blockTag.test(rest)) return {};
  return !interrupting && loneTag.test(rest) ? {} : undefined;
}

/** Reads one line from the left, counting columns so that a tab reaches to the next multiple of four. */
class LineCursor {
  private readonly text: string;
  private position = 0;
  private column = 0;
  /** Columns of a tab that is only partly taken. */
  private pending = 0;

  constructor(text: string) {
    this.text = text;
  }

  blank(): boolean {
    return /^\s*$/.test(this.text.slice(this.position));
  }

  /** Columns of white space before the next character. */
  indent(): number {
    let column = this.column;
    for (let index = this.position; index < this.text.length; index += 1) {
      if (this.text[index] === ' ') column += 1;
      else if (this.text[index] === '\t') column += 4 - (column % 4);
      else break;
    }
    return column - this.column + this.pending;
  }

  rest(): string {
    return ' '.repeat(this.pending) + this.text.slice(this.position);
  }

  /** Offset in the line of the next character that is not white space. */
  firstCharacter(): number {
    return this.text.length - this.text.slice(this.position).trimStart().length;
  }

  /** The rest, without up to that many columns of white space. */
  withoutIndent(columns: number): string {
    this.skip(Math.min(columns, this.indent()));
    return this.rest();
  }

  takeQuote(): boolean {
    if (this.indent() >= 4 || this.text[this.firstCharacter()] !== '>') return false;
    this.skip(this.indent());
    this.advance(1);
    if (this.indent() > 0) this.skip(1);
    return true;
  }

  takeIndent(columns: number): boolean {
    if (this.blank()) {
      this.skip(Math.min(columns, this.indent()));
      return true;
    }
    if (this.indent() < columns) return false;
    this.skip(columns);
    return true;
  }

  /** Takes the mark of a block quote or list item that begins here. `interrupting`: a paragraph would be cut. */
  openContainer(interrupting: boolean): Container | undefined {
    if (this.takeQuote()) return { kind: 'quote' };
    const indent = this.indent();
    if (indent >= 4) return undefined;
    const rest = this.rest().trimStart();
    if (thematicBreak.test(rest)) return undefined;
    const match = /^(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)/.exec(rest);
    if (!match) return undefined;
    const empty = rest.slice(match[0].length).trim() === '';
    if (interrupting && (empty || (match[1] !== undefined && Number(match[1]) !== 1))) return undefined;
    this.skip(indent);
    this.advance(match[0].length);
    const spaces = this.indent();
    const taken = empty || spaces > 4 ? Math.min(1, spaces) : spaces;
    this.skip(taken);
    return { kind: 'item', indent: indent + match[0].length + Math.max(1, taken) };
  }

  fence(): { readonly mark: string; readonly indent: number; readonly info: string } | undefined {
    const indent = this.indent();
    if (indent >= 4) return undefined;
    const match = /^(?:(`{3,})([^`]*)|(~{3,})(.*))$/.exec(this.rest().trimStart());
    const mark = match?.[1] ?? match?.[3];
    return mark === undefined ? undefined : { mark, indent, info: match?.[2] ?? match?.[4] ?? '' };
  }

  /** A heading or a rule: what follows is no continuation of it. */
  endsParagraph(): boolean {
    const rest = this.rest().trimStart();
    return this.indent() < 4 && (/^#{1,6}(?:[ \t]|$)/.test(rest) || thematicBreak.test(rest) || /^(?:=+|-+)[ \t]*$/.test(rest));
  }

  /** Moves over characters that are no white space. */
  private advance(count: number): void {
    this.position += count;
    this.column += count;
  }

  private skip(columns: number): void {
    let left = columns;
    const fromPending = Math.min(left, this.pending);
    this.pending -= fromPending;
    left -= fromPending;
    while (left > 0 && this.position < this.text.length) {
      const width = this.text[this.position] === '\t' ? 4 - (this.column % 4) : 1;
      this.position += 1;
      this.column += width;
      if (width > left) this.pending = width - left;
      left -= Math.min(width, left);
    }
  }
}

const thematicBreak = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
