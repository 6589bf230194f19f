/** Puts a mark beside each formula that was checked: whether it holds, and why. */
import type { CheckMark } from '../../src/shared/panelProtocol.ts';
import { iconElement } from '../icons.ts';
import { bareLatex, slotOf } from './slots.ts';

export const markSelector = '.check-mark';

/**
 * Marks are in the order of the text, and each formula that they are about is on the page in that order.
 * @param root the text, all of it drawn
 */
export function drawMarks(root: HTMLElement, marks: readonly CheckMark[]): void {
  for (const old of root.querySelectorAll(markSelector)) {
    old.parentElement?.classList.remove('marked');
    old.remove();
  }
  let next = 0;
  for (const element of root.querySelectorAll('.math, .formula')) {
    const slot = slotOf.get(element);
    const mark = marks[next];
    if (!mark) return;
    if (slot?.kind !== 'formula' || !isOf(mark, slot.raw)) continue;
    element.append(markElement(mark));
    // A class, not `:has()`, which would be asked at each change in thousands of formulas.
    element.classList.add('marked');
    next++;
  }
}

function isOf(mark: CheckMark, raw: string): boolean {
  const source = bareLatex(raw);
  return same(source, mark.latex) || same(source.replace(/^\\begin\{[^}]*\}|\\end\{[^}]*\}$/g, ''), mark.latex);
}

/** Quotes and lists indent the lines of what stands in them. */
function same(a: string, b: string): boolean {
  const plain = (text: string): string => text.replace(/^\s*>+/gm, '').replace(/\s+/g, '');
  return plain(a) === plain(b);
}

function markElement({ holds, reason }: CheckMark): HTMLElement {
  const element = document.createElement('span');
  element.className = `check-mark ${holds ? 'holds' : 'fails'}`;
  element.setAttribute('role', 'img');
  element.setAttribute('aria-label', reason);
  element.title = reason;
  element.dataset.reason = reason;
  element.append(iconElement(holds ? 'check' : 'close'));
  return element;
}
