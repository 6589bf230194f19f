import * as vscode from 'vscode';
import { columnBesideTab } from './editor/openDocument.ts';
import { Disposables } from './disposables.ts';

const scheme = 'lemma-text';

/** Read-only editors for text that has no file: a whole prompt, or an attachment as the model saw it. */
export class TextViews {
  readonly #texts = new Map<string, string>();
  readonly #disposables = new Disposables();
  #count = 0;

  constructor() {
    const keep = this.#disposables;
    keep.add(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: (uri) =>
          this.#texts.get(uri.toString()) ??
          vscode.l10n.t('This text was shown before the window was reloaded. Open it from Lemma’s panel again.'),
      }),
    );
    keep.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#texts.delete(uri.toString())));
  }

  /** @param name of the editor's tab @param languageId for its colours; plain text when absent */
  async open(name: string, text: string, languageId = 'plaintext'): Promise<void> {
    this.#count += 1;
    // Another address each time: VS Code keeps the text of one that it knows.
    const uri = vscode.Uri.from({ scheme, path: `/${name}`, query: String(this.#count) });
    this.#texts.set(uri.toString(), text);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, languageId);
    await vscode.window.showTextDocument(document, { preview: true, viewColumn: columnBesideTab(uri) });
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#texts.clear();
  }
}
