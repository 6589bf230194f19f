/**
 * The Markdown dialect of answers and thoughts: marked's lexer with GitHub's extensions, formulas found before
 * Markdown's own rules, and raw HTML as text but for a few tags without attributes.
 */
import { Lexer, Marked } from 'marked';
import type { Links, MarkedExtension, Token, TokensList } from 'marked';
import { blockFormula, blockMathStart, inlineFormula } from './mathRules.ts';
import type { Formula } from './mathRules.ts';

/** A formula found by the lexer; of type `formula` in paragraphs, `formulaBlock` on lines of its own. */
export interface FormulaToken extends Formula {
  readonly type: 'formula' | 'formulaBlock';
}

export type LinkDefinitions = Links;

/** Without a prototype, so that a label such as `constructor` is not found in it. */
export function linkDefinitions(from?: LinkDefinitions): LinkDefinitions {
  return Object.assign(Object.create(null) as LinkDefinitions, from);
}

/** Tags that models use inside prose and that mean no more than their look. Anything else is shown as it was written. */
const plainTag = /^<\/?(?:b|i|u|s|em|strong|sub|sup|kbd|br)\s*\/?>/i;

/** Quotes and lists inside each other on one line: each level is a call inside a call for marked. Such a line stays text. */
const deepNesting = /^(?:[ \t]*(?:>|(?:[*+-]|\d{1,9}[.)])[ \t])){100}/;

/** `open`: the text still grows, so a formula without an end is a token of its own and not yet text. */
function dialect(open: boolean): Marked {
  const formulas: MarkedExtension = {
    extensions: [
      {
        name: 'formulaBlock',
        level: 'block',
        start: (src) => {
          // Asked for each paragraph with all the text that follows it: looking further than its end would be quadratic.
          const end = src.search(/\n[ \t]*\n/);
          const match = blockMathStart.exec(end < 0 ? src : src.slice(0, end + 1));
          return match ? match.index + 1 : undefined;
        },
        tokenizer: (src) => accepted('formulaBlock', blockFormula(src), open),
      },
      {
        name: 'formula',
        level: 'inline',
        start: (src) => {
          const index = src.search(/\$|\\[([]|\\begin\{/);
          return index < 0 ? undefined : index;
        },
        tokenizer: function (src, tokens) {
          if (!/^(?:\$|\\[([b])/.test(src)) return undefined;
          return accepted('formula', inlineFormula(src, tokens.at(-1)?.raw.at(-1) ?? ''), open);
        },
      },
    ],
    tokenizer: {
      blockquote: (src) => (deepNesting.test(src) ? undefined : false),
      list: (src) => (deepNesting.test(src) ? undefined : false),
      lheading(src) {
        // Its rule does not ask where a formula begins, so one above a line of `===` would be taken for its words.
        const raw = this.rules.block.lheading.exec(src)?.[0];
        return raw !== undefined && blockMathStart.test(raw) ? undefined : false;
      },
      tag(src) {
        const raw = plainTag.exec(src)?.[0];
        if (raw === undefined) return undefined;
        return { type: 'html', raw, text: raw, block: false, inLink: false, inRawBlock: false };
      },
      del(src) {
        // One tilde means «about»: `~5 or ~6`.
        return src.startsWith('~~') ? false : undefined;
      },
    },
  };
  return new Marked({ gfm: true }, formulas);
}

function accepted(type: FormulaToken['type'], formula: Formula | undefined, open: boolean): FormulaToken | undefined {
  return formula && (formula.closed || open) ? { ...formula, type } : undefined;
}

const closedDialect = dialect(false);
const openDialect = dialect(true);

/**
 * @param links definitions found earlier, by their normalised labels; those of `src` are added to it
 * @param open the text still grows at its end
 * @returns the block tokens with their inline tokens
 */
export function lex(src: string, links: LinkDefinitions, open: boolean): TokensList {
  const lexer = new Lexer((open ? openDialect : closedDialect).defaults);
  lexer.tokens.links = links;
  return lexer.lex(src);
}

/** The blocks alone, without what is inside their lines: a fraction of the cost. `src` has `\n` for all line ends. */
export function lexBlocks(src: string, links: LinkDefinitions, open: boolean): Token[] {
  const lexer = new Lexer((open ? openDialect : closedDialect).defaults);
  lexer.tokens.links = links;
  return lexer.blockTokens(src, lexer.tokens);
}

/** Marks of emphasis and links in one block, beyond which pairing them takes longer than reading would. */
const mostMarks = 10_000;

/** A block that no one wrote to be read: its marks would take seconds or all of the stack, so it is shown as it is. */
export function isBeyondMarkdown(block: string): boolean {
  return block.length > mostMarks && (block.match(/[*_[]+/g)?.length ?? 0) > mostMarks;
}

export type { Token };
