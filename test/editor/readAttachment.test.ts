import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { AttachmentRefusal } from '../../src/core/errors.ts';
import { LemmaFailure } from '../../src/core/errors.ts';
import {
  fileAttachment,
  movedTo,
  problemsAttachment,
  readAgain,
  selectionAttachment,
  symbolAttachment,
} from '../../src/host/editor/readAttachment.ts';
import { closeAll, TemporaryFiles, untitled } from './editing.ts';

async function refusedBecause(because: AttachmentRefusal, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (thrown) => {
    assert.ok(thrown instanceof LemmaFailure && thrown.error.code === 'attachmentRefused', String(thrown));
    assert.equal(thrown.error.because, because);
    return true;
  });
}

describe('what is attached', () => {
  const files = new TemporaryFiles();
  const disposables: vscode.Disposable[] = [];
  afterEach(async () => {
    for (const disposable of disposables.splice(0)) disposable.dispose();
    await closeAll();
    await files.remove();
  });

  const insert = (editor: vscode.TextEditor, line: number, text: string): Thenable<boolean> =>
    editor.edit((edit) => edit.insert(new vscode.Position(line, 0), text));

  it('is a file that is not open, as it is on disk', async () => {
    const uri = await files.create('notes.md', '# Notes\r\n');
    const { kind, label, fileName, languageId, text, range } = await fileAttachment(uri);
    assert.deepEqual(
      { kind, label, fileName, languageId, text, range },
      {
        ...{ kind: 'file', label: 'notes.md', fileName: 'notes.md', languageId: 'markdown', text: '# Notes\r\n' },
        range: undefined,
      },
    );
  });

  it('is the text in the editor, saved or not', async () => {
    const editor = await files.open('a.py', 'x = 1\n');
    await insert(editor, 0, 'y = 2\n');
    assert.equal((await fileAttachment(editor.document.uri)).text, 'y = 2\nx = 1\n');
  });

  it('is a document that was never saved, and one that an extension makes up', async () => {
    const editor = await untitled('python', 'x = 1\n');
    assert.equal((await fileAttachment(editor.document.uri)).text, 'x = 1\n');
    disposables.push(vscode.workspace.registerTextDocumentContentProvider('lemma-test', { provideTextDocumentContent: () => 'made up' }));
    const attached = await fileAttachment(vscode.Uri.parse('lemma-test:/folder/made.txt'));
    assert.deepEqual([attached.label, attached.text], ['made.txt', 'made up']);
  });

  it('is a selection with its lines, or a symbol with its indentation', async () => {
    const editor = await files.open('a.py', 'class A:\n    def f(self):\n        return ¦1¦\n');
    const selected = selectionAttachment(editor);
    assert.deepEqual([selected.kind, selected.label, selected.text], ['selection', 'a.py:3', '1']);
    const symbol = symbolAttachment(editor.document, 'f', new vscode.Range(1, 4, 2, 16));
    assert.deepEqual([symbol.kind, symbol.label, symbol.text], ['symbol', 'f', '    def f(self):\n        return 1']);
    assert.deepEqual(symbol.range, { start: { line: 1, character: 0 }, end: { line: 2, character: 16 } });
  });

  it('is what is reported of a document, in the order of its lines; no problem is an answer too', async () => {
    const editor = await files.open('a.txt', 'one\ntwo\n');
    const reported = vscode.languages.createDiagnosticCollection('lemma-test');
    disposables.push(reported);
    const { document } = editor;
    reported.set(document.uri, [
      new vscode.Diagnostic(new vscode.Range(1, 0, 1, 3), 'Second.', vscode.DiagnosticSeverity.Warning),
      new vscode.Diagnostic(new vscode.Range(0, 0, 0, 3), 'First.', vscode.DiagnosticSeverity.Error),
    ]);
    const both = problemsAttachment(document);
    assert.deepEqual([both.label, both.text], ['2 problems', '- Line 1, error: First.\n- Line 2, warning: Second.']);
    reported.clear();
    const none = await readAgain(both);
    assert.deepEqual([none.label, none.text], ['No problems', '- None.']);
  });

  it('is refused with the reason: a folder, no text, nothing, too much, or gone', async () => {
    const text = await files.create('a.txt', 'a');
    await refusedBecause('folder', fileAttachment(vscode.Uri.joinPath(text, '..')));
    await refusedBecause('binary', fileAttachment(await files.create('a.bin', new Uint8Array([77, 90, 0, 0, 1, 2]))));
    await refusedBecause('empty', fileAttachment(await files.create('blank.txt', ' \n')));
    await refusedBecause('tooLarge', fileAttachment(await files.create('long.txt', 'x'.repeat(1_000_001))));
    await refusedBecause('gone', fileAttachment(vscode.Uri.joinPath(text, '..', 'never.txt')));
    await refusedBecause('unreadable', fileAttachment(vscode.Uri.parse('lemma-nothing:/a.txt')));
  });

  describe('and is read again when it is asked', () => {
    it('is a file as it is then, and refused when it has gone', async () => {
      const uri = await files.create('a.txt', 'before');
      const attached = await fileAttachment(uri);
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('after, and longer'));
      assert.equal((await readAgain(attached)).text, 'after, and longer');
      await rm(uri.fsPath);
      await refusedBecause('gone', readAgain(attached));
    });

    it('is a selection where its text is now, if there is one such place', async () => {
      const editor = await files.open('a.py', 'x = 1\n¦y = 2¦\n');
      const attached = selectionAttachment(editor);
      await insert(editor, 0, 'z = 3\n');
      const moved = await readAgain(attached);
      assert.deepEqual([moved.label, moved.text, moved.range?.start.line], ['a.py:3', 'y = 2', 2]);
    });

    it('is a selection as it was attached when its text is in two places, in none, or its document has gone', async () => {
      const editor = await files.open('a.py', '¦y = 2¦\n');
      const attached = selectionAttachment(editor);
      await insert(editor, 0, 'x\ny = 2\n');
      assert.deepEqual(await readAgain(attached), attached);
      await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, 9, 0), 'other'));
      assert.deepEqual(await readAgain(attached), attached);
      assert.deepEqual(await readAgain({ ...attached, uri: 'untitled:Untitled-99' }), { ...attached, uri: 'untitled:Untitled-99' });
    });

    it('has another text and label where it was moved, and no count of the old one', async () => {
      const editor = await files.open('a.py', 'x = 1\n¦y = 2¦\n');
      const attached = { ...selectionAttachment(editor), tokens: 7 };
      const moved = movedTo(attached, editor.document, { start: { line: 0, character: 0 }, end: { line: 1, character: 5 } });
      assert.deepEqual([moved.label, moved.text, moved.tokens], ['a.py:1–2', 'x = 1\ny = 2', undefined]);
    });
  });
});
