/**
 * A conversation is the fold of its events. The events are the journal on disk (one JSON object a line)
 * and the stream to the panel; both sides use `applyEvent`, so the panel cannot show anything that
 * the journal does not hold.
 */
import type { LemmaError } from './errors.ts';
import type { Snapshot } from './snapshot.ts';
import type { Task } from './task.ts';

/** Version of the journal's format, written in its first line. */
export const journalVersion = 1;

export type TurnPhase = 'waiting' | 'reading' | 'thinking' | 'answering' | 'ended';

/** How a turn ended. Everything but `complete` keeps the text so far and offers a way on. */
export type TurnEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'limit'; readonly by: 'maxTokens' | 'context'; readonly tokens: number }
  | { readonly kind: 'failed'; readonly error: LemmaError }
  /** The window or the editor went away while it ran; found when the journal is opened again. */
  | { readonly kind: 'interrupted' };

export interface TurnQuestion {
  readonly id: string;
  readonly task: Task;
  /** What the user typed; empty for Solve and Explain. */
  readonly text: string;
  /** The code or math it is about, if any. */
  readonly snapshot?: Snapshot;
}

export interface Turn {
  readonly question: TurnQuestion;
  readonly phase: TurnPhase;
  /** As the model wrote it, tags removed, surrounding line breaks kept. */
  readonly thought: string;
  readonly answer: string;
  readonly thoughtTokens: number;
  readonly answerTokens: number;
  /** Known once the prompt has been tokenised. */
  readonly promptTokens?: number;
  /** The limit in force for new tokens, and the wish it was clamped from when the context was too small. */
  readonly maxTokens?: number;
  readonly wantedTokens?: number;
  /** Milliseconds since 1970; `answeringAt` also ends the thought's time. */
  readonly askedAt: number;
  readonly thinkingAt?: number;
  readonly answeringAt?: number;
  readonly endedAt?: number;
  readonly end?: TurnEnd;
}

export interface Conversation {
  readonly id: string;
  readonly createdAt: number;
  readonly turns: readonly Turn[];
}

export type TurnPart = 'thought' | 'answer';

export type ConversationEvent =
  | { readonly type: 'created'; readonly version: number; readonly id: string; readonly at: number }
  | { readonly type: 'asked'; readonly question: TurnQuestion; readonly at: number }
  | { readonly type: 'phase'; readonly turnId: string; readonly phase: TurnPhase; readonly at: number }
  | { readonly type: 'budget'; readonly turnId: string; readonly promptTokens: number; readonly maxTokens: number; readonly wantedTokens: number }
  | { readonly type: 'delta'; readonly turnId: string; readonly part: TurnPart; readonly text: string; readonly tokens: number }
  | { readonly type: 'ended'; readonly turnId: string; readonly end: TurnEnd; readonly at: number }
  /** The same turn goes on from its text so far. */
  | { readonly type: 'resumed'; readonly turnId: string; readonly at: number };
