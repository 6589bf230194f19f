import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { LemmaFailure, toLemmaError } from '../../core/errors.ts';
import { Emitter } from '../disposables.ts';
import { DownloadLock, LockWatch } from './downloadLock.ts';
import type { DownloadRecord, DownloadRequest } from './downloadRecord.ts';
import { downloadId, lockFile, readRecord, readRecords, recordsFolder, removeRecord, writeRecord } from './downloadRecord.ts';
import { fetchFile } from './fetchFile.ts';
import type { FetchProgress, FetchTuning } from './fetchTypes.ts';
import { defaultTuning } from './fetchTypes.ts';
import type { HubFile } from './hub.ts';
import { findFiles } from './hub.ts';
import { corruptPath, freeBytes, notWritten, partialBytes, partPath, statePath } from './partFile.ts';
import { Speed } from './speed.ts';

export interface DownloadSettings {
  /** Where models lie. */
  readonly folder: string;
  /** `https://huggingface.co` or a mirror of it. */
  readonly endpoint: string;
  /** What the SHA-256 of the model's one file has to be. */
  readonly sha256: string | undefined;
}

export interface DownloadParts {
  readonly settings: () => DownloadSettings;
  /** For models that are given only to those who are signed in. Sent to the endpoint's origin alone. */
  readonly token: () => Promise<string | undefined>;
  /** `dist/hashWorker.cjs`. */
  readonly hashModule: string;
  readonly log: { info(message: string): void; warn(message: string): void };
  readonly tuning?: Partial<FetchTuning>;
  /** How often a window that watches looks, milliseconds. */
  readonly watchMs?: number;
}

/** A download as it is now. */
export interface DownloadState extends Omit<DownloadRecord, 'version' | 'path' | 'targets'> {
  /** This window downloads; else another one does. */
  readonly here: boolean;
}

/** Progress is told and written down so often, milliseconds. */
const tellMs = 250;
/** So often it is told again while nothing comes: the speed falls, and the wait until the next try gets shorter. */
const tellAgainMs = 1_000;
/** A window that watches another one's download looks so often, milliseconds. */
const watchMs = 500;

/** A download of this window, or one that it watches. */
interface Running {
  readonly cancel: AbortController;
  readonly result: Promise<string | undefined>;
}

/**
 * Fetches models into the models' folder. Several windows may ask for the same one: one of them downloads, the others watch,
 * and one of those goes on where a window has died. Runs without `vscode`.
 */
export class ModelDownloads {
  readonly #parts: DownloadParts;
  readonly #changed = new Emitter<DownloadState>();
  /** Fires with each change of a download, the last time with `done`, `paused` or `failed`. */
  readonly onDidChange = this.#changed.event;
  readonly #running = new Map<string, Running>();

  constructor(parts: DownloadParts) {
    this.#parts = parts;
  }

  /**
   * Fetches a model, from where an earlier download of it came to.
   * @returns the path of its (first) file; undefined when it was cancelled, here or in the window that downloads
   * @throws LemmaFailure download…; what was fetched is kept
   */
  start(request: DownloadRequest): Promise<string | undefined> {
    const id = downloadId(request);
    const running = this.#running.get(id);
    if (running) return running.result;
    const cancel = new AbortController();
    const result = this.#run(id, request, cancel.signal).finally(() => this.#running.delete(id));
    this.#running.set(id, { cancel, result });
    return result;
  }

  /** Stops a download of this window, or stops to watch one; what was fetched is kept. Without an id: all. */
  cancel(id?: string): void {
    for (const [each, { cancel }] of this.#running) if (id === undefined || each === id) cancel.abort();
  }

  /** Downloads that nobody works on: of windows that were closed, cancelled ones, and those that failed. */
  async unfinished(): Promise<DownloadState[]> {
    const { folder } = this.#parts.settings();
    const states: DownloadState[] = [];
    for (const record of await readRecords(folder)) {
      if (this.#running.has(record.id) || (await new LockWatch().isHeld(lockFile(folder, record.id)))) continue;
      if (record.phase === 'done') {
        await removeRecord(folder, record.id);
        continue;
      }
      const doneBytes = await bytesThere(record.targets);
      states.push({ ...stateOf(record), doneBytes, phase: record.phase === 'failed' ? 'failed' : 'paused', here: false });
    }
    return states;
  }

  /** Downloads of other windows, for watching. */
  async elsewhere(): Promise<DownloadRequest[]> {
    const { folder } = this.#parts.settings();
    const records = (await readRecords(folder)).filter(({ id, phase }) => phase !== 'done' && !this.#running.has(id));
    const held = await Promise.all(records.map(({ id }) => new LockWatch().isHeld(lockFile(folder, id))));
    return records.filter((_, index) => held[index]).map(({ request }) => request);
  }

  /** Removes what was fetched of a download that nobody works on. */
  async discard(id: string): Promise<void> {
    const { folder } = this.#parts.settings();
    const record = await readRecord(folder, id);
    const lock = record && (await DownloadLock.take(lockFile(folder, id), new LockWatch()));
    if (!lock) return;
    const rests = record.targets.flatMap((target) => [partPath(target), statePath(target), corruptPath(target)]);
    await Promise.all(rests.map((file) => rm(file, { force: true })));
    await removeRecord(folder, id);
    await lock.release();
  }

  /** Stops everything; resolves when what was fetched is on the disk. */
  async dispose(): Promise<void> {
    this.cancel();
    await Promise.allSettled([...this.#running.values()].map(({ result }) => result));
    this.#changed.dispose();
  }

  async #run(id: string, request: DownloadRequest, signal: AbortSignal): Promise<string | undefined> {
    const { folder } = this.#parts.settings();
    await mkdir(recordsFolder(folder), { recursive: true }).catch((error: unknown) => {
      throw notWritten(recordsFolder(folder), error);
    });
    const watch = new LockWatch();
    for (let watched = false; ; watched = true) {
      const lock = await DownloadLock.take(lockFile(folder, id), watch).catch((error: unknown) => {
        throw notWritten(lockFile(folder, id), error);
      });
      const record = await readRecord(folder, id);
      if (lock) {
        try {
          const end = watched ? await this.#endElsewhere(record) : undefined;
          return end ? end.path : await this.#own(id, request, signal, lock.lost);
        } finally {
          await lock.release();
        }
      }
      if (signal.aborted) return undefined;
      if (record) this.#changed.fire({ ...stateOf(record), here: false });
      await delay(this.#parts.watchMs ?? watchMs, signal);
    }
  }

  /** How the window ended that was watched; undefined when it died in the middle. */
  async #endElsewhere(record: DownloadRecord | undefined): Promise<{ readonly path: string | undefined } | undefined> {
    if (!record) return undefined;
    if (record.phase === 'failed' && record.error) {
      this.#changed.fire({ ...stateOf(record), here: false });
      throw new LemmaFailure(record.error);
    }
    if (record.phase !== 'done' && record.phase !== 'paused') return undefined;
    this.#changed.fire({ ...stateOf(record), here: false });
    if (record.phase === 'paused') return { path: undefined };
    return record.path !== undefined && (await sizeOf(record.path)) !== undefined ? { path: record.path } : undefined;
  }

  /** Downloads in this window. The lock is held until `lost`. */
  async #own(id: string, request: DownloadRequest, cancel: AbortSignal, lost: AbortSignal): Promise<string | undefined> {
    const { folder } = this.#parts.settings();
    const signal = AbortSignal.any([cancel, lost]);
    const begin: DownloadRecord = { version: 1, id, request, phase: 'finding', doneBytes: 0, targets: [] };
    const journal = new Journal(folder, begin, this.#changed, lost);
    try {
      const path = await this.#fetchAll(request, journal, signal);
      if (path === undefined) await journal.end({ phase: 'paused' });
      else await journal.end({ phase: 'done', path });
      return path;
    } catch (thrown) {
      if (signal.aborted) {
        await journal.end({ phase: 'paused' });
        return undefined;
      }
      const error = toLemmaError(thrown);
      this.#parts.log.warn(`[download] ${id}: ${JSON.stringify(error)}`);
      await journal.end({ phase: 'failed', error });
      throw new LemmaFailure(error);
    }
  }

  async #fetchAll(request: DownloadRequest, journal: Journal, signal: AbortSignal): Promise<string | undefined> {
    const { settings, token, hashModule, log, tuning } = this.#parts;
    const { folder, endpoint, sha256 } = settings();
    const { origin, protocol, hostname } = new URL(endpoint);
    // A token is not shown to everybody on the way.
    const secret = protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname) ? await token() : undefined;
    const access = { tokenOrigin: origin, ...(secret === undefined ? {} : { token: secret }) };
    journal.tell();
    const { repository, files } = await this.#find(request, endpoint, {
      ...access,
      signal,
      stallMs: tuning?.stallMs ?? defaultTuning.stallMs,
    });
    const own = path.join(folder, ...repository.split('/'));
    const targets = files.map(({ name }) => path.join(own, name));
    const totalBytes = files.every(({ bytes }) => bytes !== undefined) ? files.reduce((sum, { bytes = 0 }) => sum + bytes, 0) : undefined;
    journal.set({ phase: 'fetching', targets, ...(totalBytes === undefined ? {} : { totalBytes }) });
    await checkRoom(own, files, targets, tuning?.spareBytes ?? defaultTuning.spareBytes);
    let before = 0;
    for (const [index, { url, bytes, sha256: listedSha256 }] of files.entries()) {
      const target = targets[index] ?? '';
      const size = await sizeOf(target);
      if (size !== undefined && (bytes === undefined || size === bytes)) {
        before += size;
        continue;
      }
      log.info(`[download] ${url} to ${target}`);
      const fetched = await fetchFile(
        {
          url,
          target,
          ...(bytes === undefined ? {} : { expectedBytes: bytes }),
          ...(sha256 !== undefined && files.length === 1 ? { sha256 } : {}),
          ...(listedSha256 === undefined ? {} : { listedSha256 }),
        },
        {
          ...access,
          signal,
          hashModule,
          onProgress: (progress) => journal.progress(progress, before, totalBytes),
          ...(tuning ? { tuning } : {}),
        },
      );
      if (fetched === undefined) return undefined;
      before += (await sizeOf(target)) ?? 0;
    }
    return targets[0];
  }

  /** The first source that has the files. */
  async #find(
    { model, quantisation }: DownloadRequest,
    endpoint: string,
    options: Parameters<typeof findFiles>[3],
  ): Promise<{ readonly repository: string; readonly files: HubFile[] }> {
    let missing: unknown = new LemmaFailure({
      code: 'downloadNotFound',
      host: new URL(endpoint).host,
      name: `${model.name} ${quantisation}`,
    });
    for (const source of model.sources) {
      try {
        return { repository: source.repository, files: await findFiles(source, quantisation, endpoint, options) };
      } catch (error) {
        if (!(error instanceof LemmaFailure) || error.error.code !== 'downloadNotFound') throw error;
        missing = error;
      }
    }
    throw missing;
  }
}

/** Tells and writes down how a download goes on, not too often. */
class Journal {
  readonly #folder: string;
  readonly #changed: Emitter<DownloadState>;
  readonly #lost: AbortSignal;
  readonly #speed = new Speed();
  #record: DownloadRecord;
  #toldMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();
  readonly #again = setInterval(() => this.#tellAgain(), tellAgainMs);

  /** @param lost another window writes the record now */
  constructor(folder: string, record: DownloadRecord, changed: Emitter<DownloadState>, lost: AbortSignal) {
    this.#folder = folder;
    this.#record = record;
    this.#changed = changed;
    this.#lost = lost;
  }

  set(changes: Partial<DownloadRecord>): void {
    this.#record = { ...this.#record, ...changes };
    this.tell();
  }

  /** @param before bytes of the files that are done */
  progress({ doneBytes, totalBytes, phase, untilMs }: FetchProgress, before: number, allBytes: number | undefined): void {
    const now = performance.now();
    this.#speed.add(before + doneBytes, now);
    const changed = phase !== this.#record.phase || untilMs !== this.#record.untilMs;
    const total = allBytes ?? totalBytes;
    this.#record = {
      ...this.#record,
      phase,
      doneBytes: before + doneBytes,
      ...(total === undefined ? {} : { totalBytes: total }),
      bytesPerSecond: this.#speed.bytesPerSecond,
      untilMs,
    };
    if (changed || now - this.#toldMs >= tellMs) this.tell();
  }

  tell(): void {
    this.#toldMs = performance.now();
    this.#changed.fire({ ...stateOf(this.#record), here: true });
    const record = this.#record;
    this.#writing = this.#writing.then(() => (this.#lost.aborted ? undefined : writeRecord(this.#folder, record)));
  }

  /** What came last was perhaps not told, and what does not come is worth telling too. */
  #tellAgain(): void {
    const { phase, doneBytes } = this.#record;
    const now = performance.now();
    if ((phase !== 'fetching' && phase !== 'waiting') || now - this.#toldMs < tellMs) return;
    this.#speed.add(doneBytes, now);
    this.set({ bytesPerSecond: this.#speed.bytesPerSecond });
  }

  async end(end: Pick<DownloadRecord, 'phase' | 'path' | 'error'>): Promise<void> {
    clearInterval(this.#again);
    this.#record = { ...this.#record, ...end, bytesPerSecond: undefined, untilMs: undefined };
    this.tell();
    await this.#writing;
  }
}

function stateOf({
  id,
  request,
  phase,
  doneBytes,
  totalBytes,
  bytesPerSecond,
  untilMs,
  error,
}: DownloadRecord): Omit<DownloadState, 'here'> {
  return { id, request, phase, doneBytes, totalBytes, bytesPerSecond, untilMs, error };
}

/** @throws LemmaFailure downloadNoRoom when the rest of all files does not fit */
async function checkRoom(folder: string, files: readonly HubFile[], targets: readonly string[], spareBytes: number): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw notWritten(folder, error);
  });
  const rests = await Promise.all(
    files.map(async ({ bytes = 0 }, index) => {
      const target = targets[index] ?? '';
      return (await sizeOf(target)) === bytes ? 0 : bytes - (await partialBytes(target));
    }),
  );
  const neededBytes = rests.reduce((sum, rest) => sum + Math.max(0, rest), 0);
  const free = await freeBytes(folder);
  if (neededBytes > 0 && free !== undefined && neededBytes + spareBytes > free)
    throw new LemmaFailure({ code: 'downloadNoRoom', folder, neededBytes, freeBytes: free });
}

async function bytesThere(targets: readonly string[]): Promise<number> {
  const bytes = await Promise.all(targets.map(async (target) => (await sizeOf(target)) ?? (await partialBytes(target))));
  return bytes.reduce((sum, each) => sum + each, 0);
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
