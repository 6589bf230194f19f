import type { ConversationEvent, Turn } from './conversation.ts';
import { thoughtMs } from './conversation.ts';

/**
 * The shortest events that give these turns again, one behind the other: for a conversation that is begun with a
 * part of another. The fold of them has the same texts, counts, times and ends; only branches are left behind.
 */
export function replayEvents(turns: readonly Turn[]): ConversationEvent[] {
  return turns.flatMap(turnEvents);
}

function turnEvents(turn: Turn): ConversationEvent[] {
  const { question, thought, answer, thoughtTokens, answerTokens, promptTokens, maxTokens, wantedTokens } = turn;
  const turnId = question.id;
  const events: ConversationEvent[] = [{ type: 'asked', question, at: turn.askedAt }];
  if (promptTokens !== undefined && maxTokens !== undefined && wantedTokens !== undefined) {
    events.push({ type: 'budget', turnId, promptTokens, maxTokens, wantedTokens });
  }
  const thoughtEnd = turn.answeringAt ?? turn.endedAt;
  const spent = thoughtMs(turn, thoughtEnd ?? turn.askedAt);
  if (spent !== undefined) {
    // Pauses between parts of the thought are left out: it ends when it ended and begins as long before as it took.
    events.push({ type: 'phase', turnId, phase: 'thinking', at: (thoughtEnd ?? turn.askedAt) - spent });
  }
  if (thought !== '' || thoughtTokens > 0) events.push({ type: 'delta', turnId, part: 'thought', text: thought, tokens: thoughtTokens });
  if (turn.answeringAt !== undefined) events.push({ type: 'phase', turnId, phase: 'answering', at: turn.answeringAt });
  if (answer !== '' || answerTokens > 0) events.push({ type: 'delta', turnId, part: 'answer', text: answer, tokens: answerTokens });
  if (turn.end && turn.endedAt !== undefined) events.push({ type: 'ended', turnId, end: turn.end, at: turn.endedAt });
  return events;
}
