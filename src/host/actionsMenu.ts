import * as vscode from 'vscode';

/** What there is to act on now. */
export interface ActionsMenu {
  /** The model's state in a few words. */
  readonly status: string;
  /** A question is being answered. */
  readonly running: boolean;
  readonly loaded: boolean;
  /** How far a download is, while one runs. */
  readonly download: string | undefined;
}

/** The menu behind the status bar item. */
export async function showActionsMenu({ status, running, loaded, download }: ActionsMenu): Promise<void> {
  type Item = vscode.QuickPickItem & { readonly command?: string; readonly args?: readonly unknown[] };
  const items: Item[] = [
    ...(running ? [{ label: vscode.l10n.t('$(debug-stop) Stop'), command: 'lemma.stop' }] : []),
    // The panel says more about it, and pauses it.
    ...(download === undefined
      ? []
      : [{ label: vscode.l10n.t('$(cloud-download) Show Download'), detail: download, command: 'lemma.focusPanel' }]),
    { label: vscode.l10n.t('$(symbol-operator) Solve Selection'), command: 'lemma.solveSelection' },
    { label: vscode.l10n.t('$(book) Explain Selection'), command: 'lemma.explainSelection' },
    { label: vscode.l10n.t('$(comment-discussion) Ask a Question'), command: 'lemma.focusPanel' },
    { label: vscode.l10n.t('$(add) New Conversation'), command: 'lemma.newConversation' },
    { label: vscode.l10n.t('$(history) Show Conversations'), command: 'lemma.showConversations' },
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: vscode.l10n.t('$(file) Choose Model…'), command: 'lemma.chooseModel' },
    { label: vscode.l10n.t('$(server) Test Connection…'), command: 'lemma.testConnection' },
    ...(loaded
      ? [
          { label: vscode.l10n.t('$(info) Show Model Details'), command: 'lemma.showModelDetails' },
          { label: vscode.l10n.t('$(eject) Unload Model'), command: 'lemma.unloadModel' },
        ]
      : []),
    { label: vscode.l10n.t('$(refresh) Restart Engine'), command: 'lemma.restartEngine' },
    { label: vscode.l10n.t('$(settings-gear) Open Settings'), command: 'workbench.action.openSettings', args: ['lemma.'] },
    { label: vscode.l10n.t('$(output) Show Log'), command: 'lemma.showLog' },
    { label: vscode.l10n.t('$(server-process) Show Engine Log'), command: 'lemma.showEngineLog' },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Lemma'), placeHolder: status });
  if (picked?.command) await vscode.commands.executeCommand(picked.command, ...(picked.args ?? []));
}
