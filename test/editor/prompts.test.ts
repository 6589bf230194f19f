import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import type { PromptLibrary } from '../../src/host/prompts/promptLibrary.ts';
import { closeAll, turnEnd, until, untitled } from './editing.ts';

/** VS Code tells of no file that was written before it listened to the folder, which on a slow machine takes its time. */
async function listening(probe: vscode.Uri): Promise<void> {
  const watcher = vscode.workspace.createFileSystemWatcher('**/.lemma/prompts/*.md');
  let heard = false;
  watcher.onDidCreate(() => (heard = true));
  watcher.onDidChange(() => (heard = true));
  for (let text = 0; !heard; text++) {
    await vscode.workspace.fs.writeFile(probe, new TextEncoder().encode(`${text}`));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const gone = new Promise((resolve) => watcher.onDidDelete(resolve));
  await vscode.workspace.fs.delete(probe);
  await gone;
  watcher.dispose();
}

describe('prompts of the user’s own', () => {
  let app: LemmaApp;
  let prompts: PromptLibrary;
  let folder: vscode.Uri;

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    const workspace = vscode.workspace.workspaceFolders?.[0];
    assert.ok(extension && workspace);
    const api = await extension.activate();
    app = await api.app();
    ({ prompts } = api);
    folder = vscode.Uri.joinPath(workspace.uri, '.lemma', 'prompts');
    await listening(file('probe.md'));
  });
  afterEach(async () => {
    await app.newConversation();
    await closeAll();
  });
  after(async () => {
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder, '..'), { recursive: true });
    await vscode.workspace.getConfiguration('lemma').update('prompts', undefined, vscode.ConfigurationTarget.Global);
  });

  const file = (name: string): vscode.Uri => vscode.Uri.joinPath(folder, name);
  const write = (name: string, text: string): Thenable<void> => vscode.workspace.fs.writeFile(file(name), new TextEncoder().encode(text));
  const titles = (): string[] => prompts.prompts.map(({ title }) => title);
  /** Resolves when the library has these, which the file system’s events bring. */
  async function library(...wanted: string[]): Promise<void> {
    await until(prompts.onDidRead, () => (titles().join() === wanted.join() ? true : undefined));
  }
  /** Resolves when the file’s diagnostics change. */
  const changed = (name: string): Promise<void> =>
    new Promise((resolve) => {
      const listener = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        if (!uris.some((uri) => uri.path.endsWith(`/${name}`))) return;
        listener.dispose();
        resolve();
      });
    });
  async function offered(): Promise<string[]> {
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const { document, selection } = editor;
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, selection);
    return actions.map(({ title }) => title).filter((title) => title.endsWith(' with Lemma'));
  }

  it('come from files of the folder as they are written, and from the setting', async () => {
    await write('snake.md', '---\ntitle: Snake\napplies: code\nanswer: replace\n---\nRename all in {{file}} to snake case.');
    await library('Snake');
    await vscode.workspace
      .getConfiguration('lemma')
      .update(
        'prompts',
        [{ title: 'Field?', applies: ['math'], prompt: 'Is this a field?' }, { title: '' }],
        vscode.ConfigurationTarget.Global,
      );
    await library('Snake', 'Field?');
    await untitled('python', '¦camelCase = 1¦');
    assert.deepEqual((await offered()).slice(-1), ['Snake with Lemma']);
    await untitled('latex', '¦\\[ F_2 \\]¦');
    assert.deepEqual((await offered()).slice(-1), ['Field? with Lemma']);
  });

  it('are asked with what is known of the selection', async () => {
    await write('shape.md', '---\nanswer: insert\n---\nIn {{language}}, {{symbols}}:\n\n{{selection}}');
    await library('Shape', 'Snake', 'Field?');
    const document = await vscode.workspace.openTextDocument({
      language: 'typescript',
      content: 'function twice(n: number) {\n  return 2 * n;\n}\n',
    });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(1, 2, 1, 15);
    const ended = turnEnd(app);
    await vscode.commands.executeCommand('lemma.runPrompt', file('shape.md').toString());
    const { question } = await ended;
    assert.deepEqual([question.task, question.title, question.answerUse, question.selectionInText], ['prompt', 'Shape', 'insert', true]);
    assert.match(question.text, /^In typescript, (?:function twice, lines 1-3)?:\n\nreturn 2 \* n;$/);
  });

  it('say what is wrong with them at its line, and are gone with their files', async () => {
    const problems = changed('bad.md');
    await write('bad.md', '---\ntitle: Bad\nanswer: everywhere\n---\nGo.');
    await problems;
    const [problem, ...more] = vscode.languages.getDiagnostics(file('bad.md'));
    assert.ok(problem && more.length === 0);
    assert.match(problem.message, /“answer” is to be replace, insert or panel/);
    assert.equal(problem.range.start.line, 2);
    await write('bad.md', `---\ntitle: Bad\n---\n${'Go. '.repeat(20_000)}`);
    while (vscode.languages.getDiagnostics(file('bad.md'))[0]?.code !== 'fileTooLong') await changed('bad.md');
    assert.deepEqual(titles(), ['Shape', 'Snake', 'Field?']);
    for (const name of ['bad.md', 'shape.md', 'snake.md']) await vscode.workspace.fs.delete(file(name));
    await library('Field?');
    assert.deepEqual(vscode.languages.getDiagnostics(file('bad.md')), []);
  });

  it('begin with a file that says what can be written there', async () => {
    await vscode.commands.executeCommand('lemma.newPrompt');
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), file('my-prompt.md').toString());
    await library('My prompt', 'Field?');
    assert.deepEqual(vscode.languages.getDiagnostics(file('my-prompt.md')), []);
    await vscode.commands.executeCommand('lemma.newPrompt');
    assert.equal(vscode.window.activeTextEditor.document.uri.toString(), file('my-prompt-2.md').toString());
  });
});
