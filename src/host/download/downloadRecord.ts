/** What all windows know of one download: a small file beside the models, written by the window that downloads. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LemmaError } from '../../core/errors.ts';
import type { FamilyModel } from '../../core/models/family.ts';

/** What is wanted. Enough of it is kept to go on after the window was reloaded. */
export interface DownloadRequest {
  readonly model: Pick<FamilyModel, 'id' | 'name' | 'sources'>;
  readonly quantisation: string;
}

export type DownloadPhase =
  /** Asking the hub for the files. */
  | 'finding'
  | 'fetching'
  /** The server wants a pause, or a connection is tried again, at `untilMs`. */
  | 'waiting'
  | 'checking'
  /** Cancelled; what was fetched is kept. */
  | 'paused'
  | 'failed'
  | 'done';

export interface DownloadRecord {
  readonly version: 1;
  readonly id: string;
  readonly request: DownloadRequest;
  readonly phase: DownloadPhase;
  readonly doneBytes: number;
  readonly totalBytes?: number;
  readonly bytesPerSecond?: number;
  readonly untilMs?: number;
  readonly error?: LemmaError;
  /** Of the first file, when it is done. */
  readonly path?: string;
  /** The files in the models' folder that this download makes. */
  readonly targets: readonly string[];
}

export function downloadId({ model, quantisation }: DownloadRequest): string {
  return `${model.id}-${quantisation}`.replace(/[^\w.-]/g, '_');
}

export function recordsFolder(modelsFolder: string): string {
  return path.join(modelsFolder, '.downloads');
}

export function lockFile(modelsFolder: string, id: string): string {
  return path.join(recordsFolder(modelsFolder), `${id}.lock`);
}

function recordFile(modelsFolder: string, id: string): string {
  return path.join(recordsFolder(modelsFolder), `${id}.json`);
}

/** Replaced in one step. A full disk is no reason to end a download: the next record may fit again. */
export async function writeRecord(modelsFolder: string, record: DownloadRecord): Promise<void> {
  const file = recordFile(modelsFolder, record.id);
  const next = `${file}.${process.pid}`;
  try {
    await mkdir(recordsFolder(modelsFolder), { recursive: true });
    await writeFile(next, JSON.stringify(record));
    await rename(next, file);
  } catch {
    await rm(next, { force: true }).catch(() => undefined);
  }
}

export async function readRecord(modelsFolder: string, id: string): Promise<DownloadRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(recordFile(modelsFolder, id), 'utf8')) as DownloadRecord;
    return record.version === 1 && record.id === id && Array.isArray(record.targets) ? record : undefined;
  } catch {
    // None, or one that was damaged: the parts are found again by their names.
    return undefined;
  }
}

export async function readRecords(modelsFolder: string): Promise<DownloadRecord[]> {
  const names = await readdir(recordsFolder(modelsFolder)).catch(() => []);
  const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  const records = await Promise.all(ids.map((id) => readRecord(modelsFolder, id)));
  return records.filter((record) => record !== undefined);
}

export async function removeRecord(modelsFolder: string, id: string): Promise<void> {
  await rm(recordFile(modelsFolder, id), { force: true });
}
