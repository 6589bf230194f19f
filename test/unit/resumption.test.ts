import assert from 'node:assert/strict';
import type { Conversation, ConversationEvent, Turn } from '../../src/core/conversation.ts';
import { foldEvents, lastTurn, thoughtMs, turnById } from '../../src/core/conversation.ts';
import { promptText, renderGlmPrompt } from '../../src/core/glmPrompt.ts';
import { branchWithThought, thinkingTokensLeft, thoughtToGoOn, writtenSoFar } from '../../src/core/resumption.ts';

const thought = '\n17 + 25 is 42.\n';
const answer = '\n\nThe result is $42$.';
const answered: readonly ConversationEvent[] = [
  { type: 'created', version: 1, id: 'c', at: 1 },
  { type: 'asked', question: { id: 'a', task: 'ask', text: 'What is 17 + 25?' }, at: 10 },
  { type: 'budget', turnId: 'a', promptTokens: 7, maxTokens: 100, wantedTokens: 100 },
  { type: 'phase', turnId: 'a', phase: 'thinking', at: 1000 },
  { type: 'delta', turnId: 'a', part: 'thought', text: thought, tokens: 9 },
  { type: 'phase', turnId: 'a', phase: 'answering', at: 5000 },
  { type: 'delta', turnId: 'a', part: 'answer', text: answer, tokens: 6 },
  { type: 'ended', turnId: 'a', end: { kind: 'complete' }, at: 6000 },
];
const later = 3_600_000;

function fold(events: readonly ConversationEvent[]): { conversation: Conversation; last: Turn } {
  const conversation = foldEvents(events);
  const last = lastTurn(conversation);
  assert.ok(conversation && last);
  return { conversation, last };
}

const prompt = (turn: Turn, resumption: 'continue' | 'answerNow'): string =>
  promptText(renderGlmPrompt([{ role: 'user', content: turn.question.text }], { prefill: writtenSoFar(turn, resumption).text }));

describe('A thought that was finished', () => {
  const before = fold(answered).last;
  const branch = branchWithThought(before, 'b', thoughtToGoOn(before.thought), later);
  const { conversation, last } = fold([...answered, ...branch]);

  it('goes on as a branch, with the answer that was given beside it', () => {
    assert.equal(last.question.id, 'b');
    assert.deepEqual(last.branch, { ids: ['a', 'b'], index: 1 });
    const kept = turnById(conversation, 'a');
    assert.equal(kept?.answer, answer);
    assert.equal(kept.thought, thought);
    assert.equal(last.answer, '');
    assert.deepEqual(last.question, { ...before.question, id: 'b' });
  });

  it('is led on by a turning point of the model’s own', () => {
    assert.equal(last.thought, '\n17 + 25 is 42.\nWait, let me check this again.\n');
    assert.equal(thoughtToGoOn('No line end'), 'No line end\nWait, let me check this again.\n');
    assert.equal(thoughtToGoOn(''), 'Wait, let me check this again.\n');
  });

  it('goes on in the prompt inside the thought, which is not closed', () => {
    const { last: resumed } = fold([...answered, ...branch, { type: 'resumed', turnId: 'b', at: later }]);
    assert.equal(
      prompt(resumed, 'continue'),
      '[gMASK]<sop><|user|>\nWhat is 17 + 25?<|assistant|>\n<think>\n17 + 25 is 42.\nWait, let me check this again.\n',
    );
    assert.deepEqual(writtenSoFar(resumed, 'continue'), { text: last.thought, start: 'thought', thoughtSoFar: last.thought });
  });

  it('keeps its time and tokens, and the pause does not count', () => {
    const thinking: ConversationEvent[] = [
      ...branch,
      { type: 'resumed', turnId: 'b', at: later },
      { type: 'phase', turnId: 'b', phase: 'thinking', at: later + 500 },
      { type: 'delta', turnId: 'b', part: 'thought', text: 'Yes.', tokens: 2 },
      { type: 'phase', turnId: 'b', phase: 'answering', at: later + 2500 },
    ];
    const { last: thought } = fold([...answered, ...thinking]);
    assert.equal(thoughtMs(thought, later + 9000), 4000 + 2000);
    assert.equal(thought.thoughtTokens, 11);
    assert.equal(thought.askedAt, later);
  });

  it('may be walked back from, and forth again', () => {
    const back = fold([...answered, ...branch, { type: 'branchSelected', turnId: 'a', at: later }]);
    assert.equal(back.last.answer, answer);
    assert.deepEqual(back.last.branch, { ids: ['a', 'b'], index: 0 });
  });

  it('begins a branch without any thought as well', () => {
    const none = answered.filter(
      (event) => !('part' in event && event.part === 'thought') && !('phase' in event && event.phase === 'thinking'),
    );
    const turn = fold(none).last;
    const { last: begun } = fold([...none, ...branchWithThought(turn, 'b', thoughtToGoOn(''), later)]);
    assert.equal(begun.thought, 'Wait, let me check this again.\n');
    assert.equal(thoughtMs(begun, later), undefined);
  });
});

describe('A reply that was begun', () => {
  const begun = (...events: ConversationEvent[]): Turn => fold([...answered.slice(0, 5), ...events]).last;
  const ended: ConversationEvent = { type: 'ended', turnId: 'a', end: { kind: 'stopped' }, at: 5000 };
  const start = '[gMASK]<sop><|user|>\nWhat is 17 + 25?<|assistant|>\n<think>';

  it('goes on from the end of its thought', () => {
    assert.equal(prompt(begun(ended), 'continue'), `${start}${thought}`);
  });

  it('answers now from its thought as it is, which is closed then', () => {
    assert.deepEqual(writtenSoFar(begun(ended), 'answerNow'), {
      text: thought,
      start: 'thought',
      thoughtSoFar: thought,
      closeThought: true,
    });
  });

  it('goes on inside its answer, whichever of the two is asked for', () => {
    const answering = begun(...answered.slice(5, 7), ended);
    for (const resumption of ['continue', 'answerNow'] as const) {
      assert.equal(prompt(answering, resumption), `${start}${thought}</think>${answer}`);
    }
  });
});

describe('The budget of a thought that goes on', () => {
  const stopped: readonly ConversationEvent[] = [
    ...answered.slice(0, 5),
    { type: 'ended', turnId: 'a', end: { kind: 'stopped' }, at: 5000 },
  ];
  const resumed: ConversationEvent = { type: 'resumed', turnId: 'a', at: later };

  it('is what is left of it', () => {
    const { last } = fold([...stopped, resumed]);
    assert.equal(thinkingTokensLeft(last, 100), 91);
    assert.equal(thinkingTokensLeft(last, 5), 0);
    assert.equal(thinkingTokensLeft(last, 0), undefined, 'no limit');
  });

  it('begins anew where more of the thought is wanted, and holds through another stop', () => {
    const reopened: readonly ConversationEvent[] = [...stopped, { ...resumed, reopened: true }];
    assert.equal(thinkingTokensLeft(fold(reopened).last, 100), 100);
    const more: ConversationEvent = { type: 'delta', turnId: 'a', part: 'thought', text: 'Well.', tokens: 3 };
    const again: readonly ConversationEvent[] = [
      ...reopened,
      more,
      { type: 'ended', turnId: 'a', end: { kind: 'stopped' }, at: later },
      resumed,
    ];
    assert.equal(thinkingTokensLeft(fold(again).last, 100), 97);
  });

  it('is told with the turn, and so is that the thought was closed at it', () => {
    const budget: ConversationEvent = {
      type: 'budget',
      turnId: 'a',
      promptTokens: 7,
      maxTokens: 90,
      wantedTokens: 100,
      thinkingTokens: 12,
    };
    const closed: ConversationEvent = { type: 'phase', turnId: 'a', phase: 'answering', at: 5000, closedAtBudget: true };
    const events: readonly ConversationEvent[] = [...answered.slice(0, 2), budget, ...answered.slice(3, 5), closed, ...answered.slice(6)];
    const { last } = fold(events);
    assert.equal(last.thinkingTokens, 12);
    assert.equal(last.closedAtBudget, true);
    const branch = fold([...events, ...branchWithThought(last, 'b', thoughtToGoOn(last.thought), later)]).last;
    assert.equal(branch.closedAtBudget, undefined, 'the thought is open again');
    const edited = fold([...events, { type: 'thoughtEdited', turnId: 'a', thought: 'No.', at: later }]).last;
    assert.equal(edited.closedAtBudget, undefined);
    const free = fold([...stopped, resumed, { type: 'budget', turnId: 'a', promptTokens: 7, maxTokens: 100, wantedTokens: 100 }]).last;
    assert.equal(free.thinkingTokens, undefined, 'a request without a budget has none of the one before');
  });

  it('leaves the beginning of a closing tag, which a stop cut in two, out of the thought', () => {
    const half: ConversationEvent = { type: 'delta', turnId: 'a', part: 'thought', text: '</', tokens: 1 };
    const ended: ConversationEvent = { type: 'ended', turnId: 'a', end: { kind: 'stopped' }, at: 5000 };
    const events: readonly ConversationEvent[] = [...answered.slice(0, 5), half, ended, resumed];
    assert.equal(fold(events).last.thought, `${thought}</`);
    const { last } = fold([...events, { type: 'phase', turnId: 'a', phase: 'answering', at: later, tagLength: 2 }]);
    assert.equal(last.thought, thought);
  });
});

describe('The beginning of a reply that goes on', () => {
  const turn = fold(answered).last;
  const unfinished: Turn = { ...turn, answer: '' };
  const { answeringAt: _answeringAt, ...thinking } = unfinished;

  it('holds the opening tag where the model wrote that itself', () => {
    assert.equal(writtenSoFar(turn, 'continue', 'answer').text, `<think>${thought}</think>${answer}`);
    assert.deepEqual(writtenSoFar(thinking, 'continue', 'answer'), { text: `<think>${thought}`, start: 'thought', thoughtSoFar: thought });
    assert.deepEqual(writtenSoFar(thinking, 'answerNow', 'answer'), {
      ...{ text: `<think>${thought}`, start: 'thought', thoughtSoFar: thought },
      closeThought: true,
    });
  });

  it('is the answer alone where there is no thought', () => {
    const plain: Turn = { ...turn, thought: '' };
    assert.deepEqual(writtenSoFar(plain, 'continue', 'answer'), { text: answer, start: 'answer' });
    assert.deepEqual(writtenSoFar({ ...thinking, thought: '' }, 'continue', 'answer'), { text: '', start: 'answer' });
  });
});
