import * as vscode from 'vscode';
import type { LemmaApp } from './app.ts';
import { showActionsMenu } from './actionsMenu.ts';
import { putChatAnswer } from './chat/chatAnswers.ts';
import type { CommandId } from './commandIds.ts';
import type { DiagnosticInfo } from '../core/snapshot.ts';
import type { Task } from '../core/task.ts';
import { downloadStatus } from './download/downloadWords.ts';
import { showEngineLog } from './engineLog.ts';
import { turnOfPreview } from './edits/previewDocuments.ts';
import { modelStatus } from './modelWords.ts';
import { openSample, openWalkthrough } from './walkthrough.ts';

type Handlers = { readonly [Id in CommandId]: (...args: readonly unknown[]) => unknown };

/** The explorer gives the entry under the cursor and all that are selected; a tab gives its own. */
function chosen(uri: unknown, uris: unknown): vscode.Uri[] {
  const all: unknown[] = Array.isArray(uris) ? uris : [uri ?? vscode.window.activeTextEditor?.document.uri];
  return all.filter((each) => each instanceof vscode.Uri);
}

/** The title of a preview passes on its address, the ghost text its turn, a key nothing. */
function turnOfEdit(which: unknown): string | undefined {
  return which instanceof vscode.Uri ? turnOfPreview(which) : typeof which === 'string' ? which : undefined;
}

export function commandHandlers(app: LemmaApp): Handlers {
  return {
    'lemma.solveSelection': () => app.questions.aboutSelection('solve'),
    'lemma.solveWithVotes': () => app.questions.aboutSelection('solve', { samples: app.samples.forVote }),
    'lemma.explainSelection': () => app.questions.aboutSelection('explain'),
    'lemma.fixDiagnostic': (uri, diagnostic) => app.questions.aboutDiagnostic(uri as string, diagnostic as DiagnosticInfo),
    'lemma.explainDiagnostic': (uri, diagnostic) => app.questions.aboutDiagnostic(uri as string, diagnostic as DiagnosticInfo, 'explain'),
    'lemma.aboutFormula': (task, uri, range) => app.questions.aboutRange(task as Task, uri as string, range as vscode.Range),
    'lemma.fixSelection': () => app.tasks.change('fix'),
    'lemma.improveSelection': () => app.tasks.change('improve'),
    'lemma.documentSelection': () => app.tasks.change('document'),
    'lemma.writeTests': () => app.tasks.change('tests'),
    'lemma.simplifySelection': () => app.tasks.change('simplify'),
    'lemma.translateSelection': () => app.tasks.translate(),
    'lemma.completeProofStep': () => app.tasks.change('proofStep'),
    'lemma.convertSelection': () => app.tasks.convert(),
    'lemma.editSelection': () => app.tasks.edit(),
    'lemma.runPrompt': (id) => app.tasks.prompt(typeof id === 'string' ? id : undefined),
    'lemma.newPrompt': () => app.tasks.newPrompt(),
    'lemma.checkSelection': () => app.checks.selection(),
    'lemma.checkDocument': () => app.checks.document(),
    'lemma.clearChecks': () => app.checks.clear(),
    'lemma.newConversation': () => app.newConversation(),
    // The title of an editor passes on its address.
    'lemma.showConversations': (resource) => app.showConversations(resource instanceof vscode.Uri),
    'lemma.exportConversation': () => app.exports.toFile(),
    'lemma.copyConversation': () => app.exports.toClipboard(),
    'lemma.attach': () => app.attach(),
    'lemma.attachFiles': (uri, uris) => app.attachFiles(chosen(uri, uris)),
    'lemma.stop': () => app.turns.stop(),
    'lemma.insertAnswer': () => app.answers.edit('insert'),
    'lemma.replaceSelection': () => app.answers.edit('replace'),
    'lemma.copyAnswer': () => app.answers.copy(),
    'lemma.insertChatAnswer': (answer) => putChatAnswer(answer, 'insert'),
    'lemma.replaceChatSelection': (answer) => putChatAnswer(answer, 'replace'),
    'lemma.acceptEdit': (which, how) => app.edits.accept(turnOfEdit(which), how === 'inserted' ? how : undefined),
    'lemma.acceptUnfinishedEdit': (which) => app.edits.accept(turnOfEdit(which), 'unfinished'),
    'lemma.discardEdit': (which) => app.edits.discard(turnOfEdit(which)),
    'lemma.askEditAgain': (which) => app.edits.askAgain(turnOfEdit(which)),
    'lemma.acceptEditChange': () => app.edits.acceptHunk(),
    'lemma.discardEditChange': () => app.edits.discardHunk(),
    'lemma.showEdit': () => app.previews.show(),
    'lemma.chooseModel': () => app.chooseModel(),
    'lemma.chooseModelFile': () => app.chooseModelFile(),
    'lemma.testConnection': () => app.testConnection(),
    'lemma.setServerKey': () => app.setServerKey(),
    'lemma.resumeDownload': () => app.downloads.resume(),
    'lemma.setHuggingFaceToken': () => app.downloads.act('setToken'),
    'lemma.installCuda': () => app.cuda.install(),
    'lemma.removeCuda': () => app.cuda.remove(),
    'lemma.unloadModel': () => app.unloadModel(),
    'lemma.showModelDetails': () => app.showModelDetails(),
    'lemma.openSample': () => openSample(),
    'lemma.openWalkthrough': () => openWalkthrough(app.walkthrough),
    'lemma.restartEngine': () => app.restartEngine(),
    'lemma.showLog': () => app.log.show(),
    'lemma.showEngineLog': () => showEngineLog(app.client.logFile ?? app.engineLog),
    'lemma.showActions': () =>
      showActionsMenu({
        status: modelStatus(app.model.state),
        running: app.turns.running,
        loaded: app.model.state.kind === 'ready',
        download: downloadStatus(app.downloads.running, Date.now())?.sentences[0],
      }),
    'lemma.focusPanel': () => app.view.focusComposer(),
    'lemma.openInEditor': () => app.tab.open(),
  };
}
