/** What a check that the user asks for looks at: documents with formulas, or a part of one. */
import * as vscode from 'vscode';
import { bareFormula, documentFormulas, formulasIn } from '../../core/check/documentFormulas.ts';
import type { DocumentFormulas, Span } from '../../core/check/documentFormulas.ts';
import { DocumentText } from '../../core/documentText.ts';
import { mathFlavour } from '../../core/formulas.ts';
import type { Range } from '../../core/snapshot.ts';
import { fromRange } from '../editor/convert.ts';
import { notebookOf } from '../editor/documents.ts';

export interface CheckTarget {
  readonly document: vscode.TextDocument;
  /** `TextDocument.version` of what was read. */
  readonly version: number;
  readonly text: DocumentText;
  readonly found: DocumentFormulas;
  /** Only this part is checked. */
  readonly part?: Range;
}

/** The whole document, and all cells with formulas of a notebook; none without an editor. */
export function wholeTargets(): CheckTarget[] {
  const active = vscode.window.activeTextEditor?.document;
  const notebook = active ? notebookOf(active) : vscode.window.activeNotebookEditor?.notebook;
  const documents = notebook ? notebook.getCells().map(({ document }) => document) : active ? [active] : [];
  return documents.flatMap((document) => {
    const flavour = mathFlavour(document.languageId);
    if (!flavour) return [];
    const text = new DocumentText(document.getText());
    return [{ document, version: document.version, text, found: documentFormulas(text.text, flavour) }];
  });
}

/**
 * The formulas that the selection touches; the formula or paragraph at the cursor where nothing is selected; the selected
 * cells of a notebook that is not being written in.
 */
export function selectedTargets(): CheckTarget[] {
  const editor = vscode.window.activeTextEditor;
  if (editor) {
    const { document } = editor;
    return editor.selections.flatMap((selection) =>
      selection.isEmpty ? targetsIn(document, around(document, selection.active)) : targetsIn(document, selection, true),
    );
  }
  const notebook = vscode.window.activeNotebookEditor;
  const cells = notebook?.selections.flatMap((range) => notebook.notebook.getCells(range)) ?? [];
  return cells.flatMap(({ document }) => targetsIn(document, wholeOf(document)));
}

/**
 * The formulas that a part of a document touches.
 * @param bare without any, the part itself is read as one
 */
export function targetsIn(document: vscode.TextDocument, range: vscode.Range, bare = false): CheckTarget[] {
  const flavour = mathFlavour(document.languageId) ?? 'markdown';
  const text = new DocumentText(document.getText());
  const span: Span = { start: text.offsetAt(range.start), end: text.offsetAt(range.end) };
  const common = { document, version: document.version, text };
  const found = formulasIn(documentFormulas(text.text, flavour), span);
  if (found.formulas.length > 0 || !bare) {
    const places = found.formulas.map(found.placeOf);
    const start = Math.min(span.start, ...places.map((place) => place.start));
    const end = Math.max(span.end, ...places.map((place) => place.end));
    return [{ ...common, found, part: { start: text.positionAt(start), end: text.positionAt(end) } }];
  }
  const formula = bareFormula(text.text.slice(span.start, span.end));
  const placeOf = (place: Span): Span => {
    const { start, end } = formula.placeOf(place);
    return { start: start + span.start, end: end + span.start };
  };
  return [{ ...common, found: { formulas: formula.formulas, placeOf }, part: fromRange(range) }];
}

function wholeOf(document: vscode.TextDocument): vscode.Range {
  return new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
}

/** The cursor's place where a formula stands, else its paragraph. */
function around(document: vscode.TextDocument, cursor: vscode.Position): vscode.Range {
  const flavour = mathFlavour(document.languageId);
  if (flavour) {
    const text = new DocumentText(document.getText());
    const offset = text.offsetAt(cursor);
    if (formulasIn(documentFormulas(text.text, flavour), { start: offset, end: offset }).formulas.length > 0)
      return new vscode.Range(cursor, cursor);
  }
  const blank = (line: number): boolean => document.lineAt(line).isEmptyOrWhitespace;
  let [first, last] = [cursor.line, cursor.line];
  while (first > 0 && !blank(first) && !blank(first - 1)) first -= 1;
  while (last < document.lineCount - 1 && !blank(last) && !blank(last + 1)) last += 1;
  return new vscode.Range(document.lineAt(first).range.start, document.lineAt(last).range.end);
}
