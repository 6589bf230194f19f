import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Conversation, ConversationEvent } from '../core/conversation.ts';
import { applyEvent, foldEvents, interruptedEvents, journalVersion } from '../core/conversation.ts';
import { toLemmaError, type LemmaError } from '../core/errors.ts';
import { Disposables, Emitter } from './disposables.ts';
import type { InferenceLog } from './inferenceClient.ts';
import { JournalFile } from './journalFile.ts';

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

const activeKey = 'lemma.activeConversation';

/**
 * The conversations of one window and the one truth that everything else is drawn from: an event counts once it
 * has been appended here. The file is created by the first event, so looking at an empty panel leaves nothing behind.
 */
export class Conversations {
  readonly #folder: string;
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
    this.#folder = folder;
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
    if (id === undefined || !/^[\w-]+$/.test(id)) return;
    try {
      const opened = await JournalFile.open(this.#file(id));
      if (!opened) {
        this.#log.info(`[store] Conversation ${id} is open in another window; this one starts a new conversation.`);
        return;
      }
      if (opened.decoded.damaged) this.#log.warn(`[store] ${opened.journal.path}: ${opened.decoded.damaged}`);
      this.#use(opened.journal);
      this.#conversation = foldEvents(opened.decoded.events);
      this.#eventCount = opened.decoded.events.length;
      for (const event of interruptedEvents(this.#conversation, Date.now())) this.append(event);
      this.#switched.fire();
    } catch (error) {
      this.#log.error(`[store] Conversation ${id} cannot be opened: ${describe(error)}`);
      this.#failed.fire({ code: 'storageFailed', path: this.#file(id), reason: describe(error) });
    }
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
    await this.#opening;
    const journal = this.#journal;
    this.#journal = undefined;
    this.#unwritten = [];
    this.#conversation = undefined;
    this.#eventCount = 0;
    this.#switched.fire();
    await Promise.all([journal?.close(), this.#memory.update(activeKey, undefined)]);
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    await this.#opening;
    await this.#journal?.close();
    this.#disposables.dispose();
  }

  #create(): void {
    const id = randomUUID();
    this.#opening = this.#open(id);
    this.append({ type: 'created', version: journalVersion, id, at: Date.now() });
  }

  async #open(id: string): Promise<void> {
    try {
      const opened = await JournalFile.open(this.#file(id));
      if (!opened) throw new Error('The file is in use.');
      this.#use(opened.journal);
      for (const event of this.#unwritten.splice(0)) opened.journal.append(event);
      await this.#memory.update(activeKey, id);
    } catch (error) {
      // The conversation goes on in memory; the panel says that it is not being saved.
      this.#log.error(`[store] ${describe(error)}`);
      this.#failed.fire({ code: 'storageFailed', path: this.#file(id), reason: describe(error) });
    }
  }

  #use(journal: JournalFile): void {
    this.#journal = journal;
    this.#disposables.add(journal.onDidFail((error) => this.#failed.fire(error)));
  }

  #file(id: string): string {
    return path.join(this.#folder, `${id}.jsonl`);
  }
}

function describe(error: unknown): string {
  const lemmaError = toLemmaError(error);
  return 'reason' in lemmaError ? lemmaError.reason : lemmaError.code;
}
