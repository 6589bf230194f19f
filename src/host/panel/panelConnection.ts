import type * as vscode from 'vscode';
import type { ConversationEvent } from '../../core/conversation.ts';
import { textIntervalMs } from '../../shared/inferenceProtocol.ts';
import type { HostToPanel, PanelToHost } from '../../shared/panelProtocol.ts';
import { asPanelToHost } from '../../shared/panelProtocol.ts';
import type { ConversationHistory } from '../conversationHistory.ts';
import type { Conversations } from '../conversations.ts';
import { Disposables, Emitter } from '../disposables.ts';
import type { ModelService } from '../modelService.ts';
import { modelHover, modelName, modelStatus } from '../modelWords.ts';
import type { TurnRunner } from '../turn.ts';
import type { WorkspacePlaces } from '../workspacePlaces.ts';
import type { PanelModel } from './panelModel.ts';
import { webviewHtml, webviewRoot } from './webviewHtml.ts';
import type { PanelPlace } from './webviewHtml.ts';

/** Events are sent together once in this many milliseconds, a little under a frame. */
const flushMs = 12;

/**
 * Text alone is sent this many milliseconds after the message before it, at once after a pause. Each message costs the
 * workbench and the page the same, however much is in it. A little under the time between two pieces of one reply, so
 * that none of them waits; several replies at once (a vote) share a message.
 */
const textFlushMs = textIntervalMs - 8;

/** What every page of the panel is drawn from. */
export interface PanelSources {
  readonly extensionUri: vscode.Uri;
  readonly conversations: Conversations;
  readonly model: ModelService;
  readonly panel: PanelModel;
  readonly turns: TurnRunner;
  readonly places: WorkspacePlaces;
  readonly history: ConversationHistory;
}

/**
 * One page of the panel, in the view or in an editor tab; several live side by side and show the same. It holds no state:
 * a page that appears, again or for the first time, says `ready` and is sent everything; from then on it is sent what is
 * new. Hidden pages receive nothing and miss nothing.
 */
export class PanelConnection {
  readonly #webview: vscode.Webview;
  readonly #sources: PanelSources;
  readonly #received = new Emitter<PanelToHost>();
  readonly onDidReceive = this.#received.event;
  readonly #disposables = new Disposables();
  /** The page has said `ready` since it was last shown. */
  #ready = false;
  #pending: ConversationEvent[] = [];
  #pendingFrom = 0;
  #flushTimer: NodeJS.Timeout | undefined;
  /** When the timer is due, and when events were sent last, by `performance.now()`. */
  #flushAt = Infinity;
  #flushedAt = -Infinity;
  /** Words are made again with the events that change them, and sent after these. */
  #staleWords = new Set<string>();
  /** What the page is to begin with, when it comes. */
  #wanted: HostToPanel | undefined;

  constructor(webview: vscode.Webview, sources: PanelSources, place: PanelPlace) {
    this.#webview = webview;
    this.#sources = sources;
    const { extensionUri, conversations, model, panel, turns, history } = sources;
    const keep = this.#disposables;
    webview.options = { enableScripts: true, localResourceRoots: [webviewRoot(extensionUri)] };
    keep.add(
      webview.onDidReceiveMessage((message: unknown) => {
        const typed = asPanelToHost(message);
        if (typed) this.#receive(typed);
      }),
    );
    keep.add(conversations.onDidAppend(({ from, event }) => this.#queue(from, event)));
    keep.add(conversations.onDidSwitch(() => this.#sendState()));
    keep.add(model.onDidChange(() => this.#sendModel()));
    keep.add(turns.onDidProgress((progress) => this.post({ type: 'progress', progress })));
    keep.add(
      panel.onDidChange((change) => {
        if (change.kind === 'notice') this.post({ type: 'notice', notice: panel.notice });
        else if (change.kind === 'download') this.post({ type: 'download', download: panel.download });
        else if (change.kind === 'fetching') this.#sendModel();
        else if (change.kind === 'fonts') this.post({ type: 'fonts', fonts: panel.fonts });
        else if (change.kind === 'habits' && panel.habits) this.post({ type: 'habits', habits: panel.habits });
        else if (change.kind === 'selection')
          this.post({ type: 'selection', selection: panel.selection, attached: panel.selectionAttached });
        else if (change.kind === 'attachments' || change.kind === 'automatic')
          this.post({ type: 'attachments', attachments: panel.attachments });
        else if (change.kind === 'context') this.post({ type: 'context', context: panel.context });
        else if (change.kind === 'samples' && panel.samples) this.post({ type: 'samples', samples: panel.samples });
        else if (change.kind === 'thinking') this.post({ type: 'thinking', thinking: panel.thinking });
        else if (change.kind === 'draftReturned') this.post({ type: 'draft', text: panel.draft });
        else if (change.kind === 'words') this.#sendWords(change.turnId);
      }),
    );
    keep.add(history.onDidChange(() => this.post({ type: 'historyChanged' })));
    keep.add(history.onDidLeave(() => this.post({ type: 'showHistory', shown: false })));
    webview.html = webviewHtml(webview, extensionUri, place);
  }

  /** Sends to the page, if it is there: one that is not is sent everything when it comes. */
  post(message: HostToPanel): void {
    if (this.#ready) void this.#webview.postMessage(message);
  }

  /** Puts the cursor into the composer, as soon as there is one. */
  focusComposer(): void {
    this.#want({ type: 'focusComposer' });
  }

  /** Shows the list of conversations with the cursor in its search, as soon as there is a page. */
  showHistory(): void {
    this.#want({ type: 'showHistory', shown: true });
  }

  #want(message: HostToPanel): void {
    if (this.#ready) this.post(message);
    else this.#wanted = message;
  }

  /** The page of a hidden view or tab is gone; the next one says `ready` for itself. */
  hidden(): void {
    this.#ready = false;
  }

  dispose(): void {
    this.#ready = false;
    this.#stopTimer();
    this.#disposables.dispose();
    this.#received.dispose();
  }

  #receive(message: PanelToHost): void {
    if (message.type === 'ready') {
      this.#ready = true;
      this.#sendState();
      if (this.#wanted) this.post(this.#wanted);
      this.#wanted = undefined;
      return;
    }
    if (message.type === 'findPlaces') void this.#findPlaces(message.paths);
    if (message.type === 'listHistory') void this.#listHistory(message.query);
    this.#received.fire(message);
  }

  /** Answered here, because only the page that asked waits for it. */
  async #findPlaces(paths: readonly string[]): Promise<void> {
    const found = await this.#sources.places.existing(paths);
    if (found.length > 0) this.post({ type: 'places', paths: found });
  }

  async #listHistory(query: string): Promise<void> {
    this.post({ type: 'history', list: await this.#sources.history.list(query) });
  }

  #queue(from: number, event: ConversationEvent): void {
    if (!this.#ready) return;
    if (this.#pending.length === 0) this.#pendingFrom = from;
    this.#pending.push(event);
    const isText = event.type === 'delta' || event.type === 'sampleDelta';
    if ('turnId' in event && !isText) this.#staleWords.add(event.turnId);
    if (event.type === 'asked') this.#staleWords.add(event.question.id);
    const now = performance.now();
    const at = isText ? Math.max(now, this.#flushedAt + textFlushMs) : now + flushMs;
    if (at >= this.#flushAt) return;
    clearTimeout(this.#flushTimer);
    this.#flushAt = at;
    this.#flushTimer = setTimeout(() => this.#flush(), at - now);
  }

  #flush(): void {
    this.#stopTimer();
    this.#flushedAt = performance.now();
    const events = this.#pending;
    this.#pending = [];
    if (events.length > 0) this.post({ type: 'events', from: this.#pendingFrom, events });
    for (const turnId of this.#staleWords) this.#sendWords(turnId);
    this.#staleWords.clear();
  }

  #stopTimer(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#flushAt = Infinity;
  }

  #sendState(): void {
    this.#stopTimer();
    this.#pending = [];
    this.#staleWords.clear();
    this.post({ type: 'state', ...this.#sources.panel.snapshot() });
  }

  #sendModel(): void {
    const { model: service, panel } = this.#sources;
    const model = service.state;
    const words = { modelLabel: modelName(model), modelStatus: modelStatus(model), modelHover: modelHover(model) };
    this.post({ type: 'model', model, ...words, welcome: panel.welcome });
  }

  #sendWords(turnId: string): void {
    const words = this.#sources.panel.words(turnId);
    if (words && this.#sources.conversations.current) this.post({ type: 'words', turnId, words });
  }
}
