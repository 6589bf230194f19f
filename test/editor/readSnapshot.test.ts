import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { readSnapshot, requireEditor, selectionOffer } from '../../src/host/editor/readSnapshot.ts';
import { closeAll, rejectsWith, select, TemporaryFiles, untitled, until } from './editing.ts';

describe('readSnapshot', () => {
  const files = new TemporaryFiles();
  const disposables: vscode.Disposable[] = [];
  afterEach(async () => {
    for (const disposable of disposables.splice(0)) disposable.dispose();
    await closeAll();
    await files.remove();
  });

  it('takes the selection with its surroundings', async () => {
    const editor = await files.open('poly.py', 'import a\n\n¦x = 1\ny = 2¦\nz = 3\n');
    const { uri, fileName, languageId, version, range, scope, text, eol, before, after, copies } = await readSnapshot(editor);
    assert.deepEqual(
      { fileName, languageId, scope, text, eol, before, after, copies },
      {
        fileName: 'poly.py',
        languageId: 'python',
        scope: 'selection',
        text: 'x = 1\ny = 2',
        eol: '\n',
        before: 'import a\n\n',
        after: '\nz = 3\n',
        copies: 0,
      },
    );
    assert.deepEqual(range, { start: { line: 2, character: 0 }, end: { line: 3, character: 5 } });
    assert.equal(uri, editor.document.uri.toString());
    assert.equal(version, editor.document.version);
  });

  it('keeps the line ends of a CRLF document', async () => {
    const editor = await files.open('a.txt', 'a\r\n¦b\r\nc\r\n¦d');
    const { text, eol, before, after } = await readSnapshot(editor);
    assert.deepEqual({ text, eol, before, after }, { text: 'b\r\nc', eol: '\r\n', before: 'a\r\n', after: '\r\nd' });
  });

  it('leaves out a last line of which nothing is selected, and takes in the white space of the first', async () => {
    const editor = await files.open('a.py', 'def f():\n    ¦a\n    b\n¦    c\n');
    assert.equal((await readSnapshot(editor)).text, '    a\n    b');
  });

  it('leaves a selection within a line as it is', async () => {
    const editor = await files.open('a.py', '    x = ¦f(1)¦\n');
    const { text, before, after } = await readSnapshot(editor);
    assert.deepEqual([before, text, after], ['    x = ', 'f(1)', '\n']);
  });

  it('takes the primary one of several selections', async () => {
    const editor = await files.open('a.txt', 'one\ntwo\n');
    editor.selections = [new vscode.Selection(1, 0, 1, 3), new vscode.Selection(0, 0, 0, 3)];
    assert.equal((await readSnapshot(editor)).text, 'two');
  });

  it('takes the enclosing function that the TypeScript extension reports', async () => {
    const editor = await files.open(
      'a.ts',
      'const a = 1;\nclass B {\n  // Doubles.\n  twice(n: number) {\n    return [n].map((x) => {\n      return x¦ * 2;\n    });\n  }\n}\n',
    );
    // The first call starts the language server; asked for by hand, it is waited for without a limit.
    await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', editor.document.uri);
    const { scope, scopeName, range } = await readSnapshot(editor);
    assert.deepEqual([scope, scopeName, range.start.line, range.end.line], ['function', 'twice', 2, 7]);
  });

  it('takes the function that a provider reports for a language that Lemma knows nothing of', async () => {
    const editor = await untitled('plaintext', 'begin f\n\n  body¦\nend');
    const range = new vscode.Range(0, 0, 3, 3);
    const symbol = new vscode.DocumentSymbol('f', '', vscode.SymbolKind.Function, range, range);
    disposables.push(vscode.languages.registerDocumentSymbolProvider({ scheme: 'untitled' }, { provideDocumentSymbols: () => [symbol] }));
    const { scope, scopeName, text } = await readSnapshot(editor);
    assert.deepEqual([scope, scopeName, text], ['function', 'f', 'begin f\n\n  body\nend']);
  });

  it('guesses the function when the provider does not answer', async () => {
    const editor = await untitled('python', 'def f():\n    return 1¦\n');
    disposables.push(
      vscode.languages.registerDocumentSymbolProvider(
        { scheme: 'untitled' },
        { provideDocumentSymbols: () => new Promise<never>(() => undefined) },
      ),
    );
    assert.equal((await readSnapshot(editor)).scopeName, 'f');
  });

  it('takes the enclosing LaTeX environment', async () => {
    const editor = await files.open('a.tex', 'Text\n\n\\begin{align}\n  a ¦&= b\n\\end{align}\nmore');
    const { scope, scopeName, text, languageId } = await readSnapshot(editor);
    assert.deepEqual([languageId, scope, scopeName, text], ['latex', 'environment', 'align', '\\begin{align}\n  a &= b\n\\end{align}']);
  });

  it('widens a selection to whole formulas, and says so', async () => {
    const editor = await files.open('a.tex', 'Let \\(a ¦+ b¦ = c\\).\n');
    const { text, scope, widened, notation, before } = await readSnapshot(editor);
    assert.deepEqual([text, scope, widened, before], ['\\(a + b = c\\)', 'selection', true, 'Let ']);
    assert.deepEqual(notation, { flavour: 'latex', inline: '\\(', display: '\\[' });
    select(editor, 'Let ¦\\(a + b = c\\)¦.\n');
    assert.equal((await readSnapshot(editor)).widened, undefined);
    const code = await readSnapshot(await files.open('a.py', 'x = "$a ¦b¦ $"\n'));
    assert.deepEqual([code.text, code.notation], ['b', undefined]);
  });

  it('widens it in a cell of a notebook', async () => {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, 'So $x = 1$.', 'markdown');
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData([cell]));
    const { document } = notebook.cellAt(0);
    assert.equal((await readSnapshot({ document, selection: new vscode.Selection(0, 4, 0, 7) })).text, '$x = 1$');
  });

  it('takes the paragraph of an untitled document', async () => {
    const editor = await untitled('markdown', 'one\n\ntwo¦\nthree\n');
    const { scope, text, scopeName } = await readSnapshot(editor);
    assert.deepEqual([scope, text, scopeName], ['paragraph', 'two\nthree', undefined]);
  });

  it('says that a blank document gives nothing to ask', async () => {
    await rejectsWith('nothingToAsk', readSnapshot(await untitled('plaintext', '¦\n  \n')));
  });

  it('says that a binary document is none of text', async () => {
    await rejectsWith('binaryDocument', readSnapshot(await untitled('plaintext', 'a\0\u0001¦ b\n')));
  });

  it('is cancelled by its token', async () => {
    const source = new vscode.CancellationTokenSource();
    source.cancel();
    await assert.rejects(readSnapshot(await untitled('plaintext', 'a¦'), {}, source.token), vscode.CancellationError);
  });

  it('reports the diagnostics within the selection', async () => {
    const editor = await files.open('a.txt', 'a\n¦b\n¦c');
    const collection = vscode.languages.createDiagnosticCollection('lemma-test');
    disposables.push(collection);
    const inside = new vscode.Diagnostic(new vscode.Range(1, 0, 1, 1), 'No b.', vscode.DiagnosticSeverity.Warning);
    inside.source = 'lint';
    inside.code = { value: 42, target: vscode.Uri.parse('https://example.org') };
    collection.set(editor.document.uri, [inside, new vscode.Diagnostic(new vscode.Range(2, 0, 2, 1), 'No c.')]);
    assert.deepEqual((await readSnapshot(editor)).diagnostics, [
      {
        message: 'No b.',
        severity: 'warning',
        source: 'lint',
        code: '42',
        range: { start: { line: 1, character: 0 }, end: { line: 1, character: 1 } },
      },
    ]);
  });

  it('takes the lines around a problem, where it is reported now', async () => {
    const editor = await files.open('a.py', 'x = 1\n\ndef f():\n    return y\n\nz = 2\n');
    const collection = vscode.languages.createDiagnosticCollection('lemma-test');
    disposables.push(collection);
    collection.set(editor.document.uri, [new vscode.Diagnostic(new vscode.Range(3, 11, 3, 12), 'y is not defined')]);
    const reported = {
      message: 'y is not defined',
      severity: 'error' as const,
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
    };
    const { scope, scopeName, text, diagnostics } = await readSnapshot(editor, { diagnostic: reported });
    assert.deepEqual([scope, scopeName, text], ['diagnostic', 'f', 'def f():\n    return y']);
    assert.deepEqual(
      diagnostics.map(({ range }) => range.start.line),
      [3],
    );
  });

  it('works in a cell of a notebook', async () => {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'a = 1\n\nb = 2', 'python');
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData([cell]));
    const { document } = notebook.cellAt(0);
    const snapshot = await readSnapshot({ document, selection: new vscode.Selection(0, 0, 0, 5) });
    assert.deepEqual([snapshot.text, snapshot.languageId, snapshot.uri], ['a = 1', 'python', document.uri.toString()]);
  });
});

describe('selectionOffer', () => {
  const files = new TemporaryFiles();
  afterEach(async () => {
    await closeAll();
    await files.remove();
  });

  it('names the selected lines', async () => {
    const editor = await files.open('poly.py', 'a\n¦b\nc\n¦d');
    assert.deepEqual(selectionOffer(editor), { label: 'poly.py:2–3', scope: 'selection', lines: 2 });
  });

  it('names what would be taken in place of a selection', async () => {
    const editor = await files.open('poly.py', 'x\n\ndef f():\n    return 1¦\n');
    assert.deepEqual(selectionOffer(editor), { label: 'poly.py:3–4', scope: 'function', lines: 2 });
  });

  it('finds it far down in a long document', async () => {
    const editor = await files.open('long.py', `${'x = 1\n'.repeat(5000)}\n\n  y¦ = 2\n\n${'z\n'.repeat(5000)}`);
    assert.deepEqual(selectionOffer(editor), { label: 'long.py:5003', scope: 'paragraph', lines: 1 });
  });

  it('offers nothing in a blank document', async () => {
    assert.equal(selectionOffer(await untitled('plaintext', '\n\n')), undefined);
  });
});

describe('requireEditor', () => {
  it('says that there is no editor', async () => {
    await closeAll();
    await rejectsWith('noEditor', Promise.resolve().then(requireEditor));
  });

  it('says that a file which is not shown as text is binary', async () => {
    const files = new TemporaryFiles();
    const uri = await files.create('a.bin', new Uint8Array([1, 0, 2, 0, 255, 254, 0]));
    try {
      await vscode.commands.executeCommand('vscode.open', uri);
      await until(vscode.window.tabGroups.onDidChangeTabs, () => (vscode.window.tabGroups.activeTabGroup.activeTab ? true : undefined));
      await rejectsWith('binaryDocument', Promise.resolve().then(requireEditor));
    } finally {
      await closeAll();
      await files.remove();
    }
  });
});
