const lineFeed = 0x0a;
const deltaBegins = ['delta', 'sampleDelta'].map((type) => Buffer.from(`{"type":"${type}"`));
const thoughtPart = Buffer.from('"part":"thought"');
/** The part is named within this many bytes of a delta's line: behind type and turn, which are shorter. */
const headBytes = 160;

/**
 * A journal without the lines that hold pieces of thoughts, for reading questions and answers alone: nine of ten
 * lines are such pieces. Lines are found by their bytes, as `encodeEvent` writes them; any other line is kept.
 */
export function withoutThoughts(journal: Buffer): Buffer {
  const kept: Buffer[] = [];
  let keptFrom = 0;
  let start = 0;
  for (let end = journal.indexOf(lineFeed, start); end >= 0; end = journal.indexOf(lineFeed, start)) {
    if (isThought(journal, start, end)) {
      if (start > keptFrom) kept.push(journal.subarray(keptFrom, start));
      keptFrom = end + 1;
    }
    start = end + 1;
  }
  kept.push(journal.subarray(keptFrom));
  return Buffer.concat(kept);
}

function isThought(journal: Buffer, start: number, end: number): boolean {
  const begins = (type: Buffer): boolean => journal.compare(type, 0, type.length, start, Math.min(end, start + type.length)) === 0;
  if (!deltaBegins.some(begins)) return false;
  return journal.subarray(start, Math.min(end, start + headBytes)).includes(thoughtPart);
}
