/** The choice behind Choose What Stays…, in VS Code's own list. Loaded when it is first opened. */
import * as vscode from 'vscode';
import { answeredTurns, turnMessages } from '../core/conversation.ts';
import type { Turn } from '../core/conversation.ts';
import { questionTitle } from '../core/conversationTitle.ts';
import { formatCount } from '../core/format.ts';
import type { Conversations } from './conversations.ts';
import type { TokenCounter } from './tokenCounter.ts';

type Item = vscode.QuickPickItem & { readonly id: string };

/** Shows the turns with an answer, ticked where the model is told of them, and keeps what was chosen with the conversation. */
export async function chooseTurns(conversations: Conversations, counter: TokenCounter): Promise<void> {
  const conversation = conversations.current;
  const turns = answeredTurns(conversation);
  if (!conversation || turns.length === 0) return;
  const { leftOut = [] } = conversation;
  const tokens = await tokensOf(turns, counter);
  const items = turns.map(({ question }, index): Item => ({
    id: question.id,
    label: questionTitle(question),
    description: tokens[index] ?? '',
    picked: !leftOut.includes(question.id),
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t('Choose What Stays'),
    placeHolder: vscode.l10n.t('The model is told of the ticked turns; the others stay readable here'),
  });
  // Another conversation may have been opened meanwhile.
  if (!chosen || conversations.current?.id !== conversation.id) return;
  const stays = new Set(chosen.map(({ id }) => id));
  const offered = new Set(items.map(({ id }) => id));
  // Those of branches that are not shown keep what was chosen for them.
  const now = [
    ...(conversations.current.leftOut ?? []).filter((id) => !offered.has(id)),
    ...items.flatMap(({ id }) => (stays.has(id) ? [] : [id])),
  ];
  conversations.append({ type: 'leftOut', turnIds: now, at: Date.now() });
}

/** «1,024 tokens» of each turn as the model is told of it, without its thought. */
async function tokensOf(turns: readonly Turn[], counter: TokenCounter): Promise<string[]> {
  const counts = await counter.count(turns.flatMap(turnMessages));
  return turns.map((_turn, index) => {
    const [asked, answered] = counts.slice(2 * index);
    const count = formatCount((asked?.message ?? 0) + (answered?.message ?? 0), vscode.env.language);
    return asked?.estimated || answered?.estimated ? vscode.l10n.t('about {0} tokens', count) : vscode.l10n.t('{0} tokens', count);
  });
}
