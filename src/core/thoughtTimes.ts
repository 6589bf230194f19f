/**
 * When each part of a thought was written. The host stamps one delta a second (`ConversationEvent`, `delta.at`); between two
 * of these marks the time is taken from the share of the characters, which is off by less than a second.
 */
import type { Turn } from './conversation.ts';
import { thoughtMs } from './conversation.ts';

/** Time between two stamped deltas of a thought, in milliseconds. */
export const thoughtMarkMs = 1000;

export interface ThoughtMark {
  /** Where the text begins that was written then: UTF-16 units of the thought. */
  readonly offset: number;
  /** Thinking until then, in milliseconds; pauses of a thought that was resumed do not count. */
  readonly ms: number;
}

/** The marks with one for a text that is about to be added at the thought's end. @param at milliseconds since 1970 */
export function withMark(turn: Turn, at: number): readonly ThoughtMark[] | undefined {
  const { thoughtMarks = [], thinkingAt, earlierThoughtMs = 0 } = turn;
  if (thinkingAt === undefined || !Number.isFinite(at)) return turn.thoughtMarks;
  const last = thoughtMarks.at(-1);
  // A clock that went back must not make later parts earlier.
  const ms = Math.max(last?.ms ?? 0, earlierThoughtMs + at - thinkingAt);
  return [...thoughtMarks, { offset: turn.thought.length, ms }];
}

/** The marks of what an edited thought still has in common with the one before. */
export function marksOfEdited(turn: Turn, thought: string): readonly ThoughtMark[] | undefined {
  const most = Math.min(thought.length, turn.thought.length);
  let same = 0;
  while (same < most && thought.charCodeAt(same) === turn.thought.charCodeAt(same)) same += 1;
  return turn.thoughtMarks?.filter(({ offset }) => offset <= same);
}

/**
 * Milliseconds of thinking until the text at `offset` was written.
 * @param now milliseconds since 1970, for a thought that is still being written
 * @returns undefined where nobody measured it
 */
export function msAtOffset(turn: Turn, offset: number, now: number): number | undefined {
  const { thoughtMarks = [] } = turn;
  if (thoughtMarks.length === 0) return undefined;
  const index = thoughtMarks.findLastIndex((mark) => mark.offset <= offset);
  const before = thoughtMarks[index] ?? { offset: 0, ms: 0 };
  const after = thoughtMarks[index + 1] ?? { offset: turn.thought.length, ms: Math.max(before.ms, thoughtMs(turn, now) ?? before.ms) };
  const share = after.offset > before.offset ? Math.min(1, (offset - before.offset) / (after.offset - before.offset)) : 0;
  return before.ms + share * (after.ms - before.ms);
}
