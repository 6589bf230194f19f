/**
 * The prompts of the user's own: files of the workspace, where it is trusted, and the setting. The light bulb asks for them
 * while the cursor moves, so they are kept in memory and read again when they change. Loaded at activation: keep it small.
 */
import * as vscode from 'vscode';
import { checkPrompt } from '../../core/userPrompt.ts';
import type { UserPrompt } from '../../core/userPrompt.ts';
import { promptProblemText } from './promptWords.ts';

const pattern = '.lemma/prompts/*.md';
/** More than this is no prompt; bytes. */
const mostBytes = 64 * 1024;

export class PromptLibrary {
  readonly #disposables: vscode.Disposable[] = [];
  readonly #problems: vscode.DiagnosticCollection;
  /** By the file's URI. */
  readonly #files = new Map<string, UserPrompt>();
  #settings: readonly UserPrompt[] = [];
  /** Resolves when all that is known of has been read. */
  #reading: Promise<void> = Promise.resolve();

  constructor() {
    this.#problems = vscode.languages.createDiagnosticCollection('lemma-prompts');
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${pattern}`);
    const again = (uri: vscode.Uri): void => this.#soon(() => this.#read(uri));
    this.#disposables.push(
      this.#problems,
      watcher,
      watcher.onDidCreate(again),
      watcher.onDidChange(again),
      watcher.onDidDelete(again),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#soon(() => this.#readAll())),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#soon(() => this.#readAll())),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('lemma.prompts')) this.#readSettings();
      }),
    );
    this.#readSettings();
    this.#soon(() => this.#readAll());
  }

  /** All prompts by title, files first. */
  get prompts(): readonly UserPrompt[] {
    const files = [...this.#files.values()].sort((one, other) => one.title.localeCompare(other.title));
    return [...files, ...this.#settings];
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
    this.#reading = this.#reading.then(read, read);
  }

  #readSettings(): void {
    const entries = vscode.workspace.getConfiguration('lemma').get<unknown>('prompts');
    this.#settings = (Array.isArray(entries) ? entries : []).flatMap((entry: unknown, index) => {
      if (typeof entry !== 'object' || entry === null) return [];
      const { prompt = '', ...head } = entry as Readonly<Record<string, unknown>>;
      const checked = checkPrompt(`setting:${index}`, head, typeof prompt === 'string' ? prompt : '', '');
      return checked.prompt && checked.prompt.title !== '' ? [checked.prompt] : [];
    });
  }

  async #readAll(): Promise<void> {
    this.#files.clear();
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
    this.#problems.delete(uri);
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    // A folder of that name further down belongs to what is stored there, not to this workspace.
    if (!vscode.workspace.isTrusted || !folder || !/^\.lemma\/prompts\/[^/]+$/.test(relativePath(folder.uri, uri))) return;
    const bytes = await vscode.workspace.fs.readFile(uri).then(
      (read) => read,
      () => undefined,
    );
    if (!bytes || bytes.byteLength > mostBytes) return;
    const { parsePromptText } = await import('./promptText.ts');
    const parsed = parsePromptText(id, uri.path.split('/').at(-1) ?? '', new TextDecoder().decode(bytes));
    if (parsed.prompt) this.#files.set(id, parsed.prompt);
    const diagnostics = parsed.problems.map(({ problem, line }) => {
      const range = new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER);
      const diagnostic = new vscode.Diagnostic(range, promptProblemText(problem), vscode.DiagnosticSeverity.Warning);
      diagnostic.source = 'Lemma';
      diagnostic.code = problem.code;
      return diagnostic;
    });
    this.#problems.set(uri, diagnostics);
  }
}

function relativePath(folder: vscode.Uri, file: vscode.Uri): string {
  const base = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  return file.path.startsWith(base) ? file.path.slice(base.length) : '';
}
