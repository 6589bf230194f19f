import assert from 'node:assert/strict';
import type { Conversation, ConversationEvent, TurnQuestion } from '../../src/core/conversation.ts';
import {
  applyEvent,
  foldEvents,
  historyMessages,
  interruptedEvents,
  isRunning,
  lastTurn,
  thoughtMs,
  turnById,
} from '../../src/core/conversation.ts';

const question = (id: string, text = `question ${id}`): TurnQuestion => ({ id, task: 'ask', text });
const created: ConversationEvent = { type: 'created', version: 1, id: 'c', at: 1 };
const asked = (id: string, at = 10): ConversationEvent => ({ type: 'asked', question: question(id), at });
const ended = (turnId: string, at = 90): ConversationEvent => ({ type: 'ended', turnId, end: { kind: 'complete' }, at });
const phase = (turnId: string, name: 'reading' | 'thinking' | 'answering', at: number): ConversationEvent => ({
  type: 'phase',
  turnId,
  phase: name,
  at,
});
const delta = (turnId: string, part: 'thought' | 'answer', text: string, tokens = 1): ConversationEvent => ({
  type: 'delta',
  turnId,
  part,
  text,
  tokens,
});

/** A whole turn that thinks from 20 to 50 and ends at 90. */
const wholeTurn = (id: string, answer = `answer ${id}`): ConversationEvent[] => [
  asked(id),
  phase(id, 'reading', 15),
  { type: 'budget', turnId: id, promptTokens: 7, maxTokens: 100, wantedTokens: 30_000 },
  phase(id, 'thinking', 20),
  delta(id, 'thought', 'hm'),
  delta(id, 'thought', ' so', 2),
  phase(id, 'answering', 50),
  delta(id, 'answer', answer, 3),
  ended(id),
];

function fold(...events: ConversationEvent[]): Conversation {
  const conversation = foldEvents([created, ...events]);
  assert.ok(conversation);
  return conversation;
}

describe('A conversation', () => {
  it('is the fold of its events', () => {
    assert.deepEqual(fold(...wholeTurn('a')), {
      id: 'c',
      createdAt: 1,
      turns: [
        {
          question: question('a'),
          phase: 'ended',
          thought: 'hm so',
          answer: 'answer a',
          thoughtTokens: 3,
          answerTokens: 3,
          promptTokens: 7,
          maxTokens: 100,
          wantedTokens: 30_000,
          askedAt: 10,
          thinkingAt: 20,
          answeringAt: 50,
          endedAt: 90,
          end: { kind: 'complete' },
        },
      ],
    });
  });

  it('does not exist before it was created', () => {
    assert.equal(foldEvents([]), undefined);
    assert.equal(foldEvents(wholeTurn('a')), undefined);
  });

  it('stays the same object when an event does not fit', () => {
    const conversation = fold(...wholeTurn('a'), asked('b'), phase('b', 'thinking', 20));
    const strangers: ConversationEvent[] = [
      created,
      { ...created, id: 'other' },
      asked('a'),
      asked('b'),
      delta('a', 'answer', 'late'),
      phase('a', 'thinking', 95),
      ended('a', 95),
      { type: 'budget', turnId: 'a', promptTokens: 1, maxTokens: 1, wantedTokens: 1 },
      delta('nobody', 'answer', 'x'),
      phase('nobody', 'reading', 1),
      ended('nobody'),
      { type: 'resumed', turnId: 'nobody', at: 1 },
      { type: 'resumed', turnId: 'b', at: 1 },
      phase('b', 'reading', 30),
      phase('b', 'thinking', 30),
      { type: 'phase', turnId: 'b', phase: 'ended', at: 30 },
      { type: 'fromTheFuture', turnId: 'b' } as unknown as ConversationEvent,
    ];
    for (const event of strangers) assert.equal(applyEvent(conversation, event), conversation, JSON.stringify(event));
  });

  it('never changes an earlier state', () => {
    const freeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
      return value;
    };
    let conversation: Conversation | undefined;
    for (const event of [created, ...wholeTurn('a'), { type: 'resumed', turnId: 'a', at: 100 } as const, ...wholeTurn('b')]) {
      conversation = freeze(applyEvent(conversation, freeze(event)));
    }
    assert.equal(conversation?.turns.length, 2);
  });

  it('leaves the other turns as they are when one grows', () => {
    const before = fold(...wholeTurn('a'), asked('b'));
    const after = applyEvent(before, delta('b', 'thought', 'x'));
    assert.equal(after?.turns[0], before.turns[0]);
    assert.notEqual(after, before);
  });

  it('goes on with a turn that was resumed, and no longer calls it ended', () => {
    const stopped = fold(asked('a'), phase('a', 'thinking', 20), delta('a', 'thought', 'one'), ended('a', 30));
    const resumed = foldEvents(
      [{ type: 'resumed', turnId: 'a', at: 100 }, phase('a', 'thinking', 110), delta('a', 'thought', ' two'), phase('a', 'answering', 125)],
      stopped,
    );
    const turn = lastTurn(resumed);
    assert.equal(turn?.thought, 'one two');
    assert.equal(turn.phase, 'answering');
    assert.ok(!('end' in turn) && !('endedAt' in turn));
    assert.equal(thoughtMs(turn, 999), 10 + 15, 'the pause does not count as thinking');
  });

  it('keeps the time of its thought when it is resumed inside the answer', () => {
    const resumed = foldEvents(
      [{ type: 'resumed', turnId: 'a', at: 100 }, phase('a', 'answering', 120), delta('a', 'answer', '!')],
      fold(...wholeTurn('a')),
    );
    const turn = lastTurn(resumed);
    assert.ok(turn);
    assert.equal(turn.answer, 'answer a!');
    assert.equal(thoughtMs(turn, 999), 30);
  });
});

describe('What can be asked of a conversation', () => {
  it('finds turns', () => {
    const conversation = fold(...wholeTurn('a'), asked('b'));
    assert.equal(turnById(conversation, 'a')?.answer, 'answer a');
    assert.equal(turnById(conversation, 'x'), undefined);
    assert.equal(turnById(undefined, 'a'), undefined);
    assert.equal(lastTurn(conversation)?.question.id, 'b');
    assert.equal(lastTurn(fold()), undefined);
  });

  it('knows whether anything is running', () => {
    const conversation = fold(...wholeTurn('a'), asked('b'));
    assert.equal(isRunning(conversation), true);
    assert.equal(isRunning(turnById(conversation, 'a')), false);
    assert.equal(isRunning(turnById(conversation, 'b')), true);
    assert.equal(isRunning(fold(...wholeTurn('a'))), false);
    assert.equal(isRunning(fold()), false);
    assert.equal(isRunning(undefined), false);
  });

  it('measures a thought to the answer, to the end, or to now', () => {
    const turn = (...events: ConversationEvent[]): number | undefined => {
      const last = lastTurn(fold(asked('a'), ...events));
      return last && thoughtMs(last, 100);
    };
    assert.equal(turn(), undefined);
    assert.equal(turn(phase('a', 'thinking', 20)), 80);
    assert.equal(turn(phase('a', 'thinking', 20), ended('a', 60)), 40);
    assert.equal(turn(phase('a', 'thinking', 20), phase('a', 'answering', 50), ended('a', 60)), 30);
    assert.equal(turn(phase('a', 'thinking', 200)), 0, 'a clock that went back gives no negative time');
    assert.equal(turn(phase('a', 'answering', 50), ended('a', 60)), undefined);
  });

  it('remembers questions and answers for the model, without thoughts and without turns that have no answer', () => {
    const conversation = fold(
      ...wholeTurn('a'),
      asked('unanswered'),
      delta('unanswered', 'thought', 'hm'),
      ended('unanswered'),
      ...wholeTurn('blank', ' \n'),
      ...wholeTurn('b', '\n\n`</think>` is a tag'),
      ...wholeTurn('c'),
      asked('running'),
      delta('running', 'answer', 'half'),
    );
    const a = [
      { role: 'user', content: 'question a' },
      { role: 'assistant', content: 'answer a', thoughtRemoved: true },
    ];
    const b = [
      { role: 'user', content: 'question b' },
      { role: 'assistant', content: '\n\n`</think>` is a tag', thoughtRemoved: true },
    ];
    assert.deepEqual(historyMessages(conversation, 'c'), [...a, ...b]);
    assert.deepEqual(historyMessages(conversation, 'a'), []);
    assert.deepEqual(
      historyMessages(conversation).map(({ role }) => role),
      ['user', 'assistant', 'user', 'assistant', 'user', 'assistant'],
    );
    assert.deepEqual(historyMessages(undefined), []);
  });

  it('closes what a crash left running', () => {
    const conversation = fold(...wholeTurn('a'), asked('b'), delta('b', 'thought', 'half'));
    const events = interruptedEvents(conversation, 500);
    assert.deepEqual(events, [{ type: 'ended', turnId: 'b', end: { kind: 'interrupted' }, at: 500 }]);
    const closed = foldEvents(events, conversation);
    assert.equal(isRunning(closed), false);
    assert.equal(lastTurn(closed)?.thought, 'half');
    assert.deepEqual(interruptedEvents(closed, 600), []);
    assert.deepEqual(interruptedEvents(undefined, 600), []);
  });
});

describe('what was decided about the edit that a turn makes', () => {
  const turn = (...events: readonly ConversationEvent[]): unknown => foldEvents([created, ...wholeTurn('a'), ...events])?.turns[0]?.edit;
  const decided = (outcome: 'accepted' | 'discarded'): ConversationEvent => ({ type: 'editDecided', turnId: 'a', outcome, at: 95 });

  it('is kept with the turn, and can be decided otherwise', () => {
    assert.equal(turn(), undefined);
    assert.equal(turn(decided('discarded')), 'discarded');
    assert.equal(turn(decided('discarded'), decided('accepted')), 'accepted');
  });

  it('holds no more when the answer goes on', () => {
    assert.equal(turn(decided('accepted'), { type: 'resumed', turnId: 'a', at: 96 }), undefined);
  });

  it('is nothing while the answer is written', () => {
    assert.equal(foldEvents([created, asked('a'), decided('accepted')])?.turns[0]?.edit, undefined);
  });
});
