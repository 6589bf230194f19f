import * as vscode from 'vscode';
import type { HostToPanel, PanelToHost } from '../../shared/panelProtocol.ts';
import { Emitter } from '../disposables.ts';
import { PanelConnection } from './panelConnection.ts';
import type { PanelSources } from './panelConnection.ts';

export const panelViewId = 'lemma.panel';

/** The panel as a view, in whichever side bar or panel area the user keeps it. */
export class PanelView {
  readonly #sources: PanelSources;
  readonly #received = new Emitter<PanelToHost>();
  readonly onDidReceive = this.#received.event;
  #view: vscode.WebviewView | undefined;
  #connection: PanelConnection | undefined;
  #focusWanted = false;

  constructor(sources: PanelSources) {
    this.#sources = sources;
  }

  resolve(view: vscode.WebviewView): void {
    const connection = new PanelConnection(view.webview, this.#sources, 'view');
    this.#connection?.dispose();
    this.#view = view;
    this.#connection = connection;
    connection.onDidReceive((message) => this.#received.fire(message));
    view.onDidChangeVisibility(() => {
      if (!view.visible) connection.hidden();
    });
    view.onDidDispose(() => {
      connection.dispose();
      if (this.#view !== view) return;
      this.#view = undefined;
      this.#connection = undefined;
    });
    if (this.#focusWanted) connection.focusComposer();
    this.#focusWanted = false;
  }

  /** Opens the view where the user keeps it. The editor keeps the focus. */
  async reveal(): Promise<void> {
    if (this.#view) this.#view.show(true);
    else await vscode.commands.executeCommand(`${panelViewId}.focus`, { preserveFocus: true });
  }

  /** Opens the view and puts the cursor into the composer. */
  async focusComposer(): Promise<void> {
    await vscode.commands.executeCommand(`${panelViewId}.focus`);
    if (this.#connection) this.#connection.focusComposer();
    else this.#focusWanted = true;
  }

  /** Sends to the page, if it is there. */
  post(message: HostToPanel): void {
    this.#connection?.post(message);
  }

  dispose(): void {
    this.#connection?.dispose();
    this.#received.dispose();
  }
}
