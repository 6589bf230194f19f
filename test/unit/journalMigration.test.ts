import assert from 'node:assert/strict';
import { decodeJournal } from '../../src/core/journal.ts';
import type { Migrations } from '../../src/core/journalMigration.ts';
import { migrateJournal, versionOf } from '../../src/core/journalMigration.ts';

/** A format that never was: `made` for `created`'s time, and `say` for a delta. */
const steps: Migrations = {
  0: (line) => {
    if (line['type'] === 'created') return [{ type: 'created', id: line['id'], at: line['made'] }];
    if (line['type'] === 'noise') return [];
    if (line['type'] === 'say') return [{ type: 'delta', turnId: line['turn'], part: 'answer', text: line['text'], tokens: 1 }];
    return [line];
  },
};
const old = [
  '{"type":"created","version":0,"id":"c","made":5}',
  '{"type":"noise"}',
  'not JSON',
  '{"type":"say","turn":"q","text":"42"}',
  '',
];

describe('A journal of an older version', () => {
  it('is brought to this one line by line', () => {
    const migrated = migrateJournal(old.join('\n'), steps);
    assert.ok(migrated !== undefined);
    const { events, version, unreadable } = decodeJournal(migrated);
    assert.equal(version, 1);
    assert.equal(unreadable.length, 1, 'what could not be read is reported as before');
    assert.deepEqual(events, [
      { type: 'created', version: 1, id: 'c', at: 5 },
      { type: 'delta', turnId: 'q', part: 'answer', text: '42', tokens: 1 },
    ]);
    assert.equal(migrateJournal(migrated, steps), undefined, 'once');
  });

  it('is left as it is when no step leads on from it', () => {
    assert.equal(migrateJournal(old.join('\n'), {}), undefined);
    assert.equal(migrateJournal('{"type":"created","version":7,"id":"c","at":1}\n', steps), undefined);
    assert.equal(migrateJournal('', steps), undefined);
    assert.equal(migrateJournal('{"type":"asked"}\n', steps), undefined);
  });

  it('tells its version by its first whole line', () => {
    assert.equal(versionOf(old.join('\n')), 0);
    assert.equal(versionOf('{"type":"created","version":1,"id":"c","at":1}'), undefined);
    assert.equal(versionOf('null\n'), undefined);
  });
});
