import * as vscode from 'vscode';
import { normalizeEol } from '../../core/documentText.ts';
import { LemmaFailure } from '../../core/errors.ts';
import { hunkEdits } from '../../core/lineHunks.ts';
import type { LineHunk } from '../../core/lineHunks.ts';
import { toRange } from '../editor/convert.ts';
import { documentName } from '../editor/documents.ts';
import { isReadOnly } from '../editor/openDocument.ts';
import { ownEditor, showEditor } from './previewTabs.ts';

/** Tries before an edit is given up because the document changes under each of them. */
const tries = 3;

/**
 * Makes an edit of whole lines in one undo step, and touches nothing else: cursors outside of those lines stay.
 * @param inOwnEditor shows the document in an editor of its own first, if it is not one of a notebook's cells
 * @param plan the hunks for the document as it is at that moment; called anew when it changed before the edit was made
 * @throws LemmaFailure `readOnlyDocument`, `documentChanged`, and what `plan` throws; then nothing was changed
 */
export async function makeHunks(document: vscode.TextDocument, plan: () => readonly LineHunk[], inOwnEditor: boolean): Promise<void> {
  const fileName = documentName(document);
  if (await isReadOnly(document)) throw new LemmaFailure({ code: 'readOnlyDocument', fileName });
  const editor = inOwnEditor ? await showEditor(document) : ownEditor(document);
  for (let count = 0; count < tries; count += 1) {
    const { version } = document;
    const edits = textEdits(document, plan());
    const made = await (editor ? editInEditor(editor, edits) : editDocument(document, edits));
    // An editor that was set read-only says that the edit was made.
    if (document.version === version) throw new LemmaFailure({ code: 'readOnlyDocument', fileName });
    if (made) return;
  }
  throw new LemmaFailure({ code: 'documentChanged', fileName });
}

/** Puts text in, in one undo step. @throws LemmaFailure `readOnlyDocument` */
export async function insertText(document: vscode.TextDocument, position: vscode.Position, text: string): Promise<void> {
  const edits = [vscode.TextEdit.insert(position, text)];
  const { version } = document;
  const editor = ownEditor(document);
  if (!(await isReadOnly(document))) await (editor ? editInEditor(editor, edits) : editDocument(document, edits));
  if (document.version === version) throw new LemmaFailure({ code: 'readOnlyDocument', fileName: documentName(document) });
}

/** An editor knows when it was set read-only, and keeps its cursors. */
async function editInEditor(editor: vscode.TextEditor, edits: readonly vscode.TextEdit[]): Promise<boolean> {
  const make = (builder: vscode.TextEditorEdit): void => {
    for (const { range, newText } of edits) builder.replace(range, newText);
  };
  return editor.edit(make, { undoStopBefore: true, undoStopAfter: true });
}

async function editDocument(document: vscode.TextDocument, edits: vscode.TextEdit[]): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, edits);
  return vscode.workspace.applyEdit(edit);
}

/** With the line ends of the document. */
export function textEdits(document: vscode.TextDocument, hunks: readonly LineHunk[]): vscode.TextEdit[] {
  const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  return hunkEdits(normalizeEol(document.getText()), hunks).map(({ range, text }) =>
    vscode.TextEdit.replace(toRange(range), text.replaceAll('\n', eol)),
  );
}
