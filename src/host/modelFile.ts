import * as vscode from 'vscode';

/** Opens the file dialog for a model. Undefined when it was closed without a choice. */
export async function pickModelFile(): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Choose the Model File'),
      openLabel: vscode.l10n.t('Use This Model'),
      canSelectMany: false,
      filters: { [vscode.l10n.t('Models (GGUF)')]: ['gguf'], [vscode.l10n.t('All files')]: ['*'] },
    })) ?? [];
  return file?.fsPath;
}
