import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { diagnosticInfo } from '../../src/host/editor/convert.ts';
import { closeAll, TemporaryFiles, turnEnd, until } from './editing.ts';
import { fenced, previewing } from './previewing.ts';

describe('an edit that is accepted', () => {
  let app: LemmaApp;
  const files = new TemporaryFiles();
  const { asked, write, end, answered, previews, shown, turn, words } = previewing(() => app);
  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
  });
  afterEach(async () => {
    await app.newConversation();
    await app.previews.idle();
    await closeAll();
    await files.remove();
  });

  describe('where documents are formatted on saving', () => {
    let formatter: vscode.Disposable;
    const onSave = (on: boolean | undefined): Thenable<void> =>
      vscode.workspace.getConfiguration('editor').update('formatOnSave', on, vscode.ConfigurationTarget.Global);
    before(async () => {
      // Blanks at the ends of lines go, and a first line comes where there is none.
      formatter = vscode.languages.registerDocumentFormattingEditProvider('python', {
        provideDocumentFormattingEdits: (document) => {
          const edits: vscode.TextEdit[] = [];
          for (let line = 0; line < document.lineCount; line++) {
            const { text, range } = document.lineAt(line);
            const { length } = text.trimEnd();
            if (length < text.length) edits.push(vscode.TextEdit.delete(range.with(range.start.translate(0, length))));
          }
          if (!document.getText().startsWith('# formatted')) edits.push(vscode.TextEdit.insert(new vscode.Position(0, 0), '# formatted\n'));
          return edits;
        },
      });
      await onSave(true);
    });
    after(async () => {
      await onSave(undefined);
      formatter.dispose();
    });

    it('is one undo step below that of the formatter', async () => {
      const source = '# formatted\na = 1\nb = 2\n';
      const { document } = await files.open('a.py', source.replace('b = 2', '¦b = 2¦'));
      await answered(vscode.window.activeTextEditor!, fenced('b = 3   \nc = 4'));
      await vscode.commands.executeCommand('lemma.acceptEdit');
      const accepted = document.getText();
      assert.match(accepted, /^# formatted\na = 1\nb = 3 *\nc = 4\n$/);
      assert.equal(await document.save(), true);
      assert.equal(document.getText(), '# formatted\na = 1\nb = 3\nc = 4\n');
      while (document.getText() !== accepted && document.getText() !== source) await vscode.commands.executeCommand('undo');
      if (document.getText() === accepted) await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), source);
    });
  });

  it('is indented as the lines that it replaces, in a file of tabs and spaces', async () => {
    const source = 'class A {\n\tf() {\n\t\treturn 1;\n\t}\n    g() {\n        return 2;\n    }\n}\n';
    const tabs = await files.open('a.ts', source.replace('\tf()', '¦\tf()').replace('\t}\n    g', '\t}¦\n    g'));
    await app.edits.accept(await answered(tabs, fenced('f() {\n    if (x)\n        return 3;\n}', 'ts')));
    const first = source.replace('\t\treturn 1;', '\t\tif (x)\n\t\t\treturn 3;');
    assert.equal(tabs.document.getText(), first);
    const spaces = await vscode.window.showTextDocument(tabs.document);
    spaces.selection = new vscode.Selection(5, 0, 7, 5);
    assert.equal(tabs.document.getText(spaces.selection), '    g() {\n        return 2;\n    }');
    await app.edits.accept(await answered(spaces, fenced('g() {\n\tif (x)\n\t\treturn 4;\n}', 'ts')));
    assert.equal(tabs.document.getText(), first.replace('        return 2;', '        if (x)\n            return 4;'));
  });

  it('is in the place of the first of several selections alone', async () => {
    const editor = await files.open('a.py', 'a = 1\nb = 1\nc = 1\n');
    editor.selections = [new vscode.Selection(1, 0, 1, 5), new vscode.Selection(0, 0, 0, 5), new vscode.Selection(2, 0, 2, 5)];
    await app.edits.accept(await answered(editor, fenced('b = 2')));
    assert.equal(editor.document.getText(), 'a = 1\nb = 2\nc = 1\n');
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), 'a = 1\nb = 1\nc = 1\n');
  });

  it('keeps the line ends of a CRLF document, change by change', async () => {
    const source = 'def f():\r\n    a = 1\r\n    b = 2\r\n    c = 3\r\n    return a\r\n';
    const editor = await files.open('a.py', `¦${source.trimEnd()}¦\r\n`);
    const id = await answered(editor, fenced('def f():\n    a = 10\n    b = 2\n    c = 3\n    return a, b'));
    const right = await until(vscode.window.onDidChangeActiveTextEditor, () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.uri.scheme === 'lemma-edit' ? active : undefined;
    });
    right.selection = new vscode.Selection(4, 0, 4, 0);
    await app.edits.acceptHunk();
    const one = source.replace('return a', 'return a, b');
    assert.equal(editor.document.getText(), one);
    await app.edits.accept(id);
    assert.equal(editor.document.getText(), one.replace('a = 1', 'a = 10'));
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
  });

  it('of a fix whose problem stays is followed by another, which is shown and checked as the first', async () => {
    const collection = vscode.languages.createDiagnosticCollection('lemma-accept-test');
    const panelChange: vscode.Event<unknown> = (listener) => {
      const listening = app.panel.onDidChange(listener);
      return new vscode.Disposable(() => listening.dispose());
    };
    const says = (id: string, text: RegExp): Promise<true> => until(panelChange, () => (text.test(words(id)) ? true : undefined));
    try {
      const { document } = await files.open('a.js', 'function addTwo(a, b) {\n  a + b;\n}\n');
      const problem = new vscode.Diagnostic(new vscode.Range(1, 2, 1, 7), 'The sum is not right.');
      collection.set(document.uri, [problem]);
      const ended = turnEnd(app);
      await vscode.commands.executeCommand('lemma.fixDiagnostic', document.uri.toString(), diagnosticInfo(problem));
      const first = (await ended).question.id;
      await app.previews.idle();
      await app.edits.accept(first);
      // What was typed meanwhile is what the second one is about.
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, document.lineAt(1).range, '  return a - b;');
      await vscode.workspace.applyEdit(edit);
      collection.set(document.uri, []);
      collection.set(document.uri, [problem]);
      await says(first, /The sum is not right\./);

      const again = turnEnd(app);
      await app.edits.fixAgain(first);
      const second = (await again).question;
      await app.previews.idle();
      assert.notEqual(second.id, first);
      assert.equal(second.snapshot?.diagnostics?.[0]?.message, 'The sum is not right.');
      assert.equal(await shown(second.id), 'function addTwo(a, b) {\n  return a + b;\n}\n');
      assert.match(document.getText(), /a - b/, 'nothing is in the file before it is accepted');
      await app.edits.accept(second.id);
      assert.match(document.getText(), /return a \+ b;/);
      collection.set(document.uri, []);
      await says(second.id, /The problem is gone\./);
      assert.deepEqual(previews(), []);
    } finally {
      collection.dispose();
    }
  });

  it('of several files is offered in the Refactor Preview as soon as the answer has ended', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const [one, two] = ['one.py', 'two.py'].map((name) => vscode.Uri.joinPath(folder, name)) as [vscode.Uri, vscode.Uri];
    const read = async (uri: vscode.Uri): Promise<string> => (await vscode.workspace.openTextDocument(uri)).getText();
    try {
      await vscode.workspace.fs.writeFile(one, new TextEncoder().encode('a = 1\n'));
      await vscode.workspace.fs.writeFile(two, new TextEncoder().encode('b = 2\n'));
      const editor = await vscode.window.showTextDocument(one);
      editor.selection = new vscode.Selection(0, 0, 0, 5);
      const id = await asked(editor);
      write(id, '```python title="one.py"\na = 10\n```\n\n```python title="two.py"\nb = 20\n```\n');
      let decided = false;
      const listener = app.edits.onDidDecide(() => (decided = true));
      await end(id);
      assert.deepEqual([await read(one), await read(two)], ['a = 1\n', 'b = 2\n'], 'nothing is done before it is confirmed');
      // Choosing one of the changes shows it; there is nothing to choose before the list is there.
      const isThere = (): boolean =>
        vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => /Refactor Preview/.test(label)));
      while (!isThere()) {
        await vscode.commands.executeCommand('refactorPreview.focus');
        await vscode.commands.executeCommand('list.focusFirst');
        await vscode.commands.executeCommand('list.select');
      }
      await vscode.commands.executeCommand('refactorPreview.discard');
      listener.dispose();
      assert.equal(decided, false);
      assert.equal(turn(id).edit, undefined, 'it can be reviewed again');
      assert.deepEqual([await read(one), await read(two)], ['a = 1\n', 'b = 2\n']);
    } finally {
      for (const uri of [one, two]) await vscode.workspace.fs.delete(uri).then(undefined, () => undefined);
    }
  });
});
