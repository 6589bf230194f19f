/** States of the list of conversations, as the design draws it. */
import type { HistoryItem, HistoryList, HostToPanel, PanelState } from '../../src/shared/panelProtocol.ts';
import { Script, solve } from './conversations.ts';
import { mathAnswer, mathThought } from './samples.ts';

const day = 86_400_000;

/** A conversation of the list. */
export function item(id: string, title: string, change: Partial<HistoryItem> = {}): HistoryItem {
  return {
    ...{ id, title, detail: 'sample.tex · 3 questions', state: '', changedAt: Date.now() },
    ...{ pinned: false, current: false, running: false, elsewhere: false, hasThoughts: true, ...change },
  };
}

/** What is kept in a folder in which much is asked. */
export function items(now = Date.now()): HistoryItem[] {
  return [
    item('range', 'Range of a + b under a product', { pinned: true, changedAt: now - 40 * day }),
    item('partial', 'Partial sums of the harmonic series', { detail: 'series.md · 4 questions', current: true, changedAt: now }),
    item('prefix', 'Why prefix_sum overflows', {
      ...{ detail: 'scan.cpp · 1 question', state: 'open in another window', elsewhere: true, changedAt: now - 1000 },
    }),
    item('kahan', 'Exact summation with compensated arithmetic and its error bound, for sums of many numbers', {
      ...{ detail: 'kahan.py · 2 questions', changedAt: now - 3 * day },
    }),
    item('squares', 'Sum of squares identity', { detail: 'notes.typ · 1 question', state: 'stopped', changedAt: now - 4 * day }),
    item('telescope', 'A telescoping sum', { hasThoughts: false, changedAt: now - 400 * day }),
  ];
}

/** The host’s way to show a list. */
export function showing(list: HistoryList): HostToPanel[] {
  return [
    { type: 'showHistory', shown: true },
    { type: 'history', list },
  ];
}

export function historyPictures(): Record<
  string,
  { readonly state: PanelState; readonly then: readonly HostToPanel[]; readonly click?: string }
> {
  const state = solve().answered(mathThought, mathAnswer).state();
  const found = items().map((each) => (each.id === 'range' ? { ...each, excerpt: 'the sum takes every value from 6 upwards' } : each));
  const deleted = solve()
    .answered(mathThought, mathAnswer)
    .state({
      notice: {
        tone: 'info',
        icon: 'trash',
        text: 'The conversation was deleted.',
        buttons: [
          { action: 'undoDeleteConversation', label: 'Undo' },
          { action: 'dismissNotice', label: 'Close' },
        ],
      },
    });
  return {
    history: { state, then: showing({ query: '', items: items(), damaged: '' }) },
    historySearch: { state, then: showing({ query: 'sum', items: found, damaged: '' }) },
    historyNone: { state, then: showing({ query: 'integral', items: [], damaged: '' }) },
    historyEmpty: { state: new Script().state(), then: showing({ query: '', items: [], damaged: '' }) },
    historyDeleted: {
      state: deleted,
      then: showing({ query: '', items: items().slice(1), damaged: 'Conversations that could not be read and were set aside: 2.' }),
      click: '.item [aria-label=Rename]',
    },
  };
}
