/** Bytes of a file from `start` to before `end`. */
export type ByteRange = readonly [start: number, end: number];

/** The bytes that are there, as ranges in order that do not touch. */
export function addRange(done: readonly ByteRange[], [start, end]: ByteRange): ByteRange[] {
  if (end <= start) return [...done];
  const apart = done.filter(([from, to]) => to < start || from > end);
  const touching = done.filter(([from, to]) => to >= start && from <= end);
  const merged: ByteRange = [Math.min(start, ...touching.map(([from]) => from)), Math.max(end, ...touching.map(([, to]) => to))];
  return [...apart, merged].sort(([a], [b]) => a - b);
}

/** What lies between the ranges, up to `bytes`. */
export function missingRanges(done: readonly ByteRange[], bytes: number): ByteRange[] {
  const missing: ByteRange[] = [];
  let at = 0;
  for (const [start, end] of done) {
    if (start > at) missing.push([at, start]);
    at = Math.max(at, end);
  }
  if (at < bytes) missing.push([at, bytes]);
  return missing;
}

export function rangesBytes(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** Bytes from the beginning without a gap. */
export function leadingBytes(done: readonly ByteRange[]): number {
  const first = done[0];
  return first?.[0] === 0 ? first[1] : 0;
}
