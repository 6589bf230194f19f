import type { Attachment } from '../core/attachment.ts';
import { contextShares } from '../core/budget.ts';
import type { ContextShares } from '../core/budget.ts';
import type { ChatMessage } from '../core/chatMessage.ts';
import type { TurnQuestion } from '../core/conversation.ts';
import { attachmentText, buildMessages } from '../core/prompt.ts';
import type { TokenCounter } from './tokenCounter.ts';

export interface MeasuredContext extends ContextShares {
  /** Some of it was counted by characters, since no model is there. */
  readonly estimated: boolean;
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
  const { attachments = [] } = question;
  const counts = await counter.count([...buildMessages(question, history), ...attachments.map(asMessage)]);
  const attached = counts.slice(history.length + 1).reduce((sum, { content }) => sum + content, 0);
  const own = counts[history.length];
  const { frame } = counter;
  const shares = contextShares({
    ...limits,
    instructions: frame.tokens,
    history: counts.slice(0, history.length).map(({ message }) => message),
    attachments: attached,
    // Nothing is typed and nothing attached: there is no question yet.
    question: own === undefined || own.content === 0 ? 0 : own.message - attached,
  });
  return { ...shares, estimated: frame.estimated || counts.some(({ estimated }) => estimated) };
}

/** What an attachment adds to the text of the question, for counting. */
export function asMessage(attachment: Attachment): ChatMessage {
  return { role: 'user', content: attachmentText(attachment) };
}
