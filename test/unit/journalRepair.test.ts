import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { foldEvents } from '../../src/core/conversation.ts';
import { decodeJournal, encodeEvent } from '../../src/core/journal.ts';
import { completeEvents, lostLines, sortJournal } from '../../src/core/journalRepair.ts';

const events: readonly ConversationEvent[] = [
  { type: 'created', version: 1, id: 'c', at: 1 },
  { type: 'asked', question: { id: 'a', task: 'ask', text: 'What is 17 + 25?' }, at: 2 },
  { type: 'delta', turnId: 'a', part: 'thought', text: 'carry {"type":"x"} 𝔸', tokens: 3 },
  { type: 'delta', turnId: 'a', part: 'answer', text: '42', tokens: 2 },
  { type: 'ended', turnId: 'a', end: { kind: 'complete' }, at: 6 },
];
const lines = events.map((event) => Buffer.from(encodeEvent(event)));

describe('A damaged journal', () => {
  it('is sorted into what can be read and what cannot, and no byte is lost, whatever is in it', () => {
    const garbage = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    const piece = fc.oneof(
      fc.nat(events.length - 1).map((index) => lines[index] ?? Buffer.alloc(0)),
      garbage,
      garbage.map((bytes) => Buffer.concat([bytes, Buffer.from('\n')])),
      fc.tuple(fc.nat(events.length - 1), fc.nat(200)).map(([index, length]) => lines[index] ?? Buffer.alloc(0).subarray(0, length)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        const decoded = decodeJournal(bytes);
        const sorted = sortJournal(bytes, decoded);
        if (!sorted) return assert.equal(decoded.damaged, undefined);
        const again = decodeJournal(sorted.journal);
        assert.equal(again.damaged, undefined, 'what is left is whole');
        assert.deepEqual(again.events, decoded.events);
        // Pieces without a line end are given one.
        const given = sorted.journal.length + sorted.unreadable.length - bytes.length;
        assert.ok(given >= 0 && given <= decoded.unreadable.length + 1, `${given} bytes`);
        assert.ok(lostLines(bytes, decoded) <= decoded.unreadable.length + 1);
      }),
    );
  });

  it('needs nothing while it is whole', () => {
    const bytes = Buffer.concat(lines);
    assert.equal(sortJournal(bytes, decodeJournal(bytes)), undefined);
    assert.equal(completeEvents(events, 'c'), events);
    const none: ConversationEvent[] = [{ type: 'renamed', title: 'of nothing', at: 1 }];
    assert.equal(completeEvents(none, 'c'), none);
  });

  it('gets a beginning, and a question for each answer, where those are lost', () => {
    const shown = (from: readonly ConversationEvent[]): unknown =>
      foldEvents(completeEvents(from, 'c'))?.turns.map(({ question, answer }) => [question.text, answer]);
    assert.deepEqual(shown(events.slice(1)), [['What is 17 + 25?', '42']]);
    assert.deepEqual(shown(events.slice(2)), [['…', '42']]);
    assert.deepEqual(shown([...events.slice(0, 1), ...events.slice(3)]), [['…', '42']]);
    assert.equal(foldEvents(completeEvents(events.slice(1), 'by its file'))?.id, 'by its file');
  });
});
