import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Folder of the panel's bundle, the only one a webview may read from. */
export function webviewRoot(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}

/** Where a page of the panel is shown: its background is that of the surface around it. */
export type PanelPlace = 'view' | 'tab';

/**
 * The panel's page. Model output is hostile input, so the policy allows nothing but our own files: no inline
 * script or style, no image, no connection. Chunks that are imported later come from the same folder (`cspSource`).
 */
export function webviewHtml(webview: vscode.Webview, extensionUri: vscode.Uri, place: PanelPlace): string {
  const root = webviewRoot(extensionUri);
  const script = webview.asWebviewUri(vscode.Uri.joinPath(root, 'main.js')).toString();
  const style = webview.asWebviewUri(vscode.Uri.joinPath(root, 'main.css')).toString();
  const nonce = randomBytes(16).toString('base64');
  const source = webview.cspSource;
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}' ${source}`,
    `style-src ${source}`,
    `font-src ${source}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>Lemma</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<main class="lemma ${place}" id="app"></main>
<script type="module" nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
