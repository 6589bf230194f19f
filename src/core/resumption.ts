/**
 * How a reply that has begun goes on: what stands before the model when it takes up its own text again, and how the
 * text that is there stays beside what comes of it. Pure.
 */
import type { ConversationEvent, Turn, TurnPart } from './conversation.ts';
import { thoughtCloseTag, thoughtOpenTag } from './glmPrompt.ts';
import { replayEvents } from './replay.ts';

/** From the text so far, or with the thought closed so that the answer comes now. */
export type Resumption = 'continue' | 'answerNow';

/**
 * What leads a thought that was finished into going on. The model has to believe that it is not done, in words of its
 * own: «Wait» is its commonest turning point, and putting it in the place of the closing tag is how «s1: Simple
 * test-time scaling» (arXiv:2501.19393) makes a model think longer; the rest of the sentence keeps the turn from becoming
 * a new attempt at something else.
 */
const secondLook = 'Wait, let me check this again.\n';

/** The thought with its turning point: the text so far is not changed, so that its tokens stay the same. */
export function thoughtToGoOn(thought: string): string {
  return `${thought}${thought === '' || thought.endsWith('\n') ? '' : '\n'}${secondLook}`;
}

/** The beginning of a reply that goes on. */
export interface WrittenSoFar {
  /** As the model wrote it, tags included: nothing of it is changed, so that its tokens stay the same. */
  readonly text: string;
  /** The part in which it goes on. */
  readonly start: TurnPart;
  /** Present inside the thought. */
  readonly thoughtSoFar?: string;
  /** The thought is closed before anything else. */
  readonly closeThought?: true;
}

/** @param replyStart where the model's replies start: after `answer` the opening tag of a thought is the reply's own */
export function writtenSoFar(turn: Turn, resumption: Resumption, replyStart: TurnPart = 'thought'): WrittenSoFar {
  const { thought, answer, answeringAt } = turn;
  if (replyStart === 'answer' && thought === '') return { text: answer, start: 'answer' };
  const opened = (replyStart === 'answer' ? thoughtOpenTag : '') + thought;
  if (answeringAt !== undefined) return { text: opened + thoughtCloseTag + answer, start: 'answer' };
  const inThought = { text: opened, start: 'thought', thoughtSoFar: thought } as const;
  return resumption === 'continue' ? inThought : { ...inThought, closeThought: true };
}

/**
 * What a turn's thought may still take of its budget, in tokens. One that was opened again has a budget of its own for
 * what comes. Undefined: no limit.
 * @param budgetTokens 0 for no limit
 */
export function thinkingTokensLeft({ thoughtTokens, reopenedTokens = 0 }: Turn, budgetTokens: number): number | undefined {
  return budgetTokens > 0 ? Math.max(0, budgetTokens - (thoughtTokens - reopenedTokens)) : undefined;
}

/**
 * A branch beside a turn that has the same question and the thought given, and no answer yet: to be resumed. The turn
 * itself stays as it is, so that neither its thought nor its answer is lost.
 * @param id of the new turn @param at milliseconds since 1970
 */
export function branchWithThought(turn: Turn, id: string, thought: string, at: number): ConversationEvent[] {
  const { answeringAt, branch: _branch, closedAtBudget: _closed, ...rest } = turn;
  const thoughtEnd = answeringAt ?? turn.endedAt ?? at;
  // The time spent thinking is moved to end now; `replayEvents` reckons it back from the end.
  const begun: Turn = {
    ...rest,
    ...{ question: { ...turn.question, id }, answer: '', answerTokens: 0, end: { kind: 'stopped' }, askedAt: at, endedAt: at },
    ...(turn.thinkingAt === undefined ? {} : { thinkingAt: turn.thinkingAt + at - thoughtEnd }),
  };
  const events = replayEvents([begun]).map((event) => (event.type === 'asked' ? { ...event, replaces: turn.question.id } : event));
  return thought === turn.thought ? events : [...events, { type: 'thoughtEdited', turnId: id, thought, at }];
}
