import * as vscode from 'vscode';
import { Emitter } from '../disposables.ts';

export const editScheme = 'lemma-edit';

/** The address of a turn's preview. Its name ends as the document's does, and so it is read as the same language. */
export function previewUri(turnId: string, document: vscode.Uri): vscode.Uri {
  const name = document.path.split('/').at(-1) ?? '';
  return vscode.Uri.from({ scheme: editScheme, path: `/${name}`, query: turnId });
}

/** The turn whose preview this is. */
export function turnOfPreview(uri: vscode.Uri | undefined): string | undefined {
  return uri?.scheme === editScheme && uri.query !== '' ? uri.query : undefined;
}

/** The read-only documents that edits are shown as, whole files as they would be, filled while the answer is written. */
export class PreviewDocuments implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #shown = new Emitter<{ readonly uri: vscode.Uri; readonly text: string }>();
  /** Every text that a preview ever has. */
  readonly onDidShow = this.#shown.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  set(uri: vscode.Uri, text: string): void {
    const key = uri.toString();
    if (this.#texts.get(key) === text) return;
    this.#texts.set(key, text);
    this.#shown.fire({ uri, text });
    this.#changed.fire(uri);
  }

  /**
   * Opens the document with its text. VS Code hears of no change between reading the text and having the document, so it is
   * told once more.
   */
  async open(uri: vscode.Uri, languageId: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.languageId !== languageId) await vscode.languages.setTextDocumentLanguage(document, languageId);
    this.#changed.fire(uri);
  }

  delete(uri: vscode.Uri): void {
    this.#texts.delete(uri.toString());
  }

  dispose(): void {
    this.#changed.dispose();
    this.#shown.dispose();
    this.#texts.clear();
  }
}
