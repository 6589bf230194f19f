/** The tab of a preview: VS Code's own diff editor, the document as it is on the left, as it would be on the right. */
import * as vscode from 'vscode';
import type { Position } from '../../core/snapshot.ts';
import { documentName, notebookOf } from '../editor/documents.ts';
import { columnBesideTab } from '../editor/openDocument.ts';
import { turnOfPreview } from './previewDocuments.ts';

export interface PreviewPlace {
  /** What is changed first, in the document. */
  readonly at: Position;
  /** Else the focus stays where it is. */
  readonly focus: boolean;
  /** Its answer was cut off, which its title says. */
  readonly unfinished: boolean;
}

/** Opens the preview where the document is, so that it stands in the place of the text that it changes. */
export async function openPreview(
  document: vscode.TextDocument,
  preview: vscode.Uri,
  { at, focus, unfinished }: PreviewPlace,
): Promise<void> {
  const place = new vscode.Position(at.line, at.character);
  const options: vscode.TextDocumentShowOptions = {
    preview: false,
    preserveFocus: !focus,
    viewColumn: columnOf(document),
    selection: new vscode.Range(place, place),
  };
  const name = documentName(document).split('/').at(-1) ?? '';
  const title = unfinished ? vscode.l10n.t('{0} (unfinished edit by Lemma)', name) : vscode.l10n.t('{0} (edit by Lemma)', name);
  // A tab keeps the title that it was opened with.
  if (previewTab(preview)?.label !== title) await closePreview(preview);
  await vscode.commands.executeCommand('vscode.diff', document.uri, preview, title, options);
}

export function previewTab(preview: vscode.Uri): vscode.Tab | undefined {
  const isIt = ({ input }: vscode.Tab): boolean =>
    input instanceof vscode.TabInputTextDiff && input.modified.toString() === preview.toString();
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(isIt);
}

export async function closePreview(preview: vscode.Uri): Promise<void> {
  const tab = previewTab(preview);
  if (tab) await vscode.window.tabGroups.close(tab, true);
}

/** The turn whose preview is the active tab. */
export function activePreview(): string | undefined {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputTextDiff ? turnOfPreview(input.modified) : undefined;
}

/** The line of the cursor in the preview that is the active tab, and on which side. */
export function cursorInPreview(): { readonly line: number; readonly side: 'new' | 'old' } | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor || activePreview() === undefined) return undefined;
  return { line: editor.selection.active.line, side: turnOfPreview(editor.document.uri) === undefined ? 'old' : 'new' };
}

/** An editor of the document that text can be typed into: not a side of a diff. */
export function ownEditor(document: vscode.TextDocument): vscode.TextEditor | undefined {
  const all = vscode.window.visibleTextEditors.filter((editor) => editor.document === document && editor.viewColumn !== undefined);
  return all.find((editor) => editor === vscode.window.activeTextEditor) ?? all[0];
}

/** Where the document is open, also as a notebook. */
function columnOf(document: vscode.TextDocument): vscode.ViewColumn | undefined {
  const notebook = notebookOf(document)?.uri.toString();
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const tab = tabs.find(({ input }) => input instanceof vscode.TabInputNotebook && input.uri.toString() === notebook);
  return tab?.group.viewColumn ?? columnBesideTab(document.uri) ?? vscode.ViewColumn.Active;
}

/** Shows the document where it is open; a notebook's cell has no editor of its own. */
export async function showEditor(document: vscode.TextDocument): Promise<vscode.TextEditor | undefined> {
  const notebook = notebookOf(document);
  if (!notebook) return vscode.window.showTextDocument(document, { viewColumn: columnOf(document), preview: false });
  await vscode.window.showNotebookDocument(notebook, { viewColumn: columnOf(document) });
  return undefined;
}

/** Shows the document after an edit, with its cursors where they are and the change in sight; undo is one key away. */
export async function showEdited(document: vscode.TextDocument, at: Position): Promise<void> {
  const editor = await showEditor(document);
  editor?.revealRange(new vscode.Range(at.line, 0, at.line, 0), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
