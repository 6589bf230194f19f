import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DocumentText } from '../../src/core/documentText.ts';
import { applyHunks, hunkAt, hunkEdits, lineHunks } from '../../src/core/lineHunks.ts';
import type { LineEdit } from '../../src/core/lineHunks.ts';

const lines = (text: string): string[] => text.split('\n');

/** As an editor makes several edits at once: all ranges are those of the text before. */
function edited(text: string, edits: readonly LineEdit[]): string {
  const document = new DocumentText(text);
  let result = text;
  for (const { range, text: inserted } of edits.toReversed()) {
    result = result.slice(0, document.offsetAt(range.start)) + inserted + result.slice(document.offsetAt(range.end));
  }
  return result;
}

/** Few different lines, so that they are often the same. */
const texts = fc.array(fc.constantFrom('', '}', 'a = 1', 'b = 2', '  c'), { maxLength: 12 }).map((all) => all.join('\n'));

describe('the hunks of an edit', () => {
  it('are the lines that change, with unchanged ones between', () => {
    const hunks = lineHunks(lines('a\nb\nc\nd\ne'), lines('a\nB\nc\nd\ne\nf'));
    assert.deepEqual(hunks, [
      { start: 1, removed: ['b'], newStart: 1, added: ['B'] },
      { start: 5, removed: [], newStart: 5, added: ['f'] },
    ]);
    assert.deepEqual(lineHunks(['a'], ['a']), []);
  });

  it('count from the line that they are told', () => {
    assert.deepEqual(lineHunks(['a', 'b'], ['a'], 7), [{ start: 8, removed: ['b'], newStart: 8, added: [] }]);
  });

  it('give the text after, all together, both as hunks and as edits of a document', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const hunks = lineHunks(lines(before), lines(after));
        assert.equal(applyHunks(before, hunks), after);
        assert.equal(edited(before, hunkEdits(before, hunks)), after);
      }),
      { numRuns: 2000 },
    );
  });

  it('give, any of them, the same text as hunks and as edits', () => {
    fc.assert(
      fc.property(texts, texts, fc.infiniteStream(fc.boolean()), (before, after, taken) => {
        const some = lineHunks(lines(before), lines(after)).filter(() => taken.next().value);
        assert.equal(edited(before, hunkEdits(before, some)), applyHunks(before, some));
      }),
      { numRuns: 2000 },
    );
  });

  it('are one where nearly everything differs in a long text', () => {
    const many = (word: string): string[] => Array.from({ length: 4000 }, (_, index) => `${word} ${index}`);
    assert.equal(lineHunks(many('a'), many('b')).length, 1);
  });

  it('are found by a line of either side, the next one from between them', () => {
    const hunks = lineHunks(lines('a\nb\nc\nd\ne'), lines('x\ny\na\nb\nc\nE'));
    const [first, second] = hunks;
    assert.equal(hunkAt(hunks, 1, 'new'), first);
    assert.equal(hunkAt(hunks, 3, 'new'), second);
    assert.equal(hunkAt(hunks, 5, 'new'), second);
    assert.equal(hunkAt(hunks, 9, 'new'), second);
    assert.equal(hunkAt(hunks, 0, 'old'), first);
    assert.equal(hunkAt(hunks, 4, 'old'), second);
    assert.equal(hunkAt([], 0, 'new'), undefined);
  });
});
