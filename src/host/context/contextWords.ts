/** Names of what Lemma chose to send along, for its chips. */
import * as vscode from 'vscode';
import { formatCount } from '../../core/format.ts';

export function importsLabel(count: number): string {
  return count === 1 ? vscode.l10n.t('1 import') : vscode.l10n.t('{0} imports', formatCount(count, vscode.env.language));
}

/** Longest list of names in a chip, in characters. */
const longestNames = 28;

/** `\R, \norm` or `\R and 4 more`. */
export function definitionsLabel(names: readonly string[]): string {
  const [first = ''] = names;
  const all = names.join(', ');
  if (names.length <= 1 || all.length <= longestNames) return all;
  return vscode.l10n.t('{0} and {1} more', first, formatCount(names.length - 1, vscode.env.language));
}
