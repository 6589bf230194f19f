/** Unified diffs and SEARCH/REPLACE blocks in an answer, applied where they fit exactly and in one place alone. */
import { commonIndent, rebase } from './indentation.ts';
import type { Snapshot } from './snapshot.ts';

/** Lines that are to give way to others. `line`: where the first one stands in the file, from 0, as a diff says. */
export interface Patch {
  readonly old: readonly string[];
  readonly new: readonly string[];
  readonly line?: number;
}

const search = /^\s*(?:<{5,9}|-{5,9}) ?SEARCH>?\s*$/;
const divider = /^\s*={5,9}\s*$/;
const replaced = /^\s*(?:>{5,9}|\+{5,9}) ?REPLACE\s*$/;

/** @returns undefined when the text has none; an empty list for one that does not end */
export function searchReplacePatches(text: string): Patch[] | undefined {
  const patches: Patch[] = [];
  let open: { old: string[]; new: string[]; divided: boolean } | undefined;
  for (const line of text.split('\n')) {
    if (!open) {
      if (search.test(line)) open = { old: [], new: [], divided: false };
    } else if (!open.divided && divider.test(line)) open.divided = true;
    else if (open.divided && replaced.test(line)) {
      patches.push({ old: open.old, new: open.new });
      open = undefined;
    } else (open.divided ? open.new : open.old).push(line);
  }
  if (open) return [];
  return patches.length > 0 ? patches : undefined;
}

const hunkHeader = /^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@|^@@(?: .*)?$/;
const fileHeader = /^(?:diff --git |index [\da-f]+\.\.|--- |\+\+\+ |(?:new|old|deleted) (?:file )?mode )/;

/** The text is a diff by its headers, whatever its fence says. */
export function looksLikeDiff(text: string): boolean {
  const lines = text.split('\n');
  const headers = lines.some((line) => hunkHeader.test(line)) || (/^--- /m.test(text) && /^\+\+\+ /m.test(text));
  return headers && lines.some((line) => /^[+-](?![+-]{2} )/.test(line));
}

/** @returns none when the text changes nothing */
export function diffPatches(text: string): Patch[] {
  const patches: Patch[] = [];
  let hunk: { old: string[]; new: string[]; line?: number } = { old: [], new: [] };
  let changed = false;
  const close = (): void => {
    if (changed) patches.push(trimmed(hunk));
    changed = false;
  };
  for (const line of text.split('\n')) {
    const header = hunkHeader.exec(line);
    if (header) {
      close();
      hunk = { old: [], new: [], ...(header[1] === undefined ? {} : { line: Number(header[1]) - 1 }) };
    } else if (fileHeader.test(line)) {
      close();
      hunk = { old: [], new: [] };
    } else if (line.startsWith('+')) {
      hunk.new.push(line.slice(1));
      changed = true;
    } else if (line.startsWith('-')) {
      hunk.old.push(line.slice(1));
      changed = true;
    } else if (!line.startsWith('\\')) {
      // Models leave away the blank in front of a line that stays.
      const context = line.startsWith(' ') ? line.slice(1) : line;
      hunk.old.push(context);
      hunk.new.push(context);
    }
  }
  close();
  return patches;
}

/** Without empty lines that end both sides. */
function trimmed({ old, new: added, line }: { old: string[]; new: string[]; line?: number }): Patch {
  while (old.at(-1)?.trim() === '' && added.at(-1)?.trim() === '') {
    old.pop();
    added.pop();
  }
  return { old, new: added, ...(line === undefined ? {} : { line }) };
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
  const before = surrounding(snapshot.before).slice(0, -1);
  const after = surrounding(snapshot.after).slice(1);
  const whole = applied([...before, ...selected, ...after], patches, snapshot.range.start.line - before.length);
  if (!whole || whole.length < before.length + after.length) return undefined;
  const same = (lines: readonly string[], others: readonly string[]): boolean => lines.every((line, index) => line === others[index]);
  const end = whole.length - after.length;
  if (!same(before, whole.slice(0, before.length)) || !same(after, whole.slice(end))) return undefined;
  return whole.slice(before.length, end);
}

function surrounding(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

function applied(lines: readonly string[], patches: readonly Patch[], firstLine: number): string[] | undefined {
  const result = [...lines];
  let shift = 0;
  for (const patch of patches) {
    const found = placeOf(result, patch, firstLine + shift);
    if (!found) return undefined;
    result.splice(found.at, patch.old.length, ...found.lines);
    shift += patch.new.length - patch.old.length;
  }
  return result;
}

function placeOf(lines: readonly string[], patch: Patch, firstLine: number): { at: number; lines: readonly string[] } | undefined {
  if (patch.old.every((line) => line.trim() === '')) {
    // There is nothing to search for; only an empty selection has one place for it.
    return lines.every((line) => line.trim() === '') ? { at: 0, lines: patch.new } : undefined;
  }
  const runs = (same: (line: string, wanted: string) => boolean): number[] =>
    [...lines.keys()].filter((start) => patch.old.every((wanted, index) => same(lines[start + index] ?? '\n', wanted)));
  const exact = runs((line, wanted) => line.trimEnd() === wanted.trimEnd());
  const said = exact.length > 1 && patch.line !== undefined ? exact.filter((start) => start + firstLine === patch.line) : exact;
  const [only, another] = said;
  if (only !== undefined) return another === undefined ? { at: only, lines: patch.new } : undefined;
  const [moved, other] = runs((line, wanted) => line.trim() === wanted.trim());
  if (moved === undefined || other !== undefined) return undefined;
  const base = commonIndent(lines.slice(moved, moved + patch.old.length));
  const common = commonIndent(patch.old);
  const deeper = commonIndent(patch.new);
  const extra = deeper.startsWith(common) ? deeper.slice(common.length) : '';
  return { at: moved, lines: rebase(patch.new, base + extra, undefined) };
}
