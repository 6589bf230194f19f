/** The words for what is wrong with a prompt of the user's own, and what can be done. */
import * as vscode from 'vscode';
import { promptVariables } from '../../core/userPrompt.ts';
import type { PromptProblem } from '../../core/userPrompt.ts';

export function promptProblemText(problem: PromptProblem): string {
  switch (problem.code) {
    case 'frontMatterUnreadable':
      return vscode.l10n.t(
        'The front matter is no YAML: {0}. Mend it, and Lemma offers the prompt.',
        problem.reason.replace(/[.\s]+$/, ''),
      );
    case 'keyUnknown':
      return vscode.l10n.t('Lemma knows no key “{0}” here; it reads title, applies and answer.', problem.key);
    case 'valueInvalid':
      return valueText(problem.key);
    case 'variableUnknown':
      return vscode.l10n.t(
        'Lemma knows no variable “{0}” and leaves it as it stands; there are {1}.',
        problem.name,
        promptVariables.join(', '),
      );
    case 'templateMissing':
      return vscode.l10n.t('The prompt has no text. Write below the front matter what the model is to do.');
  }
}

function valueText(key: 'title' | 'applies' | 'answer'): string {
  switch (key) {
    case 'title':
      return vscode.l10n.t('The title is to be a text; the file’s name stands in for it.');
    case 'applies':
      return vscode.l10n.t('“applies” is to be a list of code, math, text or language ids, so the prompt is not offered.');
    case 'answer':
      return vscode.l10n.t('“answer” is to be replace, insert or panel, so the prompt is not offered.');
  }
}
