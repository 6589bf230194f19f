import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  charsToKeep,
  contextShares,
  fitConversation,
  fitHistory,
  isRoomTight,
  minReplyTokens,
  planBudget,
  replyReserve,
  trimSnapshotText,
} from '../../src/core/budget.ts';

const loneSurrogate = /\p{Surrogate}/u;

describe('The room of a reply', () => {
  it('is tight where less than half of what was wished for is left, or the reply comes near its end', () => {
    const tight = (maxTokens: number, writtenTokens: number): boolean => isRoomTight({ maxTokens, wantedTokens: 30_000, writtenTokens });
    assert.equal(tight(30_000, 29_999), false, 'it is what was wished for');
    assert.equal(tight(29_000, 0), false);
    assert.equal(tight(29_000, 25_300), false);
    assert.equal(tight(29_000, 25_400), true);
    assert.equal(tight(15_000, 0), false);
    assert.equal(tight(14_999, 0), true);
  });
});

describe('The token budget', () => {
  it('grants the wish where it fits', () => {
    assert.deepEqual(planBudget({ promptTokens: 2768, wantedTokens: 30_000, contextTokens: 32_768 }), {
      ok: true,
      maxTokens: 30_000,
      clamped: false,
    });
  });

  it('clamps the wish to what the prompt leaves, and says so', () => {
    assert.deepEqual(planBudget({ promptTokens: 2769, wantedTokens: 30_000, contextTokens: 32_768 }), {
      ok: true,
      maxTokens: 29_999,
      clamped: true,
    });
    const longest = 32_768 - minReplyTokens;
    assert.deepEqual(planBudget({ promptTokens: longest, wantedTokens: 30_000, contextTokens: 32_768 }), {
      ok: true,
      maxTokens: minReplyTokens,
      clamped: true,
    });
  });

  it('says by how much a prompt is too long', () => {
    const limitTokens = 32_768 - minReplyTokens;
    assert.deepEqual(planBudget({ promptTokens: limitTokens + 2100, wantedTokens: 30_000, contextTokens: 32_768 }), {
      ok: false,
      overTokens: 2100,
      limitTokens,
    });
  });

  it('asks for less room where the context is small or little is wanted', () => {
    assert.equal(replyReserve(512), 64);
    assert.deepEqual(planBudget({ promptTokens: 448, wantedTokens: 30_000, contextTokens: 512 }), {
      ok: true,
      maxTokens: 64,
      clamped: true,
    });
    assert.deepEqual(planBudget({ promptTokens: 502, wantedTokens: 10, contextTokens: 512 }), { ok: true, maxTokens: 10, clamped: false });
  });

  it('never promises more than the context holds, and a prompt shortened as told fits', () => {
    const request = fc.record({
      promptTokens: fc.nat(100_000),
      wantedTokens: fc.integer({ min: 1, max: 40_000 }),
      contextTokens: fc.integer({ min: 16, max: 131_072 }),
    });
    fc.assert(
      fc.property(request, (wish) => {
        const plan = planBudget(wish);
        if (plan.ok) {
          assert.ok(plan.maxTokens >= 1 && plan.maxTokens <= wish.wantedTokens && wish.promptTokens + plan.maxTokens <= wish.contextTokens);
          assert.equal(plan.clamped, plan.maxTokens < wish.wantedTokens);
        } else {
          assert.equal(planBudget({ ...wish, promptTokens: wish.promptTokens - plan.overTokens }).ok, true);
          assert.equal(planBudget({ ...wish, promptTokens: wish.promptTokens - plan.overTokens + 1 }).ok, false);
        }
      }),
    );
  });
});

describe('A selection trimmed around the cursor', () => {
  const lines = ['one', 'two', 'three', 'four', 'five'].map((line) => `${line}\n`);
  const text = lines.join('');
  const at = (word: string): number => text.indexOf(word);

  it('keeps whole lines on both sides of the cursor', () => {
    assert.equal(trimSnapshotText(text, at('three') + 2, 'two\nthree\nfour\n'.length).text, 'two\nthree\nfour\n');
    assert.equal(trimSnapshotText(text, at('three') + 2, 'three\n'.length).text, 'three\n');
  });

  it('takes more from one side where the other has ended', () => {
    assert.equal(trimSnapshotText(text, 0, 14).text, 'one\ntwo\nthree\n');
    assert.equal(trimSnapshotText(text, text.length, 12).text, 'four\nfive\n');
  });

  it('is the text itself where all of it fits, and says where it lies', () => {
    assert.deepEqual(trimSnapshotText(text, 3, 1000), { text, start: 0, end: text.length });
    assert.deepEqual(trimSnapshotText(text, at('four'), 5), { text: 'four\n', start: at('four'), end: at('five') });
  });

  it('cuts a line that is too long by itself around the cursor', () => {
    assert.deepEqual(trimSnapshotText('a\n' + 'x'.repeat(100) + '\nb', 52, 10), { text: 'x'.repeat(10), start: 47, end: 57 });
    assert.equal(trimSnapshotText('😀'.repeat(50), 51, 7).text, '😀'.repeat(3));
  });

  it('always fits, lies in the text and holds the line of the cursor as far as it fits', () => {
    const anyText = fc
      .array(fc.constantFrom('\n', 'ab', '😀', '\r\n', 'a longer piece of text'), { maxLength: 40 })
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(anyText, fc.integer({ min: -5, max: 500 }), fc.nat(300), (whole, focus, keep) => {
        const trimmed = trimSnapshotText(whole, focus, keep);
        assert.ok(trimmed.text.length <= keep);
        assert.equal(whole.slice(trimmed.start, trimmed.end), trimmed.text);
        assert.doesNotMatch(trimmed.text, loneSurrogate);
        const cursor = Math.min(Math.max(0, focus), whole.length);
        if (keep > 3) assert.ok(trimmed.start <= cursor && cursor <= trimmed.end);
      }),
      { numRuns: 1000 },
    );
  });

  it('comes to an end when the caller measures and tries again', () => {
    const measure = (some: string): number => Math.ceil(some.length / 3);
    let kept = 'word '.repeat(5000);
    let tries = 0;
    for (let over = measure(kept) - 1000; over > 0; over = measure(kept) - 1000) {
      kept = trimSnapshotText(kept, 0, charsToKeep(kept, measure(kept), over)).text;
      assert.ok(++tries < 4);
    }
    assert.ok(measure(kept) > 900);
    assert.equal(charsToKeep('abc', 0, 5), 0);
    assert.equal(charsToKeep('abc', 100, 0), 2);
    assert.equal(charsToKeep('', 0, 0), 0);
  });
});

describe('The history that still fits', () => {
  const history = ['q1', 'a1', 'q2', 'a2', 'q3', 'a3'];
  const tokens = [10, 20, 10, 30, 10, 40];

  it('is all of it where there is room', () => {
    assert.deepEqual(fitHistory(history, tokens, 80, 200), { kept: history, droppedTurns: 0 });
  });

  it('leaves out the oldest turns first, question and answer together', () => {
    assert.deepEqual(fitHistory(history, tokens, 80, 199), { kept: history.slice(2), droppedTurns: 1 });
    assert.deepEqual(fitHistory(history, tokens, 80, 130), { kept: history.slice(4), droppedTurns: 2 });
    assert.deepEqual(fitHistory(history, tokens, 80, 129), { kept: [], droppedTurns: 3 });
  });

  it('is empty where not even the new question fits', () => {
    assert.deepEqual(fitHistory(history, tokens, 80, 10), { kept: [], droppedTurns: 3 });
    assert.deepEqual(fitHistory([], [], 80, 10), { kept: [], droppedTurns: 0 });
  });
});

describe('The context of the next question', () => {
  const parts = { contextTokens: 1000, wantedTokens: 300, instructions: 5, history: [100, 200, 50, 150], attachments: 120, question: 30 };

  it('is shared by instructions, conversation, attachments and question, and the rest is left', () => {
    assert.deepEqual(contextShares(parts), {
      ...{ instructions: 5, conversation: 500, attachments: 120, question: 30, together: 655, left: 345 },
      ...{ droppedTurns: 0, leftOut: 0, filled: 0.655, overTokens: 0 },
    });
  });

  it('shows what is left out, and how full it would be else', () => {
    const shares = contextShares({ ...parts, history: [100, 250, 250, 150] });
    assert.deepEqual([shares.droppedTurns, shares.conversation, shares.together, shares.left, shares.filled], [1, 400, 555, 445, 0.905]);
    assert.equal(shares.leftOut, 350);
  });

  it('says by how much a question alone is too long', () => {
    const shares = contextShares({ ...parts, attachments: 900 });
    assert.deepEqual([shares.droppedTurns, shares.conversation, shares.overTokens], [2, 0, 60]);
  });

  it('leaves out what the question would be asked without', () => {
    const counts = fc.array(fc.tuple(fc.nat(400), fc.nat(800)), { maxLength: 12 }).map((turns) => turns.flat());
    const some = fc.record({
      contextTokens: fc.integer({ min: 64, max: 4096 }),
      wantedTokens: fc.integer({ min: 1, max: 4000 }),
      instructions: fc.nat(20),
      history: counts,
      attachments: fc.nat(2000),
      question: fc.nat(500),
    });
    fc.assert(
      fc.property(some, (given) => {
        const rest = given.instructions + given.attachments + given.question;
        const { kept, droppedTurns, plan } = fitConversation(given.history, given.history, rest, given);
        const shares = contextShares(given);
        assert.equal(shares.droppedTurns, droppedTurns);
        assert.equal(
          shares.conversation,
          kept.reduce((total, tokens) => total + tokens, 0),
        );
        assert.equal(shares.together, shares.instructions + shares.conversation + shares.attachments + shares.question);
        assert.equal(shares.overTokens === 0, plan.ok);
        if (plan.ok) assert.ok(shares.together + plan.maxTokens <= given.contextTokens);
        else assert.equal(kept.length, 0);
      }),
    );
  });
});
