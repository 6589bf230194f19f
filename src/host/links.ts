import * as vscode from 'vscode';
import type { InferenceLog } from './inferenceClient.ts';

/**
 * Opens a link from the model's text, after asking with the whole address shown: the text is hostile input and an
 * address can carry what was selected. Only web addresses; `command:`, `file:` and others stay text.
 */
export async function openLink(href: string, log: InferenceLog): Promise<void> {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    log.info(`[panel] Not an address: ${href}`);
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
