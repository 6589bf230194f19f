import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TurnQuestion } from '../../src/core/conversation.ts';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { readSnapshot } from '../../src/host/editor/readSnapshot.ts';
import { TestRuns } from '../../src/host/edits/runTests.ts';
import { handlePanelMessage } from '../../src/host/panelMessages.ts';
import type { PanelNote } from '../../src/shared/panelProtocol.ts';
import { closeAll, select, until } from './editing.ts';

const source = 'def area(r):\n    return 3 * r\n';

describe('the tests of what an edit has changed', () => {
  let app: LemmaApp;
  let folder: string;
  const made = new Set<string>();
  /** Each test has files of its own: VS Code may still know those of the one before. */
  let part = '';
  let parts = 0;

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
    folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    assert.notEqual(folder, '');
  });
  beforeEach(() => (part = `part${++parts}`));
  afterEach(async () => {
    await app.newConversation();
    await closeAll();
    const hadTasks = made.has('.vscode/tasks.json');
    for (const name of made) await rm(path.join(folder, name), { force: true });
    made.clear();
    if (hadTasks) await tasksAre([]);
  });

  async function create(name: string, text: string): Promise<vscode.Uri> {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    made.add(name);
    return vscode.Uri.file(file);
  }

  /** Resolves when VS Code knows these tasks, and no others, as the workspace's tests. */
  async function tasksAre(names: readonly string[]): Promise<void> {
    const wanted = [...names].sort().join();
    const known = async (): Promise<boolean> => {
      const tasks = (await vscode.tasks.fetchTasks()).filter(({ group }) => group?.id === vscode.TaskGroup.Test.id);
      const names = tasks.map(({ name }) => name).sort();
      return names.join() === wanted;
    };
    while (!(await known())) await new Promise(setImmediate);
  }

  /** Shell commands as test tasks of the workspace. */
  async function testTasks(commands: Readonly<Record<string, string>>): Promise<void> {
    const tasks = Object.entries(commands).map(([label, command]) => ({
      label,
      type: 'shell',
      command,
      group: 'test',
      problemMatcher: [],
    }));
    await create('.vscode/tasks.json', JSON.stringify({ version: '2.0.0', tasks }));
    await tasksAre(Object.keys(commands));
  }

  /** Asks for a repair of the function, answers it and accepts the edit. */
  async function accepted(wish: Partial<TurnQuestion> = {}, name = `${part}/area.py`, text = source): Promise<string> {
    const editor = await vscode.window.showTextDocument(await create(name, text));
    select(editor, `¦${text.trimEnd()}¦`);
    const id = randomUUID();
    const question: TurnQuestion = { task: 'fix', text: '', answerUse: 'replace', snapshot: await readSnapshot(editor), ...wish, id };
    const say = app.conversations.append.bind(app.conversations);
    say({ type: 'asked', question, at: Date.now() });
    await app.previews.idle();
    say({ type: 'phase', turnId: id, phase: 'answering', at: Date.now() });
    say({ type: 'delta', turnId: id, part: 'answer', text: '```python\ndef area(r):\n    return 3 * r * r\n```\n', tokens: 1 });
    say({ type: 'ended', turnId: id, end: { kind: 'complete' }, at: Date.now() });
    await app.previews.idle();
    if (question.answerUse === 'replace') await vscode.commands.executeCommand('lemma.acceptEdit', id);
    else await app.answers.edit('replace', id);
    assert.match(editor.document.getText(), /3 \* r \* r/);
    return id;
  }

  const noteOf = (id: string): PanelNote | undefined => app.panel.words(id)?.testNote;
  const changed: vscode.Event<unknown> = (listener) => {
    const listening = app.panel.onDidChange(listener);
    return new vscode.Disposable(() => listening.dispose());
  };
  const said = (id: string, text: RegExp): Promise<PanelNote> =>
    until(changed, () => {
      const note = noteOf(id);
      return note && text.test(note.text) ? note : undefined;
    });
  const press = (id: string): Promise<void> => handlePanelMessage(app, { type: 'action', action: 'runTests', turnId: id });

  it('are offered after Accept where a test task exists, and do not run by themselves', async () => {
    await testTasks({ check: 'touch ran.txt' });
    made.add('ran.txt');
    const id = await accepted();
    const note = await said(id, /check/);
    assert.deepEqual(
      note.buttons.map(({ action }) => action),
      ['runTests'],
    );
    assert.equal(vscode.tasks.taskExecutions.length, 0);
    await assert.rejects(async () => vscode.workspace.fs.stat(vscode.Uri.file(path.join(folder, 'ran.txt'))));
  });

  it('run as their task, on what the edit has made, and the exit code is said', async () => {
    await testTasks({ check: 'grep -q "r \\* r" */area.py' });
    const id = await accepted();
    await said(id, /near by/);
    await press(id);
    assert.equal(noteOf(id)?.text, 'The tests pass: check ended with exit code 0.');
    assert.equal(noteOf(id)?.tone, 'info');
  });

  it('that fail are said to, with their exit code', async () => {
    await testTasks({ check: 'exit 3' });
    const id = await accepted();
    await said(id, /near by/);
    await press(id);
    assert.equal(noteOf(id)?.text, 'The tests do not pass: check ended with exit code 3. Its terminal says more.');
    assert.equal(noteOf(id)?.tone, 'warning');
    assert.deepEqual(
      noteOf(id)?.buttons.map(({ action }) => action),
      ['runTests'],
    );
  });

  it('are offered after the answer of Solve was put in its place', async () => {
    await testTasks({ check: 'true' });
    const id = await accepted({ task: 'solve', answerUse: 'panel' });
    await said(id, /near by/);
  });

  it('in a file near by are handed to VS Code', async () => {
    await create('tests/test_area.py', 'from area import area\n\n\ndef test_area():\n    assert area(2) == 12\n');
    const id = await accepted();
    await said(id, /tests\/test_area\.py/);
    await press(id);
    assert.match(noteOf(id)?.text ?? '', /^The tests in tests\/test_area\.py were handed to VS Code/);
    const editor = vscode.window.activeTextEditor;
    assert.match(editor?.document.uri.path ?? '', /test_area\.py$/);
    assert.equal(editor?.selection.active.line, 4);
    assert.equal((await vscode.workspace.openTextDocument(path.join(folder, part, 'area.py'))).isDirty, false);
  });

  it('are not offered where there are none, nor for text, nor in a workspace that is not trusted', async () => {
    const alone = await accepted();
    await app.tests.offer(alone);
    assert.equal(noteOf(alone), undefined);
    await testTasks({ check: 'true' });
    const text = await accepted({}, `${part}/notes.md`, 'def area(r):\n    return 3 * r\n');
    await app.tests.offer(text);
    assert.equal(noteOf(text), undefined);
    const { conversations, panel, log } = app;
    const untrusted = new TestRuns({ conversations, panel, log, trusted: () => false });
    const code = await accepted({}, `${part}/other.py`);
    await said(code, /near by/);
    panel.note(code, { testNote: undefined });
    await untrusted.offer(code);
    await untrusted.run(code);
    assert.equal(noteOf(code), undefined);
    assert.equal(vscode.tasks.taskExecutions.length, 0);
  });
});
