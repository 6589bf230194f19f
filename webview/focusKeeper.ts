/**
 * The control that has the focus may go with what the user did: the turn is another version now, was deleted, or runs.
 * The focus then stays in its place, at the same control of what is there now, so that the keyboard can go on.
 */
import { LitElement } from 'lit';

/** To be called before the panel is drawn anew. Moves nothing unless the drawing takes the focused control away. */
export function rememberFocus(panel: LitElement): void {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || !document.hasFocus() || !focused.closest('lemma-turn, .notice, .line')) return;
  const turn = focused.closest<HTMLElement>('lemma-turn');
  const place = { index: turn ? turnsOf(panel).indexOf(turn) : -1, label: focused.ariaLabel };
  void keepFocus(panel, focused, place);
}

interface Place {
  /** Of the turn, from 0; -1 for what is in none. */
  readonly index: number;
  /** Name of the control. */
  readonly label: string | null;
}

/** All in microtasks, so that no key can come in between. */
async function keepFocus(panel: LitElement, focused: HTMLElement, place: Place): Promise<void> {
  const before = focused.closest('lemma-turn');
  await panel.updateComplete;
  if (before?.isConnected === true) await drawn(before);
  if (focused.isConnected) return;
  const turn = place.index < 0 ? undefined : turnsOf(panel).at(Math.min(place.index, turnsOf(panel).length - 1));
  if (turn) await drawn(turn);
  // The user, or whoever took the control away, has put the focus elsewhere.
  if (document.activeElement !== document.body) return;
  const controls = [...(turn?.querySelectorAll<HTMLElement>('button, vscode-button') ?? [])];
  const same = place.label === null ? undefined : controls.find((each) => each.ariaLabel === place.label);
  const list = panel.querySelector('lemma-history');
  if (list) return list.focusRow();
  const target = same?.checkVisibility() === true ? same : (turn ?? panel.querySelector<HTMLElement>('.log'));
  target?.focus({ preventScroll: true });
}

/** Resolves when an element and all in it are on the page. */
async function drawn(element: Element): Promise<void> {
  if (element instanceof LitElement) await element.updateComplete;
  for (const inner of element.querySelectorAll('lemma-question, lemma-thought, lemma-menu'))
    if (inner instanceof LitElement) await inner.updateComplete;
}

function turnsOf(panel: Element): HTMLElement[] {
  return [...panel.querySelectorAll<HTMLElement>('lemma-turn')];
}
