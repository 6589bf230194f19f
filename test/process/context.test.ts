import assert from 'node:assert/strict';
import type { Attachment } from '../../src/core/attachment.ts';
import { isRunning, historyMessages, lastTurn, rememberedTurns } from '../../src/core/conversation.ts';
import type { Turn, TurnQuestion } from '../../src/core/conversation.ts';
import { measureContext } from '../../src/host/measureContext.ts';
import type { MeasuredContext } from '../../src/host/measureContext.ts';
import { TokenCounter } from '../../src/host/tokenCounter.ts';
import { turnBench } from './turnSupport.ts';
import type { TurnBench } from './turnSupport.ts';

const wantedTokens = 1000;
const contextTokens = 4096;

const notes: Attachment = {
  ...{ kind: 'file', label: 'notes.md', uri: 'file:///notes.md', fileName: 'notes.md', languageId: 'markdown' },
  text: '\n\n# Notes <|user|>\n\n```sh\nnpm test\n```\n',
};

function question(text: string, change: Partial<TurnQuestion> = {}): TurnQuestion {
  return { id: 'next', task: 'ask', text, ...change };
}

describe('What the context is said to hold', () => {
  let bench: TurnBench;
  let counter: TokenCounter;

  before(async () => {
    bench = await turnBench();
    counter = new TokenCounter(bench.model, bench.log);
  });
  after(() => bench.close());

  const measure = (next: TurnQuestion): Promise<MeasuredContext> =>
    measureContext(next, historyMessages(bench.conversations.current), counter, { contextTokens, wantedTokens });
  const asked = async ({ id: _id, ...next }: TurnQuestion): Promise<Turn> => {
    await bench.turns.ask(next);
    const turn = lastTurn(bench.conversations.current);
    assert.ok(turn && !isRunning(turn));
    return turn;
  };

  it('is an estimate while no model is loaded, near the truth, and loads none', async () => {
    const next = question('Explain this function step by step.', { attachments: [notes] });
    const estimate = await measure(next);
    assert.equal(estimate.estimated, true);
    assert.equal(bench.model.state.kind, 'notStarted');
    const { promptTokens = 0 } = await asked(next);
    assert.ok(estimate.together > promptTokens / 2 && estimate.together < promptTokens * 2, `${estimate.together} of ${promptTokens}`);
  });

  it('is the exact number of tokens of the prompt that the engine then reads, question by question', async () => {
    const questions = [
      question('What is 17 + 25?'),
      question('  And 1 + 1? 你好 👩‍👩‍👧\n\n', { attachments: [notes, { ...notes, kind: 'problems', text: '- Line 2, error: x' }] }),
      question('', { attachments: [notes] }),
    ];
    for (const next of questions) {
      const { estimated, together, instructions, conversation, attachments, question: own } = await measure(next);
      assert.equal(estimated, false);
      assert.equal(together, instructions + conversation + attachments + own);
      const turn = await asked(next);
      assert.equal(together, turn.promptTokens);
      assert.equal(attachments + own, turn.questionTokens);
      assert.equal(turn.droppedTurns, 0);
    }
  });

  it('is without the turns that the user left out, and so is the question that is then asked', async () => {
    const next = question('What is 2 + 3?');
    const whole = await measure(next);
    const [first] = rememberedTurns(bench.conversations.current);
    assert.ok(first);
    const turnIds = [first.question.id];
    bench.conversations.append({ type: 'leftOut', turnIds, at: Date.now() });
    const said = await measure(next);
    assert.ok(said.conversation < whole.conversation);
    const turn = await asked(next);
    assert.equal(turn.promptTokens, said.together);
    bench.conversations.append({ type: 'leftOut', turnIds: [], at: Date.now() });
  });

  it('leaves out the same turns as the question that is then asked', async () => {
    const long = question(`What is 17 + 25? ${'The sum of 12 and 30 is 42.\n'.repeat(120)}`);
    let left = 0;
    for (let round = 0; left === 0 && round < 8; round++) {
      const said = await measure(long);
      const turn = await asked(long);
      assert.equal(turn.promptTokens, said.together);
      assert.equal(turn.droppedTurns, said.droppedTurns);
      left = said.droppedTurns;
    }
    assert.ok(left > 0, 'the context was never full');
  });

  it('says by how much a question is too long, as the question that is then asked does', async () => {
    const long = question('Why?', { attachments: [{ ...notes, text: 'The sum of 12 and 30 is 42.\n'.repeat(400) }] });
    const { overTokens, droppedTurns, conversation } = await measure(long);
    assert.ok(overTokens > 0);
    assert.equal(conversation, 0);
    assert.ok(droppedTurns > 0);
    const { end } = await asked(long);
    assert.ok(end?.kind === 'failed' && end.error.code === 'promptTooLong');
    assert.equal(end.error.overTokens, overTokens);
  });

  it('is counted while a reply is written, and an estimate where that would disturb it', async () => {
    await bench.conversations.startNew();
    const running = bench.turns.ask({ task: 'ask', text: 'count to 400' });
    await new Promise<void>((resolve) => {
      const listener = bench.conversations.onDidAppend(({ event }) => {
        if (event.type !== 'delta') return;
        listener.dispose();
        resolve();
      });
    });
    assert.equal((await measure(question('A short follow-up'))).estimated, false);
    assert.equal((await measure(question('long '.repeat(30_000)))).estimated, true);
    bench.turns.stop();
    await running;
    assert.equal((await measure(question('long '.repeat(30_000)))).estimated, false);
  });
});
