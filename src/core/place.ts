import { lineNumbers } from './prompt.ts';
import type { Snapshot } from './snapshot.ts';

/** `poly.py:8–15`, or `poly.py:8` for one line: base name and one-based lines, for people. */
export function placeLabel({ fileName, range }: Pick<Snapshot, 'fileName' | 'range'>): string {
  const { first, last } = lineNumbers({ range });
  const name = fileName.split(/[\\/]/).at(-1) ?? fileName;
  return first === last ? `${name}:${first}` : `${name}:${first}–${last}`;
}
