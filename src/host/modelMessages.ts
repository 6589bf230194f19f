/** The words for errors about models: what is fetched, checked and loaded. `userMessages.ts` passes them on. */
import * as vscode from 'vscode';
import type { LemmaError, ModelDamage } from '../core/errors.ts';
import { formatGigabytes, formatCount } from '../core/format.ts';
import type { PanelButton, PanelNote } from '../shared/panelProtocol.ts';
import { button } from './panelButtons.ts';

type DownloadError = Extract<LemmaError, { readonly code: `download${string}` }>;

export function isDownloadError(error: LemmaError): error is DownloadError {
  return error.code.startsWith('download');
}

/** Why a model could not be fetched, what is kept of it, and the way on. */
export function downloadErrorNote(error: DownloadError): PanelNote {
  const buttons: PanelButton[] = [button('showLog'), button('dismissNotice')];
  return { tone: 'error', icon: 'error', text: downloadErrorText(error), buttons };
}

export function downloadErrorText(error: DownloadError): string {
  switch (error.code) {
    case 'downloadRefused':
      return error.withToken
        ? vscode.l10n.t(
            '{0} refuses this model to your token (HTTP {1}). Accept the model’s conditions on its page there, or set another token.',
            error.host,
            error.status,
          )
        : vscode.l10n.t(
            '{0} gives this model only to those who are signed in (HTTP {1}). Set a token of yours with «Lemma: Set Hugging Face Token», then download again.',
            error.host,
            error.status,
          );
    case 'downloadNotFound':
      return vscode.l10n.t(
        '{0} has no {1}. Choose another model or size, or check the setting lemma.model.endpoint.',
        error.host,
        error.name,
      );
    case 'downloadBusy':
      return error.retryAfterSeconds === undefined
        ? vscode.l10n.t('{0} takes no more requests for now (HTTP {1}). What was fetched is kept; resume later.', error.host, error.status)
        : vscode.l10n.t(
            '{0} takes no more requests for {1} seconds (HTTP {2}). What was fetched is kept; resume after that.',
            error.host,
            formatCount(error.retryAfterSeconds, vscode.env.language),
            error.status,
          );
    case 'downloadInterrupted':
      return vscode.l10n.t(
        'The connection to {0} fails: {1}. {2} are fetched and kept; resume when the connection or the proxy in VS Code’s settings works.',
        error.host,
        sentencePart(error.reason),
        sizeText(error.doneBytes),
      );
    case 'downloadUntrusted':
      return vscode.l10n.t(
        'The certificate of {0} is not trusted: {1}. Behind a company’s proxy, add its certificate to the system’s, or check VS Code’s proxy settings; then resume.',
        error.host,
        sentencePart(error.reason),
      );
    case 'downloadStalled':
      return vscode.l10n.t(
        '{0} has sent nothing for {1} seconds, several times. {2} are fetched and kept; resume later.',
        error.host,
        formatCount(error.seconds, vscode.env.language),
        sizeText(error.doneBytes),
      );
    case 'downloadUnexpected':
      return vscode.l10n.t(
        'What {0} sends is not the model’s file ({1}). Often a sign-in page of the network is in between: open a browser, then resume.',
        error.host,
        error.found,
      );
    case 'downloadRedirect':
      return vscode.l10n.t(
        '{0} sends the download on to {1}, which is not followed: either in a circle or without encryption. Check the setting lemma.model.endpoint.',
        error.from,
        error.to,
      );
    case 'downloadWrongSize':
      return vscode.l10n.t(
        '{0} should have {1} bytes, and the server offers {2}. Nothing of it is used; try again later or choose another source.',
        error.fileName,
        formatCount(error.expectedBytes, vscode.env.language),
        formatCount(error.foundBytes, vscode.env.language),
      );
    case 'downloadNoRoom':
      return vscode.l10n.t(
        'There is no room for the model in {0}: it needs {1} more, and {2} are free. Make room, or choose another folder with the setting lemma.modelsFolder; what was fetched is kept.',
        error.folder,
        sizeText(error.neededBytes),
        sizeText(error.freeBytes),
      );
    case 'downloadNotWritten':
      return vscode.l10n.t(
        'The model cannot be written to {0}: {1}. Check the folder’s permissions, or choose another with the setting lemma.modelsFolder.',
        error.path,
        sentencePart(error.reason),
      );
    case 'downloadDamaged':
      return damageText(error.fileName, error.keptAs, error.because);
  }
}

function damageText(fileName: string, keptAs: string, because: ModelDamage): string {
  switch (because.kind) {
    case 'sha512':
      return vscode.l10n.t(
        '{0} is not what this version of Lemma was built with: its SHA-512 is another one. It was set aside as {1} and is never loaded; check the registry that it comes from.',
        fileName,
        keptAs,
      );
    case 'sha256':
      return vscode.l10n.t(
        '{0} arrived damaged: its SHA-256 is {1} and should be {2}. It was set aside as {3} and is never loaded; download it again.',
        fileName,
        because.found,
        because.expected,
        keptAs,
      );
    case 'notGguf':
      return vscode.l10n.t(
        '{0} is not a GGUF model: {1}. It was set aside as {2} and is never loaded; download it again, or choose another source.',
        fileName,
        because.found,
        keptAs,
      );
    case 'tensors':
      return vscode.l10n.t(
        '{0} is incomplete: its tensors need {1} bytes and it has {2}. It was set aside as {3} and is never loaded; download it again.',
        fileName,
        formatCount(because.neededBytes, vscode.env.language),
        formatCount(because.fileBytes, vscode.env.language),
        keptAs,
      );
  }
}

export function cudaRefusedText({ name, reason }: Extract<LemmaError, { readonly code: 'cudaPackRefused' }>): string {
  return vscode.l10n.t(
    'The package {0} holds something that has no place in it: {1}. Nothing of it is used; check the registry that it comes from.',
    name,
    sentencePart(reason),
  );
}

/** `6.2 GB`, and below one of them `420 MB`. */
export function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${formatGigabytes(bytes, vscode.env.language)} GB`;
  return `${formatCount(bytes / 1e6, vscode.env.language)} MB`;
}

/** A reason from elsewhere, to stand inside a sentence: without its own full stop. */
function sentencePart(reason: string): string {
  return reason.trim().replace(/[.\s]+$/, '');
}
