import * as vscode from 'vscode';
import type { PanelModel } from '../panel/panelModel.ts';
import { Disposables, Emitter } from '../disposables.ts';
import { downloadName, downloadNote, fraction, isRunning, progressText } from './downloadWords.ts';
import type { DownloadRequest } from './downloadRecord.ts';
import type { DownloadState, ModelDownloads } from './modelDownloads.ts';

/** A notification that is shown as long as a download of this window runs. */
interface Notification {
  readonly report: (state: DownloadState) => void;
  readonly close: () => void;
}

/**
 * Shows the downloads in the panel, and those of this window in a notification too. What other windows download is watched;
 * what nobody works on is offered.
 */
export class DownloadView {
  readonly #downloads: ModelDownloads;
  readonly #panel: PanelModel;
  readonly #disposables = new Disposables();
  readonly #notifications = new Map<string, Notification>();
  readonly #running = new Map<string, DownloadState>();
  readonly #runningChanged = new Emitter<readonly DownloadState[]>();
  /** Fires with all that run, here or in other windows, whenever one of them goes on, begins or ends. */
  readonly onDidChangeRunning = this.#runningChanged.event;
  #shown: DownloadState | undefined;

  constructor(downloads: ModelDownloads, panel: PanelModel) {
    this.#downloads = downloads;
    this.#panel = panel;
    this.#disposables.add(downloads.onDidChange((state) => this.#show(state)));
  }

  /** The download that the panel speaks of; its buttons are about it. */
  get shown(): DownloadState | undefined {
    return this.#shown;
  }

  /** Looks for downloads that other windows run, and offers one that nobody works on. Never fails: it is asked for by nobody. */
  async begin(onFetched: (path: string) => void): Promise<void> {
    for (const request of await this.#downloads.elsewhere()) this.#watch(request, onFetched);
    const [unfinished] = await this.#downloads.unfinished();
    if (unfinished && !this.#shown) this.#show(unfinished);
  }

  get running(): readonly DownloadState[] {
    return [...this.#running.values()];
  }

  hide(): void {
    this.#shown = undefined;
    this.#panel.showDownload(undefined);
  }

  dispose(): void {
    for (const { close } of this.#notifications.values()) close();
    this.#runningChanged.dispose();
    this.#disposables.dispose();
  }

  /** Where the window that downloads dies, this one goes on. */
  #watch(request: DownloadRequest, onFetched: (path: string) => void): void {
    this.#downloads.start(request).then(
      (path) => path !== undefined && onFetched(path),
      // Shown in the panel by its last state.
      () => undefined,
    );
  }

  #show(state: DownloadState): void {
    const note = downloadNote(state, Date.now());
    if (note || this.#shown?.id === state.id) {
      this.#shown = note && state;
      this.#panel.showDownload(note);
    }
    const running = isRunning(state);
    if (running) this.#running.set(state.id, state);
    else this.#running.delete(state.id);
    this.#runningChanged.fire([...this.#running.values()]);
    // One that is there is used at once: what waits for it has nothing else to say until then.
    const [first] = this.#running.values();
    if (first || state.phase !== 'done') this.#panel.showFetching(first && downloadName(first));
    if (running && state.here) this.#notification(state).report(state);
    else this.#notifications.get(state.id)?.close();
  }

  #notification(state: DownloadState): Notification {
    const known = this.#notifications.get(state.id);
    if (known) return known;
    let percent = 0;
    let report: ((value: { message: string; increment?: number }) => void) | undefined;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const notification: Notification = {
      report: (now) => {
        const next = (fraction(now) ?? 0) * 100;
        report?.({ message: progressText(now, Date.now()), increment: Math.max(0, next - percent) });
        percent = Math.max(percent, next);
      },
      close: () => {
        this.#notifications.delete(state.id);
        end();
      },
    };
    this.#notifications.set(state.id, notification);
    const title = vscode.l10n.t('Downloading {0}', downloadName(state));
    void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
      report = (value) => progress.report(value);
      token.onCancellationRequested(() => this.#downloads.cancel(state.id));
      return ended;
    });
    return notification;
  }
}
