import * as vscode from 'vscode';
import type { PureInsertion } from '../../core/editProposal.ts';
import { ownEditor } from './previewTabs.ts';

/** One text that would come into a document. */
interface Offer {
  readonly turnId: string;
  readonly document: vscode.TextDocument;
  /** Where it begins, in UTF-16 code units. */
  offset: number;
  readonly text: string;
  /** Of the text, what is in the document: VS Code takes it word by word and line by line too. */
  taken: number;
}

/** What of an offer is not in the document yet. */
export interface OfferRest {
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
      const begin = document.positionAt(offer.offset);
      if (offer.document !== document || position.isBefore(begin)) return [];
      const written = document.getText(new vscode.Range(begin, position));
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
    const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
    const begun = this.#offers.get(turnId);
    // What was taken of it stands in the document, where the same answer would come once more.
    const isBegun = begun?.document === document && begun.taken > 0;
    const offset = document.offsetAt(new vscode.Position(position.line, position.character));
    const offer = isBegun ? begun : { turnId, document, offset, text: text.replaceAll('\n', eol), taken: 0 };
    this.#offers.set(turnId, offer);
    const at = document.positionAt(offer.offset + offer.taken);
    if (document.uri.scheme !== 'vscode-notebook-cell') await vscode.window.showTextDocument(document, { viewColumn: editor.viewColumn });
    editor.selection = new vscode.Selection(at, at);
    editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    return true;
  }

  has(turnId: string): boolean {
    return this.#offers.has(turnId);
  }

  /**
   * Follows what becomes of the offers in a document that has changed.
   * @returns turns whose text is in the document as a whole
   */
  follow(document: vscode.TextDocument, changes: readonly vscode.TextDocumentContentChangeEvent[]): string[] {
    const whole: string[] = [];
    for (const offer of this.#offers.values()) {
      if (offer.document !== document) continue;
      // In the order that leaves the places of those to come as they are.
      for (const change of [...changes].sort((one, other) => other.rangeOffset - one.rangeOffset)) followChange(offer, change);
      if (offer.taken === offer.text.length) whole.push(offer.turnId);
    }
    return whole;
  }

  /** Undefined for a text of which nothing was taken. */
  rest(turnId: string): OfferRest | undefined {
    const offer = this.#offers.get(turnId);
    if (!offer || offer.taken === 0) return undefined;
    const { document, offset, taken, text } = offer;
    return { document, position: document.positionAt(offset + taken), text: text.slice(taken) };
  }

  async hide(turnId: string): Promise<void> {
    if (this.#offers.delete(turnId)) await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
  }
}

function followChange(offer: Offer, { rangeOffset, rangeLength, text }: vscode.TextDocumentContentChangeEvent): void {
  const end = offer.offset + offer.taken;
  if (rangeOffset === end && rangeLength === 0 && offer.text.startsWith(text, offer.taken)) offer.taken += text.length;
  else if (rangeOffset + rangeLength <= offer.offset) offer.offset += text.length - rangeLength;
  // Undone, or written over: from there on it is an offer again.
  else if (rangeOffset < end) offer.taken = Math.max(0, rangeOffset - offer.offset);
}
