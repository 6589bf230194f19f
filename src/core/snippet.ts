/** Answers that are a piece of what they are to replace: the body for a hole, the new line for an old one. */
import type { FencedBlock } from './fences.ts';
import { commonIndent, indentOf, rebase } from './indentation.ts';
import type { IndentStyle } from './indentation.ts';
import { declaredName, indentColumns, isTrivial, likeness, lineKey } from './lineLikeness.ts';
import { findRuns } from './patches.ts';

/** Lines that wait to be filled in. */
const hole =
  /^\s*(?:sorry|admit\.?|Admitted\.|pass|\.\.\.|\?\?\?|todo!\(.*\);?|unimplemented!\(.*\);?|raise NotImplementedError(?:\(.*\))?|throw new (?:Error|UnsupportedOperationException|NotImplementedException)\(.*(?:implement|\(\)).*\)?;?|(?:\/\/|#|--|%)\s*(?:TODO|FIXME)\b.*)$/i;
const blockHead = /\b(?:def|class|function|fn|func|fun|sub|struct|enum|interface|trait|impl|module|theorem|lemma|example|instance)\b/;

/** The lines declare something at their outermost indentation. */
function declaresOutside(lines: readonly string[]): boolean {
  const outer = commonIndent(lines);
  return lines.some((line) => indentOf(line) === outer && (declaredName(line) !== undefined || blockHead.test(line)));
}

/** The selection is one declaration with its body, and the answer does not declare it again. */
export function isSnippet(lines: readonly string[], selected: readonly string[]): boolean {
  const [first = '', second] = selected;
  if (second === undefined || !selected.slice(1).some((line) => indentColumns(line) > indentColumns(first))) return false;
  const name = declaredName(first);
  const head = blockHead.test(first) || /[({]\s*$/.test(first);
  if (!head || (name === undefined && !blockHead.test(first)) || /\b(?:const|let|var|val)\b/.test(first)) return false;
  const assigned = lines.some((line) => name !== undefined && new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\b`).test(line));
  return !assigned && !declaresOutside(lines) && !lines.some((line) => lineKey(line) === lineKey(first));
}

/** The selection with its one hole filled; undefined when it has none, or several. */
export function fillHole(lines: readonly string[], selected: readonly string[], style: IndentStyle | undefined): string[] | undefined {
  const holes = [...selected.keys()].filter((index) => hole.test(selected[index] ?? ''));
  const [only, another] = holes;
  if (only === undefined || another !== undefined || lines.some((line) => hole.test(line))) return undefined;
  return [...selected.slice(0, only), ...rebase(lines, indentOf(selected[only] ?? ''), style), ...selected.slice(only + 1)];
}

/** Lines of the selection that an answer quotes, and the block that shows what they become: «Change … to …». */
export function quotedChange(
  blocks: readonly FencedBlock[],
  selected: readonly string[],
): { readonly old: readonly string[]; readonly added: readonly string[] } | undefined {
  const [first, second, third] = blocks;
  if (!first || !second || third || !first.closed || !second.closed) return undefined;
  const old = first.code.split('\n').filter((line) => line.trim() !== '');
  const added = second.code.split('\n');
  const text = selected.join('\n');
  if (old.length === 0 || old.length >= selected.filter((line) => line.trim() !== '').length || old.every(isTrivial)) return undefined;
  if (findRuns(selected, old, (line, wanted) => line.trim() === wanted.trim()).length !== 1) return undefined;
  return likeness(second.code, first.code) > likeness(second.code, text) ? { old, added } : undefined;
}
