import * as vscode from 'vscode';

/** Tokens are kept by the origin they were given for: another endpoint in the settings never gets one that is not its own. */
function key(endpoint: string): string {
  return `lemma.hubToken ${new URL(endpoint).origin}`;
}

/** The token for the hub's gated models, in VS Code's secret storage. */
export class HubToken {
  readonly #secrets: vscode.SecretStorage;
  readonly #endpoint: () => string;

  constructor(secrets: vscode.SecretStorage, endpoint: () => string) {
    this.#secrets = secrets;
    this.#endpoint = endpoint;
  }

  async read(): Promise<string | undefined> {
    return this.#secrets.get(key(this.#endpoint()));
  }

  /** Asks for it; an empty one removes what was there. @returns there is one now */
  async ask(): Promise<boolean> {
    const endpoint = this.#endpoint();
    const { host } = new URL(endpoint);
    const token = await vscode.window.showInputBox({
      title: vscode.l10n.t('Hugging Face Token'),
      prompt: vscode.l10n.t(
        'For models that are given only to those who are signed in. It is kept in VS Code’s secret storage and sent to {0} alone; leave it empty to remove it.',
        host,
      ),
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) =>
        /^[\x21-\x7e]*$/.test(text.trim())
          ? undefined
          : vscode.l10n.t('A token has no spaces. Copy it again from your account’s settings.'),
    });
    if (token === undefined) return false;
    if (token.trim() === '') await this.#secrets.delete(key(endpoint));
    else await this.#secrets.store(key(endpoint), token.trim());
    return token.trim() !== '';
  }
}
