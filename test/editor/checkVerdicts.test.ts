import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { TurnQuestion } from '../../src/core/conversation.ts';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { diagnosticInfo } from '../../src/host/editor/convert.ts';
import { readSnapshot } from '../../src/host/editor/readSnapshot.ts';
import { closeAll, TemporaryFiles, until } from './editing.ts';

const notes = '# Sums\r\n\r\nWe have $1+1=2$ and $1+2=4$.\r\n\r\n$$\r\n2+2=4=5\r\n$$\r\n\r\n```\r\n$3+3=7$\r\n```\r\n';

describe('verdicts on what the user wrote', () => {
  let app: LemmaApp;
  const files = new TemporaryFiles();
  const run = (command: 'checkSelection' | 'checkDocument' | 'clearChecks'): Thenable<unknown> =>
    vscode.commands.executeCommand(`lemma.${command}`);
  const problems = (document: vscode.TextDocument): vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Lemma');
  /** What is underlined. */
  const marked = (document: vscode.TextDocument): string[] => problems(document).map(({ range }) => document.getText(range));

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
  });
  afterEach(async () => {
    await run('clearChecks');
    await app.newConversation();
    await closeAll();
    await files.remove();
  });

  it('report relations that do not hold where they stand, and load no model', async () => {
    const { document } = await files.open('a.md', notes);
    const model = app.model.state;
    await run('checkDocument');
    assert.equal(app.model.state, model);
    assert.deepEqual(
      marked(document).map((text) => text.trim()),
      ['1+2=4', '4=5'],
    );
    const [first] = problems(document);
    assert.equal(first?.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(first.code, 'equation-false');
    assert.equal(first.message, '1+2=4 · It does not hold: the left side is 3, the right side 4.');
  });

  it('of a selection are of the formulas that it touches, and leave others as they were', async () => {
    const editor = await files.open('b.md', '$1+1=3$ and $2+2=5$ and $3+3=7$\n\n$4+4=9$\n');
    const { document } = editor;
    editor.selection = new vscode.Selection(0, 2, 0, 14);
    await run('checkSelection');
    assert.deepEqual(marked(document), ['1+1=3', '2+2=5']);
    editor.selection = new vscode.Selection(2, 2, 2, 2);
    await run('checkSelection');
    await run('checkSelection');
    assert.deepEqual(marked(document), ['1+1=3', '2+2=5', '4+4=9']);
    editor.selection = new vscode.Selection(0, 9, 0, 9);
    await run('checkSelection');
    assert.deepEqual(marked(document).length, 4, 'the paragraph, where the cursor is in no formula');
  });

  it('of a selection without delimiters read it as a formula, in any language', async () => {
    const editor = await files.open('c.py', '# so ¦2+2=5¦ holds\n');
    await run('checkSelection');
    assert.deepEqual(marked(editor.document), ['2+2=5']);
    const prose = await files.open('d.py', '¦# nothing to be checked here\nx = 2¦\n');
    await run('checkSelection');
    assert.deepEqual(marked(prose.document), []);
  });

  it('of LaTeX are reported too', async () => {
    const latex = await files.open('e.tex', 'So\n\\begin{align}\n 1+1 = 2 = 3\n\\end{align}\n% $1+1=3$\n');
    await run('checkDocument');
    assert.deepEqual(
      marked(latex.document).map((text) => text.trim()),
      ['2 = 3'],
    );
  });

  it('of a notebook are of all its cells with text', async () => {
    const cell = (kind: vscode.NotebookCellKind, text: string, languageId: string): vscode.NotebookCellData =>
      new vscode.NotebookCellData(kind, text, languageId);
    const notebook = await vscode.workspace.openNotebookDocument(
      'jupyter-notebook',
      new vscode.NotebookData([
        cell(vscode.NotebookCellKind.Markup, '$1+1=3$', 'markdown'),
        cell(vscode.NotebookCellKind.Code, 'x = "$1+1=3$"', 'python'),
        cell(vscode.NotebookCellKind.Markup, '$1+1=2$ but $2+3=6$', 'markdown'),
      ]),
    );
    await vscode.window.showNotebookDocument(notebook);
    await run('checkDocument');
    const cells = notebook.getCells().map(({ document }) => document);
    assert.deepEqual(cells.map(marked), [['1+1=3'], [], ['2+3=6']]);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  describe('after a repair', () => {
    async function repaired(answer: string): Promise<string> {
      const editor = await files.open('f.md', 'We have $1+2=4$ here.\n');
      await run('checkDocument');
      const diagnostic = problems(editor.document)[0];
      assert.ok(diagnostic);
      const id = randomUUID();
      const snapshot = await readSnapshot(editor, { diagnostic: diagnosticInfo(diagnostic) });
      const question: TurnQuestion = { id, task: 'fix', text: '', answerUse: 'replace', snapshot };
      const say = app.conversations.append.bind(app.conversations);
      say({ type: 'asked', question, at: Date.now() });
      await app.previews.idle();
      say({ type: 'phase', turnId: id, phase: 'answering', at: Date.now() });
      say({ type: 'delta', turnId: id, part: 'answer', text: answer, tokens: 1 });
      say({ type: 'ended', turnId: id, end: { kind: 'complete' }, at: Date.now() });
      await app.previews.idle();
      await vscode.commands.executeCommand('lemma.acceptEdit', id);
      const event: vscode.Event<unknown> = (listener) => {
        const listening = app.panel.onDidChange(listener);
        return new vscode.Disposable(() => listening.dispose());
      };
      return until(event, () => {
        const text = app.panel.words(id)?.edit?.text ?? '';
        return /gone|still|not looked/.test(text) ? text : undefined;
      });
    }

    it('look at the formula anew, and find it right', async () => {
      assert.match(await repaired('We have $1+2=3$ here.'), /The problem is gone\.$/);
    });

    it('look at the formula anew, and find it wrong in another way', async () => {
      assert.match(await repaired('We have $1+2=5$ here.'), /Lemma still reports it: 1\+2=5 · It does not hold/);
    });
  });
});
