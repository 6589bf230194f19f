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
    case 'frontMatterUnclosed':
      return vscode.l10n.t('The front matter does not end. Write a line of --- below it, and Lemma offers the prompt.');
    case 'frontMatterNoPairs':
      return vscode.l10n.t(
        'The front matter is to be lines of “key: value” with title, applies or answer. Mend or remove it, and Lemma offers the prompt.',
      );
    case 'fileTooLong':
      return vscode.l10n.t(
        'This file has {0} KiB and a prompt at most {1} KiB, so it is not offered. Shorten it, or attach the long text to the question.',
        Math.ceil(problem.bytes / 1024),
        Math.floor(problem.limitBytes / 1024),
      );
    case 'entryInvalid':
      return vscode.l10n.t('It is to be an object with title and prompt, so it is not offered.');
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

/** @param index 0-based place in the setting `lemma.prompts` */
export function settingProblemText(index: number, problem: PromptProblem): string {
  return vscode.l10n.t('Prompt {0} in the setting lemma.prompts: {1}', index + 1, settingReason(problem));
}

function settingReason(problem: PromptProblem): string {
  if (problem.code === 'templateMissing') return vscode.l10n.t('It has no text. Write what the model is to do as its “prompt”.');
  if (problem.code === 'valueInvalid' && problem.key === 'title')
    return vscode.l10n.t('Its title is to be a text, so it is not offered. Give it one.');
  if (problem.code === 'keyUnknown')
    return vscode.l10n.t('Lemma knows no key “{0}” here; it reads title, applies, answer and prompt.', problem.key);
  return promptProblemText(problem);
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
