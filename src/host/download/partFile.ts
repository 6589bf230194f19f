import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, open, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LemmaFailure } from '../../core/errors.ts';
import type { ByteRange } from './ranges.ts';
import { addRange, leadingBytes, rangesBytes } from './ranges.ts';

/** Which file on the server the bytes are of. Bytes of two different ones are never mixed. */
export interface FileIdentity {
  /** Undefined when the server does not tell. */
  readonly bytes: number | undefined;
  /** The hub's own mark of the file it redirects to; for large files the SHA-256. */
  readonly linkedEtag?: string;
  /** Of the server that sends the bytes. */
  readonly etag?: string;
  readonly lastModified?: string;
}

interface StoredState {
  readonly version: 1;
  readonly identity: FileIdentity;
  readonly done: readonly ByteRange[];
}

/** At most so much work is done again after a crash, milliseconds. */
const saveEveryMs = 1000;

/**
 * A download on disk: `NAME.part` with the bytes and, beside it, `NAME.part.json` that says which of them are there and of
 * what file. Only one process writes it (see `DownloadLock`).
 */
export class PartFile {
  readonly #target: string;
  readonly #handle: FileHandle;
  #identity: FileIdentity | undefined;
  #done: ByteRange[];
  #savedAt = 0;
  #saving: Promise<void> = Promise.resolve();
  #isSaving = false;

  private constructor(target: string, handle: FileHandle, stored: StoredState | undefined) {
    this.#target = target;
    this.#handle = handle;
    this.#identity = stored?.identity;
    this.#done = stored ? stored.done.map(([start, end]) => [start, end] as const) : [];
  }

  /**
   * Opens what is there of `target`, or begins it.
   * @throws LemmaFailure downloadNotWritten
   */
  static async open(target: string): Promise<PartFile> {
    try {
      await mkdir(path.dirname(target), { recursive: true });
      // A link would lead the bytes out of the folder. What it points at is left alone.
      for (const file of [partPath(target), statePath(target), `${statePath(target)}.new`]) await removeLink(file);
      const handle = await open(partPath(target), 'r+').catch(() => open(partPath(target), 'w+'));
      const { size } = await handle.stat();
      const stored = await readState(target);
      // A file that was cut by somebody else does not hold what its state claims.
      const whole = stored?.done.every(([, end]) => end <= size) === true;
      return new PartFile(target, handle, whole ? stored : undefined);
    } catch (error) {
      throw notWritten(partPath(target), error);
    }
  }

  get path(): string {
    return partPath(this.#target);
  }

  /** Undefined before the first answer of the server. */
  get identity(): FileIdentity | undefined {
    return this.#identity;
  }

  get done(): readonly ByteRange[] {
    return this.#done;
  }

  get doneBytes(): number {
    return rangesBytes(this.#done);
  }

  /** Bytes from the beginning without a gap. */
  get leadingBytes(): number {
    return leadingBytes(this.#done);
  }

  /** From here on the bytes are of this file. @param keep what is there is of the same file */
  async begin(identity: FileIdentity, keep: boolean): Promise<void> {
    this.#identity = identity;
    if (!keep) {
      this.#done = [];
      await this.#handle.truncate(0);
    }
    await this.#save();
  }

  /** @throws LemmaFailure downloadNoRoom, downloadNotWritten */
  async write(position: number, buffers: readonly Buffer[]): Promise<void> {
    const bytes = buffers.reduce((sum, { length }) => sum + length, 0);
    try {
      let left = [...buffers];
      for (let written = 0; written < bytes;) {
        const { bytesWritten } = await this.#handle.writev(left, position + written);
        written += bytesWritten;
        left = written < bytes ? [Buffer.concat(buffers).subarray(written)] : [];
      }
    } catch (error) {
      throw await this.#writeFailure(error);
    }
    this.#done = addRange(this.#done, [position, position + bytes]);
    if (performance.now() - this.#savedAt > saveEveryMs && !this.#isSaving) void this.#save();
  }

  /** All of it is there and good. @returns the finished file's path */
  async finish(): Promise<string> {
    try {
      await this.#saving;
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.path, this.#target);
      await rm(statePath(this.#target), { force: true });
      await rm(corruptPath(this.#target), { force: true });
    } catch (error) {
      throw notWritten(this.#target, error);
    }
    return this.#target;
  }

  /** What is there is no model; it is kept under another name and never looked at again. @returns that name */
  async setAside(): Promise<string> {
    await this.#saving;
    await this.#handle.close();
    await rename(this.path, corruptPath(this.#target));
    await rm(statePath(this.#target), { force: true });
    return corruptPath(this.#target);
  }

  /** Keeps what is there for the next time. */
  async close(): Promise<void> {
    await this.#save();
    await this.#handle.close();
  }

  #save(): Promise<void> {
    this.#savedAt = performance.now();
    const state: StoredState | undefined = this.#identity && { version: 1, identity: this.#identity, done: this.#done };
    if (!state) return this.#saving;
    this.#isSaving = true;
    this.#saving = this.#saving
      // What the state claims is on the disk first, also after the power fails; and little is left to be written at the end.
      .then(() => this.#handle.datasync().catch(() => undefined))
      .then(() => writeState(statePath(this.#target), JSON.stringify(state)))
      .finally(() => (this.#isSaving = false));
    return this.#saving;
  }

  async #writeFailure(error: unknown): Promise<LemmaFailure> {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') return notWritten(this.path, error);
    const folder = path.dirname(this.#target);
    const neededBytes = Math.max(0, (this.#identity?.bytes ?? 0) - this.doneBytes);
    return new LemmaFailure({ code: 'downloadNoRoom', folder, neededBytes, freeBytes: (await freeBytes(folder)) ?? 0 });
  }
}

export function partPath(target: string): string {
  return `${target}.part`;
}

export function statePath(target: string): string {
  return `${target}.part.json`;
}

export function corruptPath(target: string): string {
  return `${target}.corrupt`;
}

/** Bytes that a user may still write there; undefined where the system does not tell. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // A network folder may not say.
    return undefined;
  }
}

/** How much of a file is there already, whoever writes it. */
export async function partialBytes(target: string): Promise<number> {
  return rangesBytes((await readState(target))?.done ?? []);
}

async function removeLink(file: string): Promise<void> {
  const found = await lstat(file).catch(() => undefined);
  if (found?.isSymbolicLink()) await rm(file);
}

/**
 * Replaces the state in one step. A full disk takes no new file, but what is there can be written over; where that fails too
 * the older state stays, which claims less.
 */
async function writeState(file: string, state: string): Promise<void> {
  const next = `${file}.new`;
  try {
    await writeFile(next, state);
    await rename(next, file);
  } catch {
    await rm(next, { force: true }).catch(() => undefined);
    const handle = await open(file, 'r+').catch(() => undefined);
    // Spaces at the end are nothing to JSON, so that an older, longer state leaves no rest.
    await handle
      ?.stat()
      .then(
        ({ size }) => handle.write(state.padEnd(size), 0),
        () => undefined,
      )
      .catch(() => undefined);
    await handle?.close().catch(() => undefined);
  }
}

async function readState(target: string): Promise<StoredState | undefined> {
  try {
    const state = JSON.parse(await readFile(statePath(target), 'utf8')) as StoredState;
    const ranges = Array.isArray(state.done) && state.done.every(([start, end]) => Number.isSafeInteger(start) && end > start);
    return state.version === 1 && typeof state.identity === 'object' && ranges ? state : undefined;
  } catch {
    // None, or one that was damaged: the download begins anew.
    return undefined;
  }
}

export function notWritten(file: string, error: unknown): LemmaFailure {
  if (error instanceof LemmaFailure) return error;
  return new LemmaFailure({ code: 'downloadNotWritten', path: file, reason: error instanceof Error ? error.message : String(error) });
}
