import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { toLemmaError } from '../../core/errors.ts';
import type { FamilyModel } from '../../core/models/family.ts';
import type { Machine } from '../../core/models/fit.ts';
import type { Offers } from '../../core/models/offers.ts';
import { offersOf } from '../../core/models/offers.ts';
import type { Config } from '../config.ts';
import type { InferenceClient, InferenceLog } from '../inferenceClient.ts';
import { pickModelFile } from '../modelFile.ts';
import { errorNote } from '../userMessages.ts';
import type { InstalledModel } from './localModels.ts';
import { findLocalModels } from './localModels.ts';
import { measureMachine } from './measureMachine.ts';
import type { ModelPick, ModelPickButton, ModelPickItem } from './modelPickItems.ts';
import { machineText, modelPickItems } from './modelPickItems.ts';

/** Fetches a model in the background, with a progress of its own. */
export interface ModelDownloader {
  /** @returns path of the (first) file; undefined when it was cancelled or failed, which was said then */
  start(request: { readonly model: FamilyModel; readonly quantisation: string }): Promise<string | undefined>;
}

export interface ModelChoiceParts {
  readonly client: InferenceClient;
  readonly config: Config;
  readonly downloads: ModelDownloader;
  /** Where models are put that Lemma fetches. */
  readonly modelsFolder: () => string;
  readonly log: InferenceLog;
}

/** «Choose Model…»: measures the machine, looks for what is here, and offers what fits. */
export class ModelChoice {
  readonly #parts: ModelChoiceParts;
  #open = false;
  #downloading = 0;

  constructor(parts: ModelChoiceParts) {
    this.#parts = parts;
  }

  /** The list is open, or what was chosen from it is on its way: a question that waits for a model need not ask again. */
  get pending(): boolean {
    return this.#open || this.#downloading > 0;
  }

  /** @returns path of the model that was chosen, fetched first where it was not here; undefined without a choice */
  async choose(): Promise<string | undefined> {
    if (this.#open) return undefined;
    this.#open = true;
    const pick = await this.#pick().finally(() => (this.#open = false));
    switch (pick?.kind) {
      case undefined:
        return undefined;
      case 'otherFile':
        return this.chooseFile();
      case 'local':
        return pick.local.path;
      case 'download':
        return this.#download(pick.model, pick.quantisation);
    }
  }

  /** Asks for a file. What it is inside is said when it is loaded: that it cannot be, or that it is outside the tested family. */
  chooseFile(): Promise<string | undefined> {
    return pickModelFile();
  }

  /** What would be offered now. @returns undefined when it was cancelled */
  async offers(signal?: AbortSignal): Promise<{ readonly offers: Offers<InstalledModel>; readonly machine: Machine } | undefined> {
    const { client, config, modelsFolder, log } = this.#parts;
    const { gpu, contextTokens, modelPath } = config.model;
    const own = { folders: [modelsFolder()], chosen: modelPath };
    const surroundings = { platform: process.platform, home: homedir(), env: process.env };
    const [machine, local] = await Promise.all([
      measureMachine(client, gpu, modelsFolder(), log, signal),
      findLocalModels(client, own, surroundings, signal),
    ]);
    return machine && local && { machine, offers: offersOf(local, machine, contextTokens) };
  }

  async #download(model: FamilyModel, quantisation: string): Promise<string | undefined> {
    this.#downloading++;
    try {
      return await this.#parts.downloads.start({ model, quantisation });
    } finally {
      this.#downloading--;
    }
  }

  async #pick(): Promise<ModelPick | undefined> {
    const { config, log } = this.#parts;
    const list = vscode.window.createQuickPick<ModelPickItem>();
    const stop = new AbortController();
    list.title = vscode.l10n.t('Choose a Model');
    list.placeholder = vscode.l10n.t('Measuring this computer and looking for models on it…');
    list.matchOnDescription = true;
    list.matchOnDetail = true;
    list.busy = true;
    list.ignoreFocusOut = true;
    const picked = new Promise<ModelPick | undefined>((resolve) => {
      list.onDidAccept(() => {
        const [item] = list.selectedItems;
        if (item?.pick) resolve(item.pick);
      });
      list.onDidHide(() => resolve(undefined));
      list.onDidTriggerItemButton(({ item, button }) => void press(item.pick, button as ModelPickButton, config.hub.endpoint));
    });
    list.show();
    this.offers(stop.signal).then(
      (found) => {
        if (!found) return;
        list.items = modelPickItems(found.offers, found.machine, config.model.modelPath);
        list.placeholder = machineText(found.machine);
        list.busy = false;
      },
      (error: unknown) => {
        list.hide();
        if (stop.signal.aborted) return;
        log.error(`[models] ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        void vscode.window.showErrorMessage(errorNote(toLemmaError(error)).text);
      },
    );
    try {
      return await picked;
    } finally {
      stop.abort();
      list.dispose();
    }
  }
}

async function press(pick: ModelPick | undefined, { does }: ModelPickButton, endpoint: string): Promise<void> {
  if (pick?.kind === 'local') {
    if (does === 'reveal') await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(pick.local.path));
    else await vscode.env.clipboard.writeText(pick.local.path);
  }
  if (pick?.kind === 'download') await openPage(pick.model, endpoint);
}

/** Asks before it opens the page that a model's files are on. */
async function openPage({ sources: [source] }: FamilyModel, endpoint: string): Promise<void> {
  if (!source) return;
  const url = new URL(source.repository, `${endpoint.replace(/\/$/, '')}/`).href;
  const open = vscode.l10n.t('Open');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('Open the model’s page in the browser?'),
    { modal: true, detail: url },
    open,
  );
  if (choice === open) await vscode.env.openExternal(vscode.Uri.parse(url, true));
}
