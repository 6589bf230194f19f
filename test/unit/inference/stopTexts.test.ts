import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StopTexts } from '../../../src/inference/stopTexts.ts';

/** What is given out of a reply that comes in these pieces, each of one token. */
function written(stops: readonly string[], pieces: readonly string[], beginning = ''): { text: string; tokens: number; found: boolean } {
  const stopTexts = new StopTexts(stops, beginning);
  const given = pieces.map((text) => stopTexts.push({ text, tokens: 1 }));
  given.push(stopTexts.flush());
  return {
    text: given.map(({ text }) => text).join(''),
    tokens: given.reduce((sum, { tokens }) => sum + tokens, 0),
    found: stopTexts.found,
  };
}

describe('A text that ends replies', () => {
  const end = '<|im_end|>';

  it('ends one wherever its tokens cut it, and nothing of it is given out', () => {
    for (let cut = 1; cut < end.length; cut++) {
      const pieces = ['Yes', '.', end.slice(0, cut), end.slice(cut), ' more'];
      assert.deepEqual(written([end], pieces), { text: 'Yes.', tokens: 2, found: true });
    }
    assert.deepEqual(written([end], ['Yes.<|', 'im_end|>\n']), { text: 'Yes.', tokens: 1, found: true });
  });

  it('is held back only as long as it may be one', () => {
    const stopTexts = new StopTexts([end], '');
    assert.deepEqual(stopTexts.push({ text: 'a <', tokens: 1 }), { text: 'a ', tokens: 1 });
    assert.deepEqual(stopTexts.push({ text: '|im', tokens: 1 }), { text: '', tokens: 0 });
    assert.equal(stopTexts.heldTokens, 1);
    assert.deepEqual(stopTexts.push({ text: ' b', tokens: 1 }), { text: '<|im b', tokens: 2 });
    assert.equal(stopTexts.heldTokens, 0);
  });

  it('that is not finished at the end of a reply is text, and may be finished by one that goes on from it', () => {
    assert.deepEqual(written([end], ['a', '<|im_']), { text: 'a<|im_', tokens: 2, found: false });
    assert.deepEqual(written([end], ['end|>', 'b'], 'a<|im_'), { text: '', tokens: 0, found: true });
    assert.equal(written([end], ['b'], `a${end}`).found, false);
  });

  it('cuts a reply at the place where it first ends, in whatever pieces it comes, and loses and invents nothing', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }), { maxLength: 3 });
    fc.assert(
      fc.property(letters, stops, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 40, maxLength: 40 }), (text, texts, lengths) => {
        const pieces: string[] = [];
        for (let at = 0; at < text.length; at += lengths[pieces.length - 1] ?? 1)
          pieces.push(text.slice(at, at + (lengths[pieces.length] ?? 1)));
        const result = written(texts, pieces);
        let expected = text;
        const ends = Array.from(text, (_, index) => index + 1).find((index) => texts.some((each) => text.slice(0, index).endsWith(each)));
        if (ends !== undefined) {
          const longest = Math.max(...texts.filter((each) => text.slice(0, ends).endsWith(each)).map(({ length }) => length));
          expected = text.slice(0, ends - longest);
        }
        assert.deepEqual([result.text, result.found], [expected, ends !== undefined]);
        if (ends === undefined) assert.equal(result.tokens, pieces.length);
      }),
    );
  });
});
