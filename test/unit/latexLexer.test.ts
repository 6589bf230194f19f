import assert from 'node:assert/strict';
import fc from 'fast-check';
import { latexTokens } from '../../src/core/check/latexLexer.ts';

const said = (latex: string): string[] | undefined => latexTokens(latex)?.map((token) => `${token.kind} ${token.text}`);

describe('the tokens of a formula', () => {
  it('are numbers, letters, commands and symbols', () => {
    assert.deepEqual(said(String.raw`\frac{1}{2}x=.5`), [
      ...['command frac', 'symbol {', 'number 1', 'symbol }', 'symbol {', 'number 2', 'symbol }'],
      ...['letter x', 'symbol =', 'number .5'],
    ]);
  });

  it('join thousands, and leave the commas of a list alone', () => {
    assert.deepEqual(said(String.raw`1{,}000{,}000.5`), ['number 1000000.5']);
    assert.deepEqual(said(String.raw`12\,000`), ['number 12000']);
    assert.deepEqual(said('1,000'), ['number 1', 'symbol ,', 'number 000']);
  });

  it('have no spaces, sizes or comments, and keep an escaped percent sign', () => {
    assert.deepEqual(said('\\left(\\!a\\,\\right) % b\n5\\%'), [...['symbol (', 'letter a', 'symbol )', 'number 5', 'command %']]);
  });

  it('keep rows, columns, environments and words', () => {
    assert.deepEqual(said(String.raw`\begin{cases}a&\\\end{cases}\text{if so}`), [
      ...['begin cases', 'letter a', 'symbol &', 'command \\', 'end cases', 'text if so'],
    ]);
  });

  it('lie in order inside any text, and only a last lone backslash has none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (latex) => {
        const tokens = latexTokens(latex);
        let end = 0;
        for (const token of tokens ?? []) {
          assert.ok(token.start >= end && token.end > token.start && token.end <= latex.length);
          end = token.end;
        }
        if (!tokens) assert.ok(latex.endsWith('\\'));
      }),
    );
    assert.equal(latexTokens('a\\'), undefined);
  });
});
