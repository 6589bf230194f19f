import * as vscode from 'vscode';
import { vscodeLanguages } from '../../core/codeLanguages.ts';
import { columnBesideTab } from './openDocument.ts';

/**
 * Opens code that the model wrote in a new, unsaved document.
 * @param language as the model named it (`py`, `C++`); one that VS Code does not have opens as plain text
 */
export async function openAsEditor(text: string, language: string): Promise<void> {
  const known = new Set(await vscode.languages.getLanguages());
  const id = vscodeLanguages(language).find((each) => known.has(each));
  const content = text.endsWith('\n') || text === '' ? text : `${text}\n`;
  const document = await vscode.workspace.openTextDocument({ content, language: id ?? 'plaintext' });
  await vscode.window.showTextDocument(document, { viewColumn: columnBesideTab(document.uri), preview: false });
}
