/** Search for words in texts, whatever their case; what is typed means itself and no pattern. */

/** Characters before and after the place in an excerpt. */
const before = 24;
const after = 100;

/** One pattern a word; undefined when nothing is searched for. */
export function searchPattern(query: string): RegExp[] | undefined {
  const words = query.split(/\s+/).filter((word) => word !== '');
  return words.length === 0 ? undefined : words.map((word) => new RegExp(word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu'));
}

/** A piece of a text, and whether it is what was searched for. */
export interface TextPart {
  readonly text: string;
  readonly found: boolean;
}

/** The whole text in pieces, in order, none of them empty: what the pattern finds and what lies between. */
export function markedParts(text: string, pattern: readonly RegExp[] | undefined): TextPart[] {
  if (!pattern || pattern.length === 0) return text === '' ? [] : [{ text, found: false }];
  // Of words that begin alike the longest is marked.
  const sources = pattern.map(({ source }) => source).sort((one, other) => other.length - one.length);
  return text
    .split(new RegExp(`(${sources.join('|')})`, 'iu'))
    .map((part, index) => ({ text: part, found: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}

/** The text around the first word that occurs in it, cut between words where it can be. Empty when none does. */
export function findExcerpt(text: string, pattern: readonly RegExp[]): string {
  const at = pattern.map((word) => text.search(word)).find((index) => index >= 0);
  if (at === undefined) return '';
  let start = Math.max(0, at - before);
  if (start > 0) start = Math.min(at, text.indexOf(' ', start) + 1 || at);
  let end = Math.min(text.length, at + after);
  if (end < text.length) end = Math.max(text.lastIndexOf(' ', end), at + 1);
  // Never inside a character of two units.
  if (/^[\uDC00-\uDFFF]/.test(text.slice(start))) start--;
  if (/^[\uDC00-\uDFFF]/.test(text.slice(end))) end++;
  return `${start > 0 ? '…' : ''}${text.slice(start, end).trim()}${end < text.length ? '…' : ''}`;
}
