import assert from 'node:assert/strict';
import { emptyStore, reduce, runningTurn } from '../../../webview/store.ts';
import type { Store } from '../../../webview/store.ts';
import type { HostToPanel, PanelNote } from '../../../src/shared/panelProtocol.ts';
import { Script, solve, wordsOf } from '../../browser/conversations.ts';

const now = 1_700_000_000_000;

function after(...messages: readonly HostToPanel[]): Store {
  return messages.reduce((store, message) => reduce(store, message, now), emptyStore);
}

describe('The panel’s store', () => {
  const script = solve(now - 5000)
    .phase('reading', 0)
    .phase('thinking', 0)
    .delta('thought', 'So ');
  const start: HostToPanel = { type: 'state', ...script.state() };

  it('ignores everything before the first state', () => {
    assert.equal(after({ type: 'events', from: 0, events: script.events }), emptyStore);
  });

  it('draws from the state the host sends', () => {
    const store = after(start);
    assert.equal(store.host?.conversation?.turns[0]?.thought, 'So ');
    assert.equal(runningTurn(store)?.phase, 'thinking');
  });

  it('goes on from events that follow without a gap', () => {
    const from = script.events.length;
    const store = after(start, {
      type: 'events',
      from,
      events: [{ type: 'delta', turnId: 'turn1', part: 'thought', text: 's', tokens: 1 }],
    });
    assert.equal(store.host?.conversation?.turns[0]?.thought, 'So s');
    assert.equal(store.host?.eventCount, from + 1);
    assert.equal(store.behind, false);
  });

  it('applies no event after a gap, and asks for the state until it comes', () => {
    const from = script.events.length;
    const late: HostToPanel = {
      type: 'events',
      from: from + 3,
      events: [{ type: 'delta', turnId: 'turn1', part: 'thought', text: 'x', tokens: 1 }],
    };
    const behind = after(start, late);
    assert.equal(behind.behind, true);
    assert.equal(behind.host?.conversation?.turns[0]?.thought, 'So ');
    const next: HostToPanel = { type: 'events', from, events: [{ type: 'delta', turnId: 'turn1', part: 'thought', text: 'y', tokens: 1 }] };
    assert.equal(reduce(behind, next, now), behind);
    assert.equal(reduce(behind, start, now).behind, false);
  });

  it('takes events twice for a gap, not for more text', () => {
    const events: HostToPanel = { type: 'events', from: 0, events: script.events };
    assert.equal(after(start, events).behind, true);
  });

  it('knows how far its clock is ahead of the host’s from events that arrive as they happen', () => {
    const from = script.events.length;
    const store = after(start, {
      type: 'events',
      from,
      events: [{ type: 'phase', turnId: 'turn1', phase: 'answering', at: now - 120_000 }],
    });
    assert.equal(store.clockAheadMs, 120_000);
  });

  it('keeps words, model, notice, selection and progress as they come', () => {
    const notice: PanelNote = { tone: 'warning', icon: 'warning', text: 'Slow.', buttons: [] };
    const words = { ...wordsOf('solve'), scopeNote: 'The paragraph was taken.' };
    const selection = { label: 'a.py:1', scope: 'selection', lines: 1 } as const;
    const store = after(
      start,
      { type: 'words', turnId: 'turn1', words },
      { type: 'notice', notice },
      { type: 'model', model: { kind: 'loading', name: 'm', fraction: 0.5 }, modelLabel: 'm', modelStatus: 'Loading 50 %' },
      { type: 'selection', selection, attached: true },
      { type: 'progress', progress: { turnId: 'turn1', readTokens: 3, promptTokens: 9 } },
    );
    assert.equal(store.host?.words.turn1, words);
    assert.equal(store.host?.notice, notice);
    assert.equal(store.host?.modelStatus, 'Loading 50 %');
    assert.deepEqual([store.host?.selection, store.host?.selectionAttached], [selection, true]);
    assert.equal(store.progress?.readTokens, 3);
  });

  it('leaves its argument and an unknown message alone', () => {
    const store = after(start);
    assert.equal(reduce(store, { type: 'later' } as unknown as HostToPanel, now), store);
    assert.equal(reduce(store, { type: 'focusComposer' }, now), store);
  });

  it('has no running turn in an empty or ended conversation', () => {
    assert.equal(runningTurn(after({ type: 'state', ...new Script().state() })), undefined);
    assert.equal(runningTurn(after({ type: 'state', ...solve().answered('t', 'a').state() })), undefined);
  });
});
