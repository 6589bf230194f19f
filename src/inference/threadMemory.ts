/** Which threads were found to be best for a model, over the end of the process: a small JSON file that this user alone can read. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Of the file; one with another number counts as none. */
const formatVersion = 1;

/** What is older is measured again: the machine may have been busy then, or have another system now. */
export const keptDays = 7;

/** Models with their settings that are remembered; the oldest is forgotten. */
const mostEntries = 64;

interface Entry {
  readonly threads: number;
  /** Milliseconds since 1970. */
  readonly measuredAt: number;
}

/** @param facts what a measurement is good for: model, versions, machine, layers on a GPU */
export function threadKey(facts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

/** @returns undefined when nothing is known, or the file is missing or damaged */
export async function rememberedThreads(file: string, key: string, now = Date.now()): Promise<number | undefined> {
  return (await entriesIn(file, now)).get(key)?.threads;
}

/**
 * Keeps a count beside those of other models. All or nothing; of two processes that write at once the last one's is kept.
 * @throws the file system's error
 */
export async function rememberThreads(file: string, key: string, threads: number, now = Date.now()): Promise<void> {
  const entries = await entriesIn(file, now);
  entries.delete(key);
  entries.set(key, { threads, measuredAt: now });
  const kept = [...entries].toSorted(([, one], [, other]) => other.measuredAt - one.measuredAt).slice(0, mostEntries);
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.new`;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(unfinished, JSON.stringify({ version: formatVersion, models: Object.fromEntries(kept) }), { mode: 0o600, flag: 'wx' });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Those that are not too old; one from the future, by a clock that was put back, is too old. */
async function entriesIn(file: string, now: number): Promise<Map<string, Entry>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const known = new Map<string, Entry>();
  for (const [key, entry] of Object.entries(modelsOf(text))) {
    if (!isEntry(entry)) continue;
    const ageMs = now - entry.measuredAt;
    if (ageMs >= 0 && ageMs < keptDays * 86_400_000) known.set(key, entry);
  }
  return known;
}

function modelsOf(text: string): object {
  try {
    const { version, models } = (JSON.parse(text) ?? {}) as { readonly version?: unknown; readonly models?: unknown };
    return version === formatVersion && typeof models === 'object' && models !== null ? models : {};
  } catch {
    return {};
  }
}

function isEntry(value: unknown): value is Entry {
  const { threads, measuredAt } = (value ?? {}) as Partial<Record<keyof Entry, unknown>>;
  return Number.isSafeInteger(threads) && (threads as number) > 0 && Number.isFinite(measuredAt);
}
