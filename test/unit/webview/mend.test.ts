import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mended } from '../../../webview/render/mend.ts';

describe('A text that stops in mid-sentence', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['bold', 'So **bo', 'So **bo**'],
    ['half of its end', 'So **bold*', 'So **bold**'],
    ['a space in it', 'So **bold ', 'So **bold**'],
    ['its whole end', 'So **bold**', 'So **bold**'],
    ['only its beginning', 'So **', 'So '],
    ['emphasis', 'So *sl', 'So *sl*'],
    ['both', 'So ***bo', 'So ***bo***'],
    ['one in the other', 'So **bold and *sl', 'So **bold and *sl***'],
    ['struck out', 'So ~~go', 'So ~~go~~'],
    ['a sign in code that is still open', '```py\nx = `a', '```py\nx = `a'],
    ['after other paragraphs', 'done.\n\nnow **b', 'done.\n\nnow **b**'],
    ['half of its end, struck out', 'So ~~gone~', 'So ~~gone~~'],
    ['stars that are none', 'So 2 * 3 and a*b', 'So 2 * 3 and a*b'],
    ['stars in a formula', 'So \\(x^* + y\\) and $a*b$ is', 'So \\(x^* + y\\) and $a*b$ is'],
    ['a bullet', '* item', '* item'],
    ['inline code', 'So `co', 'So `co`'],
    ['a link’s address', 'See [the page](https://example.org/a "ti', 'See the page'],
    ['an image’s address', 'See ![plot](https://exa', 'See plot'],
    ['a formula’s beginning', 'So \\', 'So '],
    ['a formula’s beginning, whole', 'So \\(', 'So '],
    ['a displayed formula’s beginning', 'So\n\n\\[', 'So\n\n'],
    ['two dollars', 'So\n\n$$', 'So\n\n'],
    ['half an environment’s name', 'So\n\n\\begin{ali', 'So\n\n'],
    ['a line that may become a list or a heading', 'Two points:\n-', 'Two points:\n'],
    ['a fence’s half language', 'So\n\n```pyth', 'So\n\n```\n'],
    ['half of a fence’s end', '```py\nprint(1)\n``', '```py\nprint(1)\n'],
    ['a table’s head', '| Name | Va', '| Name | Va\n|---|---|'],
    ['a list’s first item, half begun', 'Two points:\n- **', 'Two points:\n'],
    ['a table’s head with its line end', '| Name | Value |\n', '| Name | Value |\n|---|---|'],
    ['a table’s second line', '| Name | Value |\n|:-', '| Name | Value |\n|---|---|'],
    ['an absolute value', '|x| is', '|x| is'],
    ['a table with rows', '| a | b |\n|---|---|\n| **1', '| a | b |\n|---|---|\n| **1**'],
  ];
  for (const [name, text, expected] of cases) it(`is shown as if it went on: ${name}`, () => assert.equal(mended(text), expected));

  it('is never touched before its last paragraph, and never a reason to fail', () => {
    const part = fc.constantFrom('**', '*', '~~', '`', '```\n', '$', '\\(', '\\)', '[a](', '| a ', '|', '\n', '\n\n', 'word', ' ', '-');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        assert.ok(mended(`First **bo.\n\n${parts.join('')}`).startsWith('First **bo.\n\n'.trimEnd()));
      }),
    );
  });
});
