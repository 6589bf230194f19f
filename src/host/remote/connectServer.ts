import * as vscode from 'vscode';
import { formatCount } from '../../core/format.ts';
import { LemmaFailure } from '../../core/errors.ts';
import type { ServerChoice } from '../backend.ts';
import { listModels } from './servedModel.ts';
import type { ServedModel } from './servedModel.ts';
import { serverAddress } from './serverAddress.ts';
import type { ServerAddress } from './serverAddress.ts';
import { ServerHttp } from './serverHttp.ts';
import type { ServerKeys } from './serverKeys.ts';

const exampleUrl = 'http://localhost:8000/v1';

/**
 * Asks for the server's address, tries it, and lets the user pick one of its models. A key is asked for where the server
 * wants one.
 * @returns undefined when the user went away
 * @throws LemmaFailure server…
 */
export async function chooseServer(now: ServerChoice, keys: ServerKeys): Promise<ServerChoice | undefined> {
  const url = await vscode.window.showInputBox({
    title: vscode.l10n.t('Lemma: Test Connection'),
    prompt: vscode.l10n.t('Address of an OpenAI-compatible server: vLLM, SGLang or llama-server'),
    value: now.url === '' ? exampleUrl : now.url,
    ignoreFocusOut: true,
    validateInput: (text) => (serverAddress(text) ? undefined : vscode.l10n.t('Write an address like {0}.', exampleUrl)),
  });
  const address = url === undefined ? undefined : serverAddress(url);
  if (url === undefined || !address) return undefined;
  const models = await modelsOf(address, keys);
  const model = models && (await pickModel(models, address, now.model));
  return model === undefined ? undefined : { url: url.trim(), model };
}

/** Asks for a key and keeps it. @returns false when the user went away */
export async function askServerKey(address: ServerAddress, keys: ServerKeys): Promise<boolean> {
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t('Lemma: Set Server Key'),
    prompt: address.encrypted
      ? vscode.l10n.t('Key for {0}. It is kept in the secret storage and sent there alone; leave it empty to forget it.', address.host)
      : vscode.l10n.t(
          'Key for {0}. It is kept in the secret storage and sent there alone, but the connection is not encrypted; leave it empty to forget it.',
          address.host,
        ),
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) return false;
  await keys.set(address.origin, key.trim());
  return true;
}

async function modelsOf(address: ServerAddress, keys: ServerKeys): Promise<readonly ServedModel[] | undefined> {
  for (;;) {
    try {
      return await listed(address, keys);
    } catch (error) {
      if (!(error instanceof LemmaFailure) || error.error.code !== 'serverKeyRefused') throw error;
      if (!(await askServerKey(address, keys))) throw error;
    }
  }
}

/** @returns undefined when the user cancelled */
async function listed(address: ServerAddress, keys: ServerKeys): Promise<readonly ServedModel[] | undefined> {
  const http = new ServerHttp(address, () => keys.get(address.origin));
  const title = vscode.l10n.t('Lemma asks {0} for its models', address.host);
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      const stop = new AbortController();
      const listening = token.onCancellationRequested(() => stop.abort());
      try {
        return await listModels(http, stop.signal);
      } catch (error) {
        if (stop.signal.aborted) return undefined;
        throw error;
      } finally {
        listening.dispose();
      }
    },
  );
}

async function pickModel(models: readonly ServedModel[], { host, encrypted }: ServerAddress, now: string): Promise<string | undefined> {
  const items = models.map(({ id, contextTokens }) => ({
    label: id,
    description: contextTokens === undefined ? '' : vscode.l10n.t('context of {0} tokens', formatCount(contextTokens, vscode.env.language)),
    ...(id === now ? { detail: vscode.l10n.t('chosen now') } : {}),
  }));
  const placeHolder = encrypted
    ? vscode.l10n.t('The connection works. Which model of {0} is to answer?', host)
    : vscode.l10n.t(
        'The connection works, but is not encrypted: what you ask can be read on its way. Which model of {0} is to answer?',
        host,
      );
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Lemma: Test Connection'),
    placeHolder,
    ignoreFocusOut: true,
  });
  return picked?.label;
}
