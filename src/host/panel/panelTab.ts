import * as vscode from 'vscode';
import type { PanelToHost } from '../../shared/panelProtocol.ts';
import { Emitter } from '../disposables.ts';
import { PanelConnection } from './panelConnection.ts';
import type { PanelSources } from './panelConnection.ts';

/** As in the activation events of the manifest. */
export const panelTabType = 'lemma.panelTab';

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
      this.#take(vscode.window.createWebviewPanel(panelTabType, 'Lemma', column));
    }
    this.focusComposer();
  }

  focusComposer(): void {
    this.#connection?.focusComposer();
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
