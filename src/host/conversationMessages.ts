/** The words for what was done with a conversation, or why it was not. */
import * as vscode from 'vscode';
import type { PanelNote } from '../shared/panelProtocol.ts';
import type { Changed, Opened } from './conversations.ts';
import { button } from './panelButtons.ts';

/** Offers to put back what was deleted. @param count of turns */
export function deletedNote(count: number): PanelNote {
  const text =
    count === 1
      ? vscode.l10n.t('The question was deleted, and what was answered to it.')
      : vscode.l10n.t('{0} questions were deleted, and what was answered to them.', String(count));
  return { tone: 'info', icon: 'trash', text, buttons: [button('undoDelete'), button('dismissNotice')] };
}

/** Offers to put back what was deleted. @param count of conversations */
export function conversationsDeletedNote(count: number): PanelNote {
  const text =
    count === 1 ? vscode.l10n.t('The conversation was deleted.') : vscode.l10n.t('{0} conversations were deleted.', String(count));
  return { tone: 'info', icon: 'trash', text, buttons: [button('undoDeleteConversation'), button('dismissNotice')] };
}

type Refusal = Exclude<Opened | Changed, 'opened' | 'done'> | 'empty';

/** Why a conversation is not shown or changed as it was wished. */
export function conversationNote(what: Refusal): PanelNote {
  return { tone: what === 'copied' ? 'info' : 'warning', icon: 'info', text: conversationText(what), buttons: [button('dismissNotice')] };
}

function conversationText(what: Refusal): string {
  switch (what) {
    case 'copied':
      return vscode.l10n.t('Another window has this conversation open, so this is a copy of it that you can continue here.');
    case 'held':
      return vscode.l10n.t('Another window has this conversation open. Change it there, or close it there first.');
    case 'unsaved':
      return vscode.l10n.t(
        'This conversation is not deleted: a part of it waits for room on the disk and would be lost. Make room there, then delete it.',
      );
    case 'newer':
      return vscode.l10n.t('A newer Lemma wrote this conversation. Update Lemma to open it; nothing in it was changed.');
    case 'damaged':
    case 'missing':
      return vscode.l10n.t('This conversation cannot be read any more. Choose another one.');
    case 'empty':
      return vscode.l10n.t('There is nothing to export yet. Ask a question first.');
  }
}

/** The conversation on the screen is another one now, though it looks the same. */
export function forkedNote(): PanelNote {
  const text = vscode.l10n.t('This is a new conversation that begins with the turns up to that one. The earlier conversation is kept.');
  return { tone: 'info', icon: 'git-branch', text, buttons: [button('dismissNotice')] };
}
