import assert from 'node:assert/strict';
import fc from 'fast-check';
import { endOf, movedRange } from '../../src/core/movedRange.ts';
import type { Position, Range } from '../../src/core/snapshot.ts';

const text = 'one\ntwo three\nfour\nfive';

function positionAt(whole: string, offset: number): Position {
  return endOf({ line: 0, character: 0 }, whole.slice(0, offset));
}

function offsetAt(whole: string, { line, character }: Position): number {
  const lines = whole.split('\n');
  return lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
}

function range(start: number, end: number): Range {
  return { start: positionAt(text, start), end: positionAt(text, end) };
}

/** The text that a range of `text` holds after a part was replaced. */
function after([start, end]: readonly [number, number], [from, to]: readonly [number, number], insert: string): string {
  const changed = text.slice(0, from) + insert + text.slice(to);
  const moved = movedRange(range(start, end), { range: range(from, to), text: insert });
  return changed.slice(offsetAt(changed, moved.start), offsetAt(changed, moved.end));
}

const two = text.indexOf('two');
const three = text.indexOf('three');

describe('A range of a document that is edited', () => {
  it('keeps its text while other text is edited', () => {
    assert.equal(after([two, two + 3], [0, 0], 'zero\n'), 'two');
    assert.equal(after([two, two + 3], [0, 4], ''), 'two');
    assert.equal(after([two, two + 3], [three, three + 5], 'x\ny'), 'two');
    assert.equal(after([three, three + 5], [two, two + 3], 'a longer word'), 'three');
  });

  it('takes in what is typed inside it, and not what is typed at its edges', () => {
    assert.equal(after([two, two + 3], [two + 1, two + 1], '-\n-'), 't-\n-wo');
    assert.equal(after([two, two + 3], [two, two], 'x'), 'two');
    assert.equal(after([two, two + 3], [two + 3, two + 3], 'x'), 'two');
  });

  it('takes in what replaced one of its edges, or all of it', () => {
    assert.equal(after([two, two + 3], [two - 1, two + 1], '|'), '|wo');
    assert.equal(after([two, two + 3], [two + 2, three], '|'), 'tw|');
    assert.equal(after([two, two + 3], [0, text.length], 'all'), 'all');
    assert.equal(after([two, two + 3], [two, two + 3], ''), '');
  });

  it('stays what it was when an edit beside it or inside it is undone', () => {
    const offsets = fc
      .tuple(fc.nat(text.length), fc.nat(text.length))
      .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);
    fc.assert(
      fc.property(offsets, offsets, fc.constantFrom('', 'x', 'a\nb', '\n\n'), ([start, end], [from, to], insert) => {
        fc.pre(start < end && (to <= start || from >= end || (from > start && to < end)));
        const before = range(start, end);
        const moved = movedRange(before, { range: range(from, to), text: insert });
        const inserted = { start: range(from, to).start, end: endOf(range(from, to).start, insert) };
        assert.deepEqual(movedRange(moved, { range: inserted, text: text.slice(from, to) }), before);
      }),
    );
  });
});
