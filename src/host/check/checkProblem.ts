/** How problems that a check has reported are known. Loaded at activation: keep it small. */

/** As the Problems view names who reported it. */
export const problemSource = 'Lemma';

/** Of an equation or inequality that does not hold. */
export const falseCode = 'equation-false';

/** @param problem a diagnostic, VS Code's or as plain data */
export function isOwnProblem(problem: { readonly source?: string | undefined; readonly code?: unknown }): boolean {
  return problem.source === problemSource && problem.code === falseCode;
}
