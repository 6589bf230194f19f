import assert from 'node:assert/strict';
import type { Token } from 'marked';
import { lex } from '../../../webview/render/lexer.ts';
import type { FormulaToken } from '../../../webview/render/lexer.ts';

/** TeX of the formulas in a text, displayed ones with a `D:` before. */
function formulas(markdown: string): string[] {
  const found: string[] = [];
  const walk = (tokens: readonly Token[]): void => {
    for (const token of tokens) {
      if (token.type === 'formula' || token.type === 'formulaBlock') {
        const formula = token as unknown as FormulaToken;
        found.push(`${formula.display ? 'D:' : ''}${formula.tex.trim()}`);
      }
      if ('tokens' in token && token.tokens) walk(token.tokens);
      if (token.type === 'list') for (const item of (token as { items: Token[] }).items) walk([item]);
      if (token.type === 'table') {
        const table = token as { header: { tokens: Token[] }[]; rows: { tokens: Token[] }[][] };
        for (const cell of [...table.header, ...table.rows.flat()]) walk(cell.tokens);
      }
    }
  };
  walk(lex(markdown, {}, false));
  return found;
}

describe('Formulas in Markdown', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['single dollars', 'Let $x_1$ and $y^2$.', ['x_1', 'y^2']],
    ['parentheses with backslashes', 'Let \\(a_b * c_d\\) be', ['a_b * c_d']],
    ['double dollars inside a paragraph', 'so $$x = 1$$ holds', ['D:x = 1']],
    ['double dollars on lines of their own', '$$\nx = 1\n$$', ['D:x = 1']],
    ['double dollars with blank lines inside', '$$\n\nx = 1\n\n$$', ['D:x = 1']],
    ['brackets with backslashes', 'so\n\\[\nx\n= 1\n\\]\nholds', ['D:x\n= 1']],
    ['brackets inside a sentence', 'so \\[x\\] holds', ['D:x']],
    [
      'a line break with a length is no opening bracket',
      '\\begin{align}\na &= b \\\\[2pt]\n&= c\n\\end{align}',
      ['D:\\begin{align}\na &= b \\\\[2pt]\n&= c\n\\end{align}'],
    ],
    [
      'a bare environment in the middle of a paragraph',
      'so \\begin{cases} 1 \\\\ 2 \\end{cases} holds',
      ['D:\\begin{cases} 1 \\\\ 2 \\end{cases}'],
    ],
    [
      'an environment inside its own kind',
      '\\begin{matrix}\\begin{matrix}1\\end{matrix}\\end{matrix}',
      ['D:\\begin{matrix}\\begin{matrix}1\\end{matrix}\\end{matrix}'],
    ],
    ['environments that KaTeX lacks', '\\begin{eqnarray}\na&=&b\n\\end{eqnarray}', ['D:\\begin{align}\na&=&b\n\\end{align}']],
    ['lines that Markdown takes for a list or a heading', '\\[\na\n- b\n=\n# c\n\\]', ['D:a\n- b\n=\n# c']],
    ['in lists', '1. first\n   $$\n   x\n   $$\n2. \\(y\\)', ['D:x', 'y']],
    ['in tables', '| a | b |\n|---|---|\n| $x$ | \\(y\\) |', ['x', 'y']],
    ['an escaped dollar inside', '$\\text{cost } \\$5$', ['\\text{cost } \\$5']],
    ['an ordinal', 'the $n$th', ['n']],
    ['a link that is none', 'where \\(J[g](x)\\) is', ['J[g](x)']],
  ];
  for (const [name, markdown, expected] of cases) {
    it(`are found: ${name}`, () => assert.deepEqual(formulas(markdown), expected));
  }

  const texts: readonly (readonly [string, string])[] = [
    ['prices', 'It costs $5 and $6, or $5-$10, not $ 7.'],
    ['a price and a word', 'It is $20 per month or 30$ in all.'],
    ['shell variables', 'Set $PATH:$HOME and $A_B.'],
    ['escaped dollars', 'It is \\$5 and \\$6.'],
    ['inline code', 'Use `$x$` and `\\(y\\)`.'],
    ['fenced code', '```\n$x$\n\\[y\\]\n```'],
    ['indented code', '    $$x$$'],
    ['dollars without a partner', 'a $x and\n\nb$ c'],
    ['double dollars without a partner', '$$ and so on\n\nnext $$ paragraph'],
    ['a bracket without a partner', '\\[ open\n\n# Next'],
    ['empty delimiters', '$$ $$ and \\(\\) and \\[ \\]'],
    ['a fence between double dollars', '$$\n```\ncode\n```\n$$'],
    ['an escaped backslash before a parenthesis', 'a \\\\(b\\\\) c'],
  ];
  for (const [name, markdown] of texts) {
    it(`stay text: ${name}`, () => assert.deepEqual(formulas(markdown), []));
  }

  it('that do not begin a line leave the paragraph before them whole', () => {
    for (const text of ['x$$y', 'x\\[y', 'a\n$$ b', 'a\n\\begin{align} b']) {
      const [paragraph, ...others] = lex(text, {}, false);
      assert.deepEqual([paragraph?.raw, others.length], [text, 0]);
    }
  });

  it('without an end become a token of their own only while the text grows', () => {
    const open = lex('so \\(x + ', {}, true)[0] as { tokens: Token[] };
    assert.equal(open.tokens.at(-1)?.type, 'formula');
    const closed = lex('so \\(x + ', {}, false)[0] as { tokens: Token[] };
    assert.ok(closed.tokens.every(({ type }) => type !== 'formula'));
  });
});
