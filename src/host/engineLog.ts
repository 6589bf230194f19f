import { existsSync } from 'node:fs';
import * as vscode from 'vscode';

/**
 * Opens the inference process's own log at its end. It is a file and no output channel, because the process outlives windows
 * and serves several; native code writes there too.
 */
export async function showEngineLog(file: string): Promise<void> {
  if (!existsSync(file)) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The engine has not written a log yet. It starts with the first question, or when a model is chosen.'),
    );
    return;
  }
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  const end = document.lineAt(document.lineCount - 1).range.end;
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(end, end) });
}
