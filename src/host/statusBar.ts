import * as vscode from 'vscode';
import type { ModelState } from '../shared/modelState.ts';
import type { DownloadState } from './download/modelDownloads.ts';
import { downloadStatus } from './download/downloadWords.ts';
import { statusBarWords } from './modelWords.ts';

const errorBackground = new vscode.ThemeColor('statusBarItem.errorBackground');

/** The status bar item: what the model is doing, how far a download is, and a menu of actions on click. */
export class StatusBar {
  readonly #item: vscode.StatusBarItem;
  readonly #wantsGpu: () => boolean;
  #state: ModelState = { kind: 'notChosen' };
  #downloads: readonly DownloadState[] = [];
  #tick: NodeJS.Timeout | undefined;

  constructor(item: vscode.StatusBarItem, wantsGpu: () => boolean) {
    this.#item = item;
    this.#wantsGpu = wantsGpu;
  }

  show(state: ModelState): void {
    clearInterval(this.#tick);
    this.#state = state;
    // Only the thinking time is counted in the status bar.
    if (state.kind === 'busy' && state.activity === 'thinking') this.#tick = setInterval(() => this.#draw(), 1000);
    this.#draw();
  }

  /** @param running downloads of this and other windows */
  showDownloads(running: readonly DownloadState[]): void {
    this.#downloads = running;
    this.#draw();
  }

  dispose(): void {
    clearInterval(this.#tick);
  }

  #draw(): void {
    const now = Date.now();
    const model = statusBarWords(this.#state, this.#wantsGpu(), now);
    const download = downloadStatus(this.#downloads, now);
    const resting = this.#state.kind === 'notChosen' || this.#state.kind === 'notStarted';
    const text = !download ? model.text : resting ? download.text : `${model.text}  ${download.short}`;
    // That no model is there is told by its download.
    const rest = download && this.#state.kind === 'notChosen' ? vscode.l10n.t('Click for actions.') : model.tooltip;
    const tooltip = [...(download?.sentences ?? []), rest].join('\n');
    // Each assignment is a message to the window, also of what it shows already; a download tells four times a second.
    if (this.#item.text !== text) this.#item.text = text;
    if (this.#item.tooltip !== tooltip) this.#item.tooltip = tooltip;
    const background = model.severity === 'error' ? errorBackground : undefined;
    if (this.#item.backgroundColor !== background) this.#item.backgroundColor = background;
  }
}
