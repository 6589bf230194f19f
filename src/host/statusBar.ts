import * as vscode from 'vscode';
import type { ModelState } from '../shared/modelState.ts';
import { statusBarWords } from './modelWords.ts';

/** The status bar item: what the model is doing, and a menu of actions on click. */
export class StatusBar {
  readonly #item: vscode.StatusBarItem;
  readonly #wantsGpu: () => boolean;
  #tick: NodeJS.Timeout | undefined;

  constructor(item: vscode.StatusBarItem, wantsGpu: () => boolean) {
    this.#item = item;
    this.#wantsGpu = wantsGpu;
  }

  show(state: ModelState): void {
    clearInterval(this.#tick);
    // Only the thinking time is counted in the status bar.
    if (state.kind === 'busy' && state.activity === 'thinking') this.#tick = setInterval(() => this.#draw(state), 1000);
    this.#draw(state);
  }

  dispose(): void {
    clearInterval(this.#tick);
  }

  #draw(state: ModelState): void {
    const { text, tooltip, severity } = statusBarWords(state, this.#wantsGpu(), Date.now());
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor = severity === 'error' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
  }
}
