import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TurnQuestion } from '../../src/core/conversation.ts';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { EditTasks } from '../../src/host/editTasks.ts';
import { closeAll, turnEnd, untitled } from './editing.ts';

const code = '¦def add(a, b):\n    return a - b¦\n';

describe('a task for a selection', () => {
  let app: LemmaApp;
  const kept = new Map<string, unknown>();
  /** In place of VS Code's own, which would keep it for the next run. */
  const memory: Pick<vscode.Memento, 'get' | 'update'> = {
    get: <T>(key: string, otherwise?: T) => (kept.get(key) ?? otherwise) as T,
    update: (key, value) => Promise.resolve(void (value === undefined ? kept.delete(key) : kept.set(key, value))),
  };
  let tasks: EditTasks;

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    const api = await extension.activate();
    app = await api.app();
    tasks = new EditTasks(app.questions, memory, api.prompts);
  });
  beforeEach(() => kept.clear());
  afterEach(async () => {
    await app.newConversation();
    await closeAll();
  });

  /** What was asked, once it is answered. */
  async function asked(ask: () => PromiseLike<unknown>): Promise<TurnQuestion> {
    const ended = turnEnd(app);
    await ask();
    const { question } = await ended;
    // Its preview opens a tab of its own; VS Code opens no other editor in the meantime.
    await app.previews.idle();
    return question;
  }

  /** Accepts what is active in the list that opens, as Enter does. */
  async function accept(asking: Promise<void>): Promise<void> {
    let open = true;
    const done = asking.finally(() => (open = false));
    while (open) await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await done;
  }

  it('is a question about it, whose answer has its place', async () => {
    const uses = {
      fixSelection: ['fix', 'replace'],
      documentSelection: ['document', 'replace'],
      writeTests: ['tests', 'insert'],
    } as const;
    for (const [command, [task, use]] of Object.entries(uses)) {
      await untitled('python', code);
      const question = await asked(() => vscode.commands.executeCommand(`lemma.${command}`));
      assert.equal(question.task, task);
      assert.equal(question.answerUse, use);
      assert.equal(question.snapshot?.text, code.replaceAll('¦', '').trimEnd());
      await app.newConversation();
    }
  });

  it('of explaining has no place but the panel', async () => {
    await untitled('python', code);
    assert.equal((await asked(() => vscode.commands.executeCommand('lemma.explainSelection'))).answerUse, undefined);
  });

  it('of editing says what is typed, keeps it for the next time, and lists what was said before', async () => {
    await untitled('python', code);
    kept.set('lemma.edit.unfinished', 'Fix the operator');
    const question = await asked(() => accept(tasks.edit()));
    assert.deepEqual([question.task, question.text, question.answerUse], ['edit', 'Fix the operator', 'replace']);
    assert.deepEqual([...kept], [['lemma.edit.instructions', ['Fix the operator']]]);
    assert.equal((await asked(() => accept(tasks.edit()))).text, 'Fix the operator');
  });

  it('of editing that is left keeps what was typed', async () => {
    await untitled('python', code);
    kept.set('lemma.edit.unfinished', 'Rename');
    let open = true;
    const left = tasks.edit().finally(() => (open = false));
    while (open) await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await left;
    assert.deepEqual([...kept], [['lemma.edit.unfinished', 'Rename']]);
    assert.equal(app.conversations.current, undefined);
  });

  it('of translating changes text in its place, and shows code in another language in the panel', async () => {
    await untitled('markdown', '¦Good morning.¦\n');
    kept.set('lemma.translate.languages', ['German']);
    const text = await asked(() => accept(tasks.translate()));
    assert.deepEqual([text.task, text.into, text.answerUse], ['translate', 'German', 'replace']);
    await untitled('python', code);
    const program = await asked(() => accept(tasks.translate()));
    assert.deepEqual([program.into, program.answerUse], ['TypeScript', undefined]);
    assert.deepEqual(kept.get('lemma.translate.code'), ['TypeScript']);
  });

  it('of converting changes text into the document’s own notation alone', async () => {
    await untitled('latex', '¦# Title¦\n');
    const other = await asked(() => accept(tasks.convert()));
    assert.deepEqual([other.task, other.into, other.answerUse], ['convert', 'Markdown', undefined]);
    kept.set('lemma.convert.notations', ['LaTeX']);
    const own = await asked(() => accept(tasks.convert()));
    assert.deepEqual([own.into, own.answerUse], ['LaTeX', 'replace']);
  });
});
