import path from 'node:path';
import * as vscode from 'vscode';
import { toLemmaError } from '../../core/errors.ts';
import type { PanelAction } from '../../shared/panelProtocol.ts';
import type { Config } from '../config.ts';
import type { PanelModel } from '../panel/panelModel.ts';
import type { DownloadRequest } from './downloadRecord.ts';
import { DownloadView } from './downloadView.ts';
import { downloadName } from './downloadWords.ts';
import { HubToken } from './hubToken.ts';
import type { DownloadParts, DownloadState } from './modelDownloads.ts';
import { ModelDownloads } from './modelDownloads.ts';

/** What the panel's buttons do with a download. */
export type DownloadAction = Extract<PanelAction, `${string}Download` | 'downloadAgain' | 'setToken'>;

/** Downloads of models as the user starts, pauses, resumes and removes them. */
export class ModelDownloadActions {
  readonly #downloads: ModelDownloads;
  readonly #view: DownloadView;
  readonly #token: HubToken;
  readonly #onFetched: (path: string) => void;

  /** @param onFetched a model is there that was wanted before the window was reloaded, or by its panel's button */
  constructor(
    context: vscode.ExtensionContext,
    config: Config,
    panel: PanelModel,
    log: DownloadParts['log'],
    onFetched: (path: string) => void,
  ) {
    const token = new HubToken(context.secrets, () => config.hub.endpoint);
    const folder = (): string => config.modelsFolder ?? path.join(context.globalStorageUri.fsPath, 'models');
    this.#token = token;
    this.#downloads = new ModelDownloads({
      settings: () => ({ ...config.hub, folder: folder() }),
      token: () => token.read(),
      hashModule: path.join(context.extensionPath, 'dist', 'hashWorker.cjs'),
      log,
    });
    this.#view = new DownloadView(this.#downloads, panel);
    this.#onFetched = onFetched;
    this.#view.begin(onFetched).catch((error: unknown) => log.warn(`[download] ${JSON.stringify(toLemmaError(error))}`));
  }

  /**
   * Fetches a model. How it goes on and how it ends is shown, so that a caller has nothing to say.
   * @returns the path of its (first) file; undefined when it was cancelled or failed
   */
  async start(request: DownloadRequest): Promise<string | undefined> {
    try {
      return await this.#downloads.start(request);
    } catch {
      // Shown by its last state, with what can be done.
      return undefined;
    }
  }

  /** Downloads of this and of other windows that go on now. */
  get running(): readonly DownloadState[] {
    return this.#view.running;
  }

  get onDidChangeRunning(): DownloadView['onDidChangeRunning'] {
    return this.#view.onDidChangeRunning;
  }

  /** Resumes what was interrupted; asks which one where there are several. */
  async resume(): Promise<void> {
    const unfinished = await this.#downloads.unfinished();
    if (unfinished.length === 0) {
      await vscode.window.showInformationMessage(vscode.l10n.t('No download is unfinished. Choose a model to download one.'));
      return;
    }
    const items = unfinished.map((state) => ({ label: downloadName(state), state }));
    const title = vscode.l10n.t('Resume Download');
    const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title });
    if (picked) await this.#resume(picked.state.request);
  }

  async act(action: DownloadAction): Promise<void> {
    const shown = this.#view.shown;
    switch (action) {
      case 'pauseDownload':
        return this.#downloads.cancel(shown?.id);
      case 'resumeDownload':
      case 'downloadAgain':
        return shown && this.#resume(shown.request);
      case 'removeDownload':
        this.#view.hide();
        return shown && this.#downloads.discard(shown.id);
      case 'hideDownload':
        return this.#view.hide();
      case 'setToken':
        if ((await this.#token.ask()) && shown?.phase === 'failed' && shown.error?.code === 'downloadRefused')
          await this.#resume(shown.request);
    }
  }

  dispose(): void {
    this.#view.dispose();
  }

  /** Stops what runs; what was fetched is on the disk then. */
  async close(): Promise<void> {
    await this.#downloads.dispose();
  }

  async #resume(request: DownloadRequest): Promise<void> {
    const file = await this.start(request);
    if (file !== undefined) this.#onFetched(file);
  }
}
