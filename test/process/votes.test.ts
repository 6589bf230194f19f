import assert from 'node:assert/strict';
import type { Turn } from '../../src/core/conversation.ts';
import { lastTurn } from '../../src/core/conversation.ts';
import { ballotsOf, voteOf } from '../../src/core/samples.ts';
import type { TurnBench } from './turnSupport.ts';
import { turnBench } from './turnSupport.ts';

describe('A question with a vote', () => {
  let bench: TurnBench;
  beforeEach(async () => {
    bench = await turnBench();
  });
  afterEach(() => bench.close());

  const last = (): Turn => {
    const turn = lastTurn(bench.conversations.current);
    assert.ok(turn);
    return turn;
  };
  const untilEvent = (type: string, count = 1): Promise<void> =>
    new Promise((resolve) => {
      let left = count;
      bench.conversations.onDidAppend(({ event }) => {
        if (event.type === type && --left === 0) resolve();
      });
    });

  it('has the answer of the group that leads, and keeps all samples over a reload', async () => {
    await bench.turns.ask({ task: 'ask', text: 'What is 47 + 38?', samples: 5 });
    const turn = last();
    assert.deepEqual(turn.end, { kind: 'complete' });
    assert.match(turn.answer, /\\boxed\{85\}/);
    assert.match(turn.thought, /\S/);
    const [leader] = voteOf(turn).groups;
    assert.equal(leader?.latex, '85');
    assert.ok(turn.chosenSample !== undefined && leader.samples.includes(turn.chosenSample));
    assert.equal(turn.samplesWanted, 5);
    // Three that agree cannot be overtaken.
    assert.ok(leader.samples.length >= 3);
    const again = await bench.reopened();
    assert.deepEqual(lastTurn(again.current), turn);
    await again.close();
  });

  it('that is stopped has the best of what is there', async () => {
    const one = untilEvent('sampleEnded');
    // Texts of different lengths do not end at once.
    const asked = bench.turns.ask({ task: 'ask', text: 'What is 47 + 38?', samples: 16 });
    await one;
    bench.turns.stop();
    await asked;
    assert.deepEqual(last().end, { kind: 'complete' });
    assert.match(last().answer, /\\boxed\{85\}/);
  });

  it('that is stopped before any answer goes on with a vote', async () => {
    const begun = untilEvent('sampleDelta', 3);
    const asked = bench.turns.ask({ task: 'ask', text: 'What is 47 + 38?', samples: 2 });
    await begun;
    bench.turns.stop();
    await asked;
    const { end, answer, samples = [] } = last();
    assert.deepEqual(end, { kind: 'stopped' });
    assert.equal(answer, '');
    assert.ok(samples.some(({ thought }) => thought !== ''));
    await bench.turns.resume(last().question.id, 'continue');
    assert.deepEqual(last().end, { kind: 'complete' });
    assert.match(last().answer, /\\boxed\{85\}/);
    assert.equal(ballotsOf(last()).length, 2);
    // What the first vote had begun is still there.
    assert.deepEqual(
      last()
        .samples?.slice(0, samples.length)
        .map(({ thought }) => thought),
      samples.map(({ thought }) => thought),
    );
  });

  it('where no answer comes to its end has the one that got furthest', async () => {
    await bench.close();
    bench = await turnBench({}, 40);
    await bench.turns.ask({ task: 'ask', text: 'count to 400', samples: 2 });
    assert.equal(last().end?.kind, 'limit');
    assert.match(last().thought, /\S/);
  });

  it('is followed by a question that remembers the chosen answer alone', async () => {
    await bench.turns.ask({ task: 'ask', text: 'What is 47 + 38?', samples: 3 });
    await bench.turns.ask({ task: 'ask', text: 'Add 1 to that' });
    assert.match(last().answer, /86/);
  });
});
