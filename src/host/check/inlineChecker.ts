import type { CancellationToken } from 'vscode';
import type { CheckedFormula } from '../../core/check/checked.ts';
import { checkFormula } from '../../core/check/checkText.ts';
import type { FormulaToCheck } from '../../core/check/checkText.ts';

/** Decides formulas in the background, in their order; a cancelled check ends early. */
export interface FormulaChecker {
  check(formulas: readonly FormulaToCheck[], token: CancellationToken): AsyncIterable<CheckedFormula>;
}

/** In the extension host's own thread, which it leaves to others after each formula. */
export const inlineChecker: FormulaChecker = {
  async *check(formulas, token) {
    for (const formula of formulas) {
      await new Promise(setImmediate);
      if (token.isCancellationRequested) return;
      yield checkFormula(formula);
    }
  },
};
