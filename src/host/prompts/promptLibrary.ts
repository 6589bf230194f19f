/**
 * The prompts of the user's own: files of the workspace, where it is trusted, and the setting. The light bulb asks for them
 * while the cursor moves, so they are kept in memory and read again when they change. Loaded at activation: keep it small.
 */
import * as vscode from 'vscode';
import { checkPromptEntry } from '../../core/userPrompt.ts';
import type { PromptProblem, UserPrompt } from '../../core/userPrompt.ts';
import { promptProblemText, settingProblemText } from './promptWords.ts';

const pattern = '.lemma/prompts/*.md';
/** More than this is no prompt; bytes. */
const mostBytes = 64 * 1024;

export class PromptLibrary {
  readonly #disposables: vscode.Disposable[] = [];
  readonly #problems: vscode.DiagnosticCollection;
  /** By the file's URI. */
  readonly #files = new Map<string, UserPrompt>();
  #settings: readonly UserPrompt[] = [];
  /** Of both, as they are listed; the light bulb asks for it at every move of the cursor. */
  #sorted: readonly UserPrompt[] | undefined;
  /** What is wrong in the setting, as it was said last: not again for every change elsewhere in it. */
  #said = '';
  readonly #didRead = new vscode.EventEmitter<void>();
  /** Resolves when all that is known of has been read. */
  #reading: Promise<void> = Promise.resolve();

  constructor() {
    this.#problems = vscode.languages.createDiagnosticCollection('lemma-prompts');
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${pattern}`);
    const again = (uri: vscode.Uri): void => this.#soon(() => this.#read(uri));
    this.#disposables.push(
      this.#didRead,
      this.#problems,
      watcher,
      watcher.onDidCreate(again),
      watcher.onDidChange(again),
      watcher.onDidDelete(again),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#soon(() => this.#readAll())),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#soon(() => this.#readAll())),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('lemma.prompts')) return;
        this.sayProblems(this.#readSettings());
        this.#didRead.fire();
      }),
    );
    this.#readSettings();
    this.#soon(() => this.#readAll());
  }

  /** All prompts by title, files first. */
  get prompts(): readonly UserPrompt[] {
    return (this.#sorted ??= [...[...this.#files.values()].sort((one, other) => one.title.localeCompare(other.title)), ...this.#settings]);
  }

  /**
   * Says what is wrong in the setting, once each, with the way there. Called where somebody changes the setting or asks for
   * a prompt; a window that only opens says nothing.
   */
  sayProblems(problems = this.#readSettings()): void {
    const text = problems.join(' ');
    if (text === this.#said) return;
    this.#said = text;
    if (text === '') return;
    const open = vscode.l10n.t('Open Settings');
    void vscode.window.showWarningMessage(text, open).then((chosen) => {
      if (chosen === open) void vscode.commands.executeCommand('workbench.action.openSettings', 'lemma.prompts');
    });
  }

  /** Fires when files or the setting have been read. */
  get onDidRead(): vscode.Event<void> {
    return this.#didRead.event;
  }

  /**
   * Reads all files again: before it listens VS Code tells of no file that comes, and on some file systems it never does.
   * Called where somebody asks for a prompt.
   */
  readAgain(): Promise<void> {
    this.#soon(() => this.#readAll());
    return this.#reading;
  }

  /** Resolves when what is known to have changed has been read. */
  get settled(): Promise<void> {
    return this.#reading;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** One reading after the other, so that the last one counts. */
  #soon(read: () => Promise<void>): void {
    const told = (): void => this.#didRead.fire();
    this.#reading = this.#reading.then(read, read).then(told, told);
  }

  /** @returns what is wrong, a sentence each */
  #readSettings(): readonly string[] {
    const entries = vscode.workspace.getConfiguration('lemma').get<unknown>('prompts');
    const checked = (Array.isArray(entries) ? entries : []).map((entry: unknown, index) => checkPromptEntry(`setting:${index}`, entry));
    this.#settings = checked.flatMap(({ prompt }) => (prompt ? [prompt] : []));
    this.#sorted = undefined;
    return checked.flatMap(({ problems }, index) => problems.map((problem) => settingProblemText(index, problem)));
  }

  async #readAll(): Promise<void> {
    this.#files.clear();
    this.#sorted = undefined;
    this.#problems.clear();
    if (!vscode.workspace.isTrusted) return;
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const found = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, pattern), null);
      for (const uri of found) await this.#read(uri);
    }
  }

  /** @param uri of a file that is there, has changed, or is gone */
  async #read(uri: vscode.Uri): Promise<void> {
    const id = uri.toString();
    this.#files.delete(id);
    this.#sorted = undefined;
    this.#problems.delete(uri);
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    // A folder of that name further down belongs to what is stored there, not to this workspace.
    if (!vscode.workspace.isTrusted || !folder || !/^\.lemma\/prompts\/[^/]+$/.test(relativePath(folder.uri, uri))) return;
    const bytes = await vscode.workspace.fs.readFile(uri).then(
      (read) => read,
      () => undefined,
    );
    if (!bytes) return;
    if (bytes.byteLength > mostBytes) {
      const problem: PromptProblem = { code: 'fileTooLong', bytes: bytes.byteLength, limitBytes: mostBytes };
      this.#problems.set(uri, [problemAt(problem, 0)]);
      return;
    }
    const { parsePromptText } = await import('./promptText.ts');
    const parsed = parsePromptText(id, uri.path.split('/').at(-1) ?? '', new TextDecoder().decode(bytes));
    if (parsed.prompt) this.#files.set(id, parsed.prompt);
    // Others may have asked while the file was read.
    this.#sorted = undefined;
    this.#problems.set(
      uri,
      parsed.problems.map(({ problem, line }) => problemAt(problem, line)),
    );
  }
}

/** @param line 0-based */
function problemAt(problem: PromptProblem, line: number): vscode.Diagnostic {
  const range = new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER);
  const diagnostic = new vscode.Diagnostic(range, promptProblemText(problem), vscode.DiagnosticSeverity.Warning);
  diagnostic.source = 'Lemma';
  diagnostic.code = problem.code;
  return diagnostic;
}

function relativePath(folder: vscode.Uri, file: vscode.Uri): string {
  const base = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  return file.path.startsWith(base) ? file.path.slice(base.length) : '';
}
