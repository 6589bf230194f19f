/** What a check says, in sentences. */
import * as vscode from 'vscode';
import type { CheckReason, NamedValue } from '../../core/check/checked.ts';
import { formatCount } from '../../core/format.ts';

/** `x = 1, y = -1/2` */
function values(named: readonly NamedValue[]): string {
  return named.map(({ name, value }) => `${name} = ${value}`).join(', ');
}

/** Why a relation holds, does not hold or is not decided. */
export function reasonText(reason: CheckReason): string {
  switch (reason.code) {
    case 'values':
      return reason.left === reason.right
        ? vscode.l10n.t('It holds: both sides are {0}.', reason.left)
        : vscode.l10n.t('It holds: the left side is {0}, the right side {1}.', reason.left, reason.right);
    case 'identity':
      return vscode.l10n.t('It holds for all values of its names.');
    case 'sampled':
      return vscode.l10n.t('It holds at {0} random points; it was not proved.', formatCount(reason.points, vscode.env.language));
    case 'consequence':
      return reason.solutions.length === 0
        ? vscode.l10n.t('It follows from what was given.')
        : vscode.l10n.t('It follows from what was given: {0}.', values(reason.solutions));
    case 'given':
      return vscode.l10n.t('It is what was given.');
    case 'digits':
      return vscode.l10n.t('It holds: the value is {0}.', reason.value);
    case 'valuesDiffer':
      return vscode.l10n.t('It does not hold: the left side is {0}, the right side {1}.', reason.left, reason.right);
    case 'counterexample':
      return vscode.l10n.t(
        'It does not hold for {0}: the left side is {1}, the right side {2}.',
        values(reason.at),
        reason.left,
        reason.right,
      );
    case 'digitsDiffer':
      return vscode.l10n.t('Its digits are wrong: the value is {0}.', reason.value);
    case 'notSolution':
      return vscode.l10n.t(
        'It does not follow from what was given: for {0}, {1} does not hold, since the left side is {2} and the right side {3}.',
        values(reason.at),
        reason.relation,
        reason.left,
        reason.right,
      );
    case 'definition':
      return vscode.l10n.t('It says what {0} is.', reason.name);
    case 'condition':
      return vscode.l10n.t('It holds for some values of its names, and nothing says which are meant.');
    case 'notation':
      return vscode.l10n.t('It could not be checked: {0} is not read by the check.', reason.what);
    case 'undecided':
      return vscode.l10n.t('It could not be decided.');
    case 'time':
      return vscode.l10n.t('It could not be decided in the time that a formula may take.');
  }
}
