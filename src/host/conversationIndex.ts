/**
 * What the list shows of each journal, in one file beside the journals, so that the first list of a window reads no journal
 * that has not changed since. The journals stay the truth: an entry counts only for a file of the same size and time, and
 * without the file, or with a damaged one, everything is read once more. See docs/design/0023-conversation-index.md.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { StoredConversation } from './conversationLibrary.ts';
import type { InferenceLog } from './inferenceClient.ts';

/** A conversation without its text, which is searched alone and would make the index as large as the journals. */
export type ConversationSummary = Omit<StoredConversation, 'text'>;

/** A journal as it was when it was read. */
export interface IndexEntry {
  readonly mtimeMs: number;
  readonly size: number;
  /** Undefined for a journal that holds no conversation. */
  readonly summary: ConversationSummary | undefined;
}

/** Another one is not read: what the list shows has changed. */
const indexVersion = 1;

/** In the folder of the journals, whose names end otherwise. */
export const indexName = 'index.json';

type Row = readonly [id: string, mtimeMs: number, size: number, summary: ConversationSummary | null];

export class ConversationIndex {
  readonly #file: string;
  readonly #log: InferenceLog;
  #saving: Promise<void> | undefined;
  #next: ReadonlyMap<string, IndexEntry> | undefined;

  /** @param file in the folder of the journals */
  constructor(file: string, log: InferenceLog) {
    this.#file = file;
    this.#log = log;
  }

  /** Empty where there is none that can be read. */
  async load(): Promise<Map<string, IndexEntry>> {
    try {
      const { version, rows } = JSON.parse(await readFile(this.#file, 'utf8')) as { version?: unknown; rows?: unknown };
      if (version !== indexVersion || !Array.isArray(rows)) return new Map();
      return new Map(rows.filter(isRow).map(([id, mtimeMs, size, summary]) => [id, { mtimeMs, size, summary: summary ?? undefined }]));
    } catch {
      return new Map();
    }
  }

  /** Writes the entries in the background; of several wishes the last one. A disk that is full costs the next window a while, and nothing else. */
  save(entries: ReadonlyMap<string, IndexEntry>): void {
    this.#next = entries;
    this.#saving ??= this.#write().finally(() => (this.#saving = undefined));
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  async #write(): Promise<void> {
    // Named after the process: two windows may write at once, and the last one to finish is as good as the other.
    const fresh = `${this.#file}.${process.pid}`;
    for (let entries = this.#next; entries; entries = this.#next) {
      this.#next = undefined;
      const rows = [...entries].map(([id, { mtimeMs, size, summary }]): Row => [id, mtimeMs, size, summary ?? null]);
      try {
        await writeFile(fresh, JSON.stringify({ version: indexVersion, rows }), { mode: 0o600 });
        await rename(fresh, this.#file);
      } catch (error) {
        this.#log.debug(`[store] ${this.#file} cannot be written: ${String(error)}`);
        await rm(fresh, { force: true }).catch(() => undefined);
      }
    }
  }
}

/** What another program, or half a write, has left is not trusted further than its form. */
function isRow(row: unknown): row is Row {
  if (!Array.isArray(row) || row.length !== 4) return false;
  const [id, mtimeMs, size, summary] = row as unknown[];
  return typeof id === 'string' && typeof mtimeMs === 'number' && typeof size === 'number' && (summary === null || isSummary(summary, id));
}

function isSummary(value: unknown, id: string): value is ConversationSummary {
  if (typeof value !== 'object' || value === null) return false;
  const summary = value as Partial<Record<keyof ConversationSummary, unknown>>;
  return (
    summary.id === id &&
    typeof summary.title === 'string' &&
    typeof summary.fileName === 'string' &&
    typeof summary.questions === 'number' &&
    typeof summary.changedAt === 'number' &&
    typeof summary.pinned === 'boolean' &&
    typeof summary.hasThoughts === 'boolean' &&
    (summary.lastEnd === undefined || typeof summary.lastEnd === 'string')
  );
}
