import * as vscode from 'vscode';
import type { PanelToHost } from '../../shared/panelProtocol.ts';
import { Emitter } from '../disposables.ts';
import { PanelConnection } from './panelConnection.ts';
import type { PanelSources } from './panelConnection.ts';
import { isPanelTab, panelTabType } from './panelTabType.ts';

const title = 'Lemma';

/** How long a tab that is shown may take to be handed over by VS Code, milliseconds; most are within a tenth of it. */
const handOverMs = 3_000;

/**
 * The panel as an editor tab, which VS Code also moves into a window of its own. There is one at a time, beside the view and
 * drawn from the same state; VS Code brings it back after a reload of the window.
 */
export class PanelTab implements vscode.WebviewPanelSerializer {
  readonly #sources: PanelSources;
  readonly #received = new Emitter<PanelToHost>();
  readonly onDidReceive = this.#received.event;
  #tab: vscode.WebviewPanel | undefined;
  #connection: PanelConnection | undefined;

  constructor(sources: PanelSources) {
    this.#sources = sources;
  }

  get visible(): boolean {
    return this.#tab?.visible ?? false;
  }

  /** Has the focus. */
  get active(): boolean {
    return this.#tab?.active ?? false;
  }

  /** Shows the tab with the cursor in its composer, beside the editor so that what is selected there stays in sight. */
  open(): void {
    if (this.#tab) this.#tab.reveal();
    else {
      const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
      this.#take(vscode.window.createWebviewPanel(panelTabType, title, column));
    }
    this.focusComposer();
  }

  focusComposer(): void {
    this.#connection?.focusComposer();
  }

  /** Shows the list of conversations in it. */
  showHistory(): void {
    this.#tab?.reveal();
    this.#connection?.showHistory();
  }

  /**
   * Replaces tabs of an extension host that has died: VS Code restarts the host and hands these tabs to nobody, so that
   * they would show what was then, with buttons that do nothing. A tab that is restored with the window is handed over.
   */
  watchOrphans(): vscode.Disposable {
    let timer: NodeJS.Timeout | undefined;
    const lookSoon = (): void => {
      clearTimeout(timer);
      if (this.#orphans().length > 0) timer = setTimeout(() => void this.#replaceOrphans(), handOverMs);
    };
    lookSoon();
    const changes = vscode.window.tabGroups.onDidChangeTabs(lookSoon);
    return {
      dispose: () => {
        clearTimeout(timer);
        changes.dispose();
      },
    };
  }

  /** Called by VS Code with the tab of before the reload. */
  deserializeWebviewPanel(tab: vscode.WebviewPanel): Promise<void> {
    this.#take(tab);
    return Promise.resolve();
  }

  dispose(): void {
    this.#connection?.dispose();
    this.#received.dispose();
  }

  /** Tabs that are shown and are not ours. */
  #orphans(): vscode.Tab[] {
    const ours = this.#tab?.visible ? this.#tab.viewColumn : undefined;
    const shown = vscode.window.tabGroups.all.map((group) => group.activeTab).filter((tab) => tab !== undefined);
    return shown.filter((tab) => isPanelTab(tab) && tab.group.viewColumn !== ours);
  }

  async #replaceOrphans(): Promise<void> {
    for (const orphan of this.#orphans()) {
      const { viewColumn } = orphan.group;
      if (!this.#tab) this.#take(vscode.window.createWebviewPanel(panelTabType, title, { viewColumn, preserveFocus: true }));
      await vscode.window.tabGroups.close(orphan, true);
    }
  }

  #take(tab: vscode.WebviewPanel): void {
    const before = this.#tab;
    const connection = new PanelConnection(tab.webview, this.#sources, 'tab');
    this.#tab = tab;
    this.#connection = connection;
    before?.dispose();
    tab.iconPath = vscode.Uri.joinPath(this.#sources.extensionUri, 'media', 'icon.png');
    connection.onDidReceive((message) => this.#received.fire(message));
    tab.onDidChangeViewState(() => {
      if (!tab.visible) connection.hidden();
    });
    tab.onDidDispose(() => {
      connection.dispose();
      if (this.#tab !== tab) return;
      this.#tab = undefined;
      this.#connection = undefined;
    });
  }
}
