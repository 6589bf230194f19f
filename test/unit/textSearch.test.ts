import assert from 'node:assert/strict';
import { findExcerpt, markedParts, searchPattern } from '../../src/core/textSearch.ts';

const marked = (text: string, query: string): string =>
  markedParts(text, searchPattern(query))
    .map(({ text: part, found }) => (found ? `[${part}]` : part))
    .join('');

describe('What was searched for in a text', () => {
  it('is marked wherever it stands, whatever its case, and nothing is lost', () => {
    assert.equal(marked('Partial sums: the SUM of sums', 'sum'), 'Partial [sum]s: the [SUM] of [sum]s');
    assert.equal(marked('a sum, b product', 'PRODUCT sum'), 'a [sum], b [product]');
    assert.equal(marked('f(x) = x[0] + $1', '$1 x[0]'), 'f(x) = [x[0]] + [$1]');
    assert.equal(marked('Über üben', 'üb'), '[Üb]er [üb]en');
  });

  it('is marked as the longest of words that begin alike', () => {
    assert.equal(marked('prefix_sum', 'pre prefix'), '[prefix]_sum');
  });

  it('leaves a text without it, and one without a search, in one piece', () => {
    assert.deepEqual(markedParts('text', searchPattern('none')), [{ text: 'text', found: false }]);
    assert.deepEqual(markedParts('text', searchPattern('  ')), [{ text: 'text', found: false }]);
    assert.deepEqual(markedParts('', searchPattern('a')), []);
  });

  it('is marked in the excerpt as well, which never cuts a character', () => {
    const text = `${'𝑥'.repeat(40)} the sum takes every value ${'𝑦'.repeat(200)}`;
    const excerpt = findExcerpt(text, searchPattern('sum') ?? []);
    assert.doesNotMatch(excerpt, /\p{Surrogate}/u);
    assert.match(marked(excerpt, 'sum'), /the \[sum\] takes/);
  });
});
