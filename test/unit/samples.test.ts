import assert from 'node:assert/strict';
import type { ConversationEvent, Turn } from '../../src/core/conversation.ts';
import { foldEvents, lastTurn } from '../../src/core/conversation.ts';
import { decodeJournal, encodeEvent } from '../../src/core/journal.ts';
import { ballotsOf, isVoting } from '../../src/core/samples.ts';
import { withoutThoughts } from '../../src/host/journalScan.ts';

const turnId = 't';
const asked: ConversationEvent[] = [
  { type: 'created', version: 1, id: 'c', at: 0 },
  { type: 'asked', question: { id: turnId, task: 'solve', text: '', samples: 2 }, at: 1 },
  { type: 'sampled', turnId, samples: 2, atOnce: 2 },
];
const written: ConversationEvent[] = [
  { type: 'sampleDelta', turnId, sample: 1, part: 'thought', text: 'Hm.', tokens: 2 },
  { type: 'sampleDelta', turnId, sample: 0, part: 'thought', text: 'Ah.', tokens: 3 },
  { type: 'sampleDelta', turnId, sample: 1, part: 'answer', text: 'Two.', tokens: 1 },
  { type: 'sampleEnded', turnId, sample: 1, end: { kind: 'complete' } },
];
function turnOf(...events: readonly ConversationEvent[]): Turn {
  const turn = lastTurn(foldEvents(events));
  assert.ok(turn);
  return turn;
}

describe('The samples of a turn', () => {
  it('grow side by side, and the turn counts the tokens of all', () => {
    const turn = turnOf(...asked, ...written);
    assert.deepEqual(turn.samples, [
      { thought: 'Ah.', answer: '', thoughtTokens: 3, answerTokens: 0 },
      { thought: 'Hm.', answer: 'Two.', thoughtTokens: 2, answerTokens: 1, end: { kind: 'complete' } },
    ]);
    assert.equal(turn.thoughtTokens, 6);
    assert.deepEqual(ballotsOf(turn), [{ sample: 1, answer: 'Two.', failed: false }]);
    assert.equal(isVoting(turn), true);
  });

  it('give their thought and answer to the turn when one is chosen, and stay', () => {
    const turn = turnOf(...asked, ...written, { type: 'sampleChosen', turnId, sample: 1, at: 9 });
    assert.deepEqual(
      { thought: turn.thought, answer: turn.answer, tokens: turn.thoughtTokens, chosen: turn.chosenSample },
      { thought: 'Hm.', answer: 'Two.', tokens: 2, chosen: 1 },
    );
    assert.equal(turn.samples?.length, 2);
    assert.equal(isVoting(turn), false);
  });

  it('that a vote was stopped in are not written on by the next one', () => {
    const turn = turnOf(...asked, ...written, { type: 'sampled', turnId, samples: 2, atOnce: 1 });
    assert.deepEqual(turn.samples?.[0]?.end, { kind: 'interrupted' });
    const more = turnOf(...asked, ...written, { type: 'sampled', turnId, samples: 2, atOnce: 1 }, ...written.slice(1, 2));
    assert.equal(more.samples?.[0]?.thought, 'Ah.');
  });

  it('are read back from a journal, and their thoughts are skipped where answers alone are wanted', () => {
    const journal = [...asked, ...written].map(encodeEvent).join('');
    const { events, unknownEvents, damaged } = decodeJournal(journal);
    assert.deepEqual({ events, unknownEvents, damaged }, { events: [...asked, ...written], unknownEvents: 0, damaged: undefined });
    const scanned = decodeJournal(withoutThoughts(Buffer.from(journal))).events;
    assert.equal(scanned.filter((event) => event.type === 'sampleDelta').length, 1);
  });

  it('of a damaged journal that name no place are left out', () => {
    for (const sample of [-1, 0.5, 1e9]) {
      const turn = turnOf(...asked, { type: 'sampleDelta', turnId, sample, part: 'answer', text: 'x', tokens: 1 });
      assert.deepEqual(turn.samples, []);
    }
  });
});
