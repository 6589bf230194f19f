import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ConversationEvent, Turn } from '../../src/core/conversation.ts';
import { foldEvents, lastTurn, thoughtMs } from '../../src/core/conversation.ts';
import { replayEvents } from '../../src/core/replay.ts';
import { branchWithThought, thoughtToGoOn } from '../../src/core/resumption.ts';
import { msAtOffset } from '../../src/core/thoughtTimes.ts';

const start: readonly ConversationEvent[] = [
  { type: 'created', version: 1, id: 'c', at: 1 },
  { type: 'asked', question: { id: 'a', task: 'ask', text: 'q' }, at: 10 },
  { type: 'phase', turnId: 'a', phase: 'thinking', at: 1000 },
];
const delta = (text: string, at?: number): ConversationEvent => ({
  ...({ type: 'delta', turnId: 'a', part: 'thought', text, tokens: 1 } as const),
  ...(at === undefined ? {} : { at }),
});
const ended = (at: number): ConversationEvent => ({ type: 'ended', turnId: 'a', end: { kind: 'stopped' }, at });

function fold(...events: readonly ConversationEvent[]): Turn {
  const turn = lastTurn(foldEvents(events));
  assert.ok(turn);
  return turn;
}

describe('The time at which a part of a thought was written', () => {
  const turn = fold(...start, delta('0123456789', 1000), delta('abcde'), delta('fghij', 2000), delta('klmno', 4000), ended(6000));

  it('is that of the mark where it begins, and in between by the share of the characters', () => {
    assert.equal(msAtOffset(turn, 0, 0), 0);
    assert.equal(msAtOffset(turn, 15, 0), 1000);
    assert.equal(msAtOffset(turn, 20, 0), 3000);
    assert.equal(msAtOffset(turn, 10, 0), (1000 * 10) / 15);
    assert.equal(msAtOffset(turn, 25, 0), 5000, 'the end is when the thought ended');
    assert.equal(msAtOffset(turn, 999, 0), 5000);
  });

  it('is not known where nobody measured', () => {
    assert.equal(msAtOffset(fold(...start, delta('0123'), ended(6000)), 2, 0), undefined);
    assert.equal(msAtOffset(fold(...start.slice(0, 2), delta('0123', 2000)), 2, 0), undefined, 'nor before any thinking');
  });

  it('goes on to now while the model thinks', () => {
    const running = fold(...start, delta('0123456789', 1000));
    assert.equal(msAtOffset(running, 5, 3000), 1000);
  });

  it('leaves out the pause before a thought went on', () => {
    const resumed: ConversationEvent[] = [
      { type: 'resumed', turnId: 'a', at: 100_000 },
      { type: 'phase', turnId: 'a', phase: 'thinking', at: 100_500 },
      delta('pqrst', 100_500),
      delta('uvwxy', 101_500),
    ];
    const both = fold(...start, delta('0123456789', 1000), ended(6000), ...resumed);
    assert.equal(msAtOffset(both, 10, 0), 5000);
    assert.equal(msAtOffset(both, 15, 0), 6000);
  });

  it('never goes back, whatever the clock does', () => {
    const back = fold(...start, delta('01234', 5000), delta('56789', 2000), ended(6000));
    assert.equal(msAtOffset(back, 5, 0), 4000);
    const broken = fold(...start, delta('01234', Number.NaN), delta('56789', 3000), ended(6000));
    assert.equal(msAtOffset(broken, 5, 0), 2000);
  });

  it('is kept for what an edit leaves as it was, also in the branch of a thought that is thought on', () => {
    const edited = fold(...start, delta('0123456789', 1000), delta('abcde', 3000), delta('fghij', 5000), ended(6000), {
      ...({ type: 'thoughtEdited', turnId: 'a' } as const),
      ...{ thought: '0123456789abcdX', at: 9000 },
    });
    assert.deepEqual(edited.thoughtMarks, [
      { offset: 0, ms: 0 },
      { offset: 10, ms: 2000 },
    ]);
    assert.equal(thoughtMs(edited, 0), 5000);
    const before = fold(...start, delta('0123456789', 1000), delta('abcde', 3000), ended(6000));
    const events = [...start, delta('0123456789', 1000), delta('abcde', 3000), ended(6000)];
    const more = fold(...events, ...branchWithThought(before, 'b', thoughtToGoOn(before.thought), 50_000));
    assert.deepEqual(more.thoughtMarks, before.thoughtMarks);
  });

  it('is the same after the turn was begun anew elsewhere', () => {
    const piece = fc.tuple(fc.string({ maxLength: 5 }), fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const first = fold(...start, ...pieces.map(([text, at]) => delta(text, at)), ended(60_000));
        const again = fold(start[0]!, ...replayEvents([first]));
        assert.deepEqual(again.thoughtMarks, first.thoughtMarks);
        assert.equal(again.thought, first.thought);
        assert.equal(again.thoughtTokens, first.thoughtTokens);
        for (let offset = 0; offset <= first.thought.length; offset++) {
          assert.equal(msAtOffset(again, offset, 0), msAtOffset(first, offset, 0));
        }
      }),
    );
  });
});
