/** Checks the mathematics of a text: finds its formulas, splits them into relations, decides each. */
import type { CheckCount, CheckedFormula } from './checked.ts';

export interface CheckTextOptions {
  /** The notation of the text; Markdown also has LaTeX's environments and `\(…\)`. */
  readonly notation: 'markdown' | 'latex' | 'typst';
  /** The problem's own text (question and selection): its relations are assumptions, not claims. */
  readonly given?: string;
}

/** The formulas of a text that have a relation, for a checker that runs them one by one under a time limit. */
export function formulasToCheck(text: string, options: CheckTextOptions): readonly FormulaToCheck[] {
  void text;
  void options;
  return [];
}

/** A formula and what is assumed where it stands. Plain data, so that it can be sent to a worker. */
export interface FormulaToCheck {
  readonly latex: string;
  readonly start: number;
  readonly end: number;
  /** Relations in LaTeX that hold where the formula stands: the problem's, and what the text itself supposed before. */
  readonly assumptions: readonly string[];
}

/** Decides one formula; never throws. It has no time limit of its own beyond a bound on its work. */
export function checkFormula(formula: FormulaToCheck): CheckedFormula {
  return { ...formula, verdict: 'unknown', relations: [] };
}

/** All formulas of a text, one after the other. */
export function checkText(text: string, options: CheckTextOptions): readonly CheckedFormula[] {
  return formulasToCheck(text, options).map(checkFormula);
}

export function countChecks(formulas: readonly CheckedFormula[]): CheckCount {
  const count = { hold: 0, fail: 0, unchecked: 0 };
  for (const relation of formulas.flatMap((formula) => formula.relations)) {
    if (relation.verdict === 'true') count.hold++;
    else if (relation.verdict === 'false') count.fail++;
    else if (relation.reason.code !== 'definition') count.unchecked++;
  }
  return count;
}
