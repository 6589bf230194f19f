import type { Slot } from './html.ts';

/** The slot that an element stands for: on the page a formula, code box or table, in a fragment the place of one. */
export const slotOf = new WeakMap<Node, Slot>();

/** Formulas, tables and code on the page, innermost first for `closest`. */
export const slotSelector = '.math, .formula, .tablebox, .code';

/** The part of a slot's element that scrolls, and so takes the focus. */
export function scroller(element: HTMLElement): HTMLElement {
  return element.querySelector<HTMLElement>(':scope > .scroll, :scope > pre') ?? element;
}

const delimiters: readonly (readonly [string, string])[] = [
  ['$$', '$$'],
  ['\\[', '\\]'],
  ['\\(', '\\)'],
  ['$', '$'],
];

/** A formula's source as the model wrote it, without delimiters: what KaTeX, MathJax and LaTeX editors take. An environment stays whole. */
export function bareLatex(raw: string): string {
  const source = raw.trim();
  const found = delimiters.find(([open, close]) => source.startsWith(open) && source.endsWith(close) && source.length > open.length);
  return found ? source.slice(found[0].length, -found[1].length).trim() : source;
}
