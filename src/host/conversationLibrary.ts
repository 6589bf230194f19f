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

export interface FoundConversation extends StoredConversation {
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

interface Cached {
  readonly mtimeMs: number;
  readonly size: number;
  readonly stored: StoredConversation | undefined;
}

/** Files that are read at the same time. */
const parallelReads = 8;
/** Conversations that are searched in one go, before others get their turn on the event loop. */
const searchedAtOnce = 50;

const extension = '.jsonl';

/** Ids are UUIDs; anything else could name a file elsewhere. */
export function isConversationId(id: string): boolean {
  return /^[\w-]+$/.test(id);
}

/**
 * All conversations of one folder, with those of other windows. A journal is read again only when its file has
 * changed; thoughts, which are most of it, are skipped unread.
 */
export class ConversationLibrary {
  readonly #folder: string;
  readonly #log: InferenceLog;
  readonly #cache = new Map<string, Cached>();

  constructor(folder: string, log: InferenceLog) {
    this.#folder = folder;
    this.#log = log;
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
    const stored: StoredConversation[] = [];
    const waiting = ids.filter((id) => !known.some((conversation) => conversation?.id === id));
    await Promise.all(
      Array.from({ length: parallelReads }, async () => {
        for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
          const found = await this.#read(id);
          if (found && found.questions > 0) stored.push(found);
        }
      }),
    );
    for (const conversation of known) if (conversation && conversation.turns.length > 0) stored.push(summary(conversation));
    for (const id of this.#cache.keys()) if (!ids.includes(id)) this.#cache.delete(id);
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

  #deletedFile(id: string): string {
    return path.join(this.#folder, 'deleted', id + extension);
  }

  async #read(id: string): Promise<StoredConversation | undefined> {
    const file = this.file(id);
    try {
      const { mtimeMs, size } = await stat(file);
      const cached = this.#cache.get(id);
      if (cached?.mtimeMs === mtimeMs && cached.size === size) return cached.stored;
      const bytes = await readFile(file);
      const version = versionOfBytes(bytes);
      const kept = withoutThoughts(bytes);
      const events = completeEvents(decodeJournal(olderJournal(bytes, version) ?? kept).events, id);
      const conversation = foldEvents(events);
      // A file without a line is one that a window has just created, or that a full disk left empty: nothing is in it.
      if (!conversation && version === undefined && size > 0 && !(await isLocked(file))) await this.setAside(id);
      // Pieces of thoughts were skipped unread, so the fold has none.
      const read = conversation && summary(conversation, events);
      const stored = read && { ...read, id, hasThoughts: read.hasThoughts || kept.length < bytes.length };
      this.#cache.set(id, { mtimeMs, size, stored });
      return stored;
    } catch (error) {
      this.#log.warn(`[store] ${file} cannot be read: ${String(error)}`);
      return undefined;
    }
  }
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

async function search(stored: readonly StoredConversation[], query: string): Promise<Omit<FoundConversation, 'elsewhere'>[]> {
  const pattern = searchPattern(query);
  if (!pattern) return [...stored];
  const found: Omit<FoundConversation, 'elsewhere'>[] = [];
  for (const [index, conversation] of stored.entries()) {
    if (index % searchedAtOnce === searchedAtOnce - 1) await new Promise((resolve) => setImmediate(resolve));
    if (pattern.every((word) => word.test(conversation.title))) found.push(conversation);
    else if (pattern.every((word) => word.test(conversation.title) || word.test(conversation.text))) {
      found.push({ ...conversation, excerpt: findExcerpt(conversation.text, pattern) });
    }
  }
  return found;
}
