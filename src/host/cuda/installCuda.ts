import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { LemmaFailure } from '../../core/errors.ts';
import { fetchFile } from '../download/fetchFile.ts';
import type { FetchProgress, FetchTuning } from '../download/fetchTypes.ts';
import { defaultTuning } from '../download/fetchTypes.ts';
import { notWritten } from '../download/partFile.ts';
import { discard, openUrl, readText } from '../download/request.ts';
import { readAnswer } from '../download/answers.ts';
import type { CudaPack } from './cudaPacks.ts';
import type { Registry } from './npmRegistry.ts';
import { unpackPackage } from './unpackPackage.ts';

/** What the registry says about one version of a package is some kilobytes. */
const mostMetadataBytes = 4 * 1024 * 1024;

export interface CudaInstall {
  readonly packs: readonly CudaPack[];
  readonly registry: Registry;
  /** Where CUDA support lies; versions stand side by side in it. */
  readonly folder: string;
  readonly hashModule: string;
  /** `dist/unpackWorker.mjs` */
  readonly unpackModule: string;
  readonly signal: AbortSignal;
  /** @param pack its place among the packs, from 0 */
  readonly onProgress: (progress: FetchProgress, pack: number) => void;
  readonly tuning?: Partial<FetchTuning>;
}

/** The folder of one version, for `LEMMA_CUDA_PACK`. */
export function cudaFolder(folder: string, packs: readonly CudaPack[]): string {
  return path.join(folder, packs[0]?.version ?? 'none');
}

/** All packs are unpacked, in the version that belongs to the engine. */
export async function isCudaInstalled(folder: string, packs: readonly CudaPack[]): Promise<boolean> {
  const there = await Promise.all(packs.map(async (pack) => (await unpackedVersion(folder, packs, pack)) === pack.version));
  return packs.length > 0 && there.every(Boolean);
}

/**
 * Fetches the packs, checks each against its pinned sum and unpacks it. What is there already stays; a broken download is
 * resumed by the next call.
 * @returns false when it was cancelled
 * @throws LemmaFailure download…, cudaPackRefused
 */
export async function installCuda(install: CudaInstall): Promise<boolean> {
  const { packs, folder, signal, hashModule, tuning } = install;
  for (const [index, pack] of packs.entries()) {
    if ((await unpackedVersion(folder, packs, pack)) === pack.version) continue;
    const archive = path.join(folder, `${pack.name.replace('/', '-')}-${pack.version}.tgz`);
    const url = await tarballUrl(pack, install);
    if (url === undefined) return false;
    const fetched = await fetchFile(
      { url, target: archive, sha512: Buffer.from(pack.integrity.replace(/^sha512-/, ''), 'base64').toString('hex') },
      {
        ...access(install.registry),
        signal,
        hashModule,
        onProgress: (progress) => install.onProgress(progress, index),
        ...(tuning ? { tuning } : {}),
      },
    );
    if (fetched === undefined) return false;
    await unpackBeside(install.unpackModule, archive, packFolder(folder, packs, pack), pack.name);
    await rm(archive, { force: true });
  }
  return true;
}

/** Removes every version of it, and what was fetched for one. */
export async function removeCuda(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
    throw notWritten(folder, error);
  });
}

function packFolder(folder: string, packs: readonly CudaPack[], pack: CudaPack): string {
  return path.join(cudaFolder(folder, packs), 'node_modules', ...pack.name.split('/'));
}

async function unpackedVersion(folder: string, packs: readonly CudaPack[], pack: CudaPack): Promise<string | undefined> {
  try {
    const manifest = await readFile(path.join(packFolder(folder, packs, pack), 'package.json'), 'utf8');
    return (JSON.parse(manifest) as { version?: string }).version;
  } catch {
    // Not there.
    return undefined;
  }
}

/** Unpacked beside its place and then put there in one step, so that half a package is never found. */
async function unpackBeside(module: string, archive: string, target: string, name: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const fresh = await mkdtemp(`${target}-`);
  try {
    await unpackPackage(module, archive, fresh, name);
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw notWritten(target, error);
  }
}

/** Where the registry says that the package is. Undefined when it was cancelled. */
async function tarballUrl({ name, version }: CudaPack, { registry, signal, tuning }: CudaInstall): Promise<string | undefined> {
  const url = `${registry.url}/${name.replace('/', '%2f')}/${version}`;
  const { host } = new URL(url);
  try {
    const opened = await openUrl(url, { ...access(registry), signal, stallMs: tuning?.stallMs ?? defaultTuning.stallMs });
    if (opened.answer.statusCode !== 200) {
      discard(opened.answer);
      readAnswer(opened, 0, false);
    }
    const { dist } = JSON.parse(await readText(opened.answer, mostMetadataBytes)) as { dist?: { tarball?: unknown } };
    if (typeof dist?.tarball === 'string' && URL.canParse(dist.tarball)) return dist.tarball;
    throw new LemmaFailure({ code: 'downloadUnexpected', host, found: 'dist.tarball' });
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof LemmaFailure) throw error;
    throw new LemmaFailure({
      code: 'downloadInterrupted',
      host,
      reason: error instanceof Error ? error.message : String(error),
      doneBytes: 0,
    });
  }
}

function access({ url, token }: Registry): { readonly tokenOrigin: string; readonly token?: string } {
  return { tokenOrigin: new URL(url).origin, ...(token === undefined ? {} : { token }) };
}
