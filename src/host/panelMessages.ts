import * as vscode from 'vscode';
import type { Turn } from '../core/conversation.ts';
import { lastTurn, turnById } from '../core/conversation.ts';
import { askingForAll } from '../core/prompt.ts';
import type { Resumption } from '../core/resumption.ts';
import type { PanelAction, PanelToHost } from '../shared/panelProtocol.ts';
import type { LemmaApp } from './app.ts';
import { handleConversationMessage } from './conversationActions.ts';
import { openAsEditor } from './editor/openAsEditor.ts';
import { openLink, openPlace } from './links.ts';

/** What each message of the panel does. One handler each, so that a message without one does not compile. */
export async function handlePanelMessage(app: LemmaApp, message: PanelToHost): Promise<void> {
  switch (message.type) {
    case 'ready':
    case 'painted':
    case 'findPlaces':
    case 'listHistory':
      return;
    case 'focus':
      app.previews.panelFocused = message.focused;
      return;
    case 'send':
      return send(app, message.text, message.fresh === true);
    case 'draft':
      app.model.wake();
      return app.panel.saveDraft(message.text);
    case 'attachSelection':
      return app.panel.attachSelection(message.attached);
    case 'attach':
      return app.attachments.pick(app.questions.editor);
    case 'detach':
      return app.automatic.remove(message.id) ? undefined : app.attachments.remove(message.id);
    case 'dropped':
      return app.attachments.addFiles(message.uris.map((uri) => vscode.Uri.parse(uri, true)));
    case 'openPrompt':
      return app.meter.openPrompt();
    case 'action':
      return runAction(app, message.action, message.turnId);
    case 'insert':
    case 'replace':
      return app.answers.edit(message.type, message.turnId, message.block);
    case 'copy':
      return app.answers.copy(message.turnId, message);
    case 'copyText':
      return void (await vscode.env.clipboard.writeText(message.text));
    case 'openAsEditor':
      return openAsEditor(message.text, message.language);
    case 'editQuestion':
      return withTurn(turnById(app.conversations.current, message.turnId), (found) => app.questions.again(found, message.text));
    case 'deleteTurn':
      return app.turns.delete(message.turnId);
    case 'editThought':
      return app.turns.editThought(message.turnId, message.thought);
    case 'selectBranch':
    case 'forkConversation':
    case 'exportConversation':
    case 'copyConversation':
    case 'openConversation':
    case 'renameConversation':
    case 'pinConversation':
    case 'deleteConversation':
      return handleConversationMessage(app, message);
    case 'reveal':
      return app.answers.revealPlace(message.turnId, message.attachment);
    case 'openPlace':
      return openPlace(app, message);
    case 'habits':
      return app.panel.saveHabits(message.habits);
    case 'thinkingBudget':
      return app.thinking.choose(message.tokens);
    case 'chooseSamples':
      return app.samples.choose(message.samples);
    case 'focusEditor':
      return void (await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'));
    case 'openLink':
      return openLink(message.href, app.log);
    case 'error':
      app.log.error(`[panel] ${message.message}`);
  }
}

/** From the list of conversations a question begins a new one. */
async function send(app: LemmaApp, text: string, fresh: boolean): Promise<void> {
  if (fresh) {
    await app.turns.settle('stopped');
    await app.conversations.startNew();
  }
  await app.questions.typed(text);
}

async function runAction(app: LemmaApp, action: PanelAction, turnId: string | undefined): Promise<void> {
  const { current } = app.conversations;
  const turn = turnId === undefined ? lastTurn(current) : turnById(current, turnId);
  switch (action) {
    case 'stop':
      return app.turns.stop();
    case 'continue':
    case 'answerNow':
      return withTurn(turn, (found) => resume(app, found, action));
    case 'thinkMore':
      return withTurn(turn, (found) => {
        app.panel.clearNotes(found.question.id);
        return app.turns.thinkMore(found.question.id);
      });
    case 'askAgain':
      return withTurn(turn, (found) => app.questions.again(found));
    case 'trimSelection':
      return withTurn(turn, (found) => app.questions.trimmed(found));
    case 'shortenAttachments':
      return withTurn(turn, (found) => app.questions.withShorterAttachments(found));
    case 'chooseTurns':
      return app.meter.chooseTurns();
    case 'copyAnswer':
      return app.answers.copyRefused(turnId);
    case 'askForAll':
      return withTurn(turn, (found) => app.questions.again(found, askingForAll(found.question.text)));
    case 'reloadModel':
      return withTurn(turn, (found) => resume(app, found, 'continue'));
    case 'restartEngine':
      return app.restartEngine(turn);
    case 'chooseModel':
      return app.chooseModel();
    case 'chooseSmaller':
      app.panel.dismissNotice();
      return app.chooseModel();
    case 'useCpu':
      await app.config.setGpu('cpu');
      return app.restartEngine(turn);
    case 'showModelDetails':
      return app.showModelDetails();
    case 'openModelSettings':
      return app.openSettings('lemma.model');
    case 'openServerSettings':
      return app.openSettings('lemma.server');
    case 'testConnection':
      return app.testConnection();
    case 'setServerKey':
      return app.setServerKey();
    case 'raiseLimit':
      return app.openSettings('lemma.maxTokens');
    case 'showLog':
      return app.log.show();
    case 'newConversation':
      return app.newConversation();
    case 'solveSelection':
      return app.tasks.change('solve');
    case 'explainSelection':
      return app.tasks.change('explain');
    case 'openCopy':
      await app.conversations.openCopy();
      return app.history.leave();
    case 'showUnreadable':
      return app.showUnreadable();
    case 'acceptEdit':
    case 'reviewEdit':
      return app.edits.accept(turnId);
    case 'acceptUnfinishedEdit':
      return app.edits.accept(turnId, 'unfinished');
    case 'discardEdit':
      return app.edits.discard(turnId);
    case 'showEdit':
      return app.previews.show(turnId);
    case 'fixAgain':
      return turnId === undefined ? undefined : app.edits.fixAgain(turnId);
    case 'runTests':
      return turnId === undefined ? undefined : app.tests.run(turnId);
    case 'showModelError':
      return turnId === undefined ? undefined : app.answerChecks.showModelError(turnId);
    case 'showChecks':
      return turnId === undefined ? undefined : app.answerChecks.showDetails(turnId);
    case 'checkThought':
      return turnId === undefined ? undefined : app.answerChecks.checkThought(turnId);
    case 'undoDelete':
      return app.turns.undoDelete();
    case 'undoDeleteConversation':
      return app.history.undoDelete();
    case 'pauseDownload':
    case 'resumeDownload':
    case 'downloadAgain':
    case 'removeDownload':
    case 'hideDownload':
    case 'setToken':
      return app.downloads.act(action);
    case 'dismissNotice':
      return app.panel.dismissNotice();
  }
}

async function resume(app: LemmaApp, turn: Turn, resumption: Resumption): Promise<void> {
  app.panel.clearNotes(turn.question.id);
  await app.turns.resume(turn.question.id, resumption);
}

async function withTurn(turn: Turn | undefined, act: (turn: Turn) => Promise<void>): Promise<void> {
  if (turn) await act(turn);
}
