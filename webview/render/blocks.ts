/**
 * Cuts a growing Markdown text into finished blocks and an open tail, so that each block is parsed and drawn once.
 * A block is finished when no text that may still come can change it. Pure: no DOM.
 */
import { lexBlocks, linkDefinitions } from './lexer.ts';
import type { LinkDefinitions, Token } from './lexer.ts';
import { cutsIn, longestParagraph } from './longParagraph.ts';

export interface Growth {
  /** The text is not a continuation of the one before: everything drawn is void. */
  readonly restarted: boolean;
  /** How many of the last blocks are not finished after all: the text had been complete, and goes on. */
  readonly reopened: number;
  /** Sources of the blocks that are finished since the last call, in order. */
  readonly finished: readonly string[];
  /** Where each of them begins in the text, line ends as `\n`. */
  readonly starts: readonly number[];
  /** Whether each of them goes on with the paragraph of the block before, which was too long for one block. */
  readonly continuing: readonly boolean[];
  /** What is still open; empty when the text is complete. */
  readonly tail: string;
  /** The tail goes on with the paragraph of the last block. */
  readonly tailContinues: boolean;
  /** Labels of link definitions that became final: earlier blocks that use one are to be drawn again. */
  readonly newLabels: readonly string[];
}

/** The growth of a complete text that is told again. */
const unchanged: Growth = {
  ...{ restarted: false, reopened: 0, finished: [], starts: [], continuing: [], tail: '', tailContinues: false, newLabels: [] },
};

/** What is finished of a text. */
interface Finished {
  readonly length: number;
  readonly end: string;
  readonly continues: boolean;
  readonly links: LinkDefinitions;
}

export class BlockCutter {
  /** Definitions in finished blocks. */
  links: LinkDefinitions = linkDefinitions();
  private finishedLength = 0;
  private lastFinished = '';
  private continues = false;
  /** What was finished before the text was complete, and how many blocks that finished. */
  private open: { readonly before: Finished; readonly blocks: number } | undefined;
  private readonly longest: number;

  /** @param longest characters of a paragraph that are one block in any case */
  constructor(longest = longestParagraph) {
    this.longest = longest;
  }

  /**
   * @param text all text so far, line ends as they came
   * @param complete no more text will come
   */
  push(text: string, complete: boolean): Growth {
    const all = normalised(text, complete);
    if (this.open && complete && all.length === this.finishedLength && this.goesOn(all)) return unchanged;
    const reopened = this.reopen();
    const restarted = !this.goesOn(all);
    if (restarted) this.reset();
    const { finishedLength, lastFinished, continues } = this;
    const before: Finished = { length: finishedLength, end: lastFinished, continues, links: linkDefinitions(this.links) };
    const growth = this.grow(all, complete);
    if (complete) this.open = { before, blocks: growth.finished.length };
    return { ...growth, restarted, reopened: restarted ? 0 : reopened };
  }

  /** Takes back what was finished only because the text was complete. @returns how many blocks that is */
  private reopen(): number {
    if (!this.open) return 0;
    const { before, blocks } = this.open;
    this.finishedLength = before.length;
    this.lastFinished = before.end;
    this.continues = before.continues;
    this.links = before.links;
    this.open = undefined;
    return blocks;
  }

  private grow(all: string, complete: boolean): Omit<Growth, 'restarted' | 'reopened'> {
    const open = all.slice(this.finishedLength);
    const tokens = open === '' ? [] : lexBlocks(open, linkDefinitions(this.links), !complete);
    const cut = complete ? tokens.length : finishedTokens(tokens, open);
    const finished: string[] = [];
    const starts: number[] = [];
    const continuing: boolean[] = [];
    let length = 0;
    const take = (end: number, continued: boolean): void => {
      finished.push(open.slice(length, end));
      starts.push(this.finishedLength + length);
      continuing.push(continued);
      length = end;
    };
    for (const token of tokens.slice(0, cut)) {
      const end = length + token.raw.length;
      // marked changes white space at a token's end, never its length. Where it did, leave the text open until it is complete.
      if (open.slice(length, end).trim() !== token.raw.trim()) return this.whole(open, complete);
      if (token.type === 'space') length = end;
      else {
        const cuts = this.piecesOf(token, open.slice(length, end), true).map((offset) => length + offset);
        for (const next of [...cuts, end]) take(next, this.takeContinues(next !== end));
      }
    }
    if (complete && length !== open.length) return this.whole(open, complete);
    const next = tokens[cut];
    const begin = length;
    if (next)
      for (const offset of this.piecesOf(next, open.slice(begin, begin + next.raw.length), false))
        take(begin + offset, this.takeContinues(true));
    this.advance(open.slice(0, length));
    const newLabels = this.collectLabels(finished);
    return { finished, starts, continuing, tail: open.slice(length), tailContinues: this.continues, newLabels };
  }

  /** Where a long paragraph, also one that a line of `===` made a heading of, is cut. */
  private piecesOf(token: Token, source: string, ended: boolean): number[] {
    const isParagraph = token.type === 'paragraph' || (token.type === 'heading' && !/^ {0,3}#/.test(source));
    return isParagraph ? cutsIn(source, ended, this.longest) : [];
  }

  /** Whether the block to be taken now continues the one before. @param cut the one after it will continue it */
  private takeContinues(cut: boolean): boolean {
    const { continues } = this;
    this.continues = cut;
    return continues;
  }

  private whole(open: string, complete: boolean): Omit<Growth, 'restarted' | 'reopened'> {
    const tailContinues = this.continues;
    if (!complete) return { finished: [], starts: [], continuing: [], tail: open, tailContinues, newLabels: [] };
    const starts = [this.finishedLength];
    this.advance(open);
    const newLabels = this.collectLabels([open]);
    return { finished: [open], starts, continuing: [this.takeContinues(false)], tail: '', tailContinues: false, newLabels };
  }

  private advance(text: string): void {
    this.finishedLength += text.length;
    this.lastFinished = (this.lastFinished + text).slice(-64);
  }

  /** Compares the end of what is finished, not all of it: a regenerated text differs there too. */
  private goesOn(source: string): boolean {
    return source.length >= this.finishedLength && source.endsWith(this.lastFinished, this.finishedLength);
  }

  private reset(): void {
    this.links = linkDefinitions();
    this.finishedLength = 0;
    this.lastFinished = '';
    this.continues = false;
    this.open = undefined;
  }

  private collectLabels(finished: readonly string[]): string[] {
    const labels: string[] = [];
    for (const raw of finished) {
      if (!/\]:/.test(raw)) continue;
      const links = linkDefinitions();
      lexBlocks(raw, links, false);
      for (const [label, definition] of Object.entries(links)) {
        if (label in this.links) continue;
        this.links[label] = definition;
        labels.push(label);
      }
    }
    return labels;
  }
}

/** Line ends as `\n`. A `\r` at the end may be half of one, so it waits. */
function normalised(text: string, complete: boolean): string {
  if (!text.includes('\r')) return text;
  const whole = !complete && text.endsWith('\r') ? text.slice(0, -1) : text;
  return whole.replace(/\r\n?/g, '\n');
}

/**
 * How many of the tokens are finished: all before the last one whose first line has ended in the text, as long as the
 * cut falls where what follows cannot be drawn into what precedes (marked looks back at paragraphs, definitions and HTML).
 */
function finishedTokens(tokens: readonly Token[], text: string): number {
  let end = tokens.reduce((length, { raw }) => length + raw.length, 0);
  for (let cut = tokens.length - 1; cut > 0; cut -= 1) {
    const token = tokens[cut];
    end -= token?.raw.length ?? 0;
    // marked adds a line end to some tokens, so the text itself is asked.
    const firstLine = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
    if (token?.type !== 'space' && text.includes('\n', firstLine) && mayCutAfter(tokens[cut - 1])) return cut;
  }
  return 0;
}

function mayCutAfter(token: Token | undefined): boolean {
  switch (token?.type) {
    case 'space':
      return /\n[ \t]*\n/.test(token.raw) || token.raw.startsWith('\n');
    case 'heading':
    case 'hr':
    case 'code':
    case 'list':
    case 'table':
    case 'formulaBlock':
      return true;
    default:
      return false;
  }
}
