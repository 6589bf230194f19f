/**
 * Journals of an older format are brought to this version's line by line, as values, before they are read as events.
 * There is only version 1 so far; a format that changes adds one step here and raises `journalVersion`.
 */
import { journalVersion } from './conversation.ts';

/** From one version to the next: one line in, the lines in its place out. `created` gets its new version by itself. */
export type MigrationStep = (line: Readonly<Record<string, unknown>>) => readonly Readonly<Record<string, unknown>>[];

/** By the version that a step starts from. */
export type Migrations = Readonly<Record<number, MigrationStep>>;

export const migrations: Migrations = {};

/** Version of a journal by its first line; undefined when that is no `created` event. */
export function versionOf(journal: string): number | undefined {
  const end = journal.indexOf('\n');
  const line = parse(end < 0 ? '' : journal.slice(0, end));
  return line?.['type'] === 'created' && typeof line['version'] === 'number' ? line['version'] : undefined;
}

/**
 * The journal in this version's format. A line that is no JSON object stays as it is, for the reader to report.
 * @returns undefined when it needs no change: it has this version, a newer one, none, or one that no step leads on from
 */
export function migrateJournal(journal: string, steps: Migrations = migrations): string | undefined {
  const first = versionOf(journal);
  if (first === undefined || first >= journalVersion) return undefined;
  // The piece behind the last line end is torn, and no event.
  let lines = journal.split('\n').slice(0, -1);
  for (let version = first; version < journalVersion; version++) {
    const step = steps[version];
    if (!step) return undefined;
    lines = lines.flatMap((text) => {
      const line = parse(text);
      if (!line) return [text];
      return step(line).map((changed) => JSON.stringify(changed['type'] === 'created' ? { ...changed, version: version + 1 } : changed));
    });
  }
  return lines.map((line) => `${line}\n`).join('');
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // No JSON: not this function's to judge.
    return undefined;
  }
}
