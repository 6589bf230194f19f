/** Unified diffs and SEARCH/REPLACE blocks in an answer, applied where they fit exactly and in one place alone. */
import { commonIndent, indentOf } from './indentation.ts';
import { isTrivial, lineKey } from './lineLikeness.ts';
import type { Snapshot } from './snapshot.ts';

interface PatchRow {
  readonly kind: 'keep' | 'remove' | 'add';
  readonly text: string;
}

/** Lines that stay, go and come, in order. `line`: where the first one stands in the file, from 0, as a diff says. */
export interface Patch {
  readonly rows: readonly PatchRow[];
  readonly line?: number;
}

/** @returns the patch that puts lines in place of others */
export function replacing(old: readonly string[], added: readonly string[]): Patch {
  const rows = [...old.map((text): PatchRow => ({ kind: 'remove', text })), ...added.map((text): PatchRow => ({ kind: 'add', text }))];
  return { rows };
}

const search = /^\s*(?:<{5,9}|-{5,9}) ?(?:SEARCH|ORIGINAL|OLD|BEFORE|CURRENT|HEAD)>?\s*$/;
const divider = /^\s*={5,9}\s*$/;
const replaced = /^\s*(?:>{5,9}|\+{5,9}) ?(?:REPLACE|UPDATED?|NEW|AFTER|MODIFIED)\s*$/;

/** @returns undefined when the text has none; an empty list for one that does not end */
export function searchReplacePatches(text: string): Patch[] | undefined {
  const patches: Patch[] = [];
  let open: { old: string[]; new: string[]; divided: boolean } | undefined;
  for (const line of text.split('\n')) {
    if (!open) {
      if (search.test(line)) open = { old: [], new: [], divided: false };
    } else if (!open.divided && divider.test(line)) open.divided = true;
    else if (open.divided && replaced.test(line)) {
      patches.push(replacing(open.old, open.new));
      open = undefined;
    } else (open.divided ? open.new : open.old).push(line);
  }
  if (open) return [];
  return patches.length > 0 ? patches : undefined;
}

const hunkHeader = /^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@|^@@(?: .*)?$/;
const fileHeader = /^(?:diff --git |index [\da-f]+\.\.|--- |\+\+\+ |(?:new|old|deleted) (?:file )?mode )/;

/** The text is a diff, whatever its fence says: by its headers, or by lines that take away those of the selection. */
export function looksLikeDiff(text: string, selected: readonly string[]): boolean {
  const lines = text.split('\n');
  const headers = lines.some((line) => hunkHeader.test(line)) || (/^--- /m.test(text) && /^\+\+\+ /m.test(text));
  if (headers) return lines.some((line) => /^[+-](?![+-]{2} )/.test(line));
  const own = new Set(selected.map(lineKey));
  const removes = lines.filter(
    (line) => line.startsWith('-') && own.has(lineKey(line.slice(1))) && !own.has(lineKey(line)) && !isTrivial(line),
  );
  return removes.length > 0 && lines.some((line) => line.startsWith('+'));
}

/** @returns none when the text changes nothing */
export function diffPatches(text: string): Patch[] {
  const patches: Patch[] = [];
  let rows: PatchRow[] = [];
  let line: number | undefined;
  const close = (): void => {
    while (rows.at(-1)?.kind === 'keep' && rows.at(-1)?.text.trim() === '') rows.pop();
    if (rows.some(({ kind }) => kind !== 'keep')) patches.push({ rows, ...(line === undefined ? {} : { line }) });
    rows = [];
    line = undefined;
  };
  for (const each of text.split('\n')) {
    const header = hunkHeader.exec(each);
    if (header) {
      close();
      line = header[1] === undefined ? undefined : Number(header[1]) - 1;
    } else if (fileHeader.test(each)) close();
    else if (each.startsWith('+')) rows.push({ kind: 'add', text: each.slice(1) });
    else if (each.startsWith('-')) rows.push({ kind: 'remove', text: each.slice(1) });
    // Models leave away the blank in front of a line that stays.
    else if (!each.startsWith('\\')) rows.push({ kind: 'keep', text: each.startsWith(' ') ? each.slice(1) : each });
  }
  close();
  return patches;
}

/**
 * @param selected lines of the selection, its first line whole
 * @returns its lines with the patches made, or undefined when one of them does not fit, or fits twice
 */
export function applyPatches(selected: readonly string[], patches: readonly Patch[], snapshot: Snapshot): string[] | undefined {
  if (patches.length === 0) return undefined;
  const inside = applied(selected, patches, snapshot.range.start.line);
  if (inside) return inside;
  // Their lines may reach beyond the selection, where nothing may change.
  const before = toLines(snapshot.before).slice(0, -1);
  const after = toLines(snapshot.after).slice(1);
  const whole = applied([...before, ...selected, ...after], patches, snapshot.range.start.line - before.length);
  if (!whole || whole.length < before.length + after.length) return undefined;
  const same = (lines: readonly string[], others: readonly string[]): boolean => lines.every((line, index) => line === others[index]);
  const end = whole.length - after.length;
  if (!same(before, whole.slice(0, before.length)) || !same(after, whole.slice(end))) return undefined;
  return whole.slice(before.length, end);
}

function toLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

function applied(lines: readonly string[], patches: readonly Patch[], firstLine: number): string[] | undefined {
  const result = [...lines];
  let shift = 0;
  for (const patch of patches) {
    const found = placeOf(result, patch, firstLine + shift);
    if (!found) return undefined;
    result.splice(found.at, found.length, ...found.lines);
    shift += found.lines.length - found.length;
  }
  return result;
}

interface PatchPlace {
  readonly at: number;
  readonly length: number;
  readonly lines: readonly string[];
}

function placeOf(lines: readonly string[], { rows, line: said }: Patch, firstLine: number): PatchPlace | undefined {
  const old = rows.filter(({ kind }) => kind !== 'add').map(({ text }) => text);
  if (old.every((line) => line.trim() === '')) {
    // There is nothing to search for; only an empty selection has one place for it.
    const added = rows.filter(({ kind }) => kind === 'add').map(({ text }) => text);
    return lines.every((line) => line.trim() === '') ? { at: 0, length: lines.length, lines: added } : undefined;
  }
  const exact = findRuns(lines, old, (line, wanted) => line.trimEnd() === wanted.trimEnd());
  const numbered = exact.length > 1 && said !== undefined ? exact.filter((start) => start + firstLine === said) : exact;
  if (numbered.length > 1) return undefined;
  const [same] = numbered;
  const [moved, another] = same === undefined ? findRuns(lines, old, (line, wanted) => line.trim() === wanted.trim()) : [same];
  if (moved === undefined || another !== undefined) return undefined;
  const shifted = shiftOf(rows, lines.slice(moved, moved + old.length));
  let at = moved;
  const result: string[] = [];
  for (const { kind, text } of rows) {
    // What stays is left as it is written in the document.
    if (kind === 'keep') result.push(lines[at] ?? '');
    if (kind === 'add') result.push(text.trim() === '' ? '' : shifted(text));
    else at += 1;
  }
  return { at: moved, length: old.length, lines: result };
}

/** Where the lines stand one below the other. */
export function findRuns(lines: readonly string[], wanted: readonly string[], same: (line: string, wanted: string) => boolean): number[] {
  return [...lines.keys()].filter(
    (start) => start + wanted.length <= lines.length && wanted.every((each, index) => same(lines[start + index] ?? '', each)),
  );
}

/** Moves new lines as far as the old ones stand from where the patch has them. */
function shiftOf(rows: readonly PatchRow[], found: readonly string[]): (line: string) => string {
  const old = rows.filter(({ kind }) => kind !== 'add').map(({ kind, text }, index) => ({ kind, text, there: found[index] ?? '' }));
  const removed = old.filter(({ kind }) => kind === 'remove');
  const telling = removed.some(({ text }) => text.trim() !== '') ? removed : old;
  const from = commonIndent(telling.map(({ text }) => text));
  const to = commonIndent(telling.map(({ there }) => there));
  return (line) => {
    const indent = indentOf(line);
    return (indent.startsWith(from) ? to + indent.slice(from.length) : to) + line.slice(indent.length);
  };
}
