/**
 * The words for every error: one whole sentence, and a way on. Nothing else in Lemma words an error. Times and places are
 * filled in by the caller's data.
 */
import * as vscode from 'vscode';
import type { LemmaError } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import { engineFolderText } from './engineWords.ts';
import { answerRefusalText } from './answerWords.ts';
import { refusalText } from './attachmentWords.ts';
import { crashLoopNote, crashNote, silentNote } from './crashMessages.ts';
import type { PanelButton, PanelNote } from '../shared/panelProtocol.ts';
import { cudaRefusedText, downloadErrorNote, isDownloadError } from './modelMessages.ts';
import { button } from './panelButtons.ts';
import { serverNote } from './serverMessages.ts';

/** @param error with its data @returns the sentence and its buttons, the next sensible step first */
export function errorNote(error: LemmaError): PanelNote {
  const note = (text: string, ...buttons: PanelButton[]): PanelNote => ({ tone: 'error', icon: 'error', text, buttons });
  const warning = (text: string, ...buttons: PanelButton[]): PanelNote => ({ tone: 'warning', icon: 'warning', text, buttons });
  if (isDownloadError(error)) return downloadErrorNote(error);
  switch (error.code) {
    case 'modelNotChosen':
      return warning(
        vscode.l10n.t(
          'No model is chosen yet. Choose one that fits this computer; your question is kept, and asked as soon as the model is there.',
        ),
        button('chooseModel', true),
      );
    case 'modelMissing':
      return note(
        vscode.l10n.t('The model file {0} does not exist. Choose where it is now; your question is kept.', error.path),
        button('chooseModel', true),
        button('reloadModel'),
      );
    case 'modelUnreadable':
      return note(
        vscode.l10n.t(
          'The model file {0} cannot be read: {1}. Check its permissions or choose another file; your question is kept.',
          error.path,
          sentencePart(error.reason),
        ),
        button('chooseModel', true),
        button('reloadModel'),
      );
    case 'modelNotGguf':
      return note(notGgufText(error), button('chooseModel', true), button('reloadModel'));
    case 'modelDamaged':
      return note(
        vscode.l10n.t(
          'The model file {0} is damaged: {1}. Download it again, or choose another; your question is kept.',
          error.path,
          sentencePart(error.reason),
        ),
        button('chooseModel', true),
        button('reloadModel'),
      );
    case 'modelTruncated':
      return note(truncatedText(error), button('chooseModel', true), button('reloadModel'));
    case 'modelPart':
      return note(
        vscode.l10n.t('{0} is a later part of a model in several files. Choose the first one, {1}.', error.path, error.first),
        button('chooseModel', true),
      );
    case 'modelPartMissing':
      return note(
        vscode.l10n.t('The part {0} of the model is missing. Put it beside the others, or download the model again.', error.part),
        button('reloadModel', true),
        button('chooseModel'),
      );
    case 'modelLoadFailed':
      return note(
        vscode.l10n.t(
          'The model {0} cannot be loaded: {1}. Choose another file, or read the log for the engine’s own words.',
          error.path,
          sentencePart(error.reason),
        ),
        button('chooseModel', true),
        button('reloadModel'),
        button('showLog'),
      );
    case 'insufficientMemory':
      return note(
        vscode.l10n.t(
          'There is not enough memory for the model {0}: {1}. Choose a smaller file, or a smaller context in the settings.',
          error.path,
          sentencePart(error.reason),
        ),
        button('chooseModel', true),
        button('openModelSettings'),
        button('showLog'),
      );
    case 'engineStartFailed':
      return note(
        vscode.l10n.t('The engine did not start: {0}. Restart it, or read the log.', sentencePart(error.reason)),
        button('restartEngine', true),
        button('showLog'),
      );
    case 'engineCrashed':
      return crashNote(error);
    case 'engineCrashLoop':
      return crashLoopNote(error);
    case 'engineSilent':
      return silentNote(error);
    case 'engineFolderRefused':
      return note(engineFolderText(error), button('restartEngine', true), button('showLog'));
    case 'engineRestarted':
      return warning(vscode.l10n.t('The engine was restarted in another window. Everything written so far is kept; go on when you like.'));
    case 'protocolMismatch':
      return note(
        vscode.l10n.t(
          'Two versions of Lemma speak to each other (protocols {0} and {1}). Reload the window to finish the update.',
          error.host,
          error.inference,
        ),
        button('showLog'),
      );
    case 'promptTooLong':
      return warning(
        vscode.l10n.t(
          'The selection is {0} tokens larger than the context: the question takes {1} tokens, and {2} are possible. Trim it around the cursor, or select less.',
          count(error.overTokens),
          count(error.promptTokens),
          count(error.limitTokens),
        ),
        button('trimSelection', true),
        button('openModelSettings'),
      );
    case 'serverNotChosen':
    case 'serverAddressInvalid':
    case 'serverUnreachable':
    case 'serverUntrusted':
    case 'serverKeyRefused':
    case 'serverBusy':
    case 'serverModelMissing':
    case 'serverRedirects':
    case 'serverNotCompatible':
    case 'serverRefused':
    case 'serverFailed':
    case 'serverStreamBroken':
      return serverNote(error);
    case 'imagesRefused':
      return warning(
        vscode.l10n.t('The model reads text alone, and a picture was sent along. Leave it out, or say in words what it shows.'),
      );
    case 'nothingToAsk':
      return warning(
        vscode.l10n.t(
          'There is nothing to ask about in {0}: nothing is selected and the file is empty. Select some text, or type a question below.',
          error.fileName,
        ),
      );
    case 'noEditor':
      return warning(vscode.l10n.t('No text editor is open. Open a file and select code or mathematics, or type a question below.'));
    case 'binaryDocument':
      return warning(
        vscode.l10n.t(
          '{0} is not a text file, so Lemma cannot ask about it. Open it as text, or paste the part in question below.',
          error.fileName,
        ),
      );
    case 'attachmentRefused':
      return warning(refusalText(error), button('dismissNotice'));
    case 'readOnlyDocument':
      return warning(
        vscode.l10n.t('{0} is read-only, so nothing was inserted. Copy the answer and put it where you can edit.', error.fileName),
        button('copyAnswer', true),
      );
    case 'documentChanged':
      return warning(
        vscode.l10n.t(
          '{0} changed where this answer belongs, so nothing was inserted. Copy the answer and put it in by hand.',
          error.fileName,
        ),
        button('copyAnswer', true),
      );
    case 'documentGone':
      return warning(
        vscode.l10n.t('{0} does not exist any more. Copy the answer and put it where you want it.', error.fileName),
        button('copyAnswer', true),
      );
    case 'placeGone':
      return warning(
        vscode.l10n.t('{0} is not in the folders of this workspace any more. Look for it under another name.', error.fileName),
      );
    case 'noAnswerToInsert':
      return warning(vscode.l10n.t('There is no answer to insert yet. Wait for it, or ask again.'), button('askAgain'));
    case 'partialAnswer':
      if (error.because === 'beyond') return warning(answerRefusalText(error), button('copyAnswer', true), button('askAgain'));
      return warning(answerRefusalText(error), button('askForAll', true), button('copyAnswer'));
    case 'controlTokenInAnswer':
    case 'noCodeInAnswer':
      return warning(answerRefusalText(error), button('copyAnswer', true), button('askAgain'));
    case 'nothingToChange':
      return {
        tone: 'info',
        icon: 'info',
        text: vscode.l10n.t('The answer is what {0} has there already. Ask again, or say below what is to change.', error.fileName),
        buttons: [button('askAgain')],
      };
    case 'storageFailed':
      return note(
        vscode.l10n.t(
          'This conversation cannot be saved to {0}: {1}. It goes on here, and saving is tried again; make room or copy what you need.',
          error.path,
          sentencePart(error.reason),
        ),
        button('showLog'),
        button('dismissNotice'),
      );
    case 'changeNotSaved':
      return note(
        vscode.l10n.t(
          'The change could not be saved to {0}: {1}. Make room there and change it again.',
          error.path,
          sentencePart(error.reason),
        ),
        button('showLog'),
        button('dismissNotice'),
      );
    case 'linesUnreadable':
      return warning(linesUnreadableText(error), button('showUnreadable'), button('dismissNotice'));
    case 'conversationDamaged':
      return warning(
        vscode.l10n.t(
          'Nothing in the conversation that was shown last can be read any more. Its file is kept as {0}; a new conversation begins here.',
          error.path,
        ),
        button('showUnreadable'),
        button('dismissNotice'),
      );
    case 'conversationElsewhere':
      return {
        tone: 'info',
        icon: 'info',
        text: vscode.l10n.t(
          'The conversation that was shown last is still open in another window. It appears here as soon as that window has ended; open a copy to go on with it now.',
        ),
        buttons: [button('openCopy'), button('dismissNotice')],
      };
    case 'conversationUnreadable':
      return warning(
        vscode.l10n.t(
          'The conversation that was shown last cannot be read from {0}: {1}. The file is left as it is; reload the window to try again, or go on with a new conversation.',
          error.path,
          sentencePart(error.reason),
        ),
        button('showLog'),
        button('dismissNotice'),
      );
    case 'exportFailed':
      return note(
        vscode.l10n.t(
          'The conversation cannot be written to {0}: {1}. Export it again to another place.',
          error.path,
          sentencePart(error.reason),
        ),
        button('showLog'),
        button('dismissNotice'),
      );
    case 'cudaPackRefused':
      return note(cudaRefusedText(error), button('showLog'), button('dismissNotice'));
    case 'internal':
      return note(
        vscode.l10n.t('Something in Lemma failed: {0}. The log has the details; asking again often helps.', sentencePart(error.reason)),
        button('askAgain', true),
        button('showLog'),
      );
  }
}

function notGgufText({ path, found }: Extract<LemmaError, { code: 'modelNotGguf' }>): string {
  switch (found) {
    case 'folder':
      return vscode.l10n.t('{0} is a folder. Choose the model’s file in it, one that ends in .gguf.', path);
    case 'empty file':
      return vscode.l10n.t('The model file {0} is empty. Choose another, or download it again.', path);
    case 'special file':
      return vscode.l10n.t('{0} is a device or a pipe, not a file. Choose a model file, one that ends in .gguf.', path);
    default:
      return vscode.l10n.t('The file {0} is not a GGUF model: it begins with {1}. Choose a file that ends in .gguf.', path, found);
  }
}

function truncatedText({ path, fileBytes, neededBytes }: Extract<LemmaError, { code: 'modelTruncated' }>): string {
  return neededBytes === undefined
    ? vscode.l10n.t(
        'The model file {0} ends after {1} bytes, inside its header. Download it again, or choose another.',
        path,
        count(fileBytes),
      )
    : vscode.l10n.t(
        'The model file {0} has {1} of its {2} bytes. Finish its download, or choose another.',
        path,
        count(fileBytes),
        count(neededBytes),
      );
}

function linesUnreadableText({ lines, path }: Extract<LemmaError, { code: 'linesUnreadable' }>): string {
  return lines === 1
    ? vscode.l10n.t('One line of this conversation’s file is damaged; it is kept in {0}. Everything else is here, and you can go on.', path)
    : vscode.l10n.t(
        '{0} lines of this conversation’s file are damaged; they are kept in {1}. Everything else is here, and you can go on.',
        count(lines),
        path,
      );
}

/** A reason from elsewhere, to stand inside a sentence: without its own full stop. */
function sentencePart(reason: string): string {
  return reason.trim().replace(/[.\s]+$/, '');
}

function count(tokens: number): string {
  return formatCount(tokens, vscode.env.language);
}
