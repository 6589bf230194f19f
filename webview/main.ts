/**
 * The panel's first script. The page that loads it needs an element `#app` (with the class `lemma`), a style sheet
 * `main.css` beside it, and VS Code's `acquireVsCodeApi`. The way of the data:
 *
 *   host --HostToPanel--> store (reduce) --cadence, frame--> <lemma-panel> --PanelToHost--> host
 *
 * Deltas only touch the store; the page is drawn from what is new, in an animation frame, as often as it can afford.
 */
import type { HostToPanel, PanelFonts, PanelToHost, ReadingHabits } from '../src/shared/panelProtocol.ts';
import { Cadence } from './cadence.ts';
import { lastTurn } from '../src/core/conversation.ts';
import type { DraftEvent } from './components/composer.ts';
import type { PanelContext } from './components/element.ts';
import type { FollowEnd } from './components/follow.ts';
import './components/panel.ts';
import { registerControls } from './controls.ts';
import { applyFonts } from './fonts.ts';
import { emptyMemory, recall, remember, withoutSent } from './memory.ts';
import type { Memory } from './memory.ts';
import { HistoryQuery } from './history.ts';
import type { HistoryQueryEvent } from './components/history.ts';
import type { ContentsEvent, FoldEvent } from './components/thought.ts';
import type { EditEvent } from './components/textEdit.ts';
import type { WrapEvent } from './components/pieces.ts';
import { wrapCode } from './render/code.ts';
import { stepTurn } from './turnSteps.ts';
import { PlaceBook } from './places.ts';
import { emptyStore, reduce, runningTurn } from './store.ts';

registerControls();

/** A pause in scrolling after which the place is kept, in milliseconds. */
const scrollPauseMs = 100;

const api = acquireVsCodeApi();
const post = (message: PanelToHost): void => api.postMessage(message);
const root = document.querySelector<HTMLElement>('#app');
const panel = document.createElement('lemma-panel');
const places = new PlaceBook((paths) => post({ type: 'findPlaces', paths }));
let memory: Memory = recall(api);
let store = emptyStore;
let context: PanelContext | undefined;
let fonts: PanelFonts | undefined;
let habits: ReadingHabits | undefined;
let frame: number | undefined;
/** Text waits for this before a frame is asked for. */
let pause: number | undefined;
const cadence = new Cadence();
/** The cursor is wanted in the composer, which the first draw makes. */
let focusWanted: 'composer' | 'history' | undefined;
const historyQuery = new HistoryQuery((query) => post({ type: 'listHistory', query }));
/** A `state` came since the last frame, so the host is told when it is painted. */
let redrawn = false;

window.addEventListener('message', ({ data }: MessageEvent<HostToPanel>) => {
  if (data.type === 'focusComposer') {
    if (panel.composer) void panel.composer.focusText();
    else focusWanted = 'composer';
    return;
  }
  if (data.type === 'showHistory') {
    if (data.shown) openHistory();
    else leaveHistory();
    return;
  }
  if (data.type === 'historyChanged') {
    if (memory.history) historyQuery.ask();
    return;
  }
  if (data.type === 'history') historyQuery.answered();
  if (data.type === 'draft') {
    panel.composer?.takeBack(data.text);
    return;
  }
  if (data.type === 'places') {
    places.found(data.paths);
    return;
  }
  if (data.type === 'events' && data.events.some(({ type }) => type === 'asked')) leaveHistory();
  if (data.type === 'state') places.forgetMissing();
  const before = store;
  store = reduce(store, data, Date.now());
  if (store.behind && !before.behind) post({ type: 'ready' });
  if (data.type === 'state') redrawn = true;
  if (store !== before) drawSoon(isText(data) && !store.behind);
});

/** A piece of text follows others; everything else is the answer to something that somebody did. */
function isText(message: HostToPanel): boolean {
  return message.type === 'events' && message.events.every(({ type }) => type === 'delta');
}

function drawSoon(text: boolean): void {
  if (frame !== undefined || (text && pause !== undefined)) return;
  window.clearTimeout(pause);
  pause = undefined;
  const waitMs = text ? cadence.waitMs(performance.now()) : 0;
  if (waitMs > 0) pause = window.setTimeout(() => drawSoon(false), waitMs);
  else frame = requestAnimationFrame(draw);
}

/** The frame is finished, layout and paint included, when the first task after it runs. */
const { port1: afterFrame, port2: frameDone } = new MessageChannel();
frameDone.onmessage = ({ data }: MessageEvent<number>) => cadence.drawn(data, performance.now() - data);

function draw(): void {
  frame = undefined;
  afterFrame.postMessage(performance.now());
  const { host } = store;
  if (!host) return;
  if (fonts !== host.fonts && root) applyFonts(root, host.fonts);
  fonts = host.fonts;
  if (host.habits && host.habits !== habits) follow(host.habits);
  habits = host.habits;
  const first = context === undefined;
  if (!context || context.strings !== host.strings) context = { strings: host.strings, locale: host.locale, places, post };
  if (first) keep({ edits: withoutSent(memory.edits, host.conversation) });
  followConversation(host.conversation?.id ?? '', first);
  panel.context = context;
  panel.store = store;
  followFold();
  panel.folds = memory.folds;
  panel.contents = memory.contents;
  panel.edits = memory.edits;
  followQuestion();
  panel.history = memory.history;
  if (first) started = start(host.draft);
  if (redrawn) void tellPainted(host.eventCount);
  redrawn = false;
}

/** The user may have chosen otherwise in another page or window. */
function follow({ nextFold, wrapCode: wrapped }: ReadingHabits): void {
  keep({ nextFold, wrapCode: wrapped });
  wrapCode(wrapped);
}

/** Told to the host, which keeps it for all windows. */
function keepHabits(change: Partial<ReadingHabits>): void {
  keep(change);
  post({ type: 'habits', habits: { nextFold: memory.nextFold, wrapCode: memory.wrapCode } });
}

let started: Promise<void> | undefined;

/** The first draw: puts back what the reload interrupted. */
async function start(hostDraft: string): Promise<void> {
  root?.append(panel);
  wrapCode(memory.wrapCode);
  await panel.updateComplete;
  const { composer } = panel;
  if (composer && memory.draft !== '' && memory.draft !== hostDraft) composer.text = memory.draft;
  if (focusWanted === 'history') void panel.historyList?.focusSearch();
  else if (focusWanted) void composer?.focusText();
  if (memory.history) historyQuery.ask(memory.history.query);
  await panel.restore(memory.scroll);
  panel.onScrolled = () => {
    const { follow } = panel;
    if (follow && !follow.restoring) keepScroll(follow);
  };
}

let shownConversation: string | undefined;
let scrollTimer: number | undefined;

/** After a pause: finding the block at the edge asks for the layout, which scrolling must not wait for. */
function keepScroll(follow: FollowEnd): void {
  window.clearTimeout(scrollTimer);
  scrollTimer = window.setTimeout(() => {
    if (shownConversation !== '') keep({ scroll: follow.position });
  }, scrollPauseMs);
}

async function tellPainted(eventCount: number): Promise<void> {
  // Where the reader was belongs to what is painted first.
  await started;
  await panel.updateComplete;
  requestAnimationFrame(() => post({ type: 'painted', eventCount }));
}

/**
 * Folds and position belong to one conversation; the draft does not, and what was edited in another must not be lost.
 * @param conversationId empty while none is shown: the one before may come back, as it does where a window was reloaded
 * and its last extension host holds the file for a moment more
 */
function followConversation(conversationId: string, first: boolean): void {
  if (conversationId === shownConversation) return;
  shownConversation = conversationId;
  if (conversationId === '') return;
  if (conversationId === memory.conversationId) {
    if (!first) panel.follow?.restore(memory.scroll);
    return;
  }
  const { draft, nextFold, edits } = memory;
  keep({ ...emptyMemory, conversationId, draft, nextFold, edits, wrapCode: memory.wrapCode, history: memory.history });
  if (!first) panel.follow?.restore(emptyMemory.scroll);
}

function keep(change: Partial<Memory>): void {
  memory = { ...memory, ...change };
  remember(api, memory);
}

/** Shows the list of conversations with the cursor in its search. */
function openHistory(): void {
  const turnId = lastTurn(store.host?.conversation)?.question.id;
  keep({ history: { query: memory.history?.query ?? '', turnId } });
  panel.history = memory.history;
  historyQuery.ask(memory.history?.query);
  if (!panel.isConnected) focusWanted = 'history';
  else void panel.updateComplete.then(() => panel.historyList?.focusSearch());
}

/** Shows the conversation again; a focus that was in the list goes to the chat box. */
function leaveHistory(): void {
  if (!memory.history) return;
  const focused = document.hasFocus() && panel.historyList?.contains(document.activeElement) === true;
  keep({ history: undefined });
  panel.history = undefined;
  if (focused) void panel.composer?.focusText();
}

/** A question that was asked while the page was away is what the reader wants to see. */
function followQuestion(): void {
  const id = runningTurn(store)?.question.id;
  if (id !== undefined && memory.history && id !== memory.history.turnId) leaveHistory();
}

panel.addEventListener('lemma-history-close', leaveHistory);
panel.addEventListener('lemma-history-query', (event) => {
  const query = (event as HistoryQueryEvent).detail;
  keep({ history: { ...memory.history, query } });
  panel.history = memory.history;
  historyQuery.ask(query);
});
panel.addEventListener('lemma-fold', (event) => {
  const { turnId, fold, following } = (event as FoldEvent).detail;
  // The text of a running thought is followed to its end, opened or not.
  if (turnId !== runningTurn(store)?.question.id) panel.follow?.hold();
  keep({ folds: { ...memory.folds, [turnId]: fold } });
  if (following && following !== memory.nextFold) keepHabits({ nextFold: following });
  panel.folds = memory.folds;
});
panel.addEventListener('lemma-edit', (event) => {
  const { part, turnId, text } = (event as EditEvent).detail;
  const { [turnId]: _before, ...others } = memory.edits[part];
  keep({ edits: { ...memory.edits, [part]: text === undefined ? others : { ...others, [turnId]: text } } });
  panel.edits = memory.edits;
});
panel.addEventListener('lemma-contents', (event) => {
  const { turnId, shown } = (event as ContentsEvent).detail;
  if (turnId !== runningTurn(store)?.question.id) panel.follow?.hold();
  const others = memory.contents.filter((id) => id !== turnId);
  keep({ contents: shown ? [...others, turnId] : others });
  panel.contents = memory.contents;
});
panel.addEventListener('lemma-wrap', (event) => {
  const on = (event as WrapEvent).detail;
  keepHabits({ wrapCode: on });
  wrapCode(on);
});
panel.addEventListener('lemma-find', () => void panel.openFind());
panel.addEventListener('lemma-draft', (event) => keep({ draft: (event as DraftEvent).detail }));

/** A new thought begins as the user left the last one. */
function followFold(): void {
  const id = runningTurn(store)?.question.id;
  if (id === undefined || memory.nextFold === 'preview' || id in memory.folds) return;
  keep({ folds: { ...memory.folds, [id]: memory.nextFold } });
}

// Before VS Code's own listener, which would hand the keys to the workbench: there they mean the editor's symbols, search and lines.
window.addEventListener(
  'keydown',
  (event) => {
    if (event.isComposing || !(panel.findKey(event) || stepTurn(panel, event))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
window.addEventListener('keydown', (event) => {
  const turn = runningTurn(store);
  if (event.isComposing) return;
  if (!turn) {
    if (event.key === 'Escape' && !event.defaultPrevented && !panel.finding) post({ type: 'focusEditor' });
    return;
  }
  if (event.key === 'Escape') post({ type: 'action', action: 'stop', turnId: turn.question.id });
  else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && turn.phase === 'thinking') {
    post({ type: 'action', action: 'answerNow', turnId: turn.question.id });
  }
});
window.addEventListener('focus', () => {
  post({ type: 'focus', focused: true });
  // Another window may have changed them.
  if (memory.history) historyQuery.ask();
});
window.addEventListener('blur', () => post({ type: 'focus', focused: false }));
window.addEventListener('error', ({ message }) => post({ type: 'error', message }));
window.addEventListener('unhandledrejection', ({ reason }) => post({ type: 'error', message: String(reason) }));

post({ type: 'ready' });
