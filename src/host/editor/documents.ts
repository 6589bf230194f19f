/** How documents are called before people, and which of them count. Loaded at activation: keep it small. */
import * as vscode from 'vscode';

/** Path relative to the workspace folder, else the base name. A notebook's cell has the name of its notebook. */
export function documentName(document: vscode.TextDocument): string {
  return relativeName(notebookOf(document)?.uri ?? document.uri);
}

/** Path relative to the workspace folder that it lies in, else the base name. */
export function relativeName(uri: vscode.Uri): string {
  const inFolder = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  return inFolder ? vscode.workspace.asRelativePath(uri, false) : (uri.path.split('/').at(-1) ?? uri.path);
}

/** The notebook that the document is a cell of. */
export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined;
  return vscode.workspace.notebookDocuments.find((notebook) => notebook.getCells().some((cell) => cell.document === document));
}

/** Documents that live in the editor alone: opening them again would make a new, empty one. */
export const unsavedSchemes: ReadonlySet<string> = new Set(['untitled', 'vscode-notebook-cell']);

/** What can be known of a document without reading anything: what extensions make up has no file system, or a read-only one. */
export function mayBeWritten(document: vscode.TextDocument): boolean {
  return unsavedSchemes.has(document.uri.scheme) || vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) === true;
}

/** Text fields of the workbench that are documents too. Neither question nor answer belongs there. */
const inputSchemes: ReadonlySet<string> = new Set([
  'vscode-scm',
  'comment',
  'chatSessionInput',
  'vscode-chat-input',
  'vscode-interactive-input',
  'inmemory',
  'search-editor-input',
]);

export function isInputField(document: vscode.TextDocument): boolean {
  return inputSchemes.has(document.uri.scheme);
}
