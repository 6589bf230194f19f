import type { ConversationEvent } from '../core/conversation.ts';
import type { LemmaError } from '../core/errors.ts';
import { Emitter } from './disposables.ts';
import { JournalFile, retryMs, storageFailure } from './journalFile.ts';

/**
 * Brings the events of one conversation to its journal, which the first of them creates. What cannot be written waits, in
 * memory and in order, for as long as the window lives: a folder that cannot be written and a full disk are tried again.
 */
export class ConversationWriter {
  readonly path: string;
  readonly #failed = new Emitter<LemmaError | undefined>();
  /** Writing fails (the error) or works again (undefined). */
  readonly onDidFail = this.#failed.event;
  #journal: JournalFile | undefined;
  /** Events that wait for the journal to be created. */
  #waiting: ConversationEvent[] = [];
  #creating: Promise<void> | undefined;
  /** Why the journal could not be created. */
  #failure: LemmaError | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  /** @param journal the file, if it is open already */
  constructor(file: string, journal?: JournalFile) {
    this.path = file;
    if (journal) this.#use(journal);
  }

  /** Why the last write failed; undefined when everything could be written. */
  get failure(): LemmaError | undefined {
    return this.#failure ?? this.#journal?.failure;
  }

  append(event: ConversationEvent): void {
    if (this.#journal) return this.#journal.append(event);
    this.#waiting.push(event);
    if (!this.#failure) this.#create();
  }

  /** Resolves when everything appended so far is written, or has failed to be. */
  async flush(): Promise<void> {
    if (this.#waiting.length > 0) this.#create();
    await this.#creating;
    await this.#journal?.flush();
  }

  /** Writes what waits and closes the file. What cannot be written is lost with it: `flush` and `failure` tell before. */
  close(): Promise<void> {
    return (this.#closed ??= this.#closeFile());
  }

  async #closeFile(): Promise<void> {
    await this.flush();
    clearTimeout(this.#retry);
    this.#failed.dispose();
    await this.#journal?.close();
  }

  #create(): void {
    this.#creating ??= this.#openFile().finally(() => (this.#creating = undefined));
  }

  async #openFile(): Promise<void> {
    clearTimeout(this.#retry);
    try {
      const opened = await JournalFile.open(this.path);
      if (!opened) throw new Error('The file is in use.');
      for (const event of this.#waiting.splice(0)) opened.journal.append(event);
      const failedBefore = this.#failure !== undefined;
      this.#failure = undefined;
      this.#use(opened.journal);
      if (!failedBefore) return;
      await opened.journal.flush();
      if (!opened.journal.failure) this.#failed.fire(undefined);
    } catch (error) {
      const known = this.#failure;
      this.#failure = storageFailure(this.path, error);
      if (!known) this.#failed.fire(this.#failure);
      this.#retry = setTimeout(() => this.#create(), retryMs);
      this.#retry.unref();
    }
  }

  #use(journal: JournalFile): void {
    this.#journal = journal;
    journal.onDidFail((error) => this.#failed.fire(error));
  }
}
