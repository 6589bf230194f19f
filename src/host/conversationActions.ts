import * as vscode from 'vscode';
import { exportMarkdown } from '../core/exportMarkdown.ts';
import type { PanelToHost } from '../shared/panelProtocol.ts';
import type { LemmaApp } from './app.ts';
import { forkedNote } from './userMessages.ts';

type ConversationMessage = Extract<
  PanelToHost,
  {
    readonly type:
      | 'selectBranch'
      | 'forkConversation'
      | 'exportMarkdown'
      | 'listHistory'
      | 'openConversation'
      | 'renameConversation'
      | 'pinConversation'
      | 'deleteConversation';
  }
>;

/** What the panel does with whole conversations and their branches. */
export async function handleConversationMessage(app: LemmaApp, message: ConversationMessage): Promise<void> {
  const { conversations } = app;
  switch (message.type) {
    case 'selectBranch':
      return conversations.append({ type: 'branchSelected', turnId: message.turnId, at: Date.now() });
    case 'forkConversation':
      return fork(app, message.turnId);
    case 'exportMarkdown':
      return exportConversation(app, message.withThoughts);
    case 'listHistory':
      return sendHistory(app, message.query);
    case 'openConversation':
      return open(app, message.id);
    case 'renameConversation':
      return change(app, message.id, { type: 'renamed', title: message.title, at: Date.now() });
    case 'pinConversation':
      return change(app, message.id, { type: 'pinned', pinned: message.pinned, at: Date.now() });
    case 'deleteConversation':
      return remove(app, message.id);
  }
}

async function sendHistory(app: LemmaApp, query = ''): Promise<void> {
  const { current, library, inMemory } = app.conversations;
  const { items, damaged } = await library.list(query, ...inMemory);
  const questions = (count: number): string => (count === 1 ? vscode.l10n.t('1 question') : vscode.l10n.t('{0} questions', String(count)));
  app.view.post({
    type: 'history',
    list: {
      query,
      items: items.map((item) => ({
        id: item.id,
        title: item.title,
        detail: [item.fileName, questions(item.questions)].filter((part) => part !== '').join(' · '),
        changedAt: item.changedAt,
        pinned: item.pinned,
        running: item.id === current?.id && app.turns.running,
        ...(item.excerpt === undefined ? {} : { excerpt: item.excerpt }),
      })),
      damaged: damaged === 0 ? '' : vscode.l10n.t('Conversations that could not be read and were set aside: {0}.', String(damaged)),
    },
  });
}

async function open(app: LemmaApp, id: string): Promise<void> {
  const { conversations } = app;
  if (id !== conversations.current?.id) await app.turns.settle('stopped');
  const opened = await conversations.open(id);
  if (opened === 'opened' || opened === 'copied') app.view.post({ type: 'showHistory', shown: false });
  if (opened === 'copied') {
    inform(vscode.l10n.t('Another window has this conversation open, so a copy of it is open here.'));
  } else if (opened === 'newer') {
    inform(vscode.l10n.t('A newer Lemma wrote this conversation. Update Lemma to open it; nothing in it was changed.'));
  } else if (opened === 'damaged' || opened === 'missing') {
    inform(vscode.l10n.t('This conversation cannot be read any more. Choose another one.'));
    await sendHistory(app);
  }
}

async function change(app: LemmaApp, id: string, event: Parameters<LemmaApp['conversations']['append']>[0]): Promise<void> {
  const { conversations } = app;
  if (id === conversations.current?.id) conversations.append(event);
  else if (!(await conversations.library.append(id, event))) informHeld();
  await sendHistory(app);
}

/** Deleting moves away, so a slip can be undone. */
async function remove(app: LemmaApp, id: string): Promise<void> {
  const { conversations } = app;
  if (id === conversations.current?.id) await app.newConversation();
  if (!(await conversations.library.delete(id))) return informHeld();
  await sendHistory(app);
  const undo = vscode.l10n.t('Undo');
  const chosen = await vscode.window.showInformationMessage(vscode.l10n.t('The conversation was deleted.'), undo);
  if (chosen !== undo) return;
  await conversations.library.undoDelete(id);
  await sendHistory(app);
}

async function fork(app: LemmaApp, turnId: string): Promise<void> {
  await app.turns.settle('stopped');
  if (await app.conversations.fork(turnId)) app.panel.showNotice(forkedNote());
}

/** Opens the conversation as an untitled Markdown document, to be saved where the user wants it. */
export async function exportConversation(app: LemmaApp, withThoughts: boolean): Promise<void> {
  const { current } = app.conversations;
  if (!current || current.turns.length === 0) return inform(vscode.l10n.t('There is nothing to export yet. Ask a question first.'));
  const words = {
    task: { solve: vscode.l10n.t('Solve'), explain: vscode.l10n.t('Explain'), fix: vscode.l10n.t('Fix'), ask: vscode.l10n.t('Question') },
    thought: vscode.l10n.t('Thought'),
    answer: vscode.l10n.t('Answer'),
    attached: vscode.l10n.t('Attached:'),
    noAnswer: vscode.l10n.t('There is no answer.'),
    unfinished: vscode.l10n.t('The answer is not finished.'),
  };
  const content = exportMarkdown(current, words, withThoughts);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content }));
}

function informHeld(): void {
  inform(vscode.l10n.t('Another window has this conversation open. Change it there, or close it there first.'));
}

function inform(sentence: string): void {
  void vscode.window.showInformationMessage(sentence);
}
