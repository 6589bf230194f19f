import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { walkthroughKeys } from '../../src/host/walkthrough.ts';
import { closeAll } from './editing.ts';

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly svg: string };
  readonly completionEvents: readonly string[];
}

describe('the walkthrough', () => {
  let app: LemmaApp;
  let folder: string;
  let steps: readonly Step[];
  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    folder = extension.extensionPath;
    const { contributes } = extension.packageJSON as { contributes: { walkthroughs: { steps: readonly Step[] }[] } };
    steps = contributes.walkthroughs[0]?.steps ?? [];
    app = await (await extension.activate()).app();
  });
  after(async () => {
    await app.newConversation();
    await closeAll();
  });

  it('has four steps with a picture each, whose buttons are commands that exist', async () => {
    const commands = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      steps.map(({ id }) => id),
      Object.keys(walkthroughKeys),
    );
    for (const { description, media } of steps) {
      assert.ok(existsSync(path.join(folder, media.svg)), media.svg);
      assert.ok(readFileSync(path.join(folder, media.svg), 'utf8').includes('--vscode-editor-foreground'), 'in the colours of the theme');
      const used = Array.from(description.matchAll(/\(command:([\w.]+)\)/g), ([, command]) => command ?? '');
      assert.ok(used.length > 0);
      for (const command of used) assert.ok(commands.has(command), command);
    }
  });

  it('completes each step by a context key that Lemma sets', () => {
    assert.deepEqual(
      steps.map(({ id, completionEvents }) => [id, ...completionEvents]),
      Object.entries(walkthroughKeys).map(([id, key]) => [id, `onContext:${key}`]),
    );
  });

  it('completes its steps by what is really done: a model is there, the sample is solved, the answer put back, a question asked', async () => {
    assert.ok(app.walkthrough.done.has('chooseModel'), 'The tiny model is configured.');
    await vscode.commands.executeCommand('lemma.openSample');
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    assert.match(editor.document.getText(editor.selection), /^Let a, b be positive real numbers .* a \+ b\.$/);
    const ended = new Promise<void>((resolve) => {
      const listener = app.conversations.onDidAppend(({ event }) => {
        if (event.type !== 'ended') return;
        listener.dispose();
        resolve();
      });
    });
    await vscode.commands.executeCommand('lemma.solveSelection');
    await ended;
    assert.ok(app.walkthrough.done.has('solve'));
    const before = editor.document.getText();
    await vscode.commands.executeCommand('lemma.insertAnswer');
    assert.notEqual(editor.document.getText(), before);
    assert.ok(app.walkthrough.done.has('putBack'));
    await app.questions.typed('What is 1 + 2?');
    assert.ok(app.walkthrough.done.has('ask'));
    await app.turns.settle('stopped');
  });

  it('opens by its command', async () => {
    await vscode.commands.executeCommand('lemma.openWalkthrough');
  });
});
