import type { FileHandle } from 'node:fs/promises';
import { appendFile, lstat, mkdir, open, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConversationEvent } from '../core/conversation.ts';
import { journalVersion } from '../core/conversation.ts';
import type { LemmaError } from '../core/errors.ts';
import type { DecodedJournal } from '../core/journal.ts';
import { decodeJournal, encodeEvent } from '../core/journal.ts';
import { lostLines, sortJournal } from '../core/journalRepair.ts';
import { migrateJournal, migrations, versionOf } from '../core/journalMigration.ts';
import { Emitter } from './disposables.ts';

/** How long what could not be written waits before it is tried again, milliseconds. */
export const retryMs = 2_000;

/** A process that has created its lock has written its number into it after this many milliseconds, or is gone. */
const lockWriteMs = 2_000;

/** The journal was written by a newer Lemma, in a format that this one would damage. */
export class NewerJournalError extends Error {
  override readonly name = 'NewerJournalError';
}

/** A journal that was opened. */
export interface OpenedJournal {
  readonly journal: JournalFile;
  readonly decoded: DecodedJournal;
  /** Lines that could not be read, and the file that keeps them; absent when none is worth telling about. */
  readonly lost?: LostLines;
}

export interface LostLines {
  readonly path: string;
  readonly lines: number;
}

/**
 * One conversation's journal on disk: read once, then only appended to, by one process at a time.
 *
 * Events go to the disk in order, as soon as the one before has been written; what waits is written together.
 * A write that fails (a full disk) loses nothing: it is tried again from the last good byte, and `onDidFail`
 * says so once until a write succeeds.
 */
export class JournalFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #failed = new Emitter<LemmaError | undefined>();
  /** Fires with an error when writing fails, and with undefined when it works again. */
  readonly onDidFail = this.#failed.event;
  #position: number;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failure: LemmaError | undefined;

  private constructor(file: string, handle: FileHandle, position: number) {
    this.path = file;
    this.#handle = handle;
    this.#position = position;
  }

  /**
   * Opens or creates a journal for writing. One of an older version is migrated; the old one is kept as `NAME.vN.backup`.
   * Lines that cannot be read are moved to `NAME.unreadable`, unless nothing can be read at all.
   * @returns undefined when another living process writes it
   * @throws `NewerJournalError` for one of a newer version, which stays as it is; the file system's error when it can
   *   be neither read nor created
   */
  static async open(file: string, steps = migrations): Promise<OpenedJournal | undefined> {
    await mkdir(path.dirname(file), { recursive: true });
    if (!(await lock(lockPath(file)))) return undefined;
    try {
      await open(file, 'a').then((created) => created.close());
      const bytes = await readCurrent(file, steps);
      const decoded = decodeJournal(bytes);
      const { length, kept } = await sortOut(file, bytes, decoded);
      const journal = new JournalFile(file, await open(file, 'r+'), length);
      // A torn last line holds no event; what is appended must not run into it.
      if (decoded.validBytes < bytes.length && kept === file) journal.#waiting.push('\n');
      const lines = lostLines(bytes, decoded);
      return { journal, decoded, ...(lines > 0 && kept !== undefined ? { lost: { path: kept, lines } } : {}) };
    } catch (error) {
      await rm(lockPath(file), { force: true });
      throw error;
    }
  }

  /** Why the last write failed; undefined when everything could be written. */
  get failure(): LemmaError | undefined {
    return this.#failure;
  }

  append(event: ConversationEvent): void {
    this.#waiting.push(encodeEvent(event));
    if (!this.#failure) this.#write();
  }

  /** Resolves when everything appended so far is written, or has failed to be. */
  async flush(): Promise<void> {
    if (this.#failure) this.#write();
    while (this.#writing) await this.#writing;
  }

  /** Writes what waits and lets another process write the file. What cannot be written is lost: see `failure` before. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#retry);
    this.#failed.dispose();
    await this.#handle.close();
    await rm(lockPath(this.path), { force: true });
  }

  #write(): void {
    this.#writing ??= this.#writeWaiting().finally(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0 && !this.#failure) this.#write();
    });
  }

  async #writeWaiting(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    const bytes = Buffer.from(lines.join(''));
    try {
      for (let written = 0; written < bytes.length;) {
        written += (await this.#handle.write(bytes, written, bytes.length - written, this.#position + written)).bytesWritten;
      }
      this.#position += bytes.length;
      if (this.#failure) {
        this.#failure = undefined;
        this.#failed.fire(undefined);
      }
    } catch (error) {
      this.#waiting = [...lines, ...this.#waiting];
      const known = this.#failure;
      this.#failure = storageFailure(this.path, error);
      if (!known) this.#failed.fire(this.#failure);
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#write(), retryMs);
      this.#retry.unref();
    }
  }
}

/** The bytes of a journal in this version's format. The lock must be held, since an older file is replaced. */
async function readCurrent(file: string, steps: typeof migrations): Promise<Buffer> {
  const bytes = await readFile(file);
  const version = versionOfBytes(bytes) ?? journalVersion;
  if (version > journalVersion) throw new NewerJournalError(`${file} has version ${version}; this Lemma knows ${journalVersion}.`);
  const migrated = version < journalVersion ? migrateJournal(bytes.toString('utf8'), steps) : undefined;
  if (migrated === undefined) return bytes;
  // The backup is whole before the journal changes, and the journal changes at once.
  await writeFile(`${file}.v${version}.backup`, bytes);
  await writeFile(`${file}.migrating`, migrated);
  await rename(`${file}.migrating`, file);
  return readFile(file);
}

/**
 * Moves what cannot be read into `NAME.unreadable`. That is whole before the journal changes, and the journal changes at once.
 * @returns the journal's length afterwards, and the file that keeps what was taken out: the journal itself when the disk
 *   takes nothing, or when no event can be read, so that there is nothing to sort out
 */
async function sortOut(file: string, bytes: Buffer, decoded: DecodedJournal): Promise<{ length: number; kept: string | undefined }> {
  const sorted = sortJournal(bytes, decoded);
  if (!sorted) return { length: bytes.length, kept: undefined };
  const unchanged = { length: bytes.length, kept: file };
  if (decoded.events.length === 0) return unchanged;
  const kept = `${file}.unreadable`;
  const rest = `${file}.sorting`;
  try {
    await appendFile(kept, sorted.unreadable);
    await writeFile(rest, sorted.journal);
    await rename(rest, file);
    return { length: sorted.journal.length, kept };
  } catch {
    // Read-only or full: the journal stays as it is, can be read all the same, and is sorted out another time.
    await rm(rest, { force: true });
    return unchanged;
  }
}

export function storageFailure(file: string, error: unknown): LemmaError {
  return { code: 'storageFailed', path: file, reason: error instanceof Error ? error.message : String(error) };
}

/** Version of a journal by its first line, which is a few hundred bytes long; undefined when it tells none. */
export function versionOfBytes(journal: Buffer): number | undefined {
  return versionOf(journal.subarray(0, journal.indexOf(0x0a) + 1).toString('utf8'));
}

/** Whether a living process, this one included, writes the journal. */
export function isLocked(file: string): Promise<boolean> {
  return isHeld(lockPath(file));
}

/**
 * Does something to a journal that nobody may write meanwhile.
 * @returns false, without doing it, when somebody writes it
 */
export async function withLock(file: string, act: () => Promise<void>): Promise<boolean> {
  if (!(await lock(lockPath(file)))) return false;
  try {
    await act();
    return true;
  } finally {
    await rm(lockPath(file), { force: true });
  }
}

/** Name of a lock's file behind that of its journal. */
export const lockEnding = '.lock';

function lockPath(file: string): string {
  return file + lockEnding;
}

/** Takes the lock by creating its file, which only one process can. A lock whose process is gone is taken over. */
async function lock(file: string): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await createLock(file)) return true;
    if (await isHeld(file)) return false;
    await removeLeftLock(file);
  }
  return false;
}

/**
 * A lock holds the number of its process: as a link to nowhere, which is there at once and takes no room on a full disk, or
 * as a file where links cannot be made.
 * @returns false when there is a lock
 */
async function createLock(file: string): Promise<boolean> {
  const owner = String(process.pid);
  const exists = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';
  const linked = await symlink(owner, file).then(
    () => true,
    (error: unknown) => (exists(error) ? false : undefined),
  );
  if (linked !== undefined) return linked;
  try {
    await writeFile(file, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if (exists(error)) return false;
    // A full disk takes the file and not the number in it.
    await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Where it is a file, a process creates it and then writes its number into it: a new one without a number is being taken. */
async function isHeld(lockFile: string): Promise<boolean> {
  try {
    const owner = Number(await readlink(lockFile).catch(() => readFile(lockFile, 'utf8')));
    return owner === process.pid || isAlive(owner) || (owner === 0 && Date.now() - (await lstat(lockFile)).mtimeMs < lockWriteMs);
  } catch {
    // There is none any more.
    return false;
  }
}

/** Another process may be at it too, and have put its own lock there already: that one is put back. */
async function removeLeftLock(lockFile: string): Promise<void> {
  const left = `${lockFile}.${process.pid}`;
  try {
    await rename(lockFile, left);
    if (await isHeld(left)) await rename(left, lockFile);
    else await rm(left);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
