/**
 * One block of Markdown as HTML with empty slots where formulas and code go: those are built through the DOM after
 * sanitising, because a strict CSP drops the styles of KaTeX's HTML and DOMPurify spoils its MathML.
 */
import { Parser, Renderer } from 'marked';
import { placeMentions } from '../../src/core/placeMentions.ts';
import type { MarkedOptions, Tokens } from 'marked';
import { lex, linkDefinitions } from './lexer.ts';
import type { FormulaToken, LinkDefinitions } from './lexer.ts';
import { define, definitionsFor } from './macros.ts';
import type { Macros } from './macros.ts';

export type Slot =
  | FormulaSlot
  /** `fenced` false: code by indentation, which the host does not count as a block. */
  | { readonly kind: 'code'; readonly language: string; readonly text: string; readonly fenced: boolean }
  /** `raw` is its Markdown. Unlike the others its element has its content already. */
  | { readonly kind: 'table'; readonly raw: string };

export interface FormulaSlot {
  readonly kind: 'formula';
  readonly raw: string;
  /** What KaTeX is given, after `definitions`. */
  readonly tex: string;
  /** Commands from earlier formulas of the text that this one uses; empty for none. */
  readonly definitions: string;
  readonly display: boolean;
  /** False: the end of the formula has not come yet. */
  readonly closed: boolean;
}

export interface SlottedHtml {
  /** Not yet sanitised. Slot n is the element with `data-slot="n"`. */
  readonly html: string;
  readonly slots: readonly Slot[];
  /** What is defined after this block. */
  readonly macros: Macros;
}

/** Schemes that a link may have; the host asks before it opens one. Other addresses are shown as text. */
const linkSchemes = /^(?:https?:\/\/|mailto:)/i;

/** Whether a path that the text names is known to be a file of the workspace. */
export type IsPlace = (path: string) => boolean;

/**
 * @param open the text still grows at its end: a formula without an end becomes a slot that is not closed
 * @param macros what is defined before this block
 */
export function slottedHtml(markdown: string, links: LinkDefinitions, open: boolean, isPlace: IsPlace, macros: Macros): SlottedHtml {
  const slots: Slot[] = [];
  // A copy: a definition in the open tail is not final, and must not be taken for one.
  const tokens = lex(markdown, linkDefinitions(links), open);
  let current = macros;
  const formula = (token: Tokens.Generic): string => {
    const { raw, display, closed, type } = token as FormulaToken;
    const { tex, macros: after } = closed ? define(token.tex as string, current) : { tex: token.tex as string, macros: current };
    slots.push({ kind: 'formula', tex, raw, definitions: closed ? definitionsFor(tex, current) : '', display, closed });
    current = after;
    return slotElement(type === 'formulaBlock' ? 'div' : 'span', slots.length - 1);
  };
  const options: MarkedOptions = {
    gfm: true,
    renderer: new SlotRenderer(slots, isPlace),
    extensions: { renderers: { formula, formulaBlock: formula }, childTokens: {} },
  };
  // The renderer is called in the order of the text, so each formula finds what those before it have defined.
  const html = new Parser(options).parse(tokens);
  return { html, slots, macros: current };
}

function slotElement(tag: 'div' | 'span', index: number): string {
  return `<${tag} data-slot="${index}"></${tag}>`;
}

class SlotRenderer extends Renderer {
  private readonly slots: Slot[];
  private readonly isPlace: IsPlace;
  /** A link cannot stand in another one. */
  private inLink = false;

  constructor(slots: Slot[], isPlace: IsPlace) {
    super();
    this.slots = slots;
    this.isPlace = isPlace;
  }

  override text(token: Tokens.Text | Tokens.Escape): string {
    if (('tokens' in token && token.tokens) || ('escaped' in token && token.escaped)) return super.text(token);
    return this.withPlaces(token.text, (text) => super.text({ ...token, text }));
  }

  override codespan({ text }: Tokens.Codespan): string {
    return `<code>${this.withPlaces(text, escaped, true)}</code>`;
  }

  /** Names of files that are there become links; `data-place` is how the text has it. */
  private withPlaces(text: string, html: (part: string) => string, isCode = false): string {
    const places = this.inLink ? [] : placeMentions(text, isCode).filter(({ path }) => this.isPlace(path));
    let end = 0;
    const parts = places.map((place) => {
      // Part of a longer name that is there.
      if (place.start < end) return '';
      const before = html(text.slice(end, place.start));
      const shown = escaped(text.slice(place.start, place.end));
      end = place.end;
      return `${before}<a class="link" data-place="${shown}">${shown}</a>`;
    });
    return parts.join('') + html(text.slice(end));
  }

  override code({ text, lang, codeBlockStyle }: Tokens.Code): string {
    const language = /^\{?\.?([^\s{},:]*)/.exec(lang?.trim() ?? '')?.[1] ?? '';
    this.slots.push({ kind: 'code', language, text, fenced: codeBlockStyle !== 'indented' });
    return slotElement('div', this.slots.length - 1);
  }

  /** The panel has headings of its own above those of the model. */
  override heading({ tokens, depth }: Tokens.Heading): string {
    const level = Math.min(6, depth + 2);
    return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
  }

  /** Tags from the list of the lexer pass; blocks of HTML are shown as they were written. */
  override html(token: Tokens.HTML | Tokens.Tag): string {
    return token.block === true ? `<p class="raw">${escaped(token.text.trimEnd())}</p>` : token.text;
  }

  /** Never loaded: its description and address instead. */
  override image({ href, text }: Tokens.Image): string {
    return `<span class="image">${escaped(text)} ${shownAddress(href)}</span>`;
  }

  override link({ href, tokens }: Tokens.Link): string {
    this.inLink = true;
    const text = this.parser.parseInline(tokens);
    this.inLink = false;
    if (linkSchemes.test(href)) return `<a class="link" data-href="${escaped(href)}" title="${escaped(href)}">${text}</a>`;
    return `${text} ${shownAddress(href)}`;
  }

  override checkbox({ checked }: Tokens.Checkbox): string {
    return checked ? '☑ ' : '☐ ';
  }

  override table(token: Tokens.Table): string {
    const numeric = token.header.map(
      (_, column) => column > 0 && token.align[column] === null && token.rows.every((row) => isNumber(row[column]?.text)),
    );
    const row = (cells: readonly Tokens.TableCell[], tag: 'th' | 'td'): string => {
      const each = cells.map((cell, column) => {
        const align = cell.align ?? (numeric[column] === true && token.rows.length > 0 ? 'right' : 'left');
        return `<${tag} class="${align}">${this.parser.parseInline(cell.tokens)}</${tag}>`;
      });
      return `<tr>${each.join('')}</tr>`;
    };
    const head = row(token.header, 'th');
    const body = token.rows.map((cells) => row(cells, 'td')).join('');
    const rows = body === '' ? '' : `<tbody>${body}</tbody>`;
    const table = `<table><thead>${head}</thead>${rows}</table>`;
    const place = this.slots.push({ kind: 'table', raw: token.raw }) - 1;
    return `<div class="tablebox" data-slot="${place}"><div class="scroll">${table}</div></div>`;
  }
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\$?[-+−–]?[\d.,  ]+\s*%?\$?$/.test(text.trim());
}

/** Longest address that is shown whole, in UTF-16 code units; the data of an image has a hundred thousand. */
const longestAddress = 200;

function shownAddress(href: string): string {
  const shown = href.length > longestAddress ? `${href.slice(0, longestAddress / 2)}…` : href;
  return `<span class="address">(${escaped(shown)})</span>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
