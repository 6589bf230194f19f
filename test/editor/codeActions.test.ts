import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, TemporaryFiles, untitled } from './editing.ts';

const titles = (actions: readonly vscode.CodeAction[]): string[] =>
  actions.map(({ title }) => title).filter((title) => title.includes('Lemma'));

async function actionsAt(editor: vscode.TextEditor, range: vscode.Range, kind?: vscode.CodeActionKind): Promise<vscode.CodeAction[]> {
  const { uri } = editor.document;
  // The last number has them resolved, as choosing one does.
  return vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind?.value, 100);
}

describe('the light bulb', () => {
  const files = new TemporaryFiles();
  const collection = vscode.languages.createDiagnosticCollection('lemma-test');
  before(async () => {
    await vscode.extensions.getExtension('lemma-editor.lemma')?.activate();
  });
  afterEach(async () => {
    collection.clear();
    await closeAll();
    await files.remove();
  });
  after(() => collection.dispose());

  function report(editor: vscode.TextEditor, range: vscode.Range): void {
    const diagnostic = new vscode.Diagnostic(range, 'a is not defined', vscode.DiagnosticSeverity.Error);
    diagnostic.source = 'lint';
    diagnostic.code = 'no-undef';
    collection.set(editor.document.uri, [diagnostic]);
  }

  it('offers Explain, Solve and Edit on a selection', async () => {
    const editor = await files.open('a.py', '¦a = 1¦\n');
    const actions = await actionsAt(editor, editor.selection);
    assert.deepEqual(titles(actions), ['Explain with Lemma', 'Solve with Lemma', 'Edit with Lemma…']);
    assert.deepEqual(
      actions.flatMap(({ command }) => (command?.command.startsWith('lemma.') ? [command.command] : [])),
      ['lemma.explainSelection', 'lemma.solveSelection', 'lemma.editSelection'],
    );
  });

  it('offers them in documents of any language, saved or not', async () => {
    const editor = await untitled('latex', '¦x^2¦');
    assert.deepEqual(titles(await actionsAt(editor, editor.selection)), ['Explain with Lemma', 'Solve with Lemma', 'Edit with Lemma…']);
  });

  it('offers no change of what cannot be written', async () => {
    const provider = vscode.workspace.registerTextDocumentContentProvider('lemma-test-readonly', {
      provideTextDocumentContent: () => 'a = b\n',
    });
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse('lemma-test-readonly:/a.py'));
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 0, 0, 5);
    assert.deepEqual(titles(await actionsAt(editor, editor.selection)), ['Explain with Lemma', 'Solve with Lemma']);
    report(editor, new vscode.Range(0, 4, 0, 5));
    assert.deepEqual(titles(await actionsAt(editor, new vscode.Range(0, 4, 0, 5))), ['Explain with Lemma']);
    provider.dispose();
  });

  it('offers nothing without selection and problem', async () => {
    const editor = await files.open('a.py', 'a¦ = 1\n');
    assert.deepEqual(titles(await actionsAt(editor, editor.selection)), []);
  });

  it('offers Fix and Explain on a problem, with the problem as plain data', async () => {
    const editor = await files.open('a.py', 'b = ¦a\n');
    report(editor, new vscode.Range(0, 4, 0, 5));
    const actions = (await actionsAt(editor, new vscode.Range(0, 4, 0, 4))).filter(({ title }) => title.includes('Lemma'));
    assert.deepEqual(titles(actions), ['Fix with Lemma', 'Explain with Lemma']);
    const [fix, explain] = actions;
    assert.equal(explain?.command?.command, 'lemma.explainDiagnostic');
    assert.deepEqual(explain.command.arguments, fix?.command?.arguments);
    assert.ok(fix?.kind && vscode.CodeActionKind.QuickFix.contains(fix.kind));
    assert.equal(fix.isPreferred ?? false, false);
    assert.equal(fix.command?.command, 'lemma.fixDiagnostic');
    assert.deepEqual(fix.command?.arguments, [
      editor.document.uri.toString(),
      {
        message: 'a is not defined',
        severity: 'error',
        source: 'lint',
        code: 'no-undef',
        range: { start: { line: 0, character: 4 }, end: { line: 0, character: 5 } },
      },
    ]);
  });

  it('offers what is about the problem alone where the hover over a problem asks', async () => {
    const editor = await files.open('a.py', 'b = ¦a\n');
    const range = new vscode.Range(0, 4, 0, 5);
    report(editor, range);
    assert.deepEqual(titles(await actionsAt(editor, range)), ['Fix with Lemma', 'Explain with Lemma']);
  });

  it('offers all on a selection with a problem, each once', async () => {
    const editor = await files.open('a.py', '¦b = a¦\n');
    report(editor, new vscode.Range(0, 4, 0, 5));
    assert.deepEqual(titles(await actionsAt(editor, editor.selection)).sort(), [
      'Edit with Lemma…',
      'Explain with Lemma',
      'Fix with Lemma',
      'Solve with Lemma',
    ]);
  });

  it('offers what the asked kind contains', async () => {
    const editor = await files.open('a.py', '¦b = a¦\n');
    report(editor, new vscode.Range(0, 4, 0, 5));
    assert.deepEqual(titles(await actionsAt(editor, editor.selection, vscode.CodeActionKind.QuickFix)), [
      'Fix with Lemma',
      'Explain with Lemma',
    ]);
    assert.deepEqual(titles(await actionsAt(editor, editor.selection, vscode.CodeActionKind.RefactorRewrite)), ['Edit with Lemma…']);
    assert.deepEqual(titles(await actionsAt(editor, editor.selection, vscode.CodeActionKind.Source)), []);
  });
});
