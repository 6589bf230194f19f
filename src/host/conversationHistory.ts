import * as vscode from 'vscode';
import type { ConversationEvent, TurnEnd } from '../core/conversation.ts';
import { isRunning, lastTurn } from '../core/conversation.ts';
import type { HistoryItem, HistoryList, PanelNote } from '../shared/panelProtocol.ts';
import type { FoundConversation } from './conversationLibrary.ts';
import { isConversationId } from './conversationLibrary.ts';
import type { Conversations } from './conversations.ts';
import { Emitter } from './disposables.ts';
import type { PanelModel } from './panel/panelModel.ts';
import type { TurnRunner } from './turn.ts';
import { conversationNote, conversationsDeletedNote } from './conversationMessages.ts';

/** The list of this folder's conversations as the panel shows it, and what can be done with one of them. */
export class ConversationHistory {
  readonly #conversations: Conversations;
  readonly #turns: TurnRunner;
  readonly #panel: PanelModel;
  readonly #changed = new Emitter<void>();
  readonly #left = new Emitter<void>();
  /** The list would be another one now. */
  readonly onDidChange = this.#changed.event;
  /** The conversation is what the user wants to see now. */
  readonly onDidLeave = this.#left.event;
  /** What Undo brings back, in the order of deleting. */
  #deleted: { readonly id: string; readonly wasOpen: boolean }[] = [];
  #deletedNote: PanelNote | undefined;

  constructor(conversations: Conversations, turns: TurnRunner, panel: PanelModel) {
    this.#conversations = conversations;
    this.#turns = turns;
    this.#panel = panel;
    conversations.onDidSwitch(() => this.#changed.fire());
    conversations.onDidAppend(({ event }) => {
      if (event.type !== 'delta' && event.type !== 'budget') this.#changed.fire();
    });
  }

  /** @param query words that must all occur; empty for all */
  async list(query: string): Promise<HistoryList> {
    const { inMemory, library } = this.#conversations;
    const { items, damaged } = await library.list(query, ...inMemory);
    return {
      query,
      items: items.map((found) => this.#item(found)),
      damaged: damaged === 0 ? '' : vscode.l10n.t('Conversations that could not be read and were set aside: {0}.', String(damaged)),
    };
  }

  /** Every page shows the conversation again. */
  leave(): void {
    this.#left.fire();
  }

  /** Shows another conversation; what runs in the one that is shown is stopped and kept. */
  async open(id: string): Promise<void> {
    if (!isConversationId(id)) return;
    if (id !== this.#conversations.current?.id) await this.#turns.settle('stopped');
    const opened = await this.#conversations.open(id);
    if (opened !== 'opened') this.#panel.showNotice(conversationNote(opened));
    if (opened === 'opened' || opened === 'copied') this.leave();
    else this.#changed.fire();
  }

  /** @param title empty: it is called by its first question again */
  async rename(id: string, title: string): Promise<void> {
    await this.#append(id, { type: 'renamed', title, at: Date.now() });
  }

  async pin(id: string, pinned: boolean): Promise<void> {
    await this.#append(id, { type: 'pinned', pinned, at: Date.now() });
  }

  /** Moves a conversation away, so that a slip can be undone; the panel's notice offers it. */
  async delete(id: string): Promise<void> {
    const isOffered = this.#deletedNote !== undefined && this.#panel.notice === this.#deletedNote;
    if (!isOffered) this.#deleted = [];
    if (!isConversationId(id) || this.#deleted.some((each) => each.id === id)) return;
    const wasOpen = id === this.#conversations.current?.id;
    if (wasOpen) await this.#turns.settle('stopped');
    const result = await this.#conversations.delete(id);
    if (result === 'done') {
      this.#deleted.push({ id, wasOpen });
      this.#deletedNote = conversationsDeletedNote(this.#deleted.length);
      this.#panel.showNotice(this.#deletedNote);
    } else this.#panel.showNotice(conversationNote(result));
    this.#changed.fire();
  }

  /** Puts back what was deleted since the notice appeared; one that was shown is shown again if nothing took its place. */
  async undoDelete(): Promise<void> {
    const deleted = this.#deleted;
    this.#deleted = [];
    this.#panel.showNotice(undefined);
    for (const { id, wasOpen } of deleted.toReversed()) {
      await this.#conversations.library.undoDelete(id);
      if (wasOpen && !this.#conversations.current) await this.#conversations.open(id);
    }
    this.#changed.fire();
  }

  async #append(id: string, event: ConversationEvent): Promise<void> {
    if (!isConversationId(id)) return;
    const result = await this.#conversations.change(id, event);
    if (result !== 'done') this.#panel.showNotice(conversationNote(result));
    this.#changed.fire();
  }

  #item(found: FoundConversation): HistoryItem {
    const { id, title, fileName, questions, changedAt, pinned, elsewhere, hasThoughts, lastEnd, excerpt } = found;
    const current = id === this.#conversations.current?.id;
    const count = questions === 1 ? vscode.l10n.t('1 question') : vscode.l10n.t('{0} questions', String(questions));
    return {
      ...{ id, title, changedAt, pinned, current, elsewhere, hasThoughts },
      detail: [fileName, count].filter((part) => part !== '').join(' · '),
      state: elsewhere ? vscode.l10n.t('open in another window') : current ? this.#currentState() : endWord(lastEnd),
      running: current && isRunning(this.#conversations.current),
      ...(excerpt === undefined ? {} : { excerpt }),
    };
  }

  #currentState(): string {
    const turn = lastTurn(this.#conversations.current);
    if (!turn) return '';
    switch (turn.phase) {
      case 'waiting':
      case 'reading':
        return vscode.l10n.t('still waiting');
      case 'thinking':
        return vscode.l10n.t('still thinking');
      case 'answering':
        return vscode.l10n.t('still answering');
      case 'ended':
        return endWord(turn.end?.kind);
    }
  }
}

/** How the last turn ended where that is no answer. @param end undefined: the window went away while it ran */
function endWord(end: TurnEnd['kind'] | undefined): string {
  switch (end) {
    case 'complete':
      return '';
    case 'stopped':
      return vscode.l10n.t('stopped');
    case 'limit':
    case 'repetition':
      return vscode.l10n.t('not finished');
    case 'failed':
      return vscode.l10n.t('failed');
    case 'interrupted':
    case undefined:
      return vscode.l10n.t('interrupted');
  }
}
