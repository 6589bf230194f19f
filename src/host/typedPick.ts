/** An input with a list below it: what was chosen before, or anything else that is typed. */
import * as vscode from 'vscode';

export interface TypedPickOptions {
  readonly title: string;
  readonly placeholder: string;
  /** The list, in the order in which it is offered. */
  readonly offers: readonly string[];
  /** What is typed when it opens. */
  readonly value?: string;
}

export interface TypedPick {
  /** Undefined: it was left. */
  readonly chosen: string | undefined;
  /** What was typed when it was left. */
  readonly typed: string;
}

/** Shows the input until something is chosen or it is left by Escape; a click beside it does not lose what is typed. */
export function showTypedPick({ title, placeholder, offers, value = '' }: TypedPickOptions): Promise<TypedPick> {
  const pick = vscode.window.createQuickPick();
  pick.title = title;
  pick.placeholder = placeholder;
  pick.value = value;
  pick.ignoreFocusOut = true;
  const list = (): void => {
    const typed = pick.value.trim();
    const others = offers.filter((offer) => offer !== typed).map((label) => ({ label }));
    pick.items = typed === '' ? others : [{ label: typed, alwaysShow: true }, ...others];
  };
  list();
  pick.onDidChangeValue(list);
  return new Promise((resolve) => {
    let chosen: string | undefined;
    pick.onDidAccept(() => {
      chosen = pick.activeItems[0]?.label ?? (pick.value.trim() || undefined);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve({ chosen, typed: chosen === undefined ? pick.value : '' });
      pick.dispose();
    });
    pick.show();
  });
}
