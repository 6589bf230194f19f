/**
 * What the panel knows, as a pure fold of the host's messages. The host owns the truth; nothing here
 * cannot be drawn again from the next `state` message.
 */
import { applyEvent, isRunning, lastTurn, turnById } from '../src/core/conversation.ts';
import type { ConversationEvent, Turn } from '../src/core/conversation.ts';
import type { HistoryList, HostToPanel, PanelState, TurnProgress } from '../src/shared/panelProtocol.ts';

export interface Store {
  /** Undefined until the first `state`. */
  readonly host: PanelState | undefined;
  readonly progress: TurnProgress | undefined;
  /**
   * Milliseconds that this clock is ahead of the host's (they differ when the host runs on another machine).
   * Known from the first event that arrives as it happens; 0 before.
   */
  readonly clockAheadMs: number;
  /** What the host answered last when it was asked for the conversations. */
  readonly history?: HistoryList;
  /** Events were missed: the panel has to ask for `state` by `ready`, and takes no events until it comes. */
  readonly behind: boolean;
}

export const emptyStore: Store = { host: undefined, progress: undefined, clockAheadMs: 0, behind: false };

/**
 * The store after one message. Never throws and never changes its argument; a message of a later version
 * that it does not know leaves the store as it is.
 * @param now milliseconds since 1970 by the panel's clock
 */
export function reduce(store: Store, message: HostToPanel, now: number): Store {
  if (message.type === 'state') {
    const { type: _type, ...host } = message;
    return { ...store, host, behind: false, progress: undefined };
  }
  const { host } = store;
  if (!host) return store;
  switch (message.type) {
    case 'events':
      return applyEvents(store, host, message.from, message.events, now);
    case 'words':
      return { ...store, host: { ...host, words: { ...host.words, [message.turnId]: message.words } } };
    case 'progress':
      return { ...store, progress: message.progress };
    case 'model': {
      const { model, modelLabel, modelStatus, modelHover = '', welcome = host.welcome } = message;
      return { ...store, host: { ...host, model, modelLabel, modelStatus, modelHover, welcome } };
    }
    case 'fonts':
      return { ...store, host: { ...host, fonts: message.fonts } };
    case 'habits':
      return { ...store, host: { ...host, habits: message.habits } };
    case 'thinking':
      return { ...store, host: { ...host, thinking: message.thinking } };
    case 'samples':
      return { ...store, host: { ...host, samples: message.samples } };
    case 'notice':
      return { ...store, host: { ...host, notice: message.notice } };
    case 'download':
      return { ...store, host: { ...host, download: message.download } };
    case 'attachments':
      return { ...store, host: { ...host, attachments: message.attachments } };
    case 'history':
      return { ...store, history: message.list };
    case 'context':
      return { ...store, host: { ...host, context: message.context } };
    case 'selection':
      return { ...store, host: { ...host, selection: message.selection, selectionAttached: message.attached } };
    default:
      return store;
  }
}

function applyEvents(store: Store, host: PanelState, from: number, events: readonly ConversationEvent[], now: number): Store {
  if (store.behind) return store;
  if (from !== host.eventCount) return { ...store, behind: true };
  let { conversation } = host;
  let { clockAheadMs } = store;
  for (const event of events) {
    conversation = applyEvent(conversation, event);
    if (event.type === 'phase' || event.type === 'asked' || event.type === 'resumed') clockAheadMs = now - event.at;
  }
  return { ...store, clockAheadMs, host: { ...host, conversation, eventCount: from + events.length } };
}

/** The turn that is being worked on, if any. */
export function runningTurn(store: Store): Turn | undefined {
  const turn = lastTurn(store.host?.conversation);
  return turn && isRunning(turn) ? turn : undefined;
}

/** The turns on the page, as one text. */
export function shownIds({ host }: Store): string {
  return (host?.conversation?.turns ?? []).map(({ question }) => question.id).join();
}

/** The last turn is one that was not there, at the end or as another version. */
export function isNewQuestion(store: Store, before: Store): boolean {
  const last = lastTurn(store.host?.conversation);
  return last !== undefined && !turnById(before.host?.conversation, last.question.id);
}
