/** Why an answer is not put into a file, and what to do about it. */
import * as vscode from 'vscode';
import type { LemmaError } from '../core/errors.ts';

/** @returns whole sentences, the last one with the way forward */
export function answerRefusalText(
  error: Extract<LemmaError, { readonly code: 'partialAnswer' | 'controlTokenInAnswer' | 'noCodeInAnswer' }>,
): string {
  const { fileName } = error;
  if (error.code === 'noCodeInAnswer') {
    return vscode.l10n.t(
      'The answer has no code to put in place of the selection in {0}. Insert it beside the selection, copy it, or ask again.',
      fileName,
    );
  }
  if (error.code === 'controlTokenInAnswer') {
    return vscode.l10n.t(
      'The answer holds a control word of the model, which does not belong into {0}, so nothing was changed. Copy what you need of it, or ask again.',
      fileName,
    );
  }
  switch (error.because) {
    case 'elision':
      return vscode.l10n.t(
        'The answer leaves lines out, and where its parts belong in {0} is not certain, so nothing was changed. Ask for the complete text, or copy what there is.',
        fileName,
      );
    case 'beyond':
      return vscode.l10n.t(
        'The answer reaches beyond the selection in {0}, so nothing was changed. Copy it, or select those lines too and ask again.',
        fileName,
      );
    case 'diff':
      return vscode.l10n.t(
        'The answer is a diff that does not fit {0}, so nothing was changed. Ask for the complete text, or copy what there is.',
        fileName,
      );
    case 'searchReplace':
      return vscode.l10n.t(
        'The answer replaces lines that are not in {0} or are there twice, so nothing was changed. Ask for the complete text, or copy what there is.',
        fileName,
      );
  }
}
