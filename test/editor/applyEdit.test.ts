import assert from 'node:assert/strict';
import { unlink } from 'node:fs/promises';
import * as vscode from 'vscode';
import { applyAnswer, answerText } from '../../src/host/editor/applyEdit.ts';
import { readSnapshot } from '../../src/host/editor/readSnapshot.ts';
import { closeAll, rejectsWith, select, TemporaryFiles, untitled, until } from './editing.ts';

const fenced = (code: string, language = 'python'): string => `Here it is:\n\n\`\`\`${language}\n${code}\n\`\`\`\n\nIt is shorter.`;

/** A read-only file system with one file. */
class ReadOnlyFiles implements vscode.FileSystemProvider {
  readonly #text = new TextEncoder().encode('a = 1\n');
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  stat(): vscode.FileStat {
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: this.#text.length };
  }
  readFile(): Uint8Array {
    return this.#text;
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }
  writeFile(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
}

describe('applyAnswer', () => {
  const files = new TemporaryFiles();
  afterEach(async () => {
    await closeAll();
    await files.remove();
  });

  it('replaces the selection by the code alone, at its indentation, selects it and is undone in one step', async () => {
    const before = 'class A:\n    def f(self):\n        return 1\n\nx = 2\n';
    const editor = await files.open('a.py', before.replace('    def', '¦    def').replace('return 1', 'return 1¦'));
    const snapshot = await readSnapshot(editor);
    const applied = await applyAnswer({
      snapshot,
      answer: fenced('def f(self):\n    if a:\n        return 2\n    return 3'),
      kind: 'replace',
    });
    const inside = '    def f(self):\n        if a:\n            return 2\n        return 3';
    assert.equal(editor.document.getText(), `class A:\n${inside}\n\nx = 2\n`);
    assert.equal(editor.document.getText(editor.selection), inside);
    assert.equal(applied.fileName, 'a.py');
    assert.deepEqual([applied.range.start.line, applied.range.end.line], [1, 4]);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), before);
    assert.equal(editor.document.isDirty, false);
  });

  it('inserts behind the selection and leaves it in place', async () => {
    const editor = await files.open('a.tex', 'Problem¦ one¦\n\nNext\n');
    const snapshot = await readSnapshot(editor);
    await applyAnswer({ snapshot, answer: '\n\nIt is $4$.\n', kind: 'insert' });
    assert.equal(editor.document.getText(), 'Problem one\n\nIt is $4$.\n\nNext\n');
    assert.equal(editor.document.getText(editor.selection), 'It is $4$.');
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), 'Problem one\n\nNext\n');
  });

  it('inserts at the cursor of the moment, not at that of the question', async () => {
    const editor = await files.open('a.py', '¦a = 1¦\n\nb = 2\n\n');
    const snapshot = await readSnapshot(editor);
    select(editor, 'a = 1\n\nb = 2\n¦\n');
    await applyAnswer({ snapshot, answer: fenced('c = 3'), kind: 'insert' });
    assert.equal(editor.document.getText(), 'a = 1\n\nb = 2\nc = 3\n');
  });

  it('inserts at the primary one of several cursors', async () => {
    const editor = await files.open('a.py', 'a\n\n\nb\n');
    editor.selections = [new vscode.Selection(2, 0, 2, 0), new vscode.Selection(1, 0, 1, 0)];
    await applyAnswer({ answer: fenced('c'), kind: 'insert' });
    assert.equal(editor.document.getText(), 'a\n\nc\nb\n');
  });

  it('takes the code alone for the document of the cursor when nothing was asked about', async () => {
    const editor = await files.open('a.py', 'def f():\n    ¦\n');
    await applyAnswer({ answer: fenced('a = 1\nb = 2'), kind: 'insert' });
    assert.equal(editor.document.getText(), 'def f():\n    a = 1\n    b = 2\n');
  });

  it('takes one block of the answer', async () => {
    const editor = await files.open('a.md', '¦x¦\n');
    const answer = `${fenced('one')}\n\n${fenced('two', 'text')}`;
    await applyAnswer({ snapshot: await readSnapshot(editor), answer, kind: 'replace', block: 1 });
    assert.equal(editor.document.getText(), 'two\n');
  });

  it('writes the line ends of a CRLF document', async () => {
    const editor = await files.open('a.py', 'a\r\n¦b¦\r\nc\r\n');
    await applyAnswer({ snapshot: await readSnapshot(editor), answer: fenced('x\ny'), kind: 'replace' });
    assert.equal(editor.document.getText(), 'a\r\nx\r\ny\r\nc\r\n');
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), 'a\r\nb\r\nc\r\n');
  });

  it('finds the place again after an edit above it', async () => {
    const editor = await files.open('a.py', 'import a\n\n¦total = compute(1)¦\nend\n');
    const snapshot = await readSnapshot(editor);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '# one\n# two\n'));
    await applyAnswer({ snapshot, answer: fenced('total = 2'), kind: 'replace' });
    assert.equal(editor.document.getText(), '# one\n# two\nimport a\n\ntotal = 2\nend\n');
  });

  it('refuses when the text was changed, and changes nothing', async () => {
    const editor = await files.open('a.py', 'a = 1\n¦b = 2¦\nc = 3\n');
    const snapshot = await readSnapshot(editor);
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 5), '0'));
    const request = { snapshot, answer: fenced('b = 3'), kind: 'replace' as const };
    await rejectsWith('documentChanged', applyAnswer(request));
    assert.equal(editor.document.getText(), 'a = 1\nb = 20\nc = 3\n');
    assert.equal(answerText(request), 'b = 3');
  });

  it('puts an answer that leaves lines out together with the selection, in one undo step', async () => {
    const before = 'class A:\n    def a(self):\n        return 1\n\n    def b(self):\n        return 2\n';
    const editor = await files.open('a.py', `¦${before.trimEnd()}¦\n`);
    const answer = fenced('class A:\n    # ... existing code ...\n\n    def b(self):\n        return 20');
    await applyAnswer({ snapshot: await readSnapshot(editor), answer, kind: 'replace' });
    assert.equal(editor.document.getText(), before.replace('return 2\n', 'return 20\n'));
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), before);
  });

  it('refuses what has no certain place, holds a token of the model, is no code, or changes nothing', async () => {
    const before = 'def f():\n    a()\n    b()\n';
    const editor = await files.open('a.py', `¦${before.trimEnd()}¦\n`);
    const snapshot = await readSnapshot(editor);
    const replacing = (answer: string) => applyAnswer({ snapshot, answer, kind: 'replace' });
    await rejectsWith('partialAnswer', replacing(fenced('# ... existing code ...\nx()\n# ... existing code ...')));
    await rejectsWith('controlTokenInAnswer', replacing(fenced('def f():\n    a()\n</think>\n    c()')));
    await rejectsWith('noCodeInAnswer', replacing('It is fine as it is, so I would not change anything here.'));
    await rejectsWith('nothingToChange', replacing(fenced('def f():\n    a()\n    b()')));
    assert.equal(editor.document.getText(), before);
    assert.equal(editor.document.isDirty, false);
  });

  it('opens a document that was closed', async () => {
    const editor = await files.open('a.py', 'a = 1\n¦b = 2¦\n');
    const snapshot = await readSnapshot(editor);
    await closeAll();
    await applyAnswer({ snapshot, answer: fenced('b = 3'), kind: 'replace' });
    assert.equal(vscode.window.activeTextEditor?.document.getText(), 'a = 1\nb = 3\n');
  });

  it('says that a document is gone', async () => {
    const editor = await files.open('a.py', '¦a = 1¦\n');
    const snapshot = await readSnapshot(editor);
    await closeAll();
    await unlink(editor.document.uri.fsPath);
    await rejectsWith('documentGone', applyAnswer({ snapshot, answer: fenced('b'), kind: 'replace' }));
  });

  it('never makes a new untitled document for one that was closed', async () => {
    const editor = await untitled('python', '¦a = 1¦');
    const snapshot = await readSnapshot(editor);
    const closed = until(vscode.workspace.onDidCloseTextDocument, () => (editor.document.isClosed ? true : undefined));
    await closeAll();
    await closed;
    await rejectsWith('documentGone', applyAnswer({ snapshot, answer: fenced('b'), kind: 'replace' }));
    assert.equal(vscode.window.activeTextEditor, undefined);
  });

  it('edits an untitled document', async () => {
    const editor = await untitled('python', 'x\n¦a = 1¦\n');
    await applyAnswer({ snapshot: await readSnapshot(editor), answer: fenced('a = 2'), kind: 'replace' });
    assert.equal(editor.document.getText(), 'x\na = 2\n');
  });

  it('is right where the document is formatted on saving, and one undo more takes it back', async () => {
    const editor = await files.open('format.py', 'a = 1\n¦b = 2¦\n');
    const snapshot = await readSnapshot(editor);
    const formatter = vscode.languages.registerDocumentFormattingEditProvider(editor.document.languageId, {
      // The last line loses its marks, as a formatter takes blanks away.
      provideDocumentFormattingEdits: (document) => {
        const at = document.getText().indexOf('  #');
        return at < 0 ? [] : [vscode.TextEdit.delete(new vscode.Range(document.positionAt(at), document.positionAt(at + 3)))];
      },
    });
    const settings = vscode.workspace.getConfiguration('editor', editor.document);
    await settings.update('formatOnSave', true, vscode.ConfigurationTarget.Global);
    try {
      await applyAnswer({ snapshot, answer: fenced('b = 3  #'), kind: 'replace' });
      assert.equal(editor.document.getText(), 'a = 1\nb = 3  #\n');
      await editor.document.save();
      assert.equal(editor.document.getText(), 'a = 1\nb = 3\n');
      await vscode.commands.executeCommand('undo');
      await vscode.commands.executeCommand('undo');
      assert.equal(editor.document.getText(), 'a = 1\nb = 2\n');
    } finally {
      await settings.update('formatOnSave', undefined, vscode.ConfigurationTarget.Global);
      formatter.dispose();
    }
  });

  it('refuses in a read-only file system', async () => {
    const registration = vscode.workspace.registerFileSystemProvider('lemma-readonly', new ReadOnlyFiles(), { isReadonly: true });
    try {
      const editor = await vscode.window.showTextDocument(vscode.Uri.parse('lemma-readonly:/a.py'));
      select(editor, '¦a = 1¦\n');
      const snapshot = await readSnapshot(editor);
      await rejectsWith('readOnlyDocument', applyAnswer({ snapshot, answer: fenced('b'), kind: 'replace' }));
      await rejectsWith('readOnlyDocument', applyAnswer({ snapshot, answer: fenced('b'), kind: 'insert' }));
      assert.equal(editor.document.getText(), 'a = 1\n');
      await closeAll();
    } finally {
      registration.dispose();
    }
  });

  it('refuses in an editor that the user set read-only', async () => {
    const editor = await files.open('a.py', '¦a = 1¦\n');
    const snapshot = await readSnapshot(editor);
    await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
    await rejectsWith('readOnlyDocument', applyAnswer({ snapshot, answer: fenced('b'), kind: 'replace' }));
    await rejectsWith('readOnlyDocument', applyAnswer({ snapshot, answer: fenced('b'), kind: 'insert' }));
    assert.equal(editor.document.getText(), 'a = 1\n');
  });

  it('refuses in a document that has no file', async () => {
    const registration = vscode.workspace.registerTextDocumentContentProvider('lemma-shown', {
      provideTextDocumentContent: () => 'a = 1\n',
    });
    try {
      const editor = await vscode.window.showTextDocument(vscode.Uri.parse('lemma-shown:/a.py'));
      select(editor, '¦a = 1¦\n');
      await rejectsWith('readOnlyDocument', applyAnswer({ snapshot: await readSnapshot(editor), answer: fenced('b'), kind: 'replace' }));
      await closeAll();
    } finally {
      registration.dispose();
    }
  });

  it('edits a cell of a notebook', async () => {
    const cells = ['a = 1', 'b = 2'].map((text) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python'));
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData(cells));
    const { document } = notebook.cellAt(1);
    const snapshot = await readSnapshot({ document, selection: new vscode.Selection(0, 0, 0, 5) });
    await applyAnswer({ snapshot, answer: fenced('b = 3'), kind: 'replace' });
    assert.deepEqual(
      notebook.getCells().map((cell) => cell.document.getText()),
      ['a = 1', 'b = 3'],
    );
  });

  it('says that an answer without text gives nothing to insert', async () => {
    await files.open('a.py', '¦\n');
    await rejectsWith('noAnswerToInsert', applyAnswer({ answer: '\n</think>\n', kind: 'insert' }));
  });

  it('says that there is no editor to insert in', async () => {
    await closeAll();
    await rejectsWith('noEditor', applyAnswer({ answer: 'a', kind: 'insert' }));
  });
});
