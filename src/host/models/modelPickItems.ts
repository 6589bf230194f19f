/** The words and the order of «Choose Model…»: from offers to the entries of a quick pick. */
import * as vscode from 'vscode';
import { formatGigabytes } from '../../core/format.ts';
import type { FamilyModel } from '../../core/models/family.ts';
import type { Fit, Machine } from '../../core/models/fit.ts';
import { missingDiskBytes } from '../../core/models/fit.ts';
import type { DownloadOffer, LocalOffer, Offers } from '../../core/models/offers.ts';
import { sizeText } from '../modelMessages.ts';
import type { InstalledModel } from './localModels.ts';
import type { ModelTool } from './modelFolders.ts';

export type ModelPick = LocalOffer<InstalledModel> | DownloadOffer | { readonly kind: 'otherFile' };

export interface ModelPickItem extends vscode.QuickPickItem {
  /** Absent for the lines between the sections. */
  readonly pick?: ModelPick;
}

/** @param chosen path of the model that is configured */
export function modelPickItems(offers: Offers<InstalledModel>, machine: Machine, chosen: string | undefined): ModelPickItem[] {
  const { recommended } = offers;
  const others = <Offer extends ModelPick>(list: readonly Offer[]): readonly Offer[] => list.filter((each) => each !== recommended);
  const item = (pick: LocalOffer<InstalledModel> | DownloadOffer): ModelPickItem =>
    pick.kind === 'local' ? localItem(pick, machine, chosen) : downloadItem(pick, machine);
  const downloads = others(offers.downloads);
  return [
    ...section(vscode.l10n.t('Recommended for this computer'), recommended ? [item(recommended)] : []),
    ...section(vscode.l10n.t('On this computer'), others(offers.local).map(item)),
    ...section(vscode.l10n.t('To download'), downloads.filter(({ model }) => model.profile !== 'glm-4').map(item)),
    ...section(
      vscode.l10n.t('To download: answers without thinking'),
      // The line above them says it once for all sizes.
      downloads.filter(({ model }) => model.profile === 'glm-4').map((each) => ({ ...item(each), detail: undefined })),
    ),
    ...section(vscode.l10n.t('Elsewhere'), [
      {
        label: vscode.l10n.t('$(folder-opened) Choose Another File…'),
        detail: vscode.l10n.t('Any GGUF file. Models outside the tested family run with their own prompt format.'),
        pick: { kind: 'otherFile' },
        alwaysShow: true,
      },
    ]),
  ];
}

/** The machine in one line: «NVIDIA H100 (cuda), 78.2 of 80.0 GB free · 128.0 GB of memory · 512.0 GB free on the disk». */
export function machineText(machine: Machine): string {
  const { gpu, deviceNames, backend, ramTotal, diskFree } = machine;
  const device = gpu
    ? vscode.l10n.t('{0} ({1}), {2} of {3} GB free', deviceNames.join(', ') || 'GPU', backend, gigabytes(gpu.free), gigabytes(gpu.total))
    : vscode.l10n.t('No GPU that can be used');
  return [
    device,
    vscode.l10n.t('{0} GB of memory', gigabytes(ramTotal)),
    ...(diskFree === undefined ? [] : [vscode.l10n.t('{0} GB free on the disk', gigabytes(diskFree))]),
  ].join(' · ');
}

/** What fits, in a few words: «fits with 32K context». */
export function fitText(fit: Fit, machine: Machine): string {
  switch (fit.kind) {
    case 'gpu':
      return vscode.l10n.t('fits with {0}K context', Math.floor(fit.contextTokens / 1024));
    case 'partial':
      return vscode.l10n.t('{0} of {1} layers on the GPU', fit.gpuLayers, fit.layers);
    case 'cpu':
      return machine.gpu ? vscode.l10n.t('no room on the GPU: slow') : vscode.l10n.t('CPU only: slow');
    case 'tooBig':
      return vscode.l10n.t('does not fit: needs {0} GB, there are {1} GB', gigabytes(fit.neededBytes), gigabytes(fit.availableBytes));
  }
}

function localItem(pick: LocalOffer<InstalledModel>, machine: Machine, chosen: string | undefined): ModelPickItem {
  const { local, model, fit } = pick;
  const quantisation = local.header.quantisation ?? '';
  const name = model ? `${model.name} ${quantisation}` : `${local.header.name ?? local.label} ${quantisation}`;
  const isChosen = local.path === chosen;
  return {
    label: `${isChosen ? '$(check)' : '$(file)'} ${name.trim()}`,
    description: [sizeText(local.bytes), fitText(fit, machine)].join(' · '),
    detail: [model ? character(model) : vscode.l10n.t('Outside the tested family'), toolText(local.tool), local.path]
      .filter((each) => each !== undefined)
      .join(' · '),
    buttons: [fileButton()],
    pick,
  };
}

function downloadItem(pick: DownloadOffer, machine: Machine): ModelPickItem {
  const { model, quantisation, bytes, fit } = pick;
  const missing = missingDiskBytes(bytes, machine);
  const disk = missing > 0 ? vscode.l10n.t('{0} GB too little on the disk', gigabytes(missing)) : undefined;
  return {
    label: `$(cloud-download) ${model.name} ${quantisation}`,
    description: [sizeText(bytes), fitText(fit, machine), disk].filter((each) => each !== undefined).join(' · '),
    ...(character(model) === undefined ? {} : { detail: character(model) }),
    buttons: [pageButton()],
    pick,
  };
}

/** What sets a model apart from the first one of the family. */
function character(model: FamilyModel): string | undefined {
  switch (model.profile) {
    case 'glm-4':
      return vscode.l10n.t('Answers without thinking');
    case 'rumination':
      return vscode.l10n.t('Thinks long; cannot search the web yet');
    case 'glm-z1':
    case 'own':
      return undefined;
  }
}

function toolText(tool: ModelTool): string | undefined {
  switch (tool) {
    case 'lemma':
      return undefined;
    case 'lmStudio':
      return 'LM Studio';
    case 'ollama':
      return 'Ollama';
    case 'huggingFace':
      return 'Hugging Face';
    case 'llamaCpp':
      return 'llama.cpp';
  }
}

/** The buttons of an entry are told apart by what they do, not by which one was drawn. */
export interface ModelPickButton extends vscode.QuickInputButton {
  readonly does: 'reveal' | 'copyPath' | 'openPage';
}

/** The system's file manager can only be opened from the computer that the file is on. */
function fileButton(): ModelPickButton {
  if (vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web)
    return { does: 'copyPath', iconPath: new vscode.ThemeIcon('copy'), tooltip: vscode.l10n.t('Copy the File’s Path') };
  return { does: 'reveal', iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: vscode.l10n.t('Show the File in Its Folder') };
}

function pageButton(): ModelPickButton {
  return { does: 'openPage', iconPath: new vscode.ThemeIcon('link-external'), tooltip: vscode.l10n.t('Open the Model’s Page') };
}

function section(label: string, items: readonly ModelPickItem[]): ModelPickItem[] {
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

function gigabytes(bytes: number): string {
  return formatGigabytes(bytes, vscode.env.language);
}
