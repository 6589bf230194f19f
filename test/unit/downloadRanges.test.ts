import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ByteRange } from '../../src/host/download/ranges.ts';
import { addRange, leadingBytes, missingRanges, rangesBytes } from '../../src/host/download/ranges.ts';

describe('The bytes of a download that are there', () => {
  const add = (ranges: readonly ByteRange[]): ByteRange[] => ranges.reduce<ByteRange[]>((done, range) => addRange(done, range), []);

  it('join where they touch', () => {
    assert.deepEqual(
      add([
        [10, 20],
        [0, 5],
        [5, 10],
      ]),
      [[0, 20]],
    );
  });

  it('and those that are missing make up the file, however they came', () => {
    const range = fc.tuple(fc.nat(100), fc.nat(100)).map(([a, b]): ByteRange => [Math.min(a, b), Math.max(a, b)]);
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const done = add(ranges);
        const bytes = new Set(ranges.flatMap(([start, end]) => Array.from({ length: end - start }, (_, index) => start + index)));
        assert.equal(rangesBytes(done), bytes.size);
        const missing = missingRanges(done, 100);
        assert.equal(rangesBytes(missing), 100 - bytes.size);
        for (const [start, end] of missing) for (let at = start; at < end; at++) assert.ok(!bytes.has(at));
        assert.equal(leadingBytes(done), missing[0]?.[0] ?? 100);
      }),
    );
  });
});
