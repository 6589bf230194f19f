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
  #seen = 0;

  constructor(server: Server) {
    this.#user = path.join(server.dataDir, 'User');
  }

  /** All events of the conversation that was written last; none before the first question. */
  events(): readonly ConversationEvent[] {
    const file = readdirSync(this.#user, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.includes('lemma-editor.lemma') && name.endsWith('.jsonl'))
      .map((name) => path.join(this.#user, name))
      .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
      .at(-1);
    return file ? decodeJournal(readFileSync(file)).events : [];
  }

  /**
   * Passes on every new event until the next turn has ended, and returns how it ended.
   * What was written before this call counts as seen only if an earlier call passed it on.
   */
  async followTurn(onEvent: (event: ConversationEvent) => void): Promise<ConversationEvent & { type: 'ended' }> {
    const watcher = watch(this.#user, { recursive: true });
    try {
      return await new Promise((resolve, reject) => {
        const read = (): void => {
          const events = this.events();
          for (const event of events.slice(this.#seen)) {
            this.#seen++;
            onEvent(event);
            if (event.type === 'ended') return resolve(event);
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
