/** From the answer to the document: trimmed, planned against the document as it is now, made in one undo step and shown. */
import * as vscode from 'vscode';
import { trimAnswer } from '../../core/answer.ts';
import type { EditKind, TrimmedAnswer } from '../../core/answer.ts';
import { normalizeEol } from '../../core/documentText.ts';
import { planEdit } from '../../core/editPlan.ts';
import type { EditPlan } from '../../core/editPlan.ts';
import { LemmaFailure } from '../../core/errors.ts';
import { notationOf } from '../../core/mathNotation.ts';
import type { Range, Snapshot } from '../../core/snapshot.ts';
import { fromPosition, fromRange, toRange } from './convert.ts';
import { columnBesideTab, isReadOnly, openDocument } from './openDocument.ts';
import { documentName, isInputField } from './documents.ts';

export interface AnswerEdit {
  /** What was asked about. A replacement needs it; an insertion without it goes to the active editor. */
  readonly snapshot?: Snapshot;
  /** The whole answer as it stands in the conversation. */
  readonly answer: string;
  readonly kind: EditKind;
  /** Only this fenced block, counted from 0. */
  readonly block?: number;
}

export interface AppliedEdit {
  readonly uri: string;
  /** For people: relative to the workspace folder. */
  readonly fileName: string;
  /** Where the new text stands. */
  readonly range: Range;
}

/** Tries before an edit is given up because the document changes under each of them. */
const tries = 3;

/**
 * Insert goes to the cursor of the active editor (behind its selection, never in its place), or, when no text editor is open,
 * behind the text that was asked about. Replace goes to that text, wherever it stands now.
 * @throws LemmaFailure `noAnswerToInsert`, `noEditor`, `documentGone`, `readOnlyDocument`, `documentChanged`, `partialAnswer`,
 * `controlTokenInAnswer`, `noCodeInAnswer`, `nothingToChange`; then nothing was changed, and `answerText` gives what can be offered for the clipboard
 */
export async function applyAnswer(request: AnswerEdit): Promise<AppliedEdit> {
  const { snapshot, kind } = request;
  const cursorEditor = kind === 'insert' ? insertionEditor(snapshot) : undefined;
  if (!cursorEditor && !snapshot) throw new LemmaFailure({ code: 'noEditor' });
  const document = cursorEditor?.document ?? (await openDocument(vscode.Uri.parse(snapshot?.uri ?? '', true)));
  const elsewhere = snapshot?.uri !== document.uri.toString();
  const answer = trimAnswer(request.answer, elsewhere && cursorEditor ? cursorSnapshot(cursorEditor) : snapshot, request);
  if (!answer) throw new LemmaFailure({ code: 'noAnswerToInsert' });
  const fileName = documentName(document);
  if (await isReadOnly(document)) throw new LemmaFailure({ code: 'readOnlyDocument', fileName });

  const editor = cursorEditor ?? (await shownEditor(document));
  for (let count = 0; count < tries; count += 1) {
    const version = document.version;
    const plan = planFor({ kind, answer, snapshot, document, cursorEditor });
    if (!plan.ok) throw new LemmaFailure(plan.reason);
    if (kind === 'replace' && normalizeEol(document.getText(toRange(plan.range))) === normalizeEol(plan.newText)) {
      throw new LemmaFailure({ code: 'nothingToChange', fileName });
    }
    const range = await makeEdit(document, editor, plan);
    if (range) {
      await show(document, editor, range);
      return { uri: document.uri.toString(), fileName, range: fromRange(range) };
    }
    if (document.version === version) throw new LemmaFailure({ code: 'readOnlyDocument', fileName });
  }
  throw new LemmaFailure({ code: 'documentChanged', fileName });
}

/** What `applyAnswer` would write, with the line ends of the document; undefined when nothing is left of the answer. */
export function answerText({ snapshot, answer, kind, block }: AnswerEdit): string | undefined {
  const trimmed = trimAnswer(answer, snapshot, { kind, block });
  return trimmed?.kind === 'refused' ? trimmed.raw : trimmed?.text;
}

interface PlanParts {
  readonly kind: EditKind;
  readonly answer: TrimmedAnswer;
  readonly snapshot: Snapshot | undefined;
  readonly document: vscode.TextDocument;
  readonly cursorEditor: vscode.TextEditor | undefined;
}

function planFor({ kind, answer, snapshot, document, cursorEditor }: PlanParts): EditPlan {
  return planEdit({
    kind,
    answer,
    snapshot,
    currentText: document.getText(),
    currentVersion: document.version,
    cursor: cursorEditor && fromPosition(cursorEditor.selection.end),
  });
}

/** The editor with the cursor; output and input fields have none to insert at. */
function insertionEditor(snapshot: Snapshot | undefined): vscode.TextEditor | undefined {
  const usable = ({ document }: vscode.TextEditor): boolean => !isInputField(document) && document.uri.scheme !== 'output';
  const active = vscode.window.activeTextEditor;
  if (active && usable(active)) return active;
  const visible = vscode.window.visibleTextEditors.filter(usable);
  return visible.find(({ document }) => document.uri.toString() === snapshot?.uri) ?? visible[0];
}

/** Stands for the cursor where there was no question about this document: its language, indentation and line ends. */
function cursorSnapshot({ document, selection }: vscode.TextEditor): Snapshot {
  const cursor = selection.end;
  const range = { start: fromPosition(cursor), end: fromPosition(cursor) };
  const notation = notationOf(document.getText(), document.languageId, range);
  const nearby = new vscode.Range(Math.max(0, cursor.line - 40), 0, cursor.line, cursor.character);
  return {
    uri: document.uri.toString(),
    fileName: documentName(document),
    languageId: document.languageId,
    version: document.version,
    range,
    scope: 'selection',
    text: '',
    eol: document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n',
    before: document.getText(nearby),
    after: '',
    diagnostics: [],
    ...(notation ? { notation } : {}),
  };
}

/** An editor of the document. A notebook's cell that is out of sight has none. */
async function shownEditor(document: vscode.TextDocument): Promise<vscode.TextEditor | undefined> {
  const of = (editor: vscode.TextEditor | undefined): boolean => editor?.document === document;
  if (of(vscode.window.activeTextEditor)) return vscode.window.activeTextEditor;
  const visible = vscode.window.visibleTextEditors.find(of);
  if (visible || document.uri.scheme === 'vscode-notebook-cell') return visible;
  return vscode.window.showTextDocument(document, { preserveFocus: true, viewColumn: columnBesideTab(document.uri) });
}

/** @returns where the new text stands, or undefined when the edit was not made */
async function makeEdit(
  document: vscode.TextDocument,
  editor: vscode.TextEditor | undefined,
  { range, newText }: EditPlan & { readonly ok: true },
): Promise<vscode.Range | undefined> {
  const target = toRange(range);
  let made: boolean;
  if (editor) {
    made = await editor.edit((edit) => edit.replace(target, newText), { undoStopBefore: true, undoStopAfter: true });
  } else {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, target, newText);
    made = await vscode.workspace.applyEdit(edit);
  }
  const lines = normalizeEol(newText).split('\n');
  const last = lines.at(-1) ?? '';
  const end = new vscode.Position(target.start.line + lines.length - 1, (lines.length === 1 ? target.start.character : 0) + last.length);
  const written = new vscode.Range(target.start, end);
  // A read-only editor answers that the edit was made.
  return made && normalizeEol(document.getText(written)) === normalizeEol(newText) ? written : undefined;
}

/** Selects the new text without the empty lines around it and gives the editor the focus, so that undo is one key away. */
async function show(document: vscode.TextDocument, editor: vscode.TextEditor | undefined, range: vscode.Range): Promise<void> {
  if (!editor) return;
  const text = normalizeEol(document.getText(range));
  const lead = /^\n*/.exec(text)?.[0].length ?? 0;
  const tail = lead < text.length ? (/\n*$/.exec(text)?.[0].length ?? 0) : 0;
  const start = lead > 0 ? new vscode.Position(range.start.line + lead, 0) : range.start;
  const end = tail > 0 ? document.lineAt(range.end.line - tail).range.end : range.end;
  const selection = new vscode.Selection(start, end);
  if (vscode.window.activeTextEditor === editor) await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  else if (editor.viewColumn !== undefined) await vscode.window.showTextDocument(document, { viewColumn: editor.viewColumn });
  editor.selection = selection;
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
