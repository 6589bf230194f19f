import type { Attachment } from '../core/attachment.ts';
import { contextShares } from '../core/budget.ts';
import type { ContextShares } from '../core/budget.ts';
import type { ChatMessage } from '../core/chatMessage.ts';
import type { TurnQuestion } from '../core/conversation.ts';
import { attachmentText, buildMessages, contextTexts } from '../core/prompt.ts';
import type { TokenCounter } from './tokenCounter.ts';

export interface MeasuredContext extends ContextShares {
  /** Some of it was counted by characters, since no model is there. */
  readonly estimated: boolean;
  /** Of what Lemma chose to send along. */
  readonly automatic: number;
}

/**
 * How a question would share the context with the conversation, by the same counts and the same function as `TurnRunner`, so
 * that what is shown is what is done. Where nothing is estimated, `together` is the prompt's exact number of tokens.
 */
export async function measureContext(
  question: TurnQuestion,
  history: readonly ChatMessage[],
  counter: TokenCounter,
  limits: { readonly contextTokens: number; readonly wantedTokens: number },
): Promise<MeasuredContext> {
  const { attachments = [], context = [] } = question;
  const parts = [...attachments.map(attachmentText), ...contextTexts(context)].map(asUser);
  const counts = await counter.count([...buildMessages(question, history), ...parts]);
  const sum = (from: number, to?: number): number => counts.slice(from, to).reduce((all, { content }) => all + content, 0);
  const firstChosen = history.length + 1 + attachments.length;
  const attached = sum(history.length + 1, firstChosen);
  const automatic = sum(firstChosen);
  const own = counts[history.length];
  const { frame } = counter;
  const shares = contextShares({
    ...limits,
    instructions: frame.tokens,
    history: counts.slice(0, history.length).map(({ message }) => message),
    // For the shares it is all one: what stands before the question.
    attachments: attached + automatic,
    // Nothing is typed and nothing attached: there is no question yet.
    question: own === undefined || own.content === 0 ? 0 : own.message - attached - automatic,
  });
  return {
    ...shares,
    attachments: shares.attachments - automatic,
    automatic,
    estimated: frame.estimated || counts.some(({ estimated }) => estimated),
  };
}

/** What an attachment adds to the text of the question, for counting. */
export function asMessage(attachment: Attachment): ChatMessage {
  return asUser(attachmentText(attachment));
}

function asUser(content: string): ChatMessage {
  return { role: 'user', content };
}
