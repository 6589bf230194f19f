import { readFileSync, readdirSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { decodeJournal } from '../../src/core/journal.ts';
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

  /** Passes on every new event until a turn has ended, and returns how. */
  async followTurn(onEvent: (event: ConversationEvent) => void): Promise<ConversationEvent & { type: 'ended' }> {
    const watcher = watch(this.#user, { recursive: true });
    try {
      return await new Promise((resolve, reject) => {
        const read = (): void => {
          for (const event of this.newEvents()) {
            onEvent(event);
            if (event.type === 'ended') resolve(event);
          }
        };
        watcher.on('change', read);
        watcher.on('error', reject);
        read();
      });
    } finally {
      watcher.close();
    }
  }
}
