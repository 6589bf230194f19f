import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { closeAll, turnEnd, until } from './editing.ts';
import { previewing } from './previewing.ts';

const wrong = 'def add_all(a, b):\n    return a - b';

describe('a cell of a notebook', () => {
  let app: LemmaApp;
  const { shown } = previewing(() => app);
  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
  });
  afterEach(async () => {
    await app.newConversation();
    await app.previews.idle();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await closeAll();
  });

  async function open(text: string, languageId: string): Promise<vscode.TextDocument> {
    const kind = languageId === 'markdown' ? vscode.NotebookCellKind.Markup : vscode.NotebookCellKind.Code;
    const cell = new vscode.NotebookCellData(kind, text, languageId);
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData([cell]));
    await vscode.window.showNotebookDocument(notebook);
    return notebook.cellAt(0).document;
  }

  /** The cell with the cursor in it, all of its text selected. */
  async function edited(document: vscode.TextDocument): Promise<vscode.TextEditor> {
    await vscode.commands.executeCommand('notebook.cell.edit');
    const editor = await until(vscode.window.onDidChangeActiveTextEditor, () => {
      const active = vscode.window.activeTextEditor;
      return active?.document === document ? active : undefined;
    });
    editor.selection = new vscode.Selection(0, 0, document.lineCount - 1, document.lineAt(document.lineCount - 1).text.length);
    return editor;
  }

  for (const [title, command] of [
    ['is fixed', 'lemma.fixSelection'],
    ['is improved', 'lemma.improveSelection'],
  ] as const) {
    it(`${title} through a preview`, async () => {
      const document = await open(wrong, 'python');
      await edited(document);
      const ended = turnEnd(app);
      await vscode.commands.executeCommand(command);
      const { question } = await ended;
      await app.previews.idle();
      assert.equal(question.snapshot?.uri, document.uri.toString());
      assert.equal(question.snapshot.text, wrong);
      assert.equal(await shown(question.id), wrong.replace('-', '+'));
      assert.equal(document.getText(), wrong, 'nothing is in the cell before it is accepted');
      await vscode.commands.executeCommand('lemma.acceptEdit');
      assert.equal(document.getText(), wrong.replace('-', '+'));
    });
  }

  it('has the light bulb of a selection and of a problem', async () => {
    const document = await open(wrong, 'python');
    const actions = async (range: vscode.Range): Promise<string[]> => {
      const found = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, range);
      return found.map(({ title }) => title).filter((each) => each.includes('Lemma'));
    };
    const { selection } = await edited(document);
    assert.deepEqual(await actions(selection), ['Explain with Lemma', 'Solve with Lemma', 'Edit with Lemma…']);
    const collection = vscode.languages.createDiagnosticCollection('lemma-cell-test');
    const problem = new vscode.Diagnostic(new vscode.Range(1, 11, 1, 16), 'Not the sum.');
    collection.set(document.uri, [problem]);
    assert.deepEqual(await actions(problem.range), ['Fix with Lemma', 'Explain with Lemma']);
    collection.dispose();
  });

  it('of Markdown has the lenses above its formulas, which ask about them', async () => {
    const setting = (on: boolean | undefined): Thenable<void> =>
      vscode.workspace.getConfiguration('lemma').update('codeLens.math', on, vscode.ConfigurationTarget.Global);
    await setting(true);
    try {
      const document = await open('We have\n\n$$\n17 + 25\n$$\n\nand $y$.', 'markdown');
      const all = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100);
      const lenses = all.filter(({ command }) => command?.command === 'lemma.aboutFormula');
      assert.deepEqual(
        lenses.map(({ command, range }) => [command?.title, range.start.line, range.end.line]),
        [
          ['Solve', 2, 4],
          ['Explain', 2, 4],
        ],
      );
      const ended = turnEnd(app);
      await vscode.commands.executeCommand(lenses[0]!.command!.command, ...(lenses[0]!.command!.arguments as unknown[]));
      const { question, answer } = await ended;
      assert.equal(question.snapshot?.uri, document.uri.toString());
      assert.equal(question.snapshot.text, '$$\n17 + 25\n$$');
      assert.match(answer, /42/);
    } finally {
      await setting(undefined);
    }
  });
});
