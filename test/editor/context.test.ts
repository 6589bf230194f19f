import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Attachment } from '../../src/core/attachment.ts';
import type { TurnQuestion } from '../../src/core/conversation.ts';
import { estimatedTokens } from '../../src/core/tokenEstimate.ts';
import type { Task } from '../../src/core/task.ts';
import { Config } from '../../src/host/config.ts';
import { AutomaticContext } from '../../src/host/context/automaticContext.ts';
import { gatherContext } from '../../src/host/context/gatherContext.ts';
import type { GatherRequest } from '../../src/host/context/gatherContext.ts';
import { readSnapshot } from '../../src/host/editor/readSnapshot.ts';
import type { InferenceLog } from '../../src/host/inferenceClient.ts';
import type { ModelService } from '../../src/host/modelService.ts';
import type { PanelModel } from '../../src/host/panel/panelModel.ts';
import type { TokenCounter } from '../../src/host/tokenCounter.ts';
import type { AttachmentOffer } from '../../src/shared/panelProtocol.ts';
import { closeAll, select, TemporaryFiles, until } from './editing.ts';

const counter: Pick<TokenCounter, 'count'> = {
  count: (messages) =>
    Promise.resolve(
      messages.map(({ content }) => ({ content: estimatedTokens(content), message: estimatedTokens(content) + 2, estimated: true })),
    ),
};
/** Long enough for a language server that starts; how long a warm one takes is the benchmark's to say. */
const patient = 30_000;

describe('What goes along with a question by itself', () => {
  const outside = new TemporaryFiles();
  const disposables: vscode.Disposable[] = [];
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const log: InferenceLog = { error: write, warn: write, info: write, debug: write, trace: write };
  let folder = '';

  before(async () => {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspace, 'the suite runs in a folder');
    folder = path.join(workspace.uri.fsPath, 'context');
    await mkdir(path.join(folder, 'node_modules/lib'), { recursive: true });
  });
  afterEach(async () => {
    lines.length = 0;
    for (const disposable of disposables.splice(0)) disposable.dispose();
    await closeAll();
  });
  after(async () => {
    await outside.remove();
    await rm(folder, { recursive: true, force: true });
  });

  /** A file of the workspace in an editor, with what stands between two `¦` selected. */
  const open = async (name: string, marked: string): Promise<vscode.TextEditor> => {
    await writeFile(path.join(folder, name), marked.replaceAll('¦', ''));
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(path.join(folder, name)));
    select(editor, marked);
    return editor;
  };
  const gather = async (
    editor: Pick<vscode.TextEditor, 'document' | 'selection'>,
    { task = 'explain', attachments = [], ...request }: Partial<GatherRequest> & { task?: Task; attachments?: readonly Attachment[] } = {},
  ): Promise<Readonly<Record<string, string>>> => {
    const question = { task, text: '', snapshot: await readSnapshot(editor), attachments };
    const { context } = await gatherContext({ budgetTokens: 1500, limitMs: patient, question, ...request }, counter, log);
    return Object.fromEntries(context.map(({ label, text }) => [label, text]));
  };
  /** Lines that push what is above out of the lines around the selection. */
  const gap = '\n'.repeat(30);

  it('are the definitions, types and imports that TypeScript’s extension finds, and what stands around', async () => {
    await writeFile(
      path.join(folder, 'shape.ts'),
      'export interface Shape {\n  area(): number;\n}\nexport function total(shapes: Shape[]): number {\n  return shapes.reduce((sum, each) => sum + each.area(), 0);\n}\nexport const unused = 1;\n',
    );
    await writeFile(path.join(folder, 'tsconfig.json'), '{ "compilerOptions": { "strict": true } }');
    const marked = `import { total, type Shape } from './shape';\nimport * as path from 'path';\n${gap}\nexport class Report extends Object {\n${gap}  print(shapes: Shape[]) {${gap}    ¦const sum = total(shapes);\n    return String(sum);¦\n  }\n}\n`;
    const editor = await open('report.ts', marked);
    // The server starts with the first question to it, and until it has read the other file its answer is the import itself.
    for (let known = false; !known;) {
      const at = new vscode.Position(0, 9);
      const places = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
        'vscode.executeDefinitionProvider',
        editor.document.uri,
        at,
      );
      known = places.some((each) => ('targetUri' in each ? each.targetUri : each.uri).path.endsWith('shape.ts'));
    }
    const found = await gather(editor);
    assert.equal(
      found['total'],
      'export function total(shapes: Shape[]): number {\n  return shapes.reduce((sum, each) => sum + each.area(), 0);\n}',
    );
    assert.equal(found['1 import'], "import { total, type Shape } from './shape';");
    assert.equal(found['Report'], 'export class Report extends Object {');
    assert.equal(found['print'], '  print(shapes: Shape[]) {');
    assert.ok(!('unused' in found) && !('String' in found), JSON.stringify(found));
    assert.ok(!Object.values(found).some((text) => text.includes('unused')), 'a neighbour of a definition stays where it is');
    assert.match(lines.join('\n'), /\[context\] \d+ of \d+ pieces in \d+ ms\./);
  });

  it('leaves out what the prompt has anyway: the lines around, the selection’s own names, what is attached', async () => {
    const editor = await open('near.py', 'LIMIT = 3\n\n\ndef f(x):\n    ¦y = x + LIMIT\n    return y¦\n');
    assert.deepEqual(await gather(editor), {}, 'all of it is shown around the selection');
    assert.deepEqual(
      await gather(editor, { task: 'ask' }),
      { LIMIT: 'LIMIT = 3', f: 'def f(x):' },
      'a typed question shows nothing around',
    );
    const uri = editor.document.uri.toString();
    const attached: Attachment = { kind: 'file', label: 'near.py', uri, fileName: 'near.py', languageId: 'python', text: '…' };
    assert.deepEqual(await gather(editor, { task: 'ask', attachments: [attached] }), {});
  });

  it('guesses definitions and heads of languages without an extension, outlining long ones', async () => {
    const long = `class Big:\n    size = 1\n\n    def grow(self):\n${'        pass\n'.repeat(20)}\n`;
    const editor = await open(
      'far.py',
      `import os\nfrom math import sqrt\n\n${long}${gap}class Use:\n${gap}    def run(self):\n${gap}        ¦return sqrt(Big().size)¦\n`,
    );
    assert.deepEqual(await gather(editor), {
      '1 import': 'from math import sqrt',
      Big: 'class Big:\n    size = 1\n    def grow(self):',
      Use: 'class Use:',
      run: '    def run(self):',
    });
  });

  it('names the problems in the selection, but for a repair, which names its own', async () => {
    const editor = await open('bad.py', '¦x = y¦\n');
    const collection = vscode.languages.createDiagnosticCollection('lemma-test');
    disposables.push(collection);
    collection.set(editor.document.uri, [
      new vscode.Diagnostic(new vscode.Range(0, 4, 0, 5), 'No y.', vscode.DiagnosticSeverity.Error),
      new vscode.Diagnostic(new vscode.Range(0, 0, 0, 1), 'A thought.', vscode.DiagnosticSeverity.Hint),
    ]);
    assert.deepEqual(await gather(editor), { '1 problem': '- Line 1, error: No y.' });
    assert.deepEqual(await gather(editor, { task: 'fix' }), {});
  });

  it('stays under its budget, and is nothing with a budget of none or where the user wants none', async () => {
    const editor = await open(
      'many.py',
      `${Array.from({ length: 9 }, (_, index) => `name${index} = "${'x'.repeat(300)}"\n`).join('')}${gap}¦print(${Array.from({ length: 9 }, (_, index) => `name${index}`).join(', ')})¦\n`,
    );
    assert.equal(Object.keys(await gather(editor, { budgetTokens: 300 })).length, 3);
    assert.deepEqual(await gather(editor, { budgetTokens: 0 }), {});
    const without = await gather(editor, { isUnwanted: ({ label }) => label === 'name2' });
    assert.ok(!('name2' in without) && 'name3' in without);
  });

  it('does not wait for a language extension that does not answer, and says so in the log', async () => {
    const never = { provideDefinition: () => new Promise<never>(() => undefined) };
    disposables.push(vscode.languages.registerDefinitionProvider({ pattern: '**/slow.py' }, never));
    const editor = await open('slow.py', `import os\n${gap}class A:\n${gap}    ¦x = os.path¦\n`);
    assert.deepEqual(await gather(editor, { limitMs: 400 }), { '1 import': 'import os', A: 'class A:' });
    assert.match(lines.join('\n'), /Late and left out: definitions\./);
  });

  it('reads no file outside the workspace and none of others in it, and no binary or very large one', async () => {
    const elsewhere = await outside.create('secret.py', 'secret = 1\n');
    const library = path.join(folder, 'node_modules/lib/index.py');
    const binary = path.join(folder, 'data.py');
    const large = path.join(folder, 'large.py');
    await writeFile(library, 'library = 1\n');
    await writeFile(binary, new Uint8Array([1, 0, 2, 0]));
    await writeFile(large, `large = 1\n${'# x\n'.repeat(200_000)}`);
    const targets: Readonly<Record<string, vscode.Uri>> = {
      secret: elsewhere,
      library: vscode.Uri.file(library),
      binary: vscode.Uri.file(binary),
      large: vscode.Uri.file(large),
    };
    disposables.push(
      vscode.languages.registerDefinitionProvider(
        { pattern: '**/uses.py' },
        {
          provideDefinition: (document, position) => {
            const uri = targets[document.getText(document.getWordRangeAtPosition(position))];
            return uri && new vscode.Location(uri, new vscode.Position(0, 0));
          },
        },
      ),
      vscode.languages.registerHoverProvider(
        { pattern: '**/uses.py' },
        { provideHover: () => new vscode.Hover(new vscode.MarkdownString('```python\ndef hovered() -> int\n```')) },
      ),
    );
    const editor = await open('uses.py', '¦secret(library, binary, large)¦\n');
    assert.deepEqual(await gather(editor), { secret: 'def hovered() -> int' }, 'what the extension says of a library is shown once');
  });

  it('are the commands and equations that a formula uses, in LaTeX with the files that it takes in', async () => {
    await writeFile(path.join(folder, 'macros.tex'), '\\newcommand{\\R}{\\mathbb{R}}\n\\newcommand{\\Unused}{x}\n');
    const paper =
      '\\documentclass{article}\n\\input{macros}\n\\DeclareMathOperator{\\rk}{rk}\n\\begin{document}\n\\begin{equation}\\label{eq:a}\n  a = b\n\\end{equation}\nBy \\eqref{eq:a} we have ¦$x \\in \\R$ and $\\rk A = 1$¦.\n\\end{document}\n';
    const editor = await open('paper.tex', paper.replace('By \\eqref', '¦By \\eqref').replace('have ¦', 'have '));
    assert.deepEqual(await gather(editor, { task: 'solve' }), {
      '\\R': '\\newcommand{\\R}{\\mathbb{R}}',
      '\\rk': '\\DeclareMathOperator{\\rk}{rk}',
      'eq:a': '\\begin{equation}\\label{eq:a}\n  a = b\n\\end{equation}',
    });
  });

  it('are those of the document that a chapter belongs to', async () => {
    await writeFile(path.join(folder, 'book.tex'), '\\documentclass{book}\n\\newcommand{\\Q}{\\mathbb{Q}}\n\\input{chapter}\n');
    const editor = await open('chapter.tex', '% !TEX root = book.tex\n¦$x \\in \\Q$¦\n');
    assert.deepEqual(await gather(editor), { '\\Q': '\\newcommand{\\Q}{\\mathbb{Q}}' });
  });

  it('are those of the other cells of a notebook', async () => {
    const markdown = (text: string): vscode.NotebookCellData =>
      new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, text, 'markdown');
    const cells = [markdown('$$\\newcommand{\\E}{\\mathbb{E}}$$'), markdown('So $\\E X = 1$.')];
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData(cells));
    const { document } = notebook.cellAt(1);
    assert.deepEqual(await gather({ document, selection: new vscode.Selection(0, 3, 0, 13) }), { '\\E': '\\newcommand{\\E}{\\mathbb{E}}' });
  });

  it('are the keys around a selection in JSON', async () => {
    const editor = await open('data.json', `{\n  "outer": {\n    "inner": {\n${gap}      ¦"a": 1¦\n    }\n  }\n}\n`);
    await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', editor.document.uri);
    assert.deepEqual(await gather(editor), { outer: '  "outer": {', inner: '    "inner": {' });
  });

  it('is nothing where the document has changed since it was read', async () => {
    const editor = await open('moved.py', `import os\n${gap}¦os.x¦\n`);
    const snapshot = await readSnapshot(editor);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '\n'));
    const { context } = await gatherContext({ question: { task: 'explain', text: '', snapshot }, budgetTokens: 1500 }, counter, log);
    assert.deepEqual(context, []);
  });
});

describe('What is shown before it is sent', () => {
  const files = new TemporaryFiles();
  const quiet: InferenceLog = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} };
  const disposables: vscode.Disposable[] = [];
  afterEach(async () => {
    for (const disposable of disposables.splice(0)) disposable.dispose();
    await closeAll();
    await files.remove();
  });

  /** The panel's side of it: the selection is attached, and each set of chips is an event. */
  const start = (
    next: () => Promise<Omit<TurnQuestion, 'id'>>,
  ): {
    context: AutomaticContext;
    chips: () => readonly string[];
    changed: vscode.EventEmitter<{ kind: string }>;
    shown: (...labels: string[]) => Promise<void>;
  } => {
    let chips: readonly AttachmentOffer[] = [];
    const drawn = new vscode.EventEmitter<void>();
    const changed = new vscode.EventEmitter<{ kind: string }>();
    const panel = {
      onDidChange: changed.event,
      selectionAttached: true,
      showAutomatic: (offers: readonly AttachmentOffer[]): void => {
        chips = offers;
        drawn.fire();
      },
    } as unknown as PanelModel;
    const model = { state: { kind: 'notChosen' } } as unknown as ModelService;
    const context = new AutomaticContext({ panel, model, config: new Config(), counter: counter as TokenCounter, log: quiet, next });
    context.limitMs = 20_000;
    disposables.push(context, drawn, changed);
    const labels = (): string[] => chips.map(({ label }) => label);
    const shown = async (...wanted: string[]): Promise<void> =>
      void (await until(drawn.event, () => (labels().join() === wanted.join() ? true : undefined)));
    return { context, chips: labels, changed, shown };
  };
  const id = (context: AutomaticContext, label: string): string => {
    const piece = context.shown.find((each) => each.label === label);
    return `automatic ${piece?.kind} ${piece?.uri} ${label}`;
  };

  it('is what is sent, without what was taken away, until another place is selected', async () => {
    const editor = await files.open('shown.py', `ONE = 1\nTWO = 2\n${'\n'.repeat(30)}¦print(ONE + TWO)¦\nprint(ONE)\n`);
    const next = async (): Promise<Omit<TurnQuestion, 'id'>> => ({ task: 'ask', text: '', snapshot: await readSnapshot(editor) });
    const { context, changed, shown } = start(next);
    changed.fire({ kind: 'selection' });
    await shown('ONE', 'TWO');
    assert.equal(context.remove('id of something attached'), false);
    assert.equal(context.remove(id(context, 'ONE')), true);
    await shown('TWO');
    assert.deepEqual(
      (await context.of(await next())).map(({ label }) => label),
      ['TWO'],
    );
    assert.deepEqual(
      (await context.of({ ...(await next()), task: 'solve' })).map(({ label }) => label),
      ['TWO'],
      'a task on the same text does not bring it back',
    );
    editor.selection = new vscode.Selection(33, 0, 33, 10);
    changed.fire({ kind: 'selection' });
    await shown('ONE');
    editor.selection = new vscode.Selection(32, 0, 32, 16);
    changed.fire({ kind: 'selection' });
    await shown('ONE', 'TWO');
  });

  it('follows the document, and is nothing without a selection', async () => {
    const editor = await files.open('typed.py', `ONE = 1\nTWO = 2\n${'\n'.repeat(30)}¦print(ONE)¦\n`);
    let attached = true;
    const { changed, shown } = start(async () => ({
      task: 'ask',
      text: '',
      ...(attached ? { snapshot: await readSnapshot(editor) } : {}),
    }));
    changed.fire({ kind: 'selection' });
    await shown('ONE');
    await editor.edit((edit) => edit.replace(new vscode.Range(32, 6, 32, 9), 'TWO'));
    await shown('TWO');
    attached = false;
    changed.fire({ kind: 'selection' });
    await shown();
  });

  it('is nothing where the setting says so', async () => {
    const config = vscode.workspace.getConfiguration('lemma');
    const editor = await files.open('off.py', `ONE = 1\n${'\n'.repeat(30)}¦print(ONE)¦\n`);
    const { changed, shown, context } = start(async () => ({ task: 'ask', text: '', snapshot: await readSnapshot(editor) }));
    changed.fire({ kind: 'selection' });
    await shown('ONE');
    try {
      const gone = shown();
      await config.update('context.automaticTokens', 0, vscode.ConfigurationTarget.Global);
      await gone;
      assert.deepEqual(await context.of({ task: 'solve', text: '', snapshot: await readSnapshot(editor) }), []);
    } finally {
      await config.update('context.automaticTokens', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
