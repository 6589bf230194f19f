import * as vscode from 'vscode';

/** The menu behind the status bar item. */
export async function showActionsMenu(status: string, running: boolean): Promise<void> {
  const { t } = vscode.l10n;
  type Item = vscode.QuickPickItem & { readonly command?: string; readonly args?: readonly unknown[] };
  const items: Item[] = [
    ...(running ? [{ label: t('$(debug-stop) Stop'), command: 'lemma.stop' }] : []),
    { label: t('$(symbol-operator) Solve Selection'), command: 'lemma.solveSelection' },
    { label: t('$(book) Explain Selection'), command: 'lemma.explainSelection' },
    { label: t('$(comment-discussion) Ask a Question'), command: 'lemma.focusPanel' },
    { label: t('$(add) New Conversation'), command: 'lemma.newConversation' },
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: t('$(file) Choose Model File…'), command: 'lemma.chooseModelFile' },
    { label: t('$(refresh) Restart Engine'), command: 'lemma.restartEngine' },
    { label: t('$(settings-gear) Open Settings'), command: 'workbench.action.openSettings', args: ['lemma.'] },
    { label: t('$(output) Show Log'), command: 'lemma.showLog' },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: t('Lemma'), placeHolder: status });
  if (picked?.command) await vscode.commands.executeCommand(picked.command, ...(picked.args ?? []));
}
