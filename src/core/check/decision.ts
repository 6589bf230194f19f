/** What is decided of a relation. */
import type { CheckReason, Verdict } from './checked.ts';

export interface Decision {
  readonly verdict: Verdict;
  readonly reason: CheckReason;
}

export const UNDECIDED: Decision = { verdict: 'unknown', reason: { code: 'undecided' } };

export function together(decisions: readonly Decision[]): Decision {
  const wrong = decisions.find((one) => one.verdict === 'false');
  if (wrong) return wrong;
  return decisions.every((one) => one.verdict === 'true')
    ? (decisions[0] ?? UNDECIDED)
    : (decisions.find((one) => one.verdict === 'unknown') ?? UNDECIDED);
}
