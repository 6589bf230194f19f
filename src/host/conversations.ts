import { randomUUID } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import type { Conversation, ConversationEvent } from '../core/conversation.ts';
import { applyEvent, foldEvents, interruptedEvents, journalVersion, turnById } from '../core/conversation.ts';
import { turnsBefore } from '../core/conversationTree.ts';
import { toLemmaError, type LemmaError } from '../core/errors.ts';
import { decodeJournal } from '../core/journal.ts';
import { completeEvents } from '../core/journalRepair.ts';
import { replayEvents } from '../core/replay.ts';
import { ConversationLibrary, isConversationId } from './conversationLibrary.ts';
import { ConversationWriter } from './conversationWriter.ts';
import { Emitter } from './disposables.ts';
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

/**
 * What came of changing or deleting a conversation: it is done; another window has it open; parts of it wait in this
 * window for room on the disk, and would be lost.
 */
export type Changed = 'done' | 'held' | 'unsaved';

/** A conversation in memory, and the way to its file. */
interface OpenConversation {
  readonly conversation: Conversation;
  readonly eventCount: number;
  readonly writer: ConversationWriter;
}

/** How often a conversation that another window has is looked for again, and after how long that is worth a word; milliseconds. */
const lockPollMs = 500;
const lockQuietMs = 2_000;

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
  readonly #forgotten = new Emitter<string>();
  readonly #failed = new Emitter<LemmaError | undefined>();
  readonly #unread = new Emitter<LemmaError>();
  readonly onDidAppend = this.#appended.event;
  /** Another conversation, or none, is shown from now on. */
  readonly onDidSwitch = this.#switched.event;
  /** A conversation, or a turn of it, was deleted: nothing that was kept of it beside its file may stay. With its id. */
  readonly onDidForget = this.#forgotten.event;
  /** Saving fails (the error), or everything is saved again (undefined). */
  readonly onDidFail = this.#failed.event;
  /** A conversation, or something in it, could not be read; told once, since what is damaged is set aside. */
  readonly onDidNotRead = this.#unread.event;
  #conversation: Conversation | undefined;
  #eventCount = 0;
  #writer: ConversationWriter | undefined;
  /** Conversations that were left and are not yet written and closed, by id. */
  readonly #left = new Map<string, OpenConversation>();
  /** Why saving fails, by file. */
  readonly #failures = new Map<string, LemmaError>();
  /** The conversation that was shown last, while another window has it. */
  #elsewhere: string | undefined;
  #waiting: NodeJS.Timeout | undefined;

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

  /**
   * Opens what was shown last; turns that a crash left running end as interrupted. While another window has it, an empty
   * conversation is shown, and that one as soon as the other lets go of it, unless something else was begun meanwhile.
   */
  async restore(): Promise<void> {
    const id = this.#memory.get(activeKey);
    if (id === undefined || !isConversationId(id)) return;
    try {
      const result = await this.#load(id);
      if (result !== 'opened') this.#log.info(`[store] Conversation ${id} is ${result}; this window starts a new one.`);
      if (result === 'locked') this.#waitFor(id);
      if (result === 'damaged') this.#unread.fire({ code: 'conversationDamaged', path: `${this.library.file(id)}.damaged` });
    } catch (error) {
      this.#log.error(`[store] Conversation ${id} cannot be opened: ${describe(error)}`);
      this.#unread.fire({ code: 'conversationUnreadable', path: this.library.file(id), reason: describe(error) });
    }
  }

  /** Shows a copy of the conversation that another window has. */
  async openCopy(): Promise<void> {
    if (this.#elsewhere !== undefined) await this.open(this.#elsewhere);
  }

  /** The conversations that are known here better than from their files: the current one, then those not yet written. */
  get inMemory(): readonly Conversation[] {
    const left = [...this.#left.values()].map(({ conversation }) => conversation);
    return this.#conversation ? [this.#conversation, ...left] : left;
  }

  /**
   * Shows another conversation. One that another window has open is copied with all it holds so far, so that it can
   * be read and continued here as well.
   * @throws the file system's error, with the current conversation left as it is
   */
  async open(id: string): Promise<Opened> {
    if (id === this.#conversation?.id) return 'opened';
    if (!isConversationId(id)) return 'missing';
    if (this.#left.has(id)) await this.#release(id);
    const left = this.#left.get(id);
    const result = left ? await this.#return(left) : await this.#load(id);
    if (result !== 'locked') return result;
    const { events, version } = decodeJournal(await readFile(this.library.file(id)));
    if (version !== undefined && version > journalVersion) return 'newer';
    await this.startWith(completeEvents(events, id).filter((event) => event.type !== 'created'));
    return 'copied';
  }

  append(event: ConversationEvent): void {
    if (!this.#conversation && event.type !== 'created') this.#create();
    const from = this.#eventCount;
    this.#conversation = applyEvent(this.#conversation, event);
    this.#eventCount++;
    this.#writer?.append(event);
    this.#appended.fire({ from, event });
    if (event.type === 'turnDeleted' && this.#conversation) this.#forgotten.fire(this.#conversation.id);
  }

  /**
   * Adds one event, such as a new title, to any conversation of the folder.
   * @throws `LemmaFailure` changeNotSaved; what this window still writes waits for room instead
   */
  async change(id: string, event: ConversationEvent): Promise<Exclude<Changed, 'unsaved'>> {
    const left = this.#left.get(id);
    if (id === this.#conversation?.id) this.append(event);
    else if (left) {
      left.writer.append(event);
      const conversation = applyEvent(left.conversation, event) ?? left.conversation;
      this.#left.set(id, { ...left, conversation, eventCount: left.eventCount + 1 });
      await this.#release(id);
    } else if (!(await this.library.append(id, event))) return 'held';
    return 'done';
  }

  /**
   * Moves a conversation away, as `ConversationLibrary.delete`; one that is shown is left first.
   * @throws `LemmaFailure` changeNotSaved
   */
  async delete(id: string): Promise<Changed> {
    if (id === this.#conversation?.id) {
      await this.#writer?.flush();
      if (this.#writer?.failure) return 'unsaved';
      await this.startNew();
    }
    await this.#release(id);
    if (this.#left.has(id)) return 'unsaved';
    if (!(await this.library.delete(id))) return 'held';
    this.#forgotten.fire(id);
    return 'done';
  }

  /** Leaves the current conversation as it is and shows an empty one. */
  async startNew(): Promise<void> {
    const left = this.#leave();
    this.#switched.fire();
    await Promise.all([left, this.#remember(undefined)]);
  }

  /** Leaves the current conversation as it is and shows a new one that begins with these events, none of them `created`. */
  async startWith(events: readonly ConversationEvent[]): Promise<void> {
    await this.#leave();
    const id = randomUUID();
    const all: ConversationEvent[] = [{ type: 'created', version: journalVersion, id, at: Date.now() }, ...events];
    this.#conversation = foldEvents(all);
    this.#eventCount = all.length;
    this.#writer = this.#write(id);
    for (const event of all) this.#writer.append(event);
    for (const event of interruptedEvents(this.#conversation, Date.now())) this.append(event);
    this.#switched.fire();
    await this.#remember(id);
  }

  /**
   * Leaves the current conversation as it is and shows a new one that begins with its turns up to this one.
   * @returns false where there is no such turn
   */
  async fork(turnId: string): Promise<boolean> {
    const turn = turnById(this.#conversation, turnId);
    if (!this.#conversation || !turn) return false;
    const turns = [...turnsBefore(this.#conversation, turnId), turn];
    const leftOut = this.#conversation.leftOut?.filter((id) => turns.some(({ question }) => question.id === id)) ?? [];
    const events = replayEvents(turns);
    await this.startWith(leftOut.length === 0 ? events : [...events, { type: 'leftOut', turnIds: leftOut, at: Date.now() }]);
    return true;
  }

  /** Tries now to write what waits; `onDidFail` has told what came of it when this resolves. */
  async flush(): Promise<void> {
    await Promise.all(this.#writers().map((writer) => writer.flush()));
  }

  /** Writes what waits and closes the files. */
  async close(): Promise<void> {
    clearTimeout(this.#waiting);
    await Promise.all(this.#writers().map((writer) => writer.close()));
    await this.library.settled();
  }

  /** A window that was reloaded is started before its last extension host has ended; that takes a moment, and no word. */
  #waitFor(id: string, waitedMs = 0): void {
    this.#elsewhere = id;
    if (waitedMs === lockQuietMs) this.#unread.fire({ code: 'conversationElsewhere' });
    this.#waiting = setTimeout(() => {
      if (this.#conversation) return;
      this.#load(id, true).then(
        (result) => result === 'locked' && this.#waitFor(id, waitedMs + lockPollMs),
        (error: unknown) => this.#log.error(`[store] Conversation ${id} cannot be opened: ${describe(error)}`),
      );
    }, lockPollMs);
    this.#waiting.unref();
  }

  /** @param ifNone leave it when a conversation was begun meanwhile */
  async #load(id: string, ifNone = false): Promise<Exclude<Opened, 'copied'> | 'locked'> {
    const file = this.library.file(id);
    // Opening would create it.
    if (!(await exists(file))) return 'missing';
    const opened = await JournalFile.open(file).catch((error: unknown) => {
      if (error instanceof NewerJournalError) return 'newer' as const;
      throw error;
    });
    if (opened === 'newer') return 'newer';
    if (!opened) return 'locked';
    const { journal, decoded, lost } = opened;
    if (ifNone && this.#conversation) {
      await journal.close();
      return 'missing';
    }
    if (decoded.damaged) this.#log.warn(`[store] ${journal.path}: ${decoded.damaged}`);
    const events = completeEvents(decoded.events, id);
    const conversation = foldEvents(events);
    if (!conversation) {
      await journal.close();
      return (await this.library.setAside(id)) ? 'damaged' : 'missing';
    }
    await this.#show({ conversation, eventCount: events.length, writer: this.#write(id, journal) });
    if (lost) this.#unread.fire({ code: 'linesUnreadable', ...lost });
    return 'opened';
  }

  /** Shows a conversation that was left and is not yet written. */
  async #return(left: OpenConversation): Promise<'opened'> {
    this.#left.delete(left.conversation.id);
    await this.#show(left);
    return 'opened';
  }

  async #show({ conversation, eventCount, writer }: OpenConversation): Promise<void> {
    const left = this.#leave();
    this.#conversation = conversation;
    this.#eventCount = eventCount;
    this.#writer = writer;
    for (const event of interruptedEvents(conversation, Date.now())) this.append(event);
    this.#switched.fire();
    await Promise.all([left, this.#remember(conversation.id)]);
  }

  /** From now on there is no current conversation. Resolves when the last one is written, or has failed to be. */
  async #leave(): Promise<void> {
    const [conversation, eventCount, writer] = [this.#conversation, this.#eventCount, this.#writer];
    this.#conversation = undefined;
    this.#eventCount = 0;
    this.#writer = undefined;
    if (!conversation || !writer) return;
    this.#left.set(conversation.id, { conversation, eventCount, writer });
    await this.#release(conversation.id);
  }

  /** Closes the file of a conversation that was left, once all of it is written. */
  async #release(id: string): Promise<void> {
    const left = this.#left.get(id);
    await left?.writer.flush();
    // Meanwhile it may have been returned to.
    if (!left || left !== this.#left.get(id) || left.writer.failure) return;
    await left.writer.close();
    this.#left.delete(id);
  }

  #create(): void {
    const id = randomUUID();
    this.#writer = this.#write(id);
    this.append({ type: 'created', version: journalVersion, id, at: Date.now() });
    void this.#remember(id);
  }

  #write(id: string, journal?: JournalFile): ConversationWriter {
    const writer = new ConversationWriter(this.library.file(id), journal);
    writer.onDidFail((error) => {
      if (error) this.#log.error(`[store] ${writer.path} cannot be written: ${error.code === 'storageFailed' ? error.reason : error.code}`);
      if (error) this.#failures.set(writer.path, error);
      else this.#failures.delete(writer.path);
      this.#failed.fire([...this.#failures.values()].at(-1));
      if (!error) void this.#release(id);
    });
    return writer;
  }

  #writers(): ConversationWriter[] {
    return [...this.#left.values(), ...(this.#writer ? [{ writer: this.#writer }] : [])].map(({ writer }) => writer);
  }

  /** The conversation to be shown after a reload. A failure costs no more than that. */
  async #remember(id: string | undefined): Promise<void> {
    try {
      await this.#memory.update(activeKey, id);
    } catch (error) {
      this.#log.warn(`[store] The conversation that is shown cannot be remembered: ${describe(error)}`);
    }
  }
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
