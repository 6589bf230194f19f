/**
 * What «Choose Model…» offers: the files that are here and the sizes that can be fetched, with what fits, in the
 * order in which they are shown.
 */
import type { FamilyModel } from './family.ts';
import { familyModelOf, modelFamily, recommendedQuantisation } from './family.ts';
import type { Fit, Machine } from './fit.ts';
import { fitOf, fitRank } from './fit.ts';
import type { ModelHeader } from './header.ts';

/** A file that was found, with what its header says. */
export interface LocalModel {
  readonly path: string;
  /** Of all its parts. */
  readonly bytes: number;
  readonly header: ModelHeader;
}

export interface LocalOffer<Local extends LocalModel = LocalModel> {
  readonly kind: 'local';
  readonly local: Local;
  /** Absent outside the tested family. */
  readonly model?: FamilyModel;
  readonly fit: Fit;
}
export interface DownloadOffer {
  readonly kind: 'download';
  readonly model: FamilyModel;
  readonly quantisation: string;
  readonly bytes: number;
  readonly fit: Fit;
}

export interface Offers<Local extends LocalModel = LocalModel> {
  /** Also in one of the lists; absent when nothing fits at all. */
  readonly recommended?: LocalOffer<Local> | DownloadOffer;
  /** The family's first, those that fit best first. */
  readonly local: readonly LocalOffer<Local>[];
  /** By model, smallest first. What is here already is left out. */
  readonly downloads: readonly DownloadOffer[];
}

/** @param contextTokens as configured */
export function offersOf<Local extends LocalModel>(found: readonly Local[], machine: Machine, contextTokens: number): Offers<Local> {
  const local = found
    .filter(isModel)
    .map((each) => localOffer(each, machine, contextTokens))
    .sort((a, b) => rowOf(a.model) - rowOf(b.model) || fitRank(a.fit) - fitRank(b.fit) || b.local.bytes - a.local.bytes);
  const here = new Set(local.map(({ model, local: file }) => `${model?.id} ${file.header.quantisation}`));
  const downloads = modelFamily.flatMap((model) =>
    model.quantisations
      .filter(({ name }) => !here.has(`${model.id} ${name}`))
      .map(({ name, bytes }): DownloadOffer => ({
        kind: 'download',
        model,
        quantisation: name,
        bytes,
        fit: downloadFit(model, bytes, machine, contextTokens),
      })),
  );
  const recommended = recommend(local, downloads);
  return { local, downloads, ...(recommended ? { recommended } : {}) };
}

function isModel({ header }: LocalModel): boolean {
  // Projectors of older converters have no type; they are `clip`.
  return header.kind === 'model' && header.architecture !== 'clip' && header.layers > 0;
}

function localOffer<Local extends LocalModel>(local: Local, machine: Machine, contextTokens: number): LocalOffer<Local> {
  const { header, bytes } = local;
  const model = familyModelOf({ ...header, fileName: local.path });
  return { kind: 'local', local, ...(model ? { model } : {}), fit: fitOf({ ...header, bytes }, machine, contextTokens) };
}

function downloadFit(model: FamilyModel, bytes: number, machine: Machine, contextTokens: number): Fit {
  const { layers, kvBytesPerToken, nativeContextTokens } = model;
  return fitOf({ bytes, layers, kvBytesPerToken, contextTokens: nativeContextTokens }, machine, contextTokens);
}

/** The row's place in the family; others come last. */
function rowOf(model: FamilyModel | undefined): number {
  return model ? modelFamily.indexOf(model) : modelFamily.length;
}

/** Ranks of `fitRank` from which a model runs on the GPU alone, and at which it runs somewhere at all. */
const onGpu = 1;
const somewhere = 4;

/**
 * The best thinker that runs whole on the GPU: a file that is here before a download, the 32B where it has room for its
 * whole context. Where no GPU holds one, the smallest sensible one: the 9B that is here, else its usual size.
 */
function recommend<Local extends LocalModel>(
  local: readonly LocalOffer<Local>[],
  downloads: readonly DownloadOffer[],
): LocalOffer<Local> | DownloadOffer | undefined {
  const thinkers = local.filter(({ model }) => model?.profile === 'glm-z1');
  const byRank = thinkers.toSorted((a, b) => fitRank(a.fit) - fitRank(b.fit) || rowOf(b.model) - rowOf(a.model));
  const [best] = byRank;
  if (best && fitRank(best.fit) <= onGpu) return best;
  const usual = downloads.filter(({ model, quantisation }) => model.profile === 'glm-z1' && quantisation === recommendedQuantisation);
  const large = usual.find(({ model, fit }) => model.id === 'glm-z1-32b-0414' && fitRank(fit) === 0);
  const small = usual.find(({ model }) => model.id === 'glm-z1-9b-0414');
  if (large) return large;
  if (small && fitRank(small.fit) <= onGpu) return small;
  const smallHere = byRank.find(({ model }) => model?.id === 'glm-z1-9b-0414');
  const [first] = [smallHere, small, best].filter((each) => each !== undefined).filter(({ fit }) => fitRank(fit) <= somewhere);
  return first;
}
