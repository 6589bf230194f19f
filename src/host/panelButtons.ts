import * as vscode from 'vscode';
import type { PanelAction, PanelButton } from '../shared/panelProtocol.ts';

/** Label of each action, in title case, three words at most; an ellipsis only before a question. */
export function button(action: PanelAction, primary = false): PanelButton {
  return { action, label: actionLabel(action), ...(primary ? { primary } : {}) };
}

function actionLabel(action: PanelAction): string {
  switch (action) {
    case 'stop':
      return vscode.l10n.t('Stop');
    case 'continue':
      return vscode.l10n.t('Continue');
    case 'answerNow':
      return vscode.l10n.t('Answer Now');
    case 'thinkMore':
      return vscode.l10n.t('Think More');
    case 'askAgain':
      return vscode.l10n.t('Ask Again');
    case 'restartEngine':
      return vscode.l10n.t('Restart');
    case 'showLog':
      return vscode.l10n.t('Show Log');
    case 'chooseModel':
      return vscode.l10n.t('Choose Model…');
    case 'testConnection':
      return vscode.l10n.t('Test Connection…');
    case 'setServerKey':
      return vscode.l10n.t('Set Server Key…');
    case 'openServerSettings':
    case 'openModelSettings':
      return vscode.l10n.t('Open Settings');
    case 'raiseLimit':
      return vscode.l10n.t('Raise the Limit…');
    case 'trimSelection':
      return vscode.l10n.t('Trim Around Cursor');
    case 'shortenAttachments':
      return vscode.l10n.t('Shorten to Fit');
    case 'chooseTurns':
      return vscode.l10n.t('Choose What Stays…');
    case 'copyAnswer':
      return vscode.l10n.t('Copy');
    case 'askForAll':
      return vscode.l10n.t('Ask for All');
    case 'newConversation':
      return vscode.l10n.t('New Conversation');
    case 'solveSelection':
      return vscode.l10n.t('Solve the Selection');
    case 'explainSelection':
      return vscode.l10n.t('Explain the Selection');
    case 'reloadModel':
      return vscode.l10n.t('Try Again');
    case 'showModelDetails':
      return vscode.l10n.t('Details');
    case 'chooseSmaller':
      return vscode.l10n.t('Choose Smaller…');
    case 'useCpu':
      return vscode.l10n.t('Use CPU');
    case 'openCopy':
      return vscode.l10n.t('Open a Copy');
    case 'showUnreadable':
      return vscode.l10n.t('Show Damaged Part');
    case 'undoDelete':
    case 'undoDeleteConversation':
      return vscode.l10n.t('Undo');
    case 'pauseDownload':
      return vscode.l10n.t('Pause');
    case 'resumeDownload':
      return vscode.l10n.t('Resume');
    case 'downloadAgain':
      return vscode.l10n.t('Download Again');
    case 'removeDownload':
      return vscode.l10n.t('Remove');
    case 'setToken':
      return vscode.l10n.t('Set Token…');
    case 'acceptEdit':
      return vscode.l10n.t('Accept');
    case 'acceptUnfinishedEdit':
      return vscode.l10n.t('Accept Unfinished');
    case 'discardEdit':
      return vscode.l10n.t('Discard');
    case 'showEdit':
      return vscode.l10n.t('Show Preview');
    case 'reviewEdit':
      return vscode.l10n.t('Review Changes…');
    case 'fixAgain':
      return vscode.l10n.t('Fix Again');
    case 'runTests':
      return vscode.l10n.t('Run the Tests');
    case 'showModelError':
      return vscode.l10n.t('Show the Model Its Error');
    case 'showChecks':
      return vscode.l10n.t('Details');
    case 'checkThought':
      return vscode.l10n.t('Check the Thought');
    case 'hideDownload':
    case 'dismissNotice':
      return vscode.l10n.t('Close');
  }
}
