import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import * as vscode from 'vscode';
import { ThoughtSplitter } from '../../src/core/thoughtSplitter.ts';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { readSnapshot } from '../../src/host/editor/readSnapshot.ts';
import { changedFiles, filesEdit } from '../../src/host/edits/severalFiles.ts';
import { diagnosticInfo } from '../../src/host/editor/convert.ts';
import { closeAll, TemporaryFiles, until, untitled } from './editing.ts';
import { fenced, previewing } from './previewing.ts';

const source = 'import math\n\n\ndef area(r):\n    pi = 3\n    square = r * r\n    return pi * square\n\n\nprint(area(2))\n';
const better = 'def area(r):\n    pi = math.pi\n    square = r * r\n    return pi * square';
const improved = source.replace('pi = 3', 'pi = math.pi');
/** Two places change, with two lines between. */
const twice = 'def area(radius):\n    pi = 3\n    square = r * r\n    return math.pi * square';

describe('the preview of an edit', () => {
  let app: LemmaApp;
  const files = new TemporaryFiles();
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

  const { say, asked, write, end, answered, tabOf, previews, shown, shows, turn, words, refusal } = previewing(() => app);
  const at = (): number => Date.now();
  const panelChange: vscode.Event<unknown> = (listener) => {
    const listening = app.panel.onDidChange(listener);
    return new vscode.Disposable(() => listening.dispose());
  };
  const area = source.replace('def area', '¦def area').replace('* square\n', '* square¦\n');

  it('opens with the question, shows the document unchanged, fills while the answer streams, and nothing is in the file', async () => {
    const editor = await files.open('a.py', area);
    const id = await asked(editor);
    assert.equal(await shown(id), source);
    assert.equal(tabOf(id)?.isActive, true);
    const lines = better.split('\n');
    write(id, `Here it is:\n\n\`\`\`python\n${lines[0]}\n${lines[1]}\n`);
    await shows(id, source.replace('pi = 3', 'pi = math.pi\n    pi = 3'));
    say({ type: 'delta', turnId: id, part: 'answer', text: `${lines[2]}\n`, tokens: 1 });
    await shows(id, improved);
    assert.equal(app.previews.of(id)?.state, 'writing');
    say({ type: 'delta', turnId: id, part: 'answer', text: `${lines[3]}\n\`\`\`\n`, tokens: 1 });
    await end(id);
    assert.equal(await shown(id), improved);
    assert.equal(app.previews.of(id)?.state, 'ready');
    assert.equal(editor.document.getText(), source);
    assert.equal(editor.document.isDirty, false);
    assert.equal(words(id), 'Edit of a.py: 1 change');
    const shownAt = app.previews.of(id)?.uri.toString();
    const preview = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === shownAt);
    assert.equal(preview?.languageId, 'python');
  });

  it('is accepted in one undo step, which leaves cursors where they are, and closes', async () => {
    const editor = await files.open('a.py', area);
    const id = await answered(editor, fenced(better));
    await vscode.commands.executeCommand('lemma.acceptEdit');
    assert.equal(editor.document.getText(), improved);
    assert.equal(editor.document.isDirty, true, 'saving, and what formats on saving, is left to the user');
    assert.deepEqual(previews(), []);
    const again = vscode.window.activeTextEditor;
    assert.equal(again?.document, editor.document);
    assert.equal(turn(id).edit, 'accepted');
    assert.equal(words(id), 'The edit is in a.py.');
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), source);
    assert.equal(editor.document.isDirty, false);
  });

  it('moves no cursor of several', async () => {
    const editor = await files.open('a.py', area);
    const id = await asked(editor);
    write(id, fenced(better));
    await end(id);
    const own = await vscode.window.showTextDocument(editor.document, { viewColumn: vscode.ViewColumn.Two });
    own.selections = [new vscode.Selection(0, 2, 0, 2), new vscode.Selection(5, 4, 5, 10), new vscode.Selection(9, 1, 9, 1)];
    const before = JSON.stringify(own.selections);
    await app.edits.accept(id);
    assert.equal(own.document.getText(), improved);
    assert.equal(JSON.stringify(own.selections), before);
  });

  it('is discarded, and the file was never touched; it can be shown again', async () => {
    const editor = await files.open('a.py', area);
    const { version } = editor.document;
    const id = await answered(editor, fenced(better));
    await vscode.commands.executeCommand('lemma.discardEdit');
    assert.equal(editor.document.version, version);
    assert.deepEqual(previews(), []);
    assert.equal(turn(id).edit, 'discarded');
    assert.match(refusal(id), /discarded; a\.py is as it was/);
    await app.previews.show(id);
    assert.equal(await shown(id), improved);
    await app.edits.accept(id);
    assert.equal(editor.document.getText(), improved);
  });

  it('has its changes taken one by one, at the cursor of either side', async () => {
    const editor = await files.open('a.py', area);
    const id = await answered(editor, fenced(twice));
    assert.equal(words(id), 'Edit of a.py: 2 changes');
    const right = await until(vscode.window.onDidChangeActiveTextEditor, () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.uri.scheme === 'lemma-edit' ? active : undefined;
    });
    right.selection = new vscode.Selection(6, 0, 6, 0);
    await vscode.commands.executeCommand('lemma.acceptEditChange');
    assert.equal(editor.document.getText(), source.replace('return pi', 'return math.pi'));
    assert.equal(app.previews.of(id)?.hunks.length, 1);
    assert.match(words(id), /some changes are in the file, 1 to decide on/);
    await vscode.commands.executeCommand('lemma.discardEditChange');
    assert.deepEqual(previews(), []);
    assert.equal(turn(id).edit, 'accepted');
    assert.equal(editor.document.getText(), source.replace('return pi', 'return math.pi'));
  });

  it('is discarded when each of its changes was', async () => {
    const editor = await files.open('a.py', area);
    const id = await answered(editor, fenced(twice));
    await until(vscode.window.onDidChangeActiveTextEditor, () =>
      vscode.window.activeTextEditor?.document.uri.scheme === 'lemma-edit' ? true : undefined,
    );
    await app.edits.discardHunk();
    assert.equal(app.previews.of(id)?.hunks.length, 1);
    await app.edits.discardHunk();
    assert.equal(turn(id).edit, 'discarded');
    assert.equal(editor.document.getText(), source);
  });

  it('follows a document that changes elsewhere, and refuses in words where its own place changed', async () => {
    const editor = await files.open('a.py', area);
    const id = await answered(editor, fenced(better));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(editor.document.uri, new vscode.Position(0, 0), '# first\n');
    await vscode.workspace.applyEdit(edit);
    await shows(id, `# first\n${improved}`);
    const other = new vscode.WorkspaceEdit();
    other.insert(editor.document.uri, new vscode.Position(5, 0), '    # inside\n');
    await vscode.workspace.applyEdit(other);
    await shows(id, editor.document.getText());
    const before = editor.document.getText();
    await app.edits.accept(id);
    assert.equal(editor.document.getText(), before);
    assert.match(refusal(id), /changed where this answer belongs/);
    await app.answers.copyRefused(id);
    assert.equal(await vscode.env.clipboard.readText(), better);
  });

  it('is kept when its tab is closed, and shown again', async () => {
    const editor = await files.open('a.py', area);
    const id = await answered(editor, fenced(better));
    await vscode.window.tabGroups.close(previews());
    assert.equal(turn(id).edit, undefined);
    assert.deepEqual(
      app.panel.words(id)?.edit?.buttons.map(({ action }) => action),
      ['acceptEdit', 'discardEdit', 'showEdit', 'askAgain'],
    );
    await app.previews.show(id);
    assert.equal(await shown(id), improved);
    assert.equal(tabOf(id)?.isActive, true);
  });

  it('stays with what was written when it is stopped, says so, and is accepted as unfinished alone', async () => {
    const editor = await files.open('a.py', area);
    const id = await asked(editor);
    write(id, '```python\ndef area(r):\n    pi = math.pi\n    squ');
    await end(id, 'stopped');
    assert.equal(app.previews.of(id)?.state, 'unfinished');
    assert.match(words(id), /is unfinished/);
    assert.equal(tabOf(id)?.label, 'a.py (unfinished edit by Lemma)');
    const there = await shown(id);
    assert.equal(there, source.replace('pi = 3', 'pi = math.pi\n    pi = 3'));
    await vscode.commands.executeCommand('lemma.acceptEdit');
    assert.equal(editor.document.getText(), source);
    await vscode.commands.executeCommand('lemma.acceptUnfinishedEdit');
    assert.equal(editor.document.getText(), there);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), source);
  });

  it('is unfinished no more once it goes on to its end', async () => {
    const editor = await files.open('a.py', area);
    const id = await asked(editor);
    write(id, '```python\ndef area(r):\n    pi = math.pi\n    squ');
    await end(id, 'stopped');
    assert.match(tabOf(id)?.label ?? '', /unfinished/);
    say({ type: 'resumed', turnId: id, at: at() });
    await app.previews.idle();
    assert.equal(tabOf(id)?.label, 'a.py (edit by Lemma)');
  });

  it('keeps CRLF, tabs and a last line without an end', async () => {
    const before = 'class A {\r\n\tf() {\r\n\t\treturn 1;\r\n\t}\r\n}';
    const editor = await files.open('a.ts', before.replace('\tf()', '¦\tf()').replace('\t}\r\n}', '\t}¦\r\n}'));
    const id = await answered(editor, fenced('f() {\n    return 2;\n}', 'ts'));
    assert.equal(editor.document.getText(), before);
    await app.edits.accept(id);
    assert.equal(editor.document.getText(), before.replace('return 1', 'return 2'));
  });

  it('works in a document that was never saved', async () => {
    const editor = await untitled('python', area);
    const id = await answered(editor, fenced(better));
    assert.equal(await shown(id), improved);
    await app.edits.accept(id);
    assert.equal(editor.document.getText(), improved);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), source);
  });

  it('works in a cell of a notebook', async () => {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, source, 'python');
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData([cell]));
    await vscode.window.showNotebookDocument(notebook);
    const { document } = notebook.cellAt(0);
    const snapshot = await readSnapshot({ document, selection: new vscode.Selection(3, 0, 6, 22) });
    const id = randomUUID();
    say({ type: 'asked', question: { id, task: 'improve', text: '', answerUse: 'replace', snapshot }, at: at() });
    await app.previews.idle();
    write(id, fenced(better));
    await end(id);
    assert.equal(await shown(id), improved);
    assert.equal(document.getText(), source);
    await app.edits.accept(id);
    assert.equal(document.getText(), improved);
    await vscode.commands.executeCommand('notebook.cell.edit');
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), source);
  });

  it('refuses a document that is read-only, one that is gone, and says what to do', async () => {
    const editor = await files.open('a.py', area);
    const id = await answered(editor, fenced(better));
    await unlink(editor.document.uri.fsPath);
    await app.edits.accept(id);
    assert.match(refusal(id), /does not exist any more/);
    assert.equal(turn(id).edit, undefined);

    const locked = await files.open('b.py', area);
    const other = await answered(locked, fenced(better));
    await vscode.window.showTextDocument(locked.document);
    await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
    await app.edits.accept(other);
    assert.match(refusal(other), /read-only/);
    await vscode.window.showTextDocument(locked.document);
    await vscode.commands.executeCommand('workbench.action.files.resetActiveEditorReadonlyInSession');
    assert.equal(locked.document.getText(), source);
  });

  it('names the imports that stood above the class of the method that was asked about', async () => {
    const inClass = 'class Shape:\n    def area(self, r):\n        return 3 * r * r\n\n    def name(self):\n        return "shape"\n';
    const editor = await files.open('shape.py', inClass.replace('    def area', '¦    def area').replace('r * r\n', 'r * r¦\n'));
    const better = 'from math import pi\nimport os\n\n\nclass Shape:\n    def area(self, r):\n        return pi * r * r';
    const id = await answered(editor, fenced(better));
    assert.match(words(id), /^Edit of shape\.py: 1 change\. The answer also imports .*: from math import pi$/);
    await app.edits.accept(id);
    assert.equal(editor.document.getText(), inClass.replace('3 * r', 'pi * r'));
  });

  it('says when the answer has nothing to put in place, or changes nothing', async () => {
    const editor = await files.open('a.py', area);
    const prose = await answered(editor, 'It is fine as it is.');
    assert.match(words(prose), /no text to put into a\.py/);
    assert.deepEqual(previews(), []);
    await vscode.window.showTextDocument(editor.document);
    const same = await answered(editor, fenced(source.split('\n').slice(3, 7).join('\n')));
    assert.match(words(same), /leaves a\.py as it is/);
    assert.deepEqual(previews(), []);
  });

  it('never holds a thought, a tag or anything but the document and the trimmed answer, wherever the tags are cut', async () => {
    const editor = await files.open('a.py', area);
    const reply = `\nI think of secret_plan and \`\`\`python\nsecret_code()\n\`\`\`\n</think>\n\n${fenced(better)}`;
    const texts: string[] = [];
    const listener = app.previews.documents.onDidShow(({ text }) => texts.push(text));
    for (const cut of [1, 2, 3, 5, 7, 11, 17, 23, 37, 1000]) {
      const id = randomUUID();
      const snapshot = await readSnapshot({ document: editor.document, selection: new vscode.Selection(3, 0, 6, 22) });
      say({ type: 'asked', question: { id, task: 'improve', text: '', answerUse: 'replace', snapshot }, at: at() });
      await app.previews.idle();
      const splitter = new ThoughtSplitter({ start: 'thought' });
      for (let from = 0; from < reply.length; from += cut) {
        for (const { part, text, tokens } of splitter.push(reply.slice(from, from + cut), 1)) {
          say({ type: 'phase', turnId: id, phase: part === 'thought' ? 'thinking' : 'answering', at: at() });
          say({ type: 'delta', turnId: id, part, text, tokens });
          app.previews.draw(id);
        }
      }
      for (const delta of splitter.end()) say({ type: 'delta', turnId: id, ...delta });
      await end(id);
      await app.edits.discard(id);
    }
    listener.dispose();
    assert.ok(texts.length > 20);
    assert.ok(texts.includes(improved));
    const allowed = new Set([...source.split('\n'), ...better.split('\n')]);
    for (const text of texts) for (const line of text.split('\n')) assert.ok(allowed.has(line), line);
  });

  it('shows an insertion as ghost text behind the selection, which Tab takes in one undo step', async () => {
    const editor = await files.open('a.py', area);
    const id = await asked(editor, { task: 'tests', answerUse: 'insert' });
    write(id, fenced('def test_area():\n    assert area(0) == 0'));
    await end(id);
    assert.deepEqual(previews(), []);
    assert.ok(app.previews.ghost.has(id));
    assert.equal(editor.document.getText(), source);
    const active = vscode.window.activeTextEditor;
    assert.equal(active?.document, editor.document);
    const [item] = app.previews.ghost.provideInlineCompletionItems(editor.document, active.selection.active);
    assert.equal(item?.insertText, '\ndef test_area():\n    assert area(0) == 0');
    const decided = new Promise<string>((resolve) => {
      const listener = app.edits.onDidDecide(({ outcome }) => {
        listener.dispose();
        resolve(outcome);
      });
    });
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    assert.equal(await decided, 'accepted');
    assert.equal(editor.document.getText(), source.replace('* square\n', '* square\ndef test_area():\n    assert area(0) == 0\n'));
    assert.equal(turn(id).edit, 'accepted');
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), source);
  });

  describe('an insertion that is taken word by word', () => {
    const tests = 'def test_area():\n    assert area(0) == 0';
    const whole = source.replace('* square\n', `* square\n${tests}\n`);
    const nextWord = async (document: vscode.TextDocument): Promise<void> => {
      const { version } = document;
      // VS Code tells nobody when it shows a text, so it is asked until it does.
      while (document.version === version) {
        await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
        await vscode.commands.executeCommand('editor.action.inlineSuggest.acceptNextWord');
      }
    };
    const offered = async (): Promise<{ id: string; document: vscode.TextDocument }> => {
      const editor = await files.open('a.py', area);
      const id = await asked(editor, { task: 'tests', answerUse: 'insert' });
      write(id, fenced(tests));
      await end(id);
      return { id, document: editor.document };
    };

    it('is put in by Accept as far as it is not there yet', async () => {
      const { id, document } = await offered();
      await nextWord(document);
      await nextWord(document);
      const begun = document.getText();
      assert.notEqual(begun, source);
      assert.notEqual(begun, whole);
      await app.edits.accept(id);
      assert.equal(document.getText(), whole);
      assert.equal(turn(id).edit, 'accepted');
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), begun);
    });

    it('is accepted with its last piece', async () => {
      const { id, document } = await offered();
      const decided = new Promise<void>((resolve) => {
        const listener = app.edits.onDidDecide(() => {
          listener.dispose();
          resolve();
        });
      });
      for (let words = 0; words < 30 && document.getText() !== whole; words++) await nextWord(document);
      await decided;
      assert.equal(document.getText(), whole);
      assert.equal(turn(id).edit, 'accepted');
      assert.equal(app.conversations.current?.turns.filter(({ edit }) => edit === 'accepted').length, 1);
    });

    it('is an offer again where a piece is undone', async () => {
      const { id, document } = await offered();
      await nextWord(document);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), source);
      await app.edits.accept(id);
      assert.equal(document.getText(), whole);
    });
  });

  it('shows an insertion as a diff where inline suggestions are off', async () => {
    const settings = vscode.workspace.getConfiguration('editor');
    await settings.update('inlineSuggest.enabled', false, vscode.ConfigurationTarget.Global);
    try {
      const editor = await files.open('a.py', area);
      const id = await asked(editor, { task: 'tests', answerUse: 'insert' });
      write(id, fenced('x = 1'));
      await end(id);
      assert.equal(await shown(id), source.replace('* square\n', '* square\nx = 1\n'));
    } finally {
      await settings.update('inlineSuggest.enabled', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('asks again beside the first answer, whose preview gives way', async () => {
    const editor = await files.open('a.js', '¦function addTwo(a, b) {\n  return a - b;\n}¦\n');
    const first = await answered(editor, fenced('function addTwo(a, b) {\n  return b;\n}', 'js'), { task: 'fix' });
    const ended = new Promise<string>((resolve) => {
      const listener = app.conversations.onDidAppend(({ event }) => {
        if (event.type !== 'ended') return;
        listener.dispose();
        resolve(event.turnId);
      });
    });
    await vscode.commands.executeCommand('lemma.askEditAgain');
    const second = await ended;
    await app.previews.idle();
    assert.notEqual(second, first);
    assert.equal(app.previews.of(first), undefined);
    assert.equal(previews().length, 1);
    assert.match(await shown(second), /return a \+ b/);
    await app.edits.accept(second);
    assert.equal(editor.document.getText(), 'function addTwo(a, b) {\n  return a + b;\n}\n');
  });

  describe('of a fix', () => {
    const collection = vscode.languages.createDiagnosticCollection('lemma-preview-test');
    after(() => collection.dispose());
    const broken = 'function addTwo(a, b) {\n  a + b;\n}\n';

    async function fixed(): Promise<{ id: string; document: vscode.TextDocument; problem: vscode.Diagnostic }> {
      const { document } = await files.open('a.js', broken);
      const problem = new vscode.Diagnostic(new vscode.Range(1, 2, 1, 7), 'Nothing is returned.');
      problem.source = 'lint';
      collection.set(document.uri, [problem]);
      const ended = new Promise<string>((resolve) => {
        const listener = app.conversations.onDidAppend(({ event }) => {
          if (event.type !== 'ended') return;
          listener.dispose();
          resolve(event.turnId);
        });
      });
      await vscode.commands.executeCommand('lemma.fixDiagnostic', document.uri.toString(), diagnosticInfo(problem));
      const id = await ended;
      await app.previews.idle();
      assert.match(await shown(id), /return a \+ b;/);
      return { id, document, problem };
    }

    const says = (id: string, text: RegExp): Promise<true> => until(panelChange, () => (text.test(words(id)) ? true : undefined));

    it('says that the problem is gone', async () => {
      const { id, document } = await fixed();
      await app.edits.accept(id);
      assert.match(document.getText(), /return a \+ b;/);
      collection.set(document.uri, []);
      await says(id, /The problem is gone\./);
    });

    it('says that it is still reported, and offers to fix it again', async () => {
      const { id, document, problem } = await fixed();
      await app.edits.accept(id);
      collection.set(document.uri, [problem]);
      collection.set(document.uri, [problem, new vscode.Diagnostic(new vscode.Range(0, 0, 0, 1), 'Other.')]);
      await says(id, /lint still reports it: Nothing is returned\./);
      assert.deepEqual(
        app.panel.words(id)?.edit?.buttons.map(({ action }) => action),
        ['fixAgain'],
      );
    });
  });

  describe('of several files', () => {
    const folder = (): vscode.Uri => {
      const [first] = vscode.workspace.workspaceFolders ?? [];
      assert.ok(first);
      return first.uri;
    };
    const file = (name: string): vscode.Uri => vscode.Uri.joinPath(folder(), name);
    const text = async (name: string): Promise<string> => new TextDecoder().decode(await vscode.workspace.fs.readFile(file(name)));

    afterEach(async () => {
      for (const name of ['one.py', 'two.py', 'three.py']) await vscode.workspace.fs.delete(file(name)).then(undefined, () => undefined);
    });

    it('is one edit of all of them, a part in its place and new ones made, and names none outside of the workspace', async () => {
      await vscode.workspace.fs.writeFile(file('one.py'), new TextEncoder().encode('a = 1\nb = 2\n'));
      await vscode.workspace.fs.writeFile(file('two.py'), new TextEncoder().encode('c = 3\nd = 4\n'));
      const editor = await vscode.window.showTextDocument(file('one.py'));
      editor.selection = new vscode.Selection(1, 0, 1, 5);
      const snapshot = await readSnapshot(editor);
      const answer =
        'Three files:\n\n```python title="one.py"\nb = 20\n```\n\n`two.py`:\n\n```python\nc = 30\nd = 4\n```\n\n```python\n# three.py\ne = 5\n```\n\n```python title="../four.py"\nf = 6\n```\n';
      const changes = await changedFiles(answer, editor.document.uri);
      assert.deepEqual(
        changes?.map(({ path, exists }) => [path, exists]),
        [
          ['one.py', true],
          ['two.py', true],
          ['three.py', false],
        ],
      );
      assert.ok(await vscode.workspace.applyEdit(await filesEdit(changes, snapshot)));
      assert.equal(editor.document.getText(), 'a = 1\nb = 20\n');
      assert.equal((await vscode.workspace.openTextDocument(file('two.py'))).getText(), 'c = 30\nd = 4\n');
      assert.equal(await text('three.py'), 'e = 5\n');
    });

    it('is none where the answer is about the one file alone', async () => {
      await vscode.workspace.fs.writeFile(file('one.py'), new TextEncoder().encode('a = 1\n'));
      assert.equal(await changedFiles('```python title="one.py"\na = 2\n```', file('one.py')), undefined);
      assert.equal(await changedFiles(fenced('a = 2'), file('one.py')), undefined);
    });
  });
});
