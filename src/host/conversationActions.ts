import type { PanelToHost } from '../shared/panelProtocol.ts';
import type { LemmaApp } from './app.ts';
import { forkedNote } from './conversationMessages.ts';

type ConversationMessage = Extract<
  PanelToHost,
  {
    readonly type:
      | 'selectBranch'
      | 'forkConversation'
      | 'exportConversation'
      | 'copyConversation'
      | 'openConversation'
      | 'renameConversation'
      | 'pinConversation'
      | 'deleteConversation';
  }
>;

/** What the panel does with whole conversations and their branches. */
export async function handleConversationMessage(app: LemmaApp, message: ConversationMessage): Promise<void> {
  const { conversations, history, exports } = app;
  switch (message.type) {
    case 'selectBranch':
      return conversations.append({ type: 'branchSelected', turnId: message.turnId, at: Date.now() });
    case 'forkConversation':
      return fork(app, message.turnId);
    case 'exportConversation':
      return exports.toFile(message.id);
    case 'copyConversation':
      return exports.toClipboard(message.id, message.withThoughts);
    case 'openConversation':
      return history.open(message.id);
    case 'renameConversation':
      return history.rename(message.id, message.title);
    case 'pinConversation':
      return history.pin(message.id, message.pinned);
    case 'deleteConversation':
      return history.delete(message.id);
  }
}

async function fork(app: LemmaApp, turnId: string): Promise<void> {
  await app.turns.settle('stopped');
  if (await app.conversations.fork(turnId)) app.panel.showNotice(forkedNote());
}
