/** What is said at the end of a check that the user asked for, and about what it found. */
import * as vscode from 'vscode';
import type { CheckCount, CheckedFormula, CheckedRelation } from '../../core/check/checked.ts';
import { formatCount } from '../../core/format.ts';
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
