import { iconElement } from '../icons.ts';
import type { IconName } from '../icons.ts';

/** The `data-do` of a button: whoever owns the text listens. */
export type SlotAction = 'insert' | 'replace' | 'copy' | 'openAsEditor' | 'wrap' | 'copyTable';

export interface SlotButton {
  readonly action: SlotAction;
  readonly icon: IconName;
  readonly title: string;
  /** Shown where there is room; without one it stays a picture. */
  readonly text?: string;
  /** It changes the file, so it is a word wherever there is room for one. */
  readonly verb?: boolean;
}

/** A button of a code box or table, built without a template. */
export function slotButton({ action, icon, title, text, verb }: SlotButton): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = verb === true ? 'icon verb' : 'icon';
  element.dataset.do = action;
  element.title = title;
  element.setAttribute('aria-label', title);
  element.append(iconElement(icon));
  if (text === undefined) return element;
  const label = document.createElement('span');
  label.className = 't';
  label.textContent = text;
  element.append(label);
  return element;
}
