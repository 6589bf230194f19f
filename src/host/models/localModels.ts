import type { LocalModel } from '../../core/models/offers.ts';
import type { InferenceClient } from '../inferenceClient.ts';
import type { FoundModel } from './findModelFiles.ts';
import { findModelFiles, localToolFolders } from './findModelFiles.ts';
import type { ModelFolder, Surroundings } from './modelFolders.ts';

/** A file on this computer, with where it was found and what its header says. */
export type InstalledModel = FoundModel & LocalModel;

/** Headers are read at most of so many files: each takes some milliseconds, and a collector of models is patient anyhow. */
const maxFiles = 300;

/**
 * All models on this computer that can be read, those of Lemma's own folders first.
 * @param chosen the configured file, wherever it is
 * @returns undefined when it was cancelled
 */
export async function findLocalModels(
  client: InferenceClient,
  own: { readonly folders: readonly string[]; readonly chosen: string | undefined },
  surroundings: Surroundings,
  signal?: AbortSignal,
): Promise<InstalledModel[] | undefined> {
  const lemma = [...(own.chosen === undefined ? [] : [own.chosen]), ...own.folders].map((each): ModelFolder => ({
    tool: 'lemma',
    path: each,
    layout: 'files',
  }));
  const found = (await findModelFiles([...lemma, ...(await localToolFolders(surroundings))], signal ? { signal } : {})).slice(0, maxFiles);
  const headers = await client.describeModels(
    found.map((each) => each.path),
    signal,
  );
  return (
    headers &&
    found.flatMap((each, index) => {
      const header = headers[index];
      return header && 'architecture' in header ? [{ ...each, header }] : [];
    })
  );
}
