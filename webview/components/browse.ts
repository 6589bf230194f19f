/**
 * Walks through the formulas, tables, code and links to places of one text by the arrow keys. Only the text itself is
 * a Tab stop: a thought has a thousand formulas, which get nothing for this before they are visited.
 */
import { scroller, slotOf, slotSelector } from '../render/slots.ts';

export const textSelector = 'lemma-answer, .flow:not(.preview)';
const pieceSelector = `${slotSelector}, a[data-place]`;

/** The formula, table, code box or link to a place that an element of the page belongs to. */
export function pieceOf(target: EventTarget | null): HTMLElement | undefined {
  if (!(target instanceof Element)) return undefined;
  return target.closest(textSelector) ? (target.closest<HTMLElement>(pieceSelector) ?? undefined) : undefined;
}

/** @returns the focus has moved to the next piece (`by` 1) or the one before (-1) */
export function walk(target: EventTarget | null, by: 1 | -1, label: (piece: HTMLElement) => string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const text = target.closest<HTMLElement>(textSelector);
  const piece = pieceOf(target);
  // Not from the buttons and links inside: there the keys mean what they mean everywhere.
  if (!text || (target !== text && (!piece || target !== focusable(piece)))) return false;
  if (target !== text && canScroll(target, by)) return false;
  const pieces = [...text.querySelectorAll<HTMLElement>(pieceSelector)];
  const at = piece ? pieces.indexOf(piece) : -1;
  const next = piece ? pieces[at + by] : firstInSight(text, pieces);
  if (!next) return piece !== undefined;
  visit(next, label(next));
  return true;
}

/** Gives a piece the focus. What it needs for that it has only as long as it has the focus. */
export function visit(piece: HTMLElement, label: string): void {
  const target = focusable(piece);
  const added: string[] = [];
  const add = (name: string, value: string): void => {
    if (target.hasAttribute(name)) return;
    target.setAttribute(name, value);
    added.push(name);
  };
  add('tabindex', '-1');
  if (slotOf.has(piece)) {
    add('role', 'group');
    add('aria-label', label);
  }
  const leave = (): void => {
    // When the window loses the focus, the page keeps its own.
    if (document.activeElement === target) return;
    target.removeEventListener('blur', leave);
    for (const name of added) target.removeAttribute(name);
  };
  target.addEventListener('blur', leave);
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function focusable(piece: HTMLElement): HTMLElement {
  return slotOf.has(piece) ? scroller(piece) : piece;
}

/** A box that is wider than the panel scrolls to its end before the arrow leaves it. */
function canScroll(box: HTMLElement, by: 1 | -1): boolean {
  return by < 0 ? box.scrollLeft > 0 : box.scrollLeft + box.clientWidth < box.scrollWidth - 1;
}

/** Only blocks in sight are measured: the others have no layout of their own. */
function firstInSight(text: HTMLElement, pieces: readonly HTMLElement[]): HTMLElement | undefined {
  const top = text.closest('.log')?.getBoundingClientRect().top ?? 0;
  const block = [...text.children].find((each) => each.getBoundingClientRect().bottom > top);
  if (!block) return pieces[0];
  const after = pieces.filter(
    (piece) => block.contains(piece) || (block.compareDocumentPosition(piece) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
  );
  return after.find((piece) => !block.contains(piece) || piece.getBoundingClientRect().bottom > top) ?? pieces.at(-1);
}
