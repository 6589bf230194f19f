import * as vscode from 'vscode';
import type { PanelToHost } from '../../shared/panelProtocol.ts';
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
  /** What the page is to begin with, when it comes. */
  #wanted: 'composer' | 'history' | undefined;

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
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted) goTo(connection, wanted);
  }

  /** Opens the view where the user keeps it. The editor keeps the focus. */
  async reveal(): Promise<void> {
    if (this.#view) this.#view.show(true);
    else await vscode.commands.executeCommand(`${panelViewId}.focus`, { preserveFocus: true });
  }

  /** Opens the view and puts the cursor into the composer. */
  async focusComposer(): Promise<void> {
    await this.#open('composer');
  }

  /** Opens the view with the list of conversations in it. */
  async showHistory(): Promise<void> {
    await this.#open('history');
  }

  async #open(wanted: 'composer' | 'history'): Promise<void> {
    await vscode.commands.executeCommand(`${panelViewId}.focus`);
    if (this.#connection) goTo(this.#connection, wanted);
    else this.#wanted = wanted;
  }

  get visible(): boolean {
    return this.#view?.visible ?? false;
  }

  dispose(): void {
    this.#connection?.dispose();
    this.#received.dispose();
  }
}

function goTo(connection: PanelConnection, wanted: 'composer' | 'history'): void {
  if (wanted === 'history') connection.showHistory();
  else connection.focusComposer();
}
