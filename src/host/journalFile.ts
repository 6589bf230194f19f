import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConversationEvent } from '../core/conversation.ts';
import { journalVersion } from '../core/conversation.ts';
import type { LemmaError } from '../core/errors.ts';
import type { DecodedJournal } from '../core/journal.ts';
import { decodeJournal, encodeEvent } from '../core/journal.ts';
import { migrateJournal, migrations, versionOf } from '../core/journalMigration.ts';
import { Emitter } from './disposables.ts';

/** How long a failed write waits before it is tried again, milliseconds. */
const retryMs = 2_000;

/** The journal was written by a newer Lemma, in a format that this one would damage. */
export class NewerJournalError extends Error {
  override readonly name = 'NewerJournalError';
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
  #failing = false;

  private constructor(file: string, handle: FileHandle, position: number) {
    this.path = file;
    this.#handle = handle;
    this.#position = position;
  }

  /**
   * Opens or creates a journal for writing. One of an older version is migrated; the old one is kept as `NAME.vN.backup`.
   * @returns undefined when another living process writes it
   * @throws `NewerJournalError` for one of a newer version, which stays as it is; the file system's error when it can
   *   be neither read nor created
   */
  static async open(
    file: string,
    steps = migrations,
  ): Promise<{ readonly journal: JournalFile; readonly decoded: DecodedJournal } | undefined> {
    await mkdir(path.dirname(file), { recursive: true });
    if (!(await lock(lockPath(file)))) return undefined;
    try {
      await open(file, 'a').then((created) => created.close());
      const bytes = await readCurrent(file, steps);
      const decoded = decodeJournal(bytes);
      const handle = await open(file, 'r+');
      // A torn last line holds no event; what is appended must not run into it.
      if (decoded.validBytes < bytes.length) await handle.truncate(decoded.validBytes);
      return { journal: new JournalFile(file, handle, decoded.validBytes), decoded };
    } catch (error) {
      await rm(lockPath(file), { force: true });
      throw error;
    }
  }

  append(event: ConversationEvent): void {
    this.#waiting.push(encodeEvent(event));
    if (!this.#failing) this.#write();
  }

  /** Resolves when everything appended so far is written, or has failed to be. */
  async flush(): Promise<void> {
    if (this.#failing) this.#write();
    while (this.#writing) await this.#writing;
  }

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
      if (this.#waiting.length > 0 && !this.#failing) this.#write();
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
      if (this.#failing) {
        this.#failing = false;
        this.#failed.fire(undefined);
      }
    } catch (error) {
      this.#waiting = [...lines, ...this.#waiting];
      if (!this.#failing) {
        this.#failing = true;
        this.#failed.fire({ code: 'storageFailed', path: this.path, reason: error instanceof Error ? error.message : String(error) });
      }
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

/** Version of a journal by its first line, which is a few hundred bytes long; undefined when it tells none. */
export function versionOfBytes(journal: Buffer): number | undefined {
  return versionOf(journal.subarray(0, journal.indexOf(0x0a) + 1).toString('utf8'));
}

/** Whether a living process, this one included, writes the journal. */
export async function isLocked(file: string): Promise<boolean> {
  const owner = Number(await readFile(lockPath(file), 'utf8').catch(() => '0'));
  return owner === process.pid || isAlive(owner);
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

function lockPath(file: string): string {
  return `${file}.lock`;
}

/** Takes the lock by creating its file, which only one process can. A lock whose process is gone is taken over. */
async function lock(file: string): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(file, 'utf8').catch(() => '0'));
    if (owner === process.pid || isAlive(owner)) return false;
    await rm(file, { force: true });
  }
  return false;
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
