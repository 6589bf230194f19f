/** What the hub has of a model: one file for each quantisation, or several that belong together. */
import path from 'node:path';
import { LemmaFailure } from '../../core/errors.ts';
import type { GgufSource } from '../../core/models/family.ts';
import { readAnswer } from './answers.ts';
import type { RequestOptions } from './request.ts';
import { discard, openUrl, readText } from './request.ts';

export interface HubFile {
  /** Without folders: `Model-Q4_K_M.gguf`. */
  readonly name: string;
  readonly url: string;
  /** Undefined where the server has no list of files. */
  readonly bytes?: number;
  readonly sha256?: string;
}

/** A list of files has some hundred bytes a file. */
const mostListBytes = 8 * 1024 * 1024;

interface ListedFile {
  readonly type: string;
  readonly path: string;
  readonly size: number;
  readonly lfs?: { readonly oid?: string; readonly size?: number };
}

/**
 * The files of one quantisation, in order.
 * @param endpoint `https://huggingface.co` or a mirror of it
 * @throws LemmaFailure downloadRefused, downloadNotFound, …
 */
export async function findFiles(source: GgufSource, quantisation: string, endpoint: string, options: RequestOptions): Promise<HubFile[]> {
  const base = endpoint.replace(/\/+$/, '');
  const fileName = source.filePattern.replace('{quantisation}', quantisation);
  const url = (file: string): string => `${base}/${source.repository}/resolve/main/${file.split('/').map(encodeURIComponent).join('/')}`;
  const listed = await list(`${base}/api/models/${source.repository}/tree/main?recursive=true`, options);
  // A mirror without a list may have the file all the same; a model in several files is not found there.
  if (!listed) return [{ name: fileName, url: url(fileName) }];
  const stem = fileName.replace(/\.gguf$/, '');
  const set = new RegExp(`^${escapeRegExp(stem)}-(\\d{5})-of-(\\d{5})\\.gguf$`);
  const whole = listed.filter(({ path: file }) => nameOf(file) === fileName);
  const parts = listed.filter(({ path: file }) => set.test(nameOf(file))).sort((a, b) => (nameOf(a.path) < nameOf(b.path) ? -1 : 1));
  const chosen = whole.length > 0 ? whole.slice(0, 1) : parts;
  const wanted = whole.length > 0 ? 1 : Number(set.exec(nameOf(parts[0]?.path ?? ''))?.[2] ?? Number.NaN);
  if (chosen.length !== wanted)
    throw new LemmaFailure({ code: 'downloadNotFound', host: new URL(base).host, name: `${source.repository}/${fileName}` });
  return chosen.map(({ path: file, size, lfs }) => ({
    name: nameOf(file),
    url: url(file),
    bytes: lfs?.size ?? size,
    ...(lfs?.oid !== undefined && /^[0-9a-f]{64}$/.test(lfs.oid) ? { sha256: lfs.oid } : {}),
  }));
}

/** Undefined where there is no list, or none can be had now: fetching the file then tells what is wrong. */
async function list(url: string, options: RequestOptions): Promise<ListedFile[] | undefined> {
  try {
    const opened = await openUrl(url, options);
    if (opened.answer.statusCode === 401 || opened.answer.statusCode === 403) {
      discard(opened.answer);
      readAnswer(opened, 0, false);
    }
    if (opened.answer.statusCode !== 200) {
      discard(opened.answer);
      return undefined;
    }
    const rows: unknown = JSON.parse(await readText(opened.answer, mostListBytes));
    return Array.isArray(rows) ? rows.filter(isListedFile).filter(({ type }) => type === 'file') : undefined;
  } catch (error) {
    if (options.signal.aborted || (error instanceof LemmaFailure && error.error.code === 'downloadRefused')) throw error;
    return undefined;
  }
}

function isListedFile(row: unknown): row is ListedFile {
  const { type, path: file, size } = (row ?? {}) as Partial<Record<keyof ListedFile, unknown>>;
  return typeof type === 'string' && typeof file === 'string' && typeof size === 'number';
}

/** The hub's paths are no paths of this computer: what is behind the last separator of either kind counts. */
function nameOf(file: string): string {
  return path.win32.basename(file);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
