import * as vscode from 'vscode';
import { LemmaFailure } from '../../core/errors.ts';
import { notebookOf, relativeName, unsavedSchemes } from './documents.ts';

/** The open document, else the file opened again. @throws LemmaFailure `documentGone` */
export async function openDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString() && !document.isClosed);
  if (open && isLive(open)) return open;
  const gone = new LemmaFailure({ code: 'documentGone', fileName: relativeName(uri) });
  if (unsavedSchemes.has(uri.scheme)) throw gone;
  try {
    // A document stays in memory for minutes after its editor was closed, also when its file is deleted.
    if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== undefined) await vscode.workspace.fs.stat(uri);
    return open ?? (await vscode.workspace.openTextDocument(uri));
  } catch (thrown) {
    gone.cause = thrown;
    throw gone;
  }
}

/** The document is what the user means, whatever became of its file. Others stay in memory for minutes after their editors. */
export function isLive(document: vscode.TextDocument): boolean {
  return document.isDirty || unsavedSchemes.has(document.uri.scheme) || isVisible(document);
}

/**
 * The column to show a document in: where it is open already, and while the panel is the active tab where text is, so that the
 * text does not cover it. Undefined, for the active column, in all other cases. The first rule comes first because a click in
 * the tab can be heard of before the editor says that the tab is active.
 */
export function columnBesideTab(uri: vscode.Uri): vscode.ViewColumn | undefined {
  const { activeTabGroup, all } = vscode.window.tabGroups;
  const holds = ({ input }: vscode.Tab): boolean => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
  const isText = ({ activeTab }: vscode.TabGroup): boolean => activeTab?.input instanceof vscode.TabInputText;
  const open = (activeTabGroup.tabs.some(holds) ? activeTabGroup : undefined) ?? all.find(({ tabs }) => tabs.some(holds));
  if (open) return open.viewColumn;
  if (!(activeTabGroup.activeTab?.input instanceof vscode.TabInputWebview)) return undefined;
  return all.find(isText)?.viewColumn ?? vscode.ViewColumn.Beside;
}

function isVisible(document: vscode.TextDocument): boolean {
  return vscode.window.visibleTextEditors.some((editor) => editor.document === document);
}

/**
 * What can be known before trying: the file system or the file says that it is read-only. An editor that was set read-only is
 * seen when the edit has no effect.
 */
export async function isReadOnly(document: vscode.TextDocument): Promise<boolean> {
  const uri = notebookOf(document)?.uri ?? document.uri;
  if (uri.scheme === 'untitled') return false;
  if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false) return true;
  try {
    const { permissions = 0 } = await vscode.workspace.fs.stat(uri);
    return (permissions & vscode.FilePermission.Readonly) !== 0;
  } catch (_thrown) {
    // A deleted file with an open editor, or a document without a file: the edit itself shows whether it can be made.
    return false;
  }
}
