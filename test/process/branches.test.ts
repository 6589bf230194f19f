import assert from 'node:assert/strict';
import type { Conversation, Turn } from '../../src/core/conversation.ts';
import { allTurns, isRunning } from '../../src/core/conversation.ts';
import { justDeleted } from '../../src/core/conversationTree.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { TurnRunner } from '../../src/host/turn.ts';
import { turnBench } from './turnSupport.ts';
import type { TurnBench } from './turnSupport.ts';

/** `What is 1 + 1? (2/2)`: the questions shown, with their place among their versions. */
const shown = (conversation: Conversation | undefined): string[] =>
  (conversation?.turns ?? []).map(({ question, branch }) => question.text + (branch ? ` (${branch.index + 1}/${branch.ids.length})` : ''));

describe('The turns of a conversation on the real engine', () => {
  let bench: TurnBench;
  beforeEach(async () => {
    bench = await turnBench();
  });
  afterEach(() => bench.close());

  const current = (): Conversation => {
    const { conversations } = bench;
    assert.ok(conversations.current);
    return conversations.current;
  };
  const turnAt = (index: number): Turn => {
    const turn = current().turns.at(index);
    assert.ok(turn);
    return turn;
  };
  const idAt = (index: number): string => turnAt(index).question.id;
  const ask = (text: string): Promise<void> => bench.turns.ask({ task: 'ask', text });
  const select = (turnId: string): void => bench.conversations.append({ type: 'branchSelected', turnId, at: Date.now() });

  it('branch where an earlier question is asked in other words, and are walked back and forth', async () => {
    await ask('What is 47 + 38?');
    await ask('Add 1 to that');
    assert.match(turnAt(1).answer, /86/);
    const [first, second] = [idAt(0), idAt(1)];
    await bench.turns.askInstead(first, { text: 'What is 12 + 30?' });
    assert.deepEqual(shown(current()), ['What is 12 + 30? (2/2)']);
    assert.match(turnAt(0).answer, /42/);
    await ask('Add 1 to that');
    assert.match(turnAt(1).answer, /43/, 'the branch has its own history');
    select(first);
    assert.deepEqual(shown(current()), ['What is 47 + 38? (1/2)', 'Add 1 to that']);
    assert.equal(idAt(1), second);
    assert.equal(turnAt(0).question.text, 'What is 47 + 38?', 'the first question is as it was');
  });

  it('keep task, text and place of a question whose added words are edited', async () => {
    const about: Snapshot = {
      ...{ uri: 'file:///work/a.tex', fileName: 'a.tex', languageId: 'latex', version: 1, scope: 'selection', text: '$17 + 25$' },
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 9 } },
      ...{ eol: '\n', before: '', after: '', diagnostics: [] },
    };
    await bench.turns.ask({ task: 'solve', text: '', snapshot: about });
    await bench.turns.askInstead(idAt(0), { text: 'Only the result.' });
    const { question } = turnAt(0);
    assert.equal(question.task, 'solve');
    assert.equal(question.text, 'Only the result.');
    assert.deepEqual(question.snapshot, about);
  });

  it('stop what runs on the branch that a new version leaves, and keep what it wrote', async () => {
    const first = bench.turns.ask({ task: 'ask', text: '[test:loop]' });
    await new Promise<void>((resolve) => {
      const listening = bench.conversations.onDidAppend(({ event }) => {
        if (event.type !== 'delta') return;
        listening.dispose();
        resolve();
      });
    });
    const id = idAt(0);
    await Promise.all([first, bench.turns.askInstead(id, { text: 'What is 1 + 1?' })]);
    const left = allTurns(current()).find(({ question }) => question.id === id);
    assert.equal(left?.end?.kind, 'stopped');
    assert.notEqual(left.thought, '');
    assert.match(turnAt(0).answer, /2/);
  });

  it('are deleted and put back by one undo, each where it was', async () => {
    for (const text of ['What is 1 + 1?', 'What is 2 + 2?', 'What is 3 + 3?']) await ask(text);
    const before = current();
    await bench.turns.delete(idAt(1));
    await bench.turns.delete(idAt(0));
    assert.deepEqual(shown(current()), ['What is 3 + 3?']);
    bench.turns.undoDelete();
    assert.deepEqual(current(), before);
    bench.turns.undoDelete();
    assert.deepEqual(current(), before, 'there is nothing more to put back');
  });

  it('are stopped before they are deleted', async () => {
    const asked = ask('[test:loop]');
    await bench.turns.delete(idAt(0));
    await asked;
    assert.deepEqual(shown(current()), []);
    bench.turns.undoDelete();
    assert.equal(turnAt(0).end?.kind, 'stopped');
    assert.equal(isRunning(current()), false);
  });

  it('can be put back after the window went away in between', async () => {
    await ask('What is 1 + 1?');
    await ask('What is 2 + 2?');
    const before = current();
    await bench.turns.delete(idAt(0));
    const again = await bench.reopened();
    assert.deepEqual(shown(again.current), ['What is 2 + 2?']);
    assert.equal(justDeleted(again.current).length, 1);
    const turns = new TurnRunner(again, bench.model, () => assert.fail('nothing is asked'), bench.log);
    turns.undoDelete();
    assert.deepEqual(again.current, before);
    await again.close();
  });

  it('go into a new conversation up to the one that was chosen, and the old one stays as it is', async () => {
    for (const text of ['What is 1 + 1?', 'What is 2 + 2?', 'What is 3 + 3?']) await ask(text);
    const before = current();
    assert.equal(await bench.conversations.fork(idAt(1)), true);
    assert.notEqual(current().id, before.id);
    assert.deepEqual(current().turns, before.turns.slice(0, 2));
    await ask('What is 4 + 4?');
    assert.equal(await bench.conversations.open(before.id), 'opened');
    assert.deepEqual(current(), before);
    assert.equal(await bench.conversations.fork('nobody'), false);
  });
});
