import type { Turn } from '../src/core/conversation.ts';
import type { Fold } from './memory.ts';

/** `preview` is exactly the last four lines; `folded` is the heading alone. */
export type ThoughtMode = 'folded' | 'preview' | 'open';

/**
 * How a thought is shown. It previews while the model thinks, folds by itself when the answer starts, and once
 * the user has opened or closed it, stays so. A thought that ended without an answer is all there is, so it previews.
 * A new thought takes the way that the user chose last: `followingFold`.
 */
export function thoughtMode(turn: Turn, fold: Fold | undefined): ThoughtMode {
  if (fold === 'open') return 'open';
  const hasAnswer = turn.phase === 'answering' || turn.answer !== '';
  if (hasAnswer) return 'folded';
  return fold === 'closed' ? 'folded' : 'preview';
}

/** What a click on the heading leaves behind: while the model thinks, closing goes over the preview. */
export function toggled(mode: ThoughtMode, thinking: boolean): Fold {
  if (mode !== 'open') return 'open';
  return thinking ? 'preview' : 'closed';
}

/** What a fold by the user means for later thoughts: having looked at one that has ended and closed it again is no wish to miss the next. */
export function followingFold(fold: Fold, thinking: boolean): Fold {
  return fold === 'closed' && !thinking ? 'preview' : fold;
}
