import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { plainMath } from '../../src/host/voteWords.ts';
import { closeAll, turnEnd, untitled } from './editing.ts';

describe('Solve with Votes', () => {
  let app: LemmaApp;
  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
  });
  afterEach(async () => {
    await app.newConversation();
    await closeAll();
  });

  it('solves the selection several times, and says what most of them come to', async () => {
    await untitled('markdown', '¦What is 47 + 38?¦\n');
    const ended = turnEnd(app);
    await vscode.commands.executeCommand('lemma.solveWithVotes');
    const turn = await ended;
    assert.equal(turn.question.samples, 5);
    assert.match(turn.answer, /\\boxed\{85\}/);
    const { vote } = app.panel.words(turn.question.id) ?? {};
    assert.match(vote?.summary ?? '', /\d agree on this: 85$/);
    assert.equal(vote?.groups[0]?.result, '85');
    assert.match(vote.groups[0].detail, /^\d of \d · \d+ ?%$/);
  });

  it('is not what other questions do, unless it is set', async () => {
    await untitled('markdown', '¦What is 47 + 38?¦\n');
    const ended = turnEnd(app);
    await vscode.commands.executeCommand('lemma.solveSelection');
    const { question, samples } = await ended;
    assert.equal(question.samples, undefined);
    assert.equal(samples, undefined);
  });

  it('writes a result as it is read in one line', () => {
    const lines = { '\\frac{1}{2}': '1/2', 'x = \\dfrac{a+1}{2}': 'x = (a+1)/2', '\\{1, 2\\}': '{1, 2}', '\\text{none}': 'none' };
    for (const [latex, line] of Object.entries(lines)) assert.equal(plainMath(latex), line);
  });
});
