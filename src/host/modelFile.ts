import * as vscode from 'vscode';

/** Opens the file dialog for a model. Undefined when it was closed without a choice. */
export async function pickModelFile(): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const [file] =
    (await vscode.window.showOpenDialog({
      title: t('Choose the Model File'),
      openLabel: t('Use This Model'),
      canSelectMany: false,
      filters: { [t('Models (GGUF)')]: ['gguf'], [t('All files')]: ['*'] },
    })) ?? [];
  return file?.fsPath;
}
