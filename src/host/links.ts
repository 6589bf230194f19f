import * as vscode from 'vscode';
import type { LemmaApp } from './app.ts';
import { columnBesideTab } from './editor/openDocument.ts';
import type { InferenceLog } from './inferenceClient.ts';
import { errorNote } from './userMessages.ts';

/**
 * Opens a link from the model's text, after asking with the whole address shown: the text is hostile input and an
 * address can carry what was selected. Only web addresses; `command:`, `file:` and others stay text.
 */
export async function openLink(href: string, log: InferenceLog): Promise<void> {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    log.info('[panel] A link that is no address is not opened.');
    log.trace(`[panel] Not an address: ${href}`);
    return;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    log.info(`[panel] Links of this kind are not opened: ${url.protocol}`);
    return;
  }
  const open = vscode.l10n.t('Open');
  const copy = vscode.l10n.t('Copy Address');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('The model wrote this link. Open it in the browser?'),
    { modal: true, detail: url.href },
    open,
    copy,
  );
  if (choice === open) await vscode.env.openExternal(vscode.Uri.parse(url.href, true));
  else if (choice === copy) await vscode.env.clipboard.writeText(url.href);
}

/** Opens a file that the model's text names, at its line. It is looked for anew, since it may have gone or moved meanwhile. */
export async function openPlace(
  { places, panel, log }: Pick<LemmaApp, 'places' | 'panel' | 'log'>,
  { turnId, path, line, column }: { readonly turnId: string; readonly path: string; readonly line?: number; readonly column?: number },
): Promise<void> {
  const uri = await places.find(path);
  if (!uri) {
    log.info('[panel] A file that the text names is not in the workspace.');
    log.trace(`[panel] Not in the workspace: ${path}`);
    panel.note(turnId, { editNote: errorNote({ code: 'placeGone', fileName: path }) });
    return;
  }
  const position = new vscode.Position(Math.max(0, (line ?? 1) - 1), Math.max(0, (column ?? 1) - 1));
  const options: vscode.TextDocumentShowOptions = {
    viewColumn: columnBesideTab(uri),
    ...(line === undefined ? {} : { selection: new vscode.Range(position, position) }),
  };
  await vscode.commands.executeCommand('vscode.open', uri, options);
}
