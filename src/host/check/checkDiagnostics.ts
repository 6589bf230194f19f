/** Relations that a check found not to hold, as problems of their documents, which stay in their places while these are edited. */
import * as vscode from 'vscode';
import type { CheckedRelation } from '../../core/check/checked.ts';
import { movedRange } from '../../core/movedRange.ts';
import type { Range } from '../../core/snapshot.ts';
import { Disposables } from '../disposables.ts';
import { fromRange, toRange } from '../editor/convert.ts';
import { falseCode, problemSource } from './checkProblem.ts';
import { failureMessage } from './checkMessages.ts';

export class CheckDiagnostics {
  readonly #collection = vscode.languages.createDiagnosticCollection('lemma-check');
  readonly #disposables = new Disposables();
  #shown = false;

  constructor() {
    const keep = this.#disposables;
    keep.add(this.#collection);
    keep.add(vscode.workspace.onDidChangeTextDocument((change) => this.#follow(change)));
    keep.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.clear(uri)));
    keep.add(vscode.window.tabGroups.onDidChangeTabs(({ closed }) => closed.forEach((tab) => this.#tabClosed(tab))));
  }

  add(uri: vscode.Uri, range: Range, relation: CheckedRelation): void {
    const diagnostic = new vscode.Diagnostic(toRange(range), failureMessage(relation), vscode.DiagnosticSeverity.Warning);
    diagnostic.source = problemSource;
    diagnostic.code = falseCode;
    this.#set(uri, [...this.#of(uri), diagnostic]);
  }

  /** @param within only what touches this; absent: all of the document's, and without a document all there are */
  clear(uri?: vscode.Uri, within?: Range): void {
    if (!uri) this.#collection.clear();
    else this.#set(uri, within ? this.#of(uri).filter(({ range }) => !toRange(within).intersection(range)) : []);
    this.#updateContext();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #of(uri: vscode.Uri): readonly vscode.Diagnostic[] {
    return this.#collection.get(uri) ?? [];
  }

  #set(uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]): void {
    if (diagnostics.length > 0) this.#collection.set(uri, diagnostics);
    else if (this.#collection.has(uri)) this.#collection.delete(uri);
    this.#updateContext();
  }

  /** One whose text is edited says nothing about what stands there now. */
  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const before = this.#of(document.uri);
    if (before.length === 0 || contentChanges.length === 0) return;
    const after = before.flatMap((diagnostic) => {
      let range = fromRange(diagnostic.range);
      for (const change of contentChanges) {
        if (toRange(range).intersection(change.range)) return [];
        range = movedRange(range, { range: fromRange(change.range), text: change.text });
      }
      const moved = new vscode.Diagnostic(toRange(range), diagnostic.message, diagnostic.severity);
      moved.source = problemSource;
      moved.code = falseCode;
      return [moved];
    });
    const kept = after.length === before.length && after.every(({ range }, index) => before[index]?.range.isEqual(range));
    if (!kept) this.#set(document.uri, after);
  }

  /** VS Code keeps a document for minutes after its last tab was closed. */
  #tabClosed(closed: vscode.Tab): void {
    const shown = new Set(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.flatMap(placesOf)));
    const gone = placesOf(closed).filter((place) => !shown.has(place));
    this.#collection.forEach((uri) => {
      if (gone.includes(uri.path)) this.clear(uri);
    });
  }

  /** For the manifest's `when` clauses: there is something to clear. */
  #updateContext(): void {
    let shown = false;
    this.#collection.forEach(() => (shown = true));
    if (shown === this.#shown) return;
    this.#shown = shown;
    void vscode.commands.executeCommand('setContext', 'lemma.checked', shown);
  }
}

/** Paths: a cell has that of its notebook. */
function placesOf({ input }: vscode.Tab): string[] {
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputNotebook) return [input.uri.path];
  return input instanceof vscode.TabInputTextDiff ? [input.original.path, input.modified.path] : [];
}
