import type * as vscode from 'vscode';

/** Keys of servers, in VS Code's secret storage. Each is kept for one origin and given to no other. */
export class ServerKeys {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  async get(origin: string): Promise<string | undefined> {
    return (await this.#secrets.get(nameOf(origin))) ?? undefined;
  }

  /** @param key empty: forgets the one that is kept */
  async set(origin: string, key: string): Promise<void> {
    if (key === '') await this.#secrets.delete(nameOf(origin));
    else await this.#secrets.store(nameOf(origin), key);
  }
}

function nameOf(origin: string): string {
  return `lemma.serverKey ${origin}`;
}
