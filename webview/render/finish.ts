/** What a drawn block gets besides its text: names for the keyboard and screen readers, and the caret. */
import { slotOf } from './slots.ts';

export interface LinkWords {
  readonly openLink: string;
  readonly openPlace: string;
}

/**
 * Links and tables are reached by keyboard; a link tells its address before it is opened. A table that grows keeps its box.
 * @param placeStops links to places are Tab stops; else the arrows reach them, as they do formulas
 */
export function nameElements(fragment: DocumentFragment, words: LinkWords, placeStops: boolean): void {
  for (const link of fragment.querySelectorAll<HTMLElement>('a[data-href], a[data-place]')) {
    const { href, place } = link.dataset;
    link.tabIndex = place === undefined || placeStops ? 0 : -1;
    link.setAttribute('role', 'link');
    link.title = place === undefined ? words.openLink.replace('{0}', () => href ?? '') : words.openPlace.replace('{0}', () => place);
  }
  for (const box of fragment.querySelectorAll<HTMLElement>('.tablebox > .scroll')) box.tabIndex = 0;
}

const caretHolders = 'p, li, h3, h4, h5, h6';

/** At the end of the last line of text; before the first text, on a line of its own. A code block or table has none. */
export function addCaret(fragment: DocumentFragment): void {
  const last = fragment.lastElementChild ?? fragment.appendChild(document.createElement('p'));
  const holder = last.matches(caretHolders) ? last : [...last.querySelectorAll(caretHolders)].at(-1);
  if (!holder || slotOf.get(holder.lastElementChild ?? holder)?.kind === 'code') return;
  const caret = document.createElement('span');
  caret.className = 'caret';
  holder.append(caret);
}
