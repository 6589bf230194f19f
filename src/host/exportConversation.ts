import os from 'node:os';
import * as vscode from 'vscode';
import type { Conversation } from '../core/conversation.ts';
import { conversationTitle } from '../core/conversationTitle.ts';
import { toLemmaError } from '../core/errors.ts';
import { exportFileName } from '../core/exportFileName.ts';
import { exportMarkdown } from '../core/exportMarkdown.ts';
import type { ExportWords } from '../core/exportMarkdown.ts';
import { isConversationId } from './conversationLibrary.ts';
import type { Conversations } from './conversations.ts';
import { NewerJournalError } from './journalFile.ts';
import type { PanelModel } from './panel/panelModel.ts';
import { taskTitle } from './panel/turnWords.ts';
import { conversationNote } from './conversationMessages.ts';

/** A whole conversation as Markdown, into a file or onto the clipboard. Thoughts go along only where they were asked for. */
export class ConversationExport {
  readonly #conversations: Conversations;
  readonly #panel: PanelModel;

  constructor(conversations: Conversations, panel: PanelModel) {
    this.#conversations = conversations;
    this.#panel = panel;
  }

  /**
   * Asks where to, writes the file and opens it.
   * @param id of any conversation of the list; absent: the one that is shown
   */
  async toFile(id?: string): Promise<void> {
    const conversation = await this.#find(id);
    if (!conversation) return;
    const withThoughts = await askThoughts(conversation, vscode.l10n.t('Export Conversation'));
    if (withThoughts === undefined) return;
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Export Conversation'),
      saveLabel: vscode.l10n.t('Export'),
      defaultUri: vscode.Uri.joinPath(defaultFolder(), exportFileName(conversationTitle(conversation), vscode.l10n.t('Conversation'))),
      filters: { Markdown: ['md'] },
    });
    if (!target) return;
    try {
      await vscode.workspace.fs.writeFile(target, Buffer.from(exportMarkdown(conversation, exportWords(), withThoughts)));
    } catch (thrown) {
      const error = toLemmaError(thrown);
      return this.#panel.showNotice({ code: 'exportFailed', path: target.fsPath, reason: 'reason' in error ? error.reason : error.code });
    }
    await vscode.window.showTextDocument(target);
  }

  /** @param withThoughts absent: asked where there is a thought */
  async toClipboard(id?: string, withThoughts?: boolean): Promise<void> {
    const conversation = await this.#find(id);
    if (!conversation) return;
    const wanted = withThoughts ?? (await askThoughts(conversation, vscode.l10n.t('Copy Conversation as Markdown')));
    if (wanted === undefined) return;
    await vscode.env.clipboard.writeText(exportMarkdown(conversation, exportWords(), wanted));
    vscode.window.setStatusBarMessage(vscode.l10n.t('The conversation is on the clipboard.'), 4000);
  }

  /** Says why where there is none. */
  async #find(id: string | undefined): Promise<Conversation | undefined> {
    const { current, inMemory, library } = this.#conversations;
    const why = await (async () => {
      if (id === undefined || id === current?.id) return current && current.turns.length > 0 ? current : 'empty';
      if (!isConversationId(id)) return 'missing';
      return inMemory.find((each) => each.id === id) ?? (await library.read(id)) ?? 'damaged';
    })().catch((thrown: unknown) => (thrown instanceof NewerJournalError ? 'newer' : 'missing'));
    if (typeof why !== 'string') return why;
    this.#panel.showNotice(conversationNote(why));
    return undefined;
  }
}

/** @returns undefined when the user chose neither */
async function askThoughts({ turns }: Conversation, title: string): Promise<boolean | undefined> {
  if (!turns.some(({ thought }) => thought.trim() !== '')) return false;
  const items = [
    { label: vscode.l10n.t('Without Thoughts'), detail: vscode.l10n.t('Questions and answers'), withThoughts: false },
    {
      label: vscode.l10n.t('With Thoughts'),
      detail: vscode.l10n.t('Each thought as a quotation before its answer'),
      withThoughts: true,
    },
  ];
  return (await vscode.window.showQuickPick(items, { title }))?.withThoughts;
}

/** The folder that the window is about, else the user's own. */
function defaultFolder(): vscode.Uri {
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(os.homedir());
}

function exportWords(): ExportWords {
  return {
    task: (task) => taskTitle(task) || vscode.l10n.t('Question'),
    thought: vscode.l10n.t('Thought'),
    answer: vscode.l10n.t('Answer'),
    attached: vscode.l10n.t('Attached:'),
    noAnswer: vscode.l10n.t('There is no answer.'),
    unfinished: vscode.l10n.t('The answer is not finished.'),
  };
}
