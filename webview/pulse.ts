/**
 * The moving numbers of a running turn. They change four times a second, however often text arrives, so that they
 * can be read; the speed is measured here, from the first sample of each phase.
 */
import type { Turn, TurnPhase } from '../src/core/conversation.ts';

export interface Pulse {
  readonly turnId: string;
  readonly phase: TurnPhase;
  /** Milliseconds since 1970 by the host's clock. */
  readonly now: number;
  readonly thoughtTokens: number;
  readonly answerTokens: number;
  /** Tokens and milliseconds since the phase was first seen. */
  readonly tokensSince: number;
  readonly msSince: number;
  readonly firstTokens: number;
  readonly firstAt: number;
}

/** Time between two samples, in milliseconds. */
export const pulseMs = 250;

/** The next sample. It goes on from `last` while turn and phase are the same. */
export function beat(last: Pulse | undefined, turn: Turn, now: number): Pulse {
  const tokens = turn.thoughtTokens + turn.answerTokens;
  const same = last?.turnId === turn.question.id && last.phase === turn.phase;
  const firstTokens = same ? last.firstTokens : tokens;
  const firstAt = same ? last.firstAt : now;
  return {
    turnId: turn.question.id,
    phase: turn.phase,
    now,
    thoughtTokens: turn.thoughtTokens,
    answerTokens: turn.answerTokens,
    tokensSince: tokens - firstTokens,
    msSince: now - firstAt,
    firstTokens,
    firstAt,
  };
}
