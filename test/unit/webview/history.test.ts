import assert from 'node:assert/strict';
import type { HistoryItem } from '../../../src/shared/panelProtocol.ts';
import { historyGroups, HistoryQuery, historyTime } from '../../../webview/history.ts';

const now = new Date(2026, 10, 25, 14, 30).getTime();
const at = (...date: [number, number, number, number?, number?]): number => new Date(...date).getTime();
const item = (id: string, changedAt: number, pinned = false): HistoryItem => ({
  ...{ id, title: id, detail: '', state: '', changedAt, pinned, current: false, running: false, elsewhere: false, hasThoughts: false },
});

describe('The list of conversations', () => {
  it('is grouped by the reader’s own days, the pinned first, and no group is empty', () => {
    const items = [
      item('pinned', at(2020, 0, 1), true),
      item('now', now),
      item('morning', at(2026, 10, 25, 0, 0)),
      item('late', at(2026, 10, 24, 23, 59)),
      item('week', at(2026, 10, 19)),
      item('older', at(2026, 10, 18, 23, 59)),
      item('old', at(2024, 1, 29)),
    ];
    assert.deepEqual(
      historyGroups(items, now).map(({ key, items: each }) => [key, each.map(({ id }) => id)]),
      [
        ['pinned', ['pinned']],
        ['today', ['now', 'morning']],
        ['yesterday', ['late']],
        ['lastWeek', ['week']],
        ['older', ['older', 'old']],
      ],
    );
    assert.deepEqual(historyGroups([item('a', now)], now).length, 1);
    assert.deepEqual(historyGroups([], now), []);
  });

  it('has what a clock of another machine dates into the future under today', () => {
    assert.equal(historyGroups([item('a', now + 3 * 86_400_000)], now)[0]?.key, 'today');
  });

  it('counts days by midnights, where one has 23 hours too', () => {
    for (let day = 1; day < 366; day++) {
      const midnight = at(2026, 0, day);
      assert.equal(historyGroups([item('a', midnight - 1)], midnight)[0]?.key, 'yesterday', new Date(midnight).toISOString());
      assert.equal(historyGroups([item('a', midnight)], midnight)[0]?.key, 'today');
    }
  });

  it('shows the hour of today and yesterday, else the day, and the year of another year', () => {
    assert.equal(historyTime(at(2026, 10, 25, 9, 5), now, 'en-GB'), '9:05');
    assert.equal(historyTime(at(2026, 10, 24, 23, 59), now, 'en-GB'), '23:59');
    assert.equal(historyTime(at(2026, 10, 19), now, 'en-GB'), '19 Nov');
    assert.equal(historyTime(at(2025, 10, 19), now, 'en-GB'), '19 Nov 2025');
    assert.equal(historyTime(at(2026, 10, 19), now, 'zh-cn'), '11月19日');
    assert.doesNotThrow(() => historyTime(now, now, 'no locale'));
  });
});

describe('Asking for the list', () => {
  it('waits for each answer and then asks only what was typed last', () => {
    const asked: string[] = [];
    const query = new HistoryQuery((each) => asked.push(each));
    for (const each of ['', 's', 'su', 'sum']) query.ask(each);
    assert.deepEqual(asked, ['']);
    query.answered();
    assert.deepEqual(asked, ['', 'sum']);
    query.answered();
    assert.deepEqual(asked, ['', 'sum']);
    query.ask();
    assert.deepEqual(asked, ['', 'sum', 'sum'], 'the list has changed');
  });
});
