/** Words about attachments: why something cannot be attached, and what to do when they are too much. */
import * as vscode from 'vscode';
import type { LemmaError } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';

export type AttachmentError = Extract<LemmaError, { readonly code: 'attachmentRefused' }>;

export function refusalText({ fileName, because }: AttachmentError): string {
  switch (because) {
    case 'binary':
      return vscode.l10n.t('{0} is not a text file. Lemma can attach text only.', fileName);
    case 'empty':
      return vscode.l10n.t('{0} is empty, so there is nothing to attach.', fileName);
    case 'folder':
      return vscode.l10n.t('{0} is a folder. Attach the files in it that matter.', fileName);
    case 'gone':
      return vscode.l10n.t('{0} does not exist any more. Remove the attachment, or bring the file back.', fileName);
    case 'noPlace':
      return vscode.l10n.t('Lemma was not told where the dropped files are. Choose them by Attach, File… instead.');
    case 'tooLarge':
      return vscode.l10n.t('{0} is larger than 1 MB. Attach a selection or a symbol of it instead.', fileName);
    case 'tooMany':
      return vscode.l10n.t('Only the first {0} files were attached. Attach the others in a second step if the context has room.', fileName);
    case 'unreadable':
      return vscode.l10n.t('{0} cannot be read, so it was not attached. Open it in an editor and attach it from there.', fileName);
  }
}

/** Of a question whose attachments do not fit. */
export function attachmentsTooLongText(error: Extract<LemmaError, { readonly code: 'promptTooLong' }>): string {
  const count = (tokens: number): string => formatCount(tokens, vscode.env.language);
  return vscode.l10n.t(
    'The question with its attachments is {0} tokens larger than the context: it takes {1} tokens, and {2} are possible. Send only the beginning of the largest attachment, or ask again with fewer.',
    count(error.overTokens),
    count(error.promptTokens),
    count(error.limitTokens),
  );
}
