/** Tests of what an edit has changed: offered after it is accepted, run when the user says so, in trusted workspaces alone. */
import * as vscode from 'vscode';
import type { Turn } from '../../core/conversation.ts';
import { turnById } from '../../core/conversation.ts';
import { isProse } from '../../core/prompt.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { isTestFile, testFilesOf } from '../../core/testFiles.ts';
import type { Conversations } from '../conversations.ts';
import { relativeName } from '../editor/documents.ts';
import { openDocument } from '../editor/openDocument.ts';
import type { InferenceLog } from '../inferenceClient.ts';
import type { PanelModel } from '../panel/panelModel.ts';
import { testsEnded, testsGone, testsHandedOver, testsNotSaved, testsOffered, testsRunning } from './testWords.ts';
import type { TestEnd } from './testWords.ts';

export interface TestRunParts {
  readonly conversations: Conversations;
  readonly panel: PanelModel;
  readonly log: InferenceLog;
  /** Whether what lies in the workspace may be run. */
  readonly trusted: () => boolean;
}

/** What runs the tests of a file: tasks of the workspace, else a file that VS Code's testing runs. */
type Tests = { readonly tasks: readonly vscode.Task[] } | { readonly file: vscode.Uri };

/** Other people's code and what is built, which have tests of their own. */
const elsewhere = '**/{node_modules,.git,venv,.venv,site-packages,vendor,target,dist,build}/**';

export class TestRuns {
  readonly #parts: TestRunParts;
  /** Turns whose tests run. */
  readonly #running = new Set<string>();

  constructor(parts: TestRunParts) {
    this.#parts = parts;
  }

  /** Says under a turn, whose answer has just been put into its file, that its tests can be run; nothing where there are none. */
  async offer(turnId: string): Promise<void> {
    const snapshot = this.#changed(turnId);
    if (!snapshot) return;
    const tests = await findTests(vscode.Uri.parse(snapshot.uri));
    if (!tests) return;
    const what = 'file' in tests ? relativeName(tests.file) : tests.tasks.map(({ name }) => name).join(', ');
    this.#parts.panel.note(turnId, { testNote: testsOffered(what) });
  }

  /** Runs them and says how that ended. What was changed is saved before: tests run what is in the file. */
  async run(turnId: string): Promise<void> {
    const { panel } = this.#parts;
    const snapshot = this.#changed(turnId);
    if (!snapshot || this.#running.has(turnId)) return;
    this.#running.add(turnId);
    try {
      const uri = vscode.Uri.parse(snapshot.uri);
      const tests = await findTests(uri);
      const open = vscode.workspace.textDocuments.find((each) => each.uri.toString() === snapshot.uri);
      if (!tests) panel.note(turnId, { testNote: testsGone() });
      else if (open?.isDirty && !(await open.save())) panel.note(turnId, { testNote: testsNotSaved(snapshot.fileName) });
      else if ('tasks' in tests) await this.#runTask(turnId, tests.tasks);
      else {
        await runFile(tests.file, snapshot, tests.file.toString() === uri.toString());
        panel.note(turnId, { testNote: testsHandedOver(relativeName(tests.file)) });
      }
    } finally {
      this.#running.delete(turnId);
    }
  }

  async #runTask(turnId: string, tasks: readonly vscode.Task[]): Promise<void> {
    const { panel, log } = this.#parts;
    const task = await chosenTask(tasks);
    if (!task) return;
    panel.note(turnId, { testNote: testsRunning(task.name) });
    const end = await ended(task);
    if (end.kind === 'failed') log.warn(`[tests] ${task.name}: ${end.why}`);
    panel.note(turnId, { testNote: testsEnded(task.name, end) });
  }

  /** Where a turn has changed code that may be run here. */
  #changed(turnId: string): Snapshot | undefined {
    const turn: Turn | undefined = turnById(this.#parts.conversations.current, turnId);
    const { snapshot, task } = turn?.question ?? {};
    if (!this.#parts.trusted() || !snapshot || task === 'translate' || task === 'convert' || isProse(snapshot)) return undefined;
    const uri = vscode.Uri.parse(snapshot.uri);
    return vscode.workspace.getWorkspaceFolder(uri) ? snapshot : undefined;
  }
}

async function findTests(uri: vscode.Uri): Promise<Tests | undefined> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) return undefined;
  // Asking for tasks starts the extensions that make some, and may take seconds; it runs none of them.
  const all = (await vscode.tasks.fetchTasks()).filter(({ group }) => group?.id === vscode.TaskGroup.Test.id);
  const own = all.filter(({ scope }) => typeof scope !== 'object' || scope.uri.toString() === folder.uri.toString());
  const standard = own.filter(({ group }) => group?.isDefault === true);
  if (own.length > 0) return { tasks: standard.length === 1 ? standard : own };
  if (isTestFile(vscode.workspace.asRelativePath(uri, false))) return { file: uri };
  const glob = testFilesOf(uri.path);
  const [file] = glob === undefined ? [] : await vscode.workspace.findFiles(new vscode.RelativePattern(folder, glob), elsewhere, 1);
  return file && { file };
}

async function chosenTask(tasks: readonly vscode.Task[]): Promise<vscode.Task | undefined> {
  if (tasks.length === 1) return tasks[0];
  const items = tasks.map((task) => ({ label: task.name, description: task.source, detail: task.detail ?? '', task }));
  const title = vscode.l10n.t('Run the Tests');
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Choose the task that runs them') });
  return chosen?.task;
}

/** Runs a task to its end. The end of its process comes before that of the task; a task without one has only the latter. */
async function ended(task: vscode.Task): Promise<TestEnd> {
  let execution: vscode.TaskExecution | undefined;
  let code: number | undefined;
  const listeners: vscode.Disposable[] = [];
  try {
    const end = new Promise<void>((resolve) => {
      // It may end before `executeTask` has told which execution it is; the task is then known by what VS Code calls it.
      const isOwn = (other: vscode.TaskExecution): boolean =>
        execution === undefined ? other.task.name === task.name && other.task.source === task.source : other === execution;
      listeners.push(
        vscode.tasks.onDidEndTaskProcess((event) => {
          if (isOwn(event.execution)) code = event.exitCode;
        }),
        vscode.tasks.onDidEndTask((event) => {
          if (isOwn(event.execution)) resolve();
        }),
      );
    });
    execution = await vscode.tasks.executeTask(task);
    await end;
    return code === undefined ? { kind: 'unknown' } : { kind: 'exited', code };
  } catch (thrown) {
    return { kind: 'failed', why: sentence(thrown instanceof Error ? thrown.message : String(thrown)) };
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

/** Lets VS Code run the tests where the changed function is named, else all of the file, and shows their results. */
async function runFile(file: vscode.Uri, snapshot: Snapshot, isOwn: boolean): Promise<void> {
  const document = await openDocument(file);
  const name = snapshot.scopeName ?? /\b(?:def|function|fn|func|fun|sub)\s+(\w+)/.exec(snapshot.text)?.[1];
  const named = name === undefined ? -1 : document.getText().search(new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\s*\\(`));
  const place = isOwn ? undefined : document.positionAt(Math.max(0, named));
  await vscode.window.showTextDocument(document, place ? { selection: new vscode.Range(place, place) } : {});
  await vscode.commands.executeCommand(isOwn || named >= 0 ? 'testing.runAtCursor' : 'testing.runCurrentFile');
  await vscode.commands.executeCommand('workbench.panel.testResults.view.focus');
}
