import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import { closeAll, TemporaryFiles } from './editing.ts';

describe('A task that begins at once', () => {
  const files = new TemporaryFiles();
  afterEach(async () => {
    await closeAll();
    await files.remove();
  });

  it('takes along what its selection refers to, and has it in the conversation', async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    const app = await (await extension.activate()).app();
    await files.open('asked.py', `LIMIT = 3\n${'\n'.repeat(30)}¦print(LIMIT)¦\n`);
    const { limitMs } = app.automatic;
    app.automatic.limitMs = 20_000;
    await vscode.commands.executeCommand('lemma.explainSelection');
    const question = app.conversations.current?.turns.at(-1)?.question;
    app.automatic.limitMs = limitMs;
    await app.turns.settle('stopped');
    assert.equal(question?.snapshot?.text, 'print(LIMIT)');
    assert.deepEqual(
      question.context?.map(({ label, text, range }) => [label, text, range?.start.line]),
      [['LIMIT', 'LIMIT = 3', 0]],
    );
    assert.ok(app.automatic.lastMs > 0);
  });
});
