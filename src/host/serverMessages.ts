/** The words for errors of a server that answers instead of this computer. See `userMessages.ts`. */
import * as vscode from 'vscode';
import type { LemmaError } from '../core/errors.ts';
import type { PanelButton, PanelNote } from '../shared/panelProtocol.ts';
import { button } from './panelButtons.ts';

export type ServerError = Extract<LemmaError, { readonly code: `server${string}` }>;

/** @returns the sentence and its buttons, the next sensible step first */
export function serverNote(error: ServerError): PanelNote {
  const note = (text: string, ...buttons: PanelButton[]): PanelNote => ({ tone: 'error', icon: 'error', text, buttons });
  const warning = (text: string, ...buttons: PanelButton[]): PanelNote => ({ tone: 'warning', icon: 'warning', text, buttons });
  switch (error.code) {
    case 'serverNotChosen':
      return warning(
        vscode.l10n.t('No server is chosen yet, or none of its models. Test the connection to choose; your question is kept.'),
        button('testConnection', true),
        button('openServerSettings'),
      );
    case 'serverAddressInvalid':
      return warning(
        vscode.l10n.t('{0} is no address of a server. Write one like http://gpu-server:8000/v1; your question is kept.', error.url),
        button('testConnection', true),
        button('openServerSettings'),
      );
    case 'serverUnreachable':
      return note(
        vscode.l10n.t(
          'The server {0} cannot be reached: {1}. Check that it runs and that the address is right; your question is kept.',
          error.host,
          sentencePart(error.reason),
        ),
        button('reloadModel', true),
        button('testConnection'),
        button('openServerSettings'),
      );
    case 'serverUntrusted':
      return note(
        vscode.l10n.t(
          'The certificate of {0} is not trusted: {1}. Nothing was sent. Add it to this computer’s trusted certificates, which VS Code uses, and try again.',
          error.host,
          sentencePart(error.reason),
        ),
        button('reloadModel', true),
        button('showLog'),
      );
    case 'serverKeyRefused':
      return warning(
        error.keySent
          ? vscode.l10n.t('The server {0} refuses the key ({1}). Set the right one; your question is kept.', error.host, error.status)
          : vscode.l10n.t('The server {0} asks for a key ({1}). Set it; your question is kept.', error.host, error.status),
        button('setServerKey', true),
        button('reloadModel'),
      );
    case 'serverBusy':
      return warning(busyText(error), button('reloadModel', true));
    case 'serverModelMissing':
      return warning(
        vscode.l10n.t(
          'The server {0} does not have the model {1} any more. Choose one that it has; your question is kept.',
          error.host,
          error.model,
        ),
        button('testConnection', true),
        button('openServerSettings'),
      );
    case 'serverRedirects':
      return warning(
        vscode.l10n.t(
          'The server {0} sends on to {1}. Lemma does not follow, so that your question and your key go to the server that you chose alone. If the new address is right, write it into the settings.',
          error.host,
          error.to,
        ),
        button('openServerSettings', true),
      );
    case 'serverNotCompatible':
      return note(
        vscode.l10n.t(
          'What answers at {0} is no OpenAI-compatible server ({1}). Check the address: it often ends in /v1.',
          error.host,
          sentencePart(error.found),
        ),
        button('openServerSettings', true),
        button('testConnection'),
      );
    case 'serverRefused':
      return note(
        vscode.l10n.t('The server {0} does not take the question ({1}): {2}.', error.host, error.status, sentencePart(error.reason)),
        button('reloadModel', true),
        button('openServerSettings'),
        button('showLog'),
      );
    case 'serverFailed':
      return note(
        error.status === 0
          ? vscode.l10n.t('The server {0} failed: {1}. What was written is kept; try again.', error.host, sentencePart(error.reason))
          : vscode.l10n.t(
              'The server {0} failed ({1}): {2}. What was written is kept; try again.',
              error.host,
              error.status,
              sentencePart(error.reason),
            ),
        button('reloadModel', true),
        button('showLog'),
      );
    case 'serverStreamBroken':
      return note(
        vscode.l10n.t(
          'The connection to {0} broke before the reply was complete: {1}. What was written is kept; go on from there.',
          error.host,
          sentencePart(error.reason),
        ),
        button('reloadModel', true),
        button('showLog'),
      );
  }
}

/** A reply that could not go on exactly where it stopped. */
export function askedAgainNote(): PanelNote {
  return {
    tone: 'info',
    icon: 'info',
    text: vscode.l10n.t(
      'Lemma does not know this model’s prompt, so it cannot go on in the middle of a reply: the server was asked again, with the text so far.',
    ),
    buttons: [button('dismissNotice')],
  };
}

function busyText({ host, status, retryAfterSeconds }: Extract<ServerError, { code: 'serverBusy' }>): string {
  if (retryAfterSeconds === undefined)
    return status === 429
      ? vscode.l10n.t('The server {0} has too many requests just now. Your question is kept; try again in a moment.', host)
      : vscode.l10n.t(
          'The server {0} is not ready, perhaps since it still loads its model. Your question is kept; try again in a moment.',
          host,
        );
  return vscode.l10n.t(
    'The server {0} is busy and asks to wait {1} seconds. Your question is kept; try again then.',
    host,
    retryAfterSeconds,
  );
}

/** A reason from elsewhere, to stand inside a sentence: without its own full stop. */
function sentencePart(reason: string): string {
  return reason.trim().replace(/[.\s]+$/, '');
}
