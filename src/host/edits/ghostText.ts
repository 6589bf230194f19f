import * as vscode from 'vscode';
import type { PureInsertion } from '../../core/editProposal.ts';
import { ownEditor } from './previewTabs.ts';

/** One text that would come into a document. */
interface Offer {
  readonly turnId: string;
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
  readonly text: string;
}

/**
 * Text that only comes in is shown where it would stand, by VS Code's inline completions: Tab takes it, Escape puts it away,
 * and it is there again when the cursor is.
 */
export class GhostText implements vscode.InlineCompletionItemProvider {
  readonly #offers = new Map<string, Offer>();

  /** What was typed of the text since belongs to it, so that it can be taken word by word. */
  provideInlineCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.InlineCompletionItem[] {
    return [...this.#offers.values()].flatMap((offer) => {
      if (offer.document !== document || position.isBefore(offer.position)) return [];
      const written = document.getText(new vscode.Range(offer.position, position));
      if (!offer.text.startsWith(written)) return [];
      const item = new vscode.InlineCompletionItem(offer.text.slice(written.length), new vscode.Range(position, position));
      item.command = { command: 'lemma.acceptEdit', title: '', arguments: [offer.turnId, 'inserted'] };
      return [item];
    });
  }

  /**
   * Shows the text at its place, with the cursor there.
   * @returns false where it cannot be shown: no editor shows the document, or inline suggestions are switched off
   */
  async show(turnId: string, document: vscode.TextDocument, { position, text }: PureInsertion): Promise<boolean> {
    const editor = ownEditor(document);
    const enabled = vscode.workspace.getConfiguration('editor', document).get<boolean>('inlineSuggest.enabled') !== false;
    if (!editor || !enabled) return false;
    const at = new vscode.Position(position.line, position.character);
    const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
    this.#offers.set(turnId, { turnId, document, position: at, text: text.replaceAll('\n', eol) });
    if (document.uri.scheme !== 'vscode-notebook-cell') await vscode.window.showTextDocument(document, { viewColumn: editor.viewColumn });
    editor.selection = new vscode.Selection(at, at);
    editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    return true;
  }

  has(turnId: string): boolean {
    return this.#offers.has(turnId);
  }

  async hide(turnId: string): Promise<void> {
    if (this.#offers.delete(turnId)) await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
  }
}
