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
  const { question, answer, answerTokens, promptTokens, maxTokens, wantedTokens } = turn;
  const { questionTokens, droppedTurns, thinkingTokens, closedAtBudget } = turn;
  const turnId = question.id;
  const events: ConversationEvent[] = [{ type: 'asked', question, at: turn.askedAt }];
  if (promptTokens !== undefined && maxTokens !== undefined && wantedTokens !== undefined) {
    const ofQuestion = questionTokens === undefined ? {} : { questionTokens };
    const dropped = droppedTurns === undefined ? {} : { droppedTurns };
    const thinking = thinkingTokens === undefined ? {} : { thinkingTokens };
    events.push({ type: 'budget', turnId, promptTokens, maxTokens, wantedTokens, ...thinking, ...ofQuestion, ...dropped });
  }
  const thoughtEnd = turn.answeringAt ?? turn.endedAt;
  const spent = thoughtMs(turn, thoughtEnd ?? turn.askedAt);
  // Pauses between parts of the thought are left out: it ends when it ended and begins as long before as it took.
  const thinkingAt = (thoughtEnd ?? turn.askedAt) - (spent ?? 0);
  if (spent !== undefined) events.push({ type: 'phase', turnId, phase: 'thinking', at: thinkingAt });
  events.push(...thoughtEvents(turn, thinkingAt));
  const closed = closedAtBudget ? { closedAtBudget } : {};
  if (turn.answeringAt !== undefined) events.push({ type: 'phase', turnId, phase: 'answering', at: turn.answeringAt, ...closed });
  if (answer !== '' || answerTokens > 0) events.push({ type: 'delta', turnId, part: 'answer', text: answer, tokens: answerTokens });
  if (turn.end && turn.endedAt !== undefined) events.push({ type: 'ended', turnId, end: turn.end, at: turn.endedAt });
  if (turn.edit && turn.endedAt !== undefined) events.push({ type: 'editDecided', turnId, outcome: turn.edit, at: turn.endedAt });
  return events;
}

/** The thought in one piece or, where it was measured, in those between its marks; its tokens are counted with the first. */
function thoughtEvents({ question, thought, thoughtTokens, thoughtMarks = [] }: Turn, thinkingAt: number): ConversationEvent[] {
  if (thought === '' && thoughtTokens === 0) return [];
  const start = { type: 'delta', turnId: question.id, part: 'thought', tokens: thoughtTokens } as const;
  const pieces = thoughtMarks.map(({ offset, ms }, index): ConversationEvent => {
    const text = thought.slice(offset, thoughtMarks[index + 1]?.offset);
    return { ...start, text, tokens: 0, at: thinkingAt + ms };
  });
  return [{ ...start, text: thought.slice(0, thoughtMarks[0]?.offset) }, ...pieces];
}
