/** What VS Code's chat and other extensions are told. */
import * as vscode from 'vscode';
import type { LemmaError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import type { ReplyEnd } from './chatReplies.ts';
import { errorNote } from '../userMessages.ts';

/**
 * The panel's words for an error, where they do not speak of the panel.
 * @param fetching name of a model that is being downloaded
 */
export function chatErrorText(error: LemmaError, fetching?: string): string {
  switch (error.code) {
    case 'modelNotChosen':
      if (fetching !== undefined) return vscode.l10n.t('{0} is being downloaded for Lemma. Ask again when it is there.', fetching);
      return vscode.l10n.t('No model is chosen for Lemma yet. Run “Lemma: Choose Model…” and ask again.');
    case 'modelMissing':
      return vscode.l10n.t('The model file {0} does not exist. Run “Lemma: Choose Model…” and ask again.', error.path);
    case 'promptTooLong':
      return vscode.l10n.t(
        'The request takes {0} tokens, and {1} are possible. Send less along, or begin a new chat.',
        formatCount(error.promptTokens, vscode.env.language),
        formatCount(error.limitTokens, vscode.env.language),
      );
    case 'nothingToAsk':
    case 'noEditor':
      return vscode.l10n.t('There is nothing to ask about. Select some code or mathematics, or type it behind the command.');
    default:
      return errorNote(error).text;
  }
}

/** Of a reply that did not end by itself; undefined for one that did. */
export function cutOffText({ stop, answer, generatedTokens }: ReplyEnd): string | undefined {
  const tokens = formatCount(generatedTokens, vscode.env.language);
  if (stop === 'cancelled') return undefined;
  if (stop === 'repetition') return vscode.l10n.t('The model only repeated itself and was stopped after {0} tokens. Ask again.', tokens);
  if (stop === 'endOfTurn')
    return answer.trim() === ''
      ? vscode.l10n.t('The model ended its reply without an answer. Ask again, or ask for less at a time.')
      : undefined;
  return answer.trim() === ''
    ? vscode.l10n.t(
        'The model was still thinking when its limit of {0} tokens was reached. Raise lemma.maxTokens, or ask for less at a time.',
        tokens,
      )
    : vscode.l10n.t('The answer was cut off at {0} tokens. Raise lemma.maxTokens, or ask for the rest.', tokens);
}
