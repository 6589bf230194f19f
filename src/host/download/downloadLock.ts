import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';

/** The holder touches its lock so often, milliseconds. */
const beatMs = 2_000;

/** A lock that nobody touched for so long is left over, also from another computer on a shared disk. */
const staleMs = 20_000;

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/**
 * Says which window downloads a model, by a file with a heartbeat. The process number alone would do on one computer, but
 * a folder for models may be shared by several.
 */
export class DownloadLock {
  readonly #file: string;
  readonly #token: string;
  readonly #beat: NodeJS.Timeout;
  readonly #lost = new AbortController();

  private constructor(file: string, token: string) {
    this.#file = file;
    this.#token = token;
    this.#beat = setInterval(() => void this.#touch(), beatMs);
    this.#beat.unref();
  }

  /**
   * Takes the lock unless a living process has it.
   * @param seen what earlier looks at the same lock saw, for noticing that its heart has stopped
   */
  static async take(file: string, seen: LockWatch): Promise<DownloadLock | undefined> {
    const holder: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await writeFile(file, JSON.stringify(holder), { flag: 'wx' });
        return new DownloadLock(file, holder.token);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if (await seen.isHeld(file)) return undefined;
      await removeLeft(file, seen);
    }
    return undefined;
  }

  /** Aborts when somebody has taken the lock meanwhile, as after the computer slept for long: stop writing. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    clearInterval(this.#beat);
    if (!this.#lost.signal.aborted && (await readHolder(this.#file))?.token === this.#token) await rm(this.#file, { force: true });
  }

  async #touch(): Promise<void> {
    const holder = await readHolder(this.#file);
    if (holder?.token === this.#token) {
      const now = new Date();
      await utimes(this.#file, now, now).catch(() => undefined);
      return;
    }
    clearInterval(this.#beat);
    this.#lost.abort();
  }
}

/** Looks at a lock again and again. Its own clock counts: that of a shared disk may differ. */
export class LockWatch {
  #mark = '';
  #since = 0;

  async isHeld(file: string): Promise<boolean> {
    const found = await look(file);
    if (!found) return false;
    const { holder, touchedMs } = found;
    if (holder && holder.host === hostname() && !isAlive(holder.pid)) return false;
    const mark = `${holder?.token ?? ''} ${touchedMs}`;
    if (mark !== this.#mark) {
      this.#mark = mark;
      this.#since = performance.now();
    }
    return performance.now() - this.#since < staleMs;
  }
}

/** Another process may be at it too, and have put its own lock there already: that one is put back. */
async function removeLeft(file: string, seen: LockWatch): Promise<void> {
  const left = `${file}.${randomUUID()}`;
  try {
    await rename(file, left);
    if (await seen.isHeld(left)) await rename(left, file);
    else await rm(left);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function look(file: string): Promise<{ readonly holder: Holder | undefined; readonly touchedMs: number } | undefined> {
  try {
    return { touchedMs: (await stat(file)).mtimeMs, holder: await readHolder(file) };
  } catch {
    // There is none any more.
    return undefined;
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    // Being written, or gone.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
