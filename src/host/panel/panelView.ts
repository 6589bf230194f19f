import * as vscode from 'vscode';
import type { ConversationEvent } from '../../core/conversation.ts';
import type { HostToPanel, PanelToHost } from '../../shared/panelProtocol.ts';
import { asPanelToHost } from '../../shared/panelProtocol.ts';
import type { Conversations } from '../conversations.ts';
import { Disposables, Emitter } from '../disposables.ts';
import type { ModelService } from '../modelService.ts';
import { modelName, modelStatus } from '../modelWords.ts';
import type { TurnRunner } from '../turn.ts';
import type { PanelModel } from './panelModel.ts';
import { webviewHtml, webviewRoot } from './webviewHtml.ts';

export const panelViewId = 'lemma.panel';

/** Events are sent together once in this many milliseconds, a little under a frame. */
const flushMs = 12;

/**
 * The Lemma view. It holds no state: a view that appears, again or for the first time, says `ready` and is sent
 * everything; from then on it is sent what is new. Hidden views receive nothing and miss nothing.
 */
export class PanelView {
  readonly #extensionUri: vscode.Uri;
  readonly #conversations: Conversations;
  readonly #model: ModelService;
  readonly #panel: PanelModel;
  readonly #received = new Emitter<PanelToHost>();
  readonly onDidReceive = this.#received.event;
  readonly #disposables = new Disposables();
  #view: vscode.WebviewView | undefined;
  /** The view has said `ready` since it was last shown. */
  #ready = false;
  #pending: ConversationEvent[] = [];
  #pendingFrom = 0;
  #flushTimer: NodeJS.Timeout | undefined;
  /** Words are made again with the events that change them, and sent after these. */
  #staleWords = new Set<string>();
  #focusWanted = false;

  constructor(extensionUri: vscode.Uri, conversations: Conversations, model: ModelService, panel: PanelModel, turns: TurnRunner) {
    this.#extensionUri = extensionUri;
    this.#conversations = conversations;
    this.#model = model;
    this.#panel = panel;
    this.#disposables.add(conversations.onDidAppend(({ from, event }) => this.#queue(from, event)));
    this.#disposables.add(conversations.onDidSwitch(() => this.#sendState()));
    this.#disposables.add(model.onDidChange(() => this.#sendModel()));
    this.#disposables.add(turns.onDidProgress((progress) => this.#post({ type: 'progress', progress })));
    this.#disposables.add(
      panel.onDidChange((change) => {
        if (change.kind === 'notice') this.#post({ type: 'notice', notice: panel.notice });
        else if (change.kind === 'selection')
          this.#post({ type: 'selection', selection: panel.selection, attached: panel.selectionAttached });
        else this.#sendWords(change.turnId);
      }),
    );
  }

  get visible(): boolean {
    return this.#view?.visible ?? false;
  }

  resolve(view: vscode.WebviewView): void {
    this.#view = view;
    this.#ready = false;
    view.webview.options = { enableScripts: true, localResourceRoots: [webviewRoot(this.#extensionUri)] };
    const local = new Disposables();
    local.add(
      view.webview.onDidReceiveMessage((message: unknown) => {
        const typed = asPanelToHost(message);
        if (typed) this.#receive(typed);
      }),
    );
    // The page of a hidden view is gone; the next one says `ready` for itself.
    local.add(view.onDidChangeVisibility(() => (this.#ready &&= view.visible)));
    local.add(
      view.onDidDispose(() => {
        local.dispose();
        if (this.#view === view) this.#view = undefined;
        this.#ready = false;
      }),
    );
    view.webview.html = webviewHtml(view.webview, this.#extensionUri);
  }

  /** Opens the view where the user keeps it. The editor keeps the focus. */
  async reveal(): Promise<void> {
    if (this.#view) this.#view.show(true);
    else await vscode.commands.executeCommand(`${panelViewId}.focus`, { preserveFocus: true });
  }

  /** Opens the view and puts the cursor into the composer. */
  async focusComposer(): Promise<void> {
    await vscode.commands.executeCommand(`${panelViewId}.focus`);
    if (this.#ready) this.#post({ type: 'focusComposer' });
    else this.#focusWanted = true;
  }

  dispose(): void {
    clearTimeout(this.#flushTimer);
    this.#disposables.dispose();
    this.#received.dispose();
  }

  #receive(message: PanelToHost): void {
    if (message.type === 'ready') {
      this.#ready = true;
      this.#sendState();
      if (this.#focusWanted) this.#post({ type: 'focusComposer' });
      this.#focusWanted = false;
      return;
    }
    this.#received.fire(message);
  }

  #queue(from: number, event: ConversationEvent): void {
    if (!this.#ready) return;
    if (this.#pending.length === 0) this.#pendingFrom = from;
    this.#pending.push(event);
    if ('turnId' in event && event.type !== 'delta') this.#staleWords.add(event.turnId);
    if (event.type === 'asked') this.#staleWords.add(event.question.id);
    this.#flushTimer ??= setTimeout(() => this.#flush(), flushMs);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const events = this.#pending;
    this.#pending = [];
    if (events.length > 0) this.#post({ type: 'events', from: this.#pendingFrom, events });
    for (const turnId of this.#staleWords) this.#sendWords(turnId);
    this.#staleWords.clear();
  }

  #sendState(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#pending = [];
    this.#staleWords.clear();
    this.#post({ type: 'state', ...this.#panel.snapshot() });
  }

  #sendModel(): void {
    const model = this.#model.state;
    this.#post({ type: 'model', model, modelLabel: modelName(model), modelStatus: modelStatus(model) });
  }

  #sendWords(turnId: string): void {
    const words = this.#panel.words(turnId);
    if (words && this.#conversations.current) this.#post({ type: 'words', turnId, words });
  }

  #post(message: HostToPanel): void {
    if (this.#ready) void this.#view?.webview.postMessage(message);
  }
}
