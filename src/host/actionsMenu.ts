import * as vscode from 'vscode';

/** The menu behind the status bar item. */
export async function showActionsMenu(status: string, running: boolean, loaded: boolean): Promise<void> {
  type Item = vscode.QuickPickItem & { readonly command?: string; readonly args?: readonly unknown[] };
  const items: Item[] = [
    ...(running ? [{ label: vscode.l10n.t('$(debug-stop) Stop'), command: 'lemma.stop' }] : []),
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
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Lemma'), placeHolder: status });
  if (picked?.command) await vscode.commands.executeCommand(picked.command, ...(picked.args ?? []));
}
