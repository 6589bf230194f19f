import { lstatSync, readFileSync, readdirSync, statSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ConversationEvent, Turn } from '../../src/core/conversation.ts';
import { foldEvents, lastTurn } from '../../src/core/conversation.ts';
import { decodeJournal, encodeEvent } from '../../src/core/journal.ts';
import type { Server } from './server.ts';

/**
 * Reads Lemma's journals (in workspace or global storage under the server's data) while they are written.
 * They hold every delta that the panel shows, in order, whatever the panel's markup is.
 */
export class JournalReader {
  readonly #user: string;
  #file: string | undefined;
  #seen = 0;

  constructor(server: Server) {
    this.#user = path.join(server.dataDir, 'User');
  }

  /** All events of the conversation that was written last; none before the first question. */
  events(): readonly ConversationEvent[] {
    const file = this.#newestFile();
    return file ? decodeJournal(readFileSync(file)).events : [];
  }

  /** The last turn of that conversation. */
  turn(): Turn {
    const turn = lastTurn(foldEvents(this.events()));
    if (!turn) throw new Error('Nothing was asked yet.');
    return turn;
  }

  /** Resolves when so many more tokens of the last turn's thought have been written, wherever the panel is. */
  async thoughtGoesOn(tokens = 100): Promise<void> {
    const from = this.turn().thoughtTokens;
    await this.until(() => this.turn().thoughtTokens >= from + tokens);
  }

  /** Those of `events` that no earlier call returned; all of them when another conversation was begun. */
  newEvents(): readonly ConversationEvent[] {
    const file = this.#newestFile();
    if (file !== this.#file) this.#seen = 0;
    this.#file = file;
    const events = this.events().slice(this.#seen);
    this.#seen += events.length;
    return events;
  }

  #newestFile(): string | undefined {
    return readdirSync(this.#user, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.includes('lemma-editor.lemma') && name.endsWith('.jsonl'))
      .map((name) => path.join(this.#user, name))
      .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
      .at(-1);
  }

  /** Puts other events in the place of all that the newest journal has, as soon as no window holds it any more. */
  async rewrite(change: (events: readonly ConversationEvent[]) => readonly ConversationEvent[]): Promise<void> {
    const file = this.#newestFile();
    if (!file) throw new Error('There is no journal yet.');
    await this.#watch(() => lstatSync(`${file}.lock`, { throwIfNoEntry: false }) === undefined || undefined);
    writeFileSync(file, change(this.events()).map(encodeEvent).join(''));
  }

  /** Resolves once the condition holds for the events, checked now and whenever something is written. */
  async until(condition: (events: readonly ConversationEvent[]) => boolean): Promise<void> {
    await this.#watch(() => (condition(this.events()) ? true : undefined));
  }

  /** Passes on every new event until a turn has ended, and returns how. */
  async followTurn(onEvent: (event: ConversationEvent) => void): Promise<ConversationEvent & { type: 'ended' }> {
    return this.#watch(() => {
      let ended: (ConversationEvent & { type: 'ended' }) | undefined;
      for (const event of this.newEvents()) {
        onEvent(event);
        if (event.type === 'ended') ended = event;
      }
      return ended;
    });
  }

  /** What `read` gives as soon as it gives something, asked now and whenever something is written. */
  async #watch<Value>(read: () => Value | undefined): Promise<Value> {
    const watcher = watch(this.#user, { recursive: true });
    try {
      return await new Promise((resolve, reject) => {
        const check = (): void => {
          const value = read();
          if (value !== undefined) resolve(value);
        };
        watcher.on('change', check);
        watcher.on('error', reject);
        check();
      });
    } finally {
      watcher.close();
    }
  }
}
