/**
 * The folder of saved states. Each is two files: what the engine wrote, and a header that is looked at first, because native
 * code crashes on a file that is not its own. Nothing here knows the engine.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import zlib from 'node:zlib';
import { canNameState, isStateOf, stateEndings } from '../shared/savedStates.ts';
import type { SavedStates } from '../shared/savedStates.ts';
import { isAlive } from './processIds.ts';

/** Of the header; a state with another one is not read. */
const formatVersion = 1;

/** Read in one go for the checksum. */
const chunkBytes = 4 * 2 ** 20;

const { header: headerEnding, state: stateEnding, unfinished } = stateEndings;

/** Which state: a conversation's, as one model with its settings remembers it. */
export interface StateId {
  readonly conversation: string;
  /** Hexadecimal: model, settings and engine, see `stateKey`. */
  readonly key: string;
}

/** What is known of a state without the engine. */
export interface StateContent {
  readonly tokens: number;
  /** Of the tokens in their order. */
  readonly tokensDigest: string;
  /** The reply at the end: where it begins among the tokens, and what of it was not evaluated any more. */
  readonly reply?: { readonly from: number; readonly more: readonly number[] };
}

interface StateHeader extends StateContent {
  readonly version: number;
  readonly key: string;
  /** Of the state file. */
  readonly bytes: number;
  readonly checksum: string;
}

/** A state that can be given to the engine: all of the file is as it was written. */
export interface CheckedState extends StateContent {
  readonly file: string;
  readonly bytes: number;
}

export class StateFiles {
  readonly where: SavedStates;
  /** Deleted while they were being written. */
  readonly #forgotten = new Set<string>();

  constructor(where: SavedStates) {
    this.where = where;
  }

  /** What the header says; undefined where there is none that can be read. */
  async look(id: StateId): Promise<(StateContent & { readonly bytes: number }) | undefined> {
    return this.#header(id);
  }

  /**
   * Keeps a state in place of the conversation's present one for the same key, and removes those that were not used for
   * longest, as far as there are too many. All or nothing: what was there before stays until the new one is whole.
   * @param save writes the state into a file that is there, readable by this user alone
   * @returns bytes of the state; 0 where the conversation was deleted meanwhile
   * @throws the file system's error, or that of `save`
   */
  async write(id: StateId, content: StateContent, save: (file: string) => Promise<unknown>): Promise<number> {
    if (!canNameState(id.conversation)) throw new Error('The conversation’s id cannot name a file.');
    this.#forgotten.delete(id.conversation);
    await mkdir(this.where.folder, { recursive: true, mode: 0o700 });
    const newState = this.#file(id, `${process.pid}.${stateEnding}.${unfinished}`);
    const newHeader = this.#file(id, `${process.pid}.${headerEnding}.${unfinished}`);
    try {
      // The engine opens it as it is, so its mode is this one.
      await writeFile(newState, '', { mode: 0o600 });
      await save(newState);
      const { bytes, checksum } = await checksumOf(newState);
      const header: StateHeader = { version: formatVersion, key: id.key, ...content, bytes, checksum };
      await writeFile(newHeader, JSON.stringify(header), { mode: 0o600 });
      if (this.#forgotten.has(id.conversation)) return 0;
      // One of them alone is no state: the header has the other one's checksum.
      await rename(newState, this.#file(id, stateEnding));
      await rename(newHeader, this.#file(id, headerEnding));
      if (this.#forgotten.has(id.conversation)) await this.#remove((name) => isStateOf(id.conversation, name));
      else await this.trim();
      return bytes;
    } catch (error) {
      // What is being written goes with the conversation, too.
      if (this.#forgotten.has(id.conversation)) return 0;
      throw error;
    } finally {
      await Promise.all([newState, newHeader].map((file) => rm(file, { force: true })));
    }
  }

  /** The state, if there is one and all of it is as it was written; from now on it is the one that was used last. One that is not is removed. */
  async read(id: StateId): Promise<CheckedState | undefined> {
    const header = await this.#header(id);
    if (!header) return undefined;
    const file = this.#file(id, stateEnding);
    const found = await checksumOf(file).catch(() => undefined);
    if (found?.bytes !== header.bytes || found.checksum !== header.checksum) {
      await this.discard(id);
      return undefined;
    }
    await this.use(id);
    return { ...header, file };
  }

  /** It was used a moment ago. */
  async use(id: StateId): Promise<void> {
    const now = new Date();
    await utimes(this.#file(id, headerEnding), now, now).catch(() => undefined);
  }

  /** Of no use to anybody. */
  async discard(id: StateId): Promise<void> {
    await Promise.all([headerEnding, stateEnding].map((ending) => rm(this.#file(id, ending), { force: true })));
  }

  /** The conversation is deleted: so are its states, of all models, and one that is being written now. */
  async forget(conversation: string): Promise<void> {
    this.#forgotten.add(conversation);
    if (canNameState(conversation)) await this.#remove((name) => isStateOf(conversation, name));
  }

  /** Removes states until no more than `mostBytes` are left, those first that were not used for longest; and what is no whole state. */
  async trim(): Promise<void> {
    const { folder, mostBytes } = this.where;
    const names = await readdir(folder).catch((): string[] => []);
    const states: { readonly name: string; readonly bytes: number; readonly usedAt: number }[] = [];
    for (const name of names) {
      const file = path.join(folder, name);
      const [, base = '', ending] = /^(.*)\.(json|state|new)$/.exec(name) ?? [];
      if (ending === unfinished && !isAlive(Number(/\.(\d+)\.\w+$/.exec(base)?.[1]))) await rm(file, { force: true });
      if (ending === headerEnding && !names.includes(`${base}.${stateEnding}`)) await rm(file, { force: true });
      if (ending !== stateEnding) continue;
      const header = await stat(path.join(folder, `${base}.${headerEnding}`)).catch(() => undefined);
      const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
      // A state without a header may be getting one from another process now; if not, it is the first to go.
      states.push({ name: base, bytes: size, usedAt: header?.mtimeMs ?? mtimeMs });
    }
    states.sort((one, other) => other.usedAt - one.usedAt);
    let bytes = 0;
    for (const state of states) {
      bytes += state.bytes;
      if (bytes > mostBytes) await this.#remove((name) => name === `${state.name}.json` || name === `${state.name}.state`);
    }
  }

  #file({ conversation, key }: StateId, ending: string): string {
    return path.join(this.where.folder, `${conversation}.${key}.${ending}`);
  }

  async #header(id: StateId): Promise<StateHeader | undefined> {
    if (!canNameState(id.conversation)) return undefined;
    try {
      const header = JSON.parse(await readFile(this.#file(id, headerEnding), 'utf8')) as unknown;
      return isHeader(header) && header.key === id.key ? header : undefined;
    } catch {
      return undefined;
    }
  }

  async #remove(which: (name: string) => boolean): Promise<void> {
    const names = (await readdir(this.where.folder).catch((): string[] => [])).filter(which);
    await Promise.all(names.map((name) => rm(path.join(this.where.folder, name), { force: true })));
  }
}

function isHeader(value: unknown): value is StateHeader {
  const header = (value ?? {}) as Partial<Record<keyof StateHeader, unknown>>;
  const { reply } = header as { reply?: Partial<NonNullable<StateContent['reply']>> | null };
  return (
    header.version === formatVersion &&
    typeof header.key === 'string' &&
    typeof header.checksum === 'string' &&
    typeof header.tokensDigest === 'string' &&
    isCount(header.tokens) &&
    isCount(header.bytes) &&
    (reply === undefined || (isCount(reply?.from) && Array.isArray(reply.more) && reply.more.every(isCount)))
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * A checksum against what disks, full or failing, and ends of power do to a file. Nobody but the user can write there, and
 * whoever can could write a header too; a cryptographic digest would take three times as long and tell no more.
 */
async function checksumOf(file: string): Promise<{ readonly bytes: number; readonly checksum: string }> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    let bytes = 0;
    let crc = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes);
      if (bytesRead === 0) return { bytes, checksum: `crc32 ${crc.toString(16)}` };
      bytes += bytesRead;
      crc = zlib.crc32(buffer.subarray(0, bytesRead), crc);
    }
  } finally {
    await handle.close();
  }
}
