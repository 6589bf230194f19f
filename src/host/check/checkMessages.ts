/** What is said at the end of a check that the user asked for, and about what it found. */
import * as vscode from 'vscode';
import type { CheckCount, CheckedFormula, CheckedRelation } from '../../core/check/checked.ts';
import { countChecks } from '../../core/check/checkText.ts';
import type { Judgement } from '../../core/check/finalAnswer.ts';
import { formatCount } from '../../core/format.ts';
import type { CheckMark, CheckWords } from '../../shared/panelProtocol.ts';
import { button } from '../panelButtons.ts';
import { reasonText } from './checkWords.ts';

/** Names the relation too: the Problems view shows no text of the document. */
export function failureMessage({ latex, reason }: CheckedRelation): string {
  return `${latex.trim().replace(/\s+/g, ' ')} · ${reasonText(reason)}`;
}

/** «12 equations checked: 10 hold, 1 does not, 1 could not be checked.» @param where what was looked at, if there was none in it */
export function summary({ hold, fail, unchecked }: CheckCount, where: 'selection' | 'document'): string {
  const total = hold + fail + unchecked;
  if (total === 0) {
    return where === 'selection'
      ? vscode.l10n.t('There is no equation or inequality here to check. Select some, or check the whole document.')
      : vscode.l10n.t('There is no equation or inequality in this document to check.');
  }
  const count = (number: number): string => formatCount(number, vscode.env.language);
  const parts = [
    hold === 1 ? vscode.l10n.t('1 holds') : hold > 0 ? vscode.l10n.t('{0} hold', count(hold)) : '',
    fail === 1 ? vscode.l10n.t('1 does not') : fail > 0 ? vscode.l10n.t('{0} do not', count(fail)) : '',
    unchecked === 1
      ? vscode.l10n.t('1 could not be checked')
      : unchecked > 0
        ? vscode.l10n.t('{0} could not be checked', count(unchecked))
        : '',
  ].filter((part) => part !== '');
  // «2 do not» alone says nothing.
  if (hold === 0 && fail > 0) parts[0] = fail === 1 ? vscode.l10n.t('1 does not hold') : vscode.l10n.t('{0} do not hold', count(fail));
  const list = new Intl.ListFormat(vscode.env.language, { style: 'narrow', type: 'conjunction' }).format(parts);
  return total === 1 ? vscode.l10n.t('1 equation checked: {0}.', list) : vscode.l10n.t('{0} equations checked: {1}.', count(total), list);
}

/** Of a check that did not come to its end. */
export function brokenOff(count: CheckCount, why: 'cancelled' | 'changed'): string {
  const reason =
    why === 'cancelled'
      ? vscode.l10n.t('The check was cancelled.')
      : vscode.l10n.t('The document was changed while it was checked, so the check stopped. Check it again.');
  return count.hold + count.fail + count.unchecked === 0 ? reason : `${reason} ${summary(count, 'document')}`;
}

export function nothingOpen(): string {
  return vscode.l10n.t('Open a document with formulas, in Markdown, LaTeX or Typst, then check it.');
}

/** Every relation with its verdict, line by line, as Markdown. @param lineOf the line of a formula in its document, from 1 */
export function details(name: string, formulas: readonly { readonly formula: CheckedFormula; readonly line: number }[]): string {
  const marks = { true: '✓', false: '✗', unknown: '?' } as const;
  const lines = formulas.flatMap(({ formula, line }) =>
    formula.relations.map(({ verdict, latex, reason }) => {
      const text = latex.trim().replace(/\s+/g, ' ');
      return `${marks[verdict]} ${vscode.l10n.t('line {0}', formatCount(line, vscode.env.language))}: ${text}\n    ${reasonText(reason)}`;
    }),
  );
  return [name, '', ...lines, ''].join('\n');
}

/** What a check of a turn has found. */
export interface TurnCheck {
  readonly answer: readonly CheckedFormula[];
  /** Absent: it was not checked. */
  readonly thought?: readonly CheckedFormula[];
  /** Whether there is a thought with something to check. */
  readonly canCheckThought: boolean;
  /** The final answer, put back into its problem; absent where there is none, or nothing is known of it. */
  readonly final?: Judgement & { readonly latex: string };
}

/** Undefined where there is nothing to say. */
export function turnCheckWords({ answer, thought, canCheckThought, final }: TurnCheck): CheckWords | undefined {
  const [count, inThought] = [countChecks(answer), thought && countChecks(thought)];
  const sentences = [
    isEmpty(count) ? '' : summary(count, 'selection'),
    final && final.verdict !== 'unknown' ? finalText(final) : '',
    inThought && !isEmpty(inThought) ? vscode.l10n.t('In the thought: {0}', summary(inThought, 'selection')) : '',
  ].filter((sentence) => sentence !== '');
  if (sentences.length === 0) return undefined;
  const isWrong = count.fail > 0 || final?.verdict === 'false';
  return {
    note: {
      tone: isWrong ? 'warning' : 'info',
      icon: isWrong ? 'warning' : 'check',
      text: sentences.join(' '),
      buttons: [
        ...(isWrong ? [button('showModelError')] : []),
        button('showChecks'),
        ...(canCheckThought && !thought ? [button('checkThought')] : []),
      ],
    },
    marks: answer.flatMap(markOf),
  };
}

function isEmpty({ hold, fail, unchecked }: CheckCount): boolean {
  return hold + fail + unchecked === 0;
}

function finalText({ verdict, reason, latex }: NonNullable<TurnCheck['final']>): string {
  const short = latex.length <= 40 ? latex.replace(/\s+/g, ' ') : '';
  if (verdict === 'true')
    return short === ''
      ? vscode.l10n.t('The final answer solves the problem.')
      : vscode.l10n.t('The final answer {0} solves the problem.', short);
  const why = reasonText(reason);
  return short === ''
    ? vscode.l10n.t('The final answer does not solve the problem. {0}', why)
    : vscode.l10n.t('The final answer {0} does not solve the problem. {1}', short, why);
}

/** Of a formula that holds as a whole, or of what does not hold in it. */
function markOf({ latex, verdict, relations }: CheckedFormula): CheckMark[] {
  if (verdict === 'unknown') return [];
  const deciding = relations.filter((one) => one.verdict === verdict);
  const several = deciding.length > 1 || relations.length > 1;
  const reason = deciding.map((one) => (several ? failureMessage(one) : reasonText(one.reason))).join('\n');
  return [{ latex, holds: verdict === 'true', reason }];
}

/** Every relation of a turn with its verdict, as text. */
export function turnCheckDetails({ answer, thought }: TurnCheck): string {
  const marks = { true: '✓', false: '✗', unknown: '?' } as const;
  const lines = (formulas: readonly CheckedFormula[]): string[] =>
    formulas.flatMap(({ relations }) =>
      relations.map(({ verdict, latex, reason }) => `${marks[verdict]} ${latex.trim().replace(/\s+/g, ' ')}\n    ${reasonText(reason)}`),
    );
  const parts = [vscode.l10n.t('The equations of the answer'), '', ...lines(answer)];
  return [...parts, ...(thought ? ['', vscode.l10n.t('The equations of the thought'), '', ...lines(thought)] : []), ''].join('\n');
}
