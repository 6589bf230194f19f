import type { Turn } from '../src/core/conversation.ts';
import type { Fold } from './memory.ts';

/** `preview` is exactly the last four lines; `folded` is the heading alone. */
export type ThoughtMode = 'folded' | 'preview' | 'open';

/**
 * How a thought is shown. It previews while the model thinks, folds by itself when the answer starts, and once
 * the user has opened or closed it, stays so. A thought that ended without an answer is all there is, so it previews.
 */
export function thoughtMode(turn: Turn, fold: Fold | undefined): ThoughtMode {
  if (fold === 'open') return 'open';
  const hasAnswer = turn.phase === 'answering' || turn.answer !== '';
  if (hasAnswer) return 'folded';
  return turn.phase === 'ended' && fold === 'closed' ? 'folded' : 'preview';
}

/** What a click on the heading leaves behind. */
export function toggled(mode: ThoughtMode): Fold {
  return mode === 'open' ? 'closed' : 'open';
}
