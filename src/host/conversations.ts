import { randomUUID } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import type { Conversation, ConversationEvent } from '../core/conversation.ts';
import { applyEvent, foldEvents, interruptedEvents, journalVersion, turnById } from '../core/conversation.ts';
import { turnsBefore } from '../core/conversationTree.ts';
import { toLemmaError, type LemmaError } from '../core/errors.ts';
import { decodeJournal } from '../core/journal.ts';
import { replayEvents } from '../core/replay.ts';
import { ConversationLibrary } from './conversationLibrary.ts';
import { Disposables, Emitter } from './disposables.ts';
import type { InferenceLog } from './inferenceClient.ts';
import { JournalFile, NewerJournalError } from './journalFile.ts';

/** Where the id of the conversation last shown is remembered; `vscode.Memento` fits. */
export interface Memory {
  get(key: string): string | undefined;
  update(key: string, value: string | undefined): Thenable<void>;
}

export interface AppendedEvent {
  /** Events of the conversation before this one. */
  readonly from: number;
  readonly event: ConversationEvent;
}

/**
 * What came of opening a conversation: it is shown; a copy of it is shown, since another window writes it; it was
 * written by a newer Lemma and is left alone; nothing in it can be read, and it was set aside; it is not there.
 */
export type Opened = 'opened' | 'copied' | 'newer' | 'damaged' | 'missing';

const activeKey = 'lemma.activeConversation';

/**
 * The conversations of one window and the one truth that everything else is drawn from: an event counts once it
 * has been appended here. The file is created by the first event, so looking at an empty panel leaves nothing behind.
 */
export class Conversations {
  /** All conversations of the folder. */
  readonly library: ConversationLibrary;
  readonly #memory: Memory;
  readonly #log: InferenceLog;
  readonly #appended = new Emitter<AppendedEvent>();
  readonly #switched = new Emitter<void>();
  readonly #failed = new Emitter<LemmaError | undefined>();
  readonly #disposables = new Disposables();
  readonly onDidAppend = this.#appended.event;
  /** Another conversation, or none, is shown from now on. */
  readonly onDidSwitch = this.#switched.event;
  /** Writing fails (the error) or works again (undefined). */
  readonly onDidFail = this.#failed.event;
  #conversation: Conversation | undefined;
  #eventCount = 0;
  #journal: JournalFile | undefined;
  /** Events that wait for the journal's file to be opened. */
  #unwritten: ConversationEvent[] = [];
  #opening: Promise<void> | undefined;

  /** @param folder for the journals; created when needed */
  constructor(folder: string, memory: Memory, log: InferenceLog) {
    this.library = new ConversationLibrary(folder, log);
    this.#memory = memory;
    this.#log = log;
  }

  get current(): Conversation | undefined {
    return this.#conversation;
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  /** Opens what was shown last, if no other window has it. Turns that a crash left running end as interrupted. */
  async restore(): Promise<void> {
    const id = this.#memory.get(activeKey);
    if (id === undefined || !isId(id)) return;
    try {
      const result = await this.#load(id);
      if (result !== 'opened') this.#log.info(`[store] Conversation ${id} is ${result}; this window starts a new one.`);
    } catch (error) {
      this.#log.error(`[store] Conversation ${id} cannot be opened: ${describe(error)}`);
      this.#failed.fire({ code: 'storageFailed', path: this.library.file(id), reason: describe(error) });
    }
  }

  /**
   * Shows another conversation. One that another window has open is copied with all it holds so far, so that it can
   * be read and continued here as well.
   * @throws the file system's error, with the current conversation left as it is
   */
  async open(id: string): Promise<Opened> {
    if (id === this.#conversation?.id) return 'opened';
    if (!isId(id)) return 'missing';
    const result = await this.#load(id);
    if (result !== 'locked') return result;
    const { events, version } = decodeJournal(await readFile(this.library.file(id)));
    if (version !== undefined && version > journalVersion) return 'newer';
    await this.startWith(events.filter((event) => event.type !== 'created'));
    return 'copied';
  }

  append(event: ConversationEvent): void {
    if (!this.#conversation && event.type !== 'created') this.#create();
    const from = this.#eventCount;
    this.#conversation = applyEvent(this.#conversation, event);
    this.#eventCount++;
    if (this.#journal) this.#journal.append(event);
    else this.#unwritten.push(event);
    this.#appended.fire({ from, event });
  }

  /** Leaves the current conversation as it is and shows an empty one. */
  async startNew(): Promise<void> {
    const journal = await this.#leave();
    this.#switched.fire();
    await Promise.all([journal?.close(), this.#memory.update(activeKey, undefined)]);
  }

  /** Leaves the current conversation as it is and shows a new one that begins with these events, none of them `created`. */
  async startWith(events: readonly ConversationEvent[]): Promise<void> {
    await (await this.#leave())?.close();
    const id = randomUUID();
    this.#unwritten = [{ type: 'created', version: journalVersion, id, at: Date.now() }, ...events];
    this.#conversation = foldEvents(this.#unwritten);
    this.#eventCount = this.#unwritten.length;
    this.#opening = this.#open(id);
    for (const event of interruptedEvents(this.#conversation, Date.now())) this.append(event);
    this.#switched.fire();
  }

  /**
   * Leaves the current conversation as it is and shows a new one that begins with its turns up to this one.
   * @returns false where there is no such turn
   */
  async fork(turnId: string): Promise<boolean> {
    const turn = turnById(this.#conversation, turnId);
    if (!this.#conversation || !turn) return false;
    await this.startWith(replayEvents([...turnsBefore(this.#conversation, turnId), turn]));
    return true;
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    await this.#opening;
    await this.#journal?.close();
    this.#disposables.dispose();
  }

  async #load(id: string): Promise<Exclude<Opened, 'copied'> | 'locked'> {
    const file = this.library.file(id);
    // Opening would create it.
    if (!(await exists(file))) return 'missing';
    const opened = await JournalFile.open(file).catch((error: unknown) => {
      if (error instanceof NewerJournalError) return 'newer' as const;
      throw error;
    });
    if (opened === 'newer') return 'newer';
    if (!opened) return 'locked';
    const { journal, decoded } = opened;
    if (decoded.damaged) this.#log.warn(`[store] ${journal.path}: ${decoded.damaged}`);
    const conversation = foldEvents(decoded.events);
    if (!conversation) {
      await journal.close();
      await this.library.setAside(id);
      return 'damaged';
    }
    await (await this.#leave())?.close();
    this.#use(journal);
    this.#conversation = conversation;
    this.#eventCount = decoded.events.length;
    for (const event of interruptedEvents(conversation, Date.now())) this.append(event);
    this.#switched.fire();
    await this.#memory.update(activeKey, id);
    return 'opened';
  }

  /** From now on there is no current conversation. @returns the journal of the last one, to be closed */
  async #leave(): Promise<JournalFile | undefined> {
    await this.#opening;
    const journal = this.#journal;
    this.#journal = undefined;
    this.#unwritten = [];
    this.#conversation = undefined;
    this.#eventCount = 0;
    return journal;
  }

  #create(): void {
    const id = randomUUID();
    this.#opening = this.#open(id);
    this.append({ type: 'created', version: journalVersion, id, at: Date.now() });
  }

  async #open(id: string): Promise<void> {
    try {
      const opened = await JournalFile.open(this.library.file(id));
      if (!opened) throw new Error('The file is in use.');
      this.#use(opened.journal);
      for (const event of this.#unwritten.splice(0)) opened.journal.append(event);
      await this.#memory.update(activeKey, id);
    } catch (error) {
      // The conversation goes on in memory; the panel says that it is not being saved.
      this.#log.error(`[store] ${describe(error)}`);
      this.#failed.fire({ code: 'storageFailed', path: this.library.file(id), reason: describe(error) });
    }
  }

  #use(journal: JournalFile): void {
    this.#journal = journal;
    this.#disposables.add(journal.onDidFail((error) => this.#failed.fire(error)));
  }
}

/** Ids are UUIDs; anything else could name a file elsewhere. */
function isId(id: string): boolean {
  return /^[\w-]+$/.test(id);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function describe(error: unknown): string {
  const lemmaError = toLemmaError(error);
  return 'reason' in lemmaError ? lemmaError.reason : lemmaError.code;
}
