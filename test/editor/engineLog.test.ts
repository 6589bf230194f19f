import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import { closeAll } from './editing.ts';

describe('the engine’s own log', () => {
  after(closeAll);

  it('opens at its end, with what the process of this window has written', async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    const app = await (await extension.activate()).app();
    // Whoever measures the machine has started the process.
    await app.models.offers();
    await vscode.commands.executeCommand('lemma.showEngineLog');
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    assert.equal(path.basename(editor.document.fileName), 'engine.log');
    assert.ok(editor.document.getText().trim() !== '', 'The log is empty.');
    assert.equal(editor.selection.active.line, editor.document.lineCount - 1);
  });
});
