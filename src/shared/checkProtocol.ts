/** The messages between the host and the thread that decides formulas (`src/check/worker.ts`): one formula at a time. */
import type { CheckedFormula } from '../core/check/checked.ts';
import type { FormulaToCheck } from '../core/check/checkText.ts';

/** To the thread. It is sent only when the answer to the one before it has come. */
export interface CheckRequest {
  readonly id: number;
  readonly formula: FormulaToCheck;
}

/** From the thread: `ready` once, when its code is loaded, then one `checked` for each request. */
export type CheckReply = { readonly kind: 'ready' } | { readonly kind: 'checked'; readonly id: number; readonly checked: CheckedFormula };
