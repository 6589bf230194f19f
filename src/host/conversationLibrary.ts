import type { Stats } from 'node:fs';
import { stat as statCallback } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Conversation, ConversationEvent, TurnEnd } from '../core/conversation.ts';
import { allTurns, foldEvents, journalVersion, lastTurn } from '../core/conversation.ts';
import { conversationTitle } from '../core/conversationTitle.ts';
import { LemmaFailure } from '../core/errors.ts';
import { decodeJournal } from '../core/journal.ts';
import { completeEvents } from '../core/journalRepair.ts';
import { migrateJournal } from '../core/journalMigration.ts';
import { findExcerpt, searchPattern } from '../core/textSearch.ts';
import type { ConversationSummary, IndexEntry } from './conversationIndex.ts';
import { ConversationIndex, indexName } from './conversationIndex.ts';
import type { InferenceLog } from './inferenceClient.ts';
import { JournalFile, isLocked, lockEnding, NewerJournalError, versionOfBytes, withLock } from './journalFile.ts';
import { withoutThoughts } from './journalScan.ts';

/** One conversation of the folder, as the list shows it. */
export interface StoredConversation {
  readonly id: string;
  readonly title: string;
  /** Base name of the first file that was asked about; empty without one. */
  readonly fileName: string;
  readonly questions: number;
  /** Milliseconds since 1970 of the last event that is about a turn. */
  readonly changedAt: number;
  readonly pinned: boolean;
  /** How its last turn ended; absent: it has not. */
  readonly lastEnd?: TurnEnd['kind'];
  /** Some turn of it has a thought. */
  readonly hasThoughts: boolean;
  /** Questions and answers on one line, for the search. */
  readonly text: string;
}

export interface FoundConversation extends ConversationSummary {
  /** Where the search text stands in a question or answer; absent when the title has it, or without a search. */
  readonly excerpt?: string;
  /** Another window has it open. */
  readonly elsewhere: boolean;
}

export interface ConversationsFound {
  /** Pinned first, then the newest first. */
  readonly items: readonly FoundConversation[];
  /** Journals that were set aside because nothing could be read in them. */
  readonly damaged: number;
}

/** `text` only once the journal was read: the index has none. */
type Cached = IndexEntry & { readonly text?: string };

/** Files that are looked at, and perhaps read, at the same time. */
const parallelReads = 32;
/** Conversations that are searched in one go, before others get their turn on the event loop. */
const searchedAtOnce = 50;

const extension = '.jsonl';

/** Ids are UUIDs; anything else could name a file elsewhere. */
export function isConversationId(id: string): boolean {
  return /^[\w-]+$/.test(id);
}

/**
 * All conversations of one folder, with those of other windows. A journal is read again only when its file has
 * changed, or when it is searched for the first time; thoughts, which are most of it, are skipped unread.
 */
export class ConversationLibrary {
  readonly #folder: string;
  readonly #log: InferenceLog;
  readonly #index: ConversationIndex;
  /** Of the index, until a journal is read. */
  #cache: Map<string, Cached> | undefined;
  /** The index does not say what is known now. */
  #changed = false;

  constructor(folder: string, log: InferenceLog) {
    this.#folder = folder;
    this.#log = log;
    this.#index = new ConversationIndex(path.join(folder, indexName), log);
  }

  file(id: string): string {
    return path.join(this.#folder, id + extension);
  }

  /**
   * @param query words that must all occur; empty for all conversations
   * @param known conversations of this window, which knows more than their files
   */
  async list(query: string, ...known: readonly (Conversation | undefined)[]): Promise<ConversationsFound> {
    const names = await readdir(this.#folder).catch((): string[] => []);
    const ids = names.filter((name) => name.endsWith(extension)).map((name) => name.slice(0, -extension.length));
    this.#cache ??= await this.#index.load();
    const cache = this.#cache;
    const stored: (ConversationSummary & { readonly text?: string })[] = [];
    const isSearch = searchPattern(query) !== undefined;
    const waiting = ids.filter((id) => !known.some((conversation) => conversation?.id === id));
    await Promise.all(
      Array.from({ length: parallelReads }, async () => {
        for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
          const { summary, text } = (await this.#read(id, cache, isSearch)) ?? {};
          if (summary && summary.questions > 0) stored.push(text === undefined ? summary : { ...summary, text });
        }
      }),
    );
    for (const conversation of known) if (conversation && conversation.turns.length > 0) stored.push(summary(conversation));
    const present = new Set(ids);
    for (const id of cache.keys()) if (!present.has(id)) this.#changed = cache.delete(id);
    if (this.#changed) this.#index.save(cache);
    this.#changed = false;
    const found = await search(stored, query);
    const locked = new Set(names.filter((name) => name.endsWith(extension + lockEnding)));
    const items = await Promise.all(
      found.map(async (each) => {
        const { id } = each;
        // A lock may be left from a window that crashed.
        const elsewhere =
          !known.some((conversation) => conversation?.id === id) &&
          locked.has(id + extension + lockEnding) &&
          (await isLocked(this.file(id)));
        return { ...each, elsewhere };
      }),
    );
    items.sort((one, other) => Number(other.pinned) - Number(one.pinned) || other.changedAt - one.changedAt);
    const damaged = (await readdir(this.#folder).catch((): string[] => [])).filter((name) => name.endsWith('.damaged')).length;
    return { items, damaged };
  }

  /**
   * A conversation with its thoughts, as far as it is written. No lock is needed, so another window may have it open.
   * @returns undefined when nothing can be read in its file
   * @throws `NewerJournalError` for one of a newer Lemma; the file system's error
   */
  async read(id: string): Promise<Conversation | undefined> {
    const bytes = await readFile(this.file(id));
    const version = versionOfBytes(bytes);
    if (version !== undefined && version > journalVersion) throw new NewerJournalError(`${this.file(id)} has version ${version}.`);
    return foldEvents(completeEvents(decodeJournal(olderJournal(bytes, version) ?? bytes).events, id));
  }

  /**
   * Adds one event, such as a new title, to a conversation that is not open here.
   * @returns false when another window has it open
   * @throws `LemmaFailure` when it cannot be written
   */
  async append(id: string, event: ConversationEvent): Promise<boolean> {
    const opened = await JournalFile.open(this.file(id)).catch((error: unknown) => {
      throw changeNotSaved(this.file(id), error);
    });
    if (!opened) return false;
    const { journal } = opened;
    journal.append(event);
    await journal.flush();
    const { failure } = journal;
    await journal.close();
    if (failure?.code === 'storageFailed') throw new LemmaFailure({ ...failure, code: 'changeNotSaved' });
    return true;
  }

  /**
   * Moves a conversation into the folder `deleted`, where nothing removes it.
   * @returns false when another window has it open
   * @throws `LemmaFailure` changeNotSaved
   */
  async delete(id: string): Promise<boolean> {
    try {
      await mkdir(path.join(this.#folder, 'deleted'), { recursive: true });
      return await withLock(this.file(id), () => rename(this.file(id), this.#deletedFile(id)));
    } catch (error) {
      throw changeNotSaved(this.file(id), error);
    }
  }

  async undoDelete(id: string): Promise<void> {
    await rename(this.#deletedFile(id), this.file(id));
  }

  /**
   * Renames a journal that holds no conversation to `NAME.damaged`, so that it is neither lost nor in the way. An empty one is
   * removed: its window ended right after it was created.
   * @returns false where it was empty
   */
  async setAside(id: string): Promise<boolean> {
    const file = this.file(id);
    let isEmpty = false;
    const away = async (): Promise<void> => {
      isEmpty = (await stat(file)).size === 0;
      await (isEmpty ? rm(file) : rename(file, `${file}.damaged`));
    };
    try {
      if ((await withLock(file, away)) && !isEmpty) this.#log.warn(`[store] ${file} holds no conversation; set aside.`);
    } catch (error) {
      this.#log.error(`[store] ${file} cannot be set aside: ${String(error)}`);
    }
    return !isEmpty;
  }

  /** Resolves when the index is written. */
  settled(): Promise<void> {
    return this.#index.settled();
  }

  #deletedFile(id: string): string {
    return path.join(this.#folder, 'deleted', id + extension);
  }

  async #read(id: string, cache: Map<string, Cached>, withText: boolean): Promise<Cached | undefined> {
    const file = this.file(id);
    try {
      const { mtimeMs, size } = await statOf(file);
      const cached = cache.get(id);
      const isSame = cached?.mtimeMs === mtimeMs && cached.size === size;
      if (isSame && (!withText || cached.text !== undefined || !cached.summary)) return cached;
      const bytes = await readFile(file);
      const version = versionOfBytes(bytes);
      const kept = withoutThoughts(bytes);
      const events = completeEvents(decodeJournal(olderJournal(bytes, version) ?? kept).events, id);
      const conversation = foldEvents(events);
      // A file without a line is one that a window has just created, or that a full disk left empty: nothing is in it.
      if (!conversation && version === undefined && size > 0 && !(await isLocked(file))) await this.setAside(id);
      const entry: Cached = { mtimeMs, size, summary: undefined };
      if (!isSame) this.#changed = true;
      if (!conversation) return keep(cache, id, entry);
      const { text, ...read } = summary(conversation, events);
      // Pieces of thoughts were skipped unread, so the fold has none.
      const hasThoughts = read.hasThoughts || kept.length < bytes.length;
      return keep(cache, id, { ...entry, summary: { ...read, id, hasThoughts }, text });
    } catch (error) {
      this.#log.warn(`[store] ${file} cannot be read: ${String(error)}`);
      return undefined;
    }
  }
}

function keep(cache: Map<string, Cached>, id: string, entry: Cached): Cached {
  cache.set(id, entry);
  return entry;
}

/** Of ten thousand files a promise each takes twice as long by `fs/promises`. */
function statOf(file: string): Promise<Stats> {
  return new Promise((resolve, reject) => {
    statCallback(file, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
}

function changeNotSaved(file: string, error: unknown): Error {
  if (error instanceof NewerJournalError) return error;
  return new LemmaFailure({ code: 'changeNotSaved', path: file, reason: error instanceof Error ? error.message : String(error) });
}

/** The text of a journal of an older version in this version's format, in memory alone; undefined for one of this version. */
function olderJournal(bytes: Buffer, version: number | undefined): string | undefined {
  return version !== undefined && version < journalVersion ? migrateJournal(bytes.toString('utf8')) : undefined;
}

function summary(conversation: Conversation, events: readonly ConversationEvent[] = []): StoredConversation {
  const turns = allTurns(conversation);
  const times = turns.flatMap((turn) => [turn.askedAt, turn.answeringAt ?? 0, turn.endedAt ?? 0]);
  const lastEnd = lastTurn(conversation)?.end?.kind;
  const eventTimes = events.map((event) => (isAboutTurn(event) ? event.at : 0));
  const fileName = conversation.turns.find((turn) => turn.question.snapshot)?.question.snapshot?.fileName ?? '';
  return {
    id: conversation.id,
    title: conversationTitle(conversation),
    fileName: fileName.split(/[\\/]/).at(-1) ?? '',
    questions: conversation.turns.length,
    changedAt: [...times, ...eventTimes].reduce((latest, at) => Math.max(latest, at), conversation.createdAt),
    pinned: conversation.pinned ?? false,
    ...(lastEnd === undefined ? {} : { lastEnd }),
    hasThoughts: turns.some(({ thought }) => thought.trim() !== ''),
    text: turns
      .flatMap(({ question, answer }) => [question.text, question.snapshot?.text ?? '', answer])
      .join('\n')
      .replace(/\s+/g, ' ')
      .trim(),
  };
}

/** A new title or a pin does not make a conversation newer. */
function isAboutTurn(event: ConversationEvent): event is ConversationEvent & { readonly turnId: string; readonly at: number } {
  return 'turnId' in event && 'at' in event;
}

async function search(
  stored: readonly (ConversationSummary & { readonly text?: string })[],
  query: string,
): Promise<Omit<FoundConversation, 'elsewhere'>[]> {
  const pattern = searchPattern(query);
  const found: Omit<FoundConversation, 'elsewhere'>[] = [];
  for (const [index, { text = '', ...conversation }] of stored.entries()) {
    if (pattern && index % searchedAtOnce === searchedAtOnce - 1) await new Promise((resolve) => setImmediate(resolve));
    if (!pattern || pattern.every((word) => word.test(conversation.title))) found.push(conversation);
    else if (pattern.every((word) => word.test(conversation.title) || word.test(text))) {
      found.push({ ...conversation, excerpt: findExcerpt(text, pattern) });
    }
  }
  return found;
}
