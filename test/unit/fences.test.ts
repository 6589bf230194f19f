import assert from 'node:assert/strict';
import fc from 'fast-check';
import { marked } from 'marked';
import type { Tokens } from 'marked';
import { fencedBlocks } from '../../src/core/fences.ts';

/** The fenced blocks as the panel's lexer finds them. It strips the indentation of list items its own way, so that is left out. */
function byMarked(markdown: string): { language: string; code: string }[] {
  const found: { language: string; code: string }[] = [];
  void marked.walkTokens(marked.lexer(markdown), (token) => {
    if (token.type !== 'code' || token.codeBlockStyle === 'indented') return;
    const { lang, text } = token as Tokens.Code;
    found.push({ language: lang?.split(/\s/)[0] ?? '', code: bare(text) });
  });
  return found;
}

function bare(code: string): string {
  return code.replace(/^[ \t]+/gm, '').replace(/^\n+|\n+$/g, '');
}

function own(markdown: string): { language: string; code: string }[] {
  return fencedBlocks(markdown).map(({ language, code }) => ({ language, code: bare(code) }));
}

describe('fencedBlocks', () => {
  const cases: readonly (readonly [string, string, readonly (readonly [language: string, code: string, closed: boolean])[]])[] = [
    ['finds a block', '```py\na\n```', [['py', 'a', true]]],
    ['takes an unclosed one to the end', 'x\n```py\na\n  b\n', [['py', 'a\n  b', false]]],
    ['knows tildes', '~~~\n```\n~~~', [['', '```', true]]],
    ['closes with at least as many', '````md\n```\na\n```\n`````', [['md', '```\na\n```', true]]],
    ['is not closed by a fence with words', '```\na\n``` b\n```', [['', 'a\n``` b', true]]],
    ['is not opened by inline code', '```a``` b\nc', []],
    ['takes the indentation of the fence away', '  ```\n  a\n    b\n c\n  ```', [['', 'a\n  b\nc', true]]],
    ['leaves indented code out', 'a\n\n    ```\n    b\n', []],
    ['finds one in a list item', '1. a\n\n   ```js\n   x\n     y\n   ```\n2. b', [['js', 'x\n  y', true]]],
    ['finds one right behind a bullet', '- ```\n  x\n  ```', [['', 'x', true]]],
    ['finds one in a nested list', '- a\n  - b\n    ```\n    x\n    ```', [['', 'x', true]]],
    ['finds one in a quote', '> a\n> ```c\n> x\n> ```', [['c', 'x', true]]],
    ['ends with the quote', '> ```c\n> x\ny', [['c', 'x', false]]],
    ['ends with the list item', '- ```\n  x\n\ny', [['', 'x\n', false]]],
    ['is none in an HTML comment', '<!--\n```\na\n-->\n```\nb\n```', [['', 'b', true]]],
    ['is one behind an empty line after a tag', '<details>\n\n```\nb\n```', [['', 'b', true]]],
    ['reads the language of R Markdown', '```{python, echo=FALSE}\na\n```', [['python', 'a', true]]],
    ['takes one word of the info', '```c++ title="a b"\na\n```', [['c++', 'a', true]]],
    ['takes carriage returns for line ends', '```py\r\na\r\nb\r\n```\r\n', [['py', 'a\nb', true]]],
    [
      'gives empty ones',
      '```\n```\n```\n\n```',
      [
        ['', '', true],
        ['', '', true],
      ],
    ],
  ];
  for (const [name, markdown, expected] of cases)
    it(name, () => {
      assert.deepEqual(
        fencedBlocks(markdown).map(({ language, code, closed }) => [language, code, closed]),
        expected,
      );
    });

  it('gives the offsets of each block', () => {
    const markdown = 'a\n- b\n\n  ```py\n  x\n  ```\nend';
    const [block] = fencedBlocks(markdown);
    assert.equal(markdown.slice(block!.offset, block!.end), '```py\n  x\n  ```');
  });

  it('numbers the blocks as marked does', () => {
    const code = fc.array(fc.constantFrom('x = 1', '', '  y', '# a', '- b', '> c', '~~', '1. d', '<div>'), { minLength: 1, maxLength: 4 });
    const fence = fc
      .tuple(fc.constantFrom('```', '~~~~', '````'), fc.constantFrom('', 'py', 'c++'), code)
      .map(([mark, language, lines]) => [mark + language, 'first', ...lines, 'last', mark]);
    const prefixed = (first: string, other: string) => (lines: readonly string[]) =>
      lines.map((line, index) => (index === 0 ? first + line : line === '' && other.trim() === '' ? '' : other + line));
    const blocks = fc.oneof(
      fence,
      fence.map(prefixed('> ', '> ')),
      fence.map(prefixed('- ', '  ')),
      fence.map((lines) => ['3. text', '', ...prefixed('   ', '   ')(lines)]),
      fence.map((lines) => ['- one', '- two', '', '  - three', ...prefixed('    ', '    ')(lines)]),
      fence.map(prefixed('    ', '    ')),
      fc.constantFrom(['text', 'more'], ['# heading'], ['* * *'], ['| a |', '|---|', '| b |'], ['`a` ``` b'], ['<details>']),
    );
    const document = fc.tuple(fc.array(blocks, { maxLength: 5 }), fence, fc.nat({ max: 4 }), fc.boolean());
    fc.assert(
      fc.property(document, ([parts, last, cut, crlf]) => {
        const open = last.slice(0, last.length - Math.min(cut, last.length - 1));
        const markdown = [...parts, open].map((lines) => lines.join('\n')).join('\n\n');
        assert.deepEqual(own(crlf ? markdown.replaceAll('\n', '\r\n') : markdown), byMarked(markdown));
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, and its blocks lie in the text one after the other', () => {
    const line = fc.constantFrom('', '```', '~~~', '- ```', '> ', '\t```', '1. \ta', '  ', '<pre>', '```\r', '   - x');
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string({ maxLength: 6 })), { maxLength: 12 }), (lines) => {
        const markdown = lines.join('\n');
        let before = -1;
        for (const { offset, end } of fencedBlocks(markdown)) {
          assert.ok(before < offset && offset < end && end <= markdown.length, `${before} ${offset} ${end}`);
          assert.match(markdown.slice(offset, end), /^(?:`{3}|~{3})/);
          before = end - 1;
        }
      }),
    );
  });
});
