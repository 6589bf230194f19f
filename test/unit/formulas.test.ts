import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DocumentText } from '../../src/core/documentText.ts';
import { findFormulas, mathFlavour } from '../../src/core/formulas.ts';
import type { MathFlavour } from '../../src/core/formulas.ts';
import { widenToFormulas } from '../../src/core/formulaWidening.ts';

const all = (flavour: MathFlavour, text: string): string[] => findFormulas(text, flavour).map(({ start, end }) => text.slice(start, end));

describe('Formulas of a document', () => {
  const cases: readonly (readonly [name: string, flavour: MathFlavour, text: string, formulas: readonly string[]])[] = [
    ['all four delimiters', 'latex', 'a $x$ b \\(y\\) c \\[z\\] d $$w$$ e', ['$x$', '\\(y\\)', '\\[z\\]', '$$w$$']],
    [
      'environments, with what is in them',
      'latex',
      '\\begin{align*}\n a &= $b$ \\\\\n\\end{align*}',
      ['\\begin{align*}\n a &= $b$ \\\\\n\\end{align*}'],
    ],
    [
      'the outermost of nested ones',
      'latex',
      '\\[\\begin{cases} $a$ \\\\ b \\end{cases}\\]',
      ['\\[\\begin{cases} $a$ \\\\ b \\end{cases}\\]'],
    ],
    [
      'nested ones of the same name',
      'latex',
      '\\begin{array}{c}\\begin{array}{c}a\\end{array}\\end{array}!',
      ['\\begin{array}{c}\\begin{array}{c}a\\end{array}\\end{array}'],
    ],
    ['no comments', 'latex', 'a % $x$\n$y$', ['$y$']],
    ['an escaped dollar as text', 'latex', 'costs \\$5 and $x\\$y$', ['$x\\$y$']],
    ['a line break with a length', 'latex', 'a \\\\[2pt] $b$', ['$b$']],
    ['no verbatim text', 'latex', '\\begin{verbatim}$x$\\end{verbatim} \\verb|$y$| $z$', ['$z$']],
    ['no formula over an empty line', 'latex', 'a $x\n\ny$ b', []],
    ['spaces inside dollars in TeX', 'latex', '$ x $', ['$ x $']],
    ['two formulas that touch', 'latex', '$a$$b$', ['$a$', '$b$']],
    ['no text environments', 'latex', '\\begin{theorem} $x$ \\end{theorem}', ['$x$']],
    ['nothing in an unfinished one', 'latex', '\\begin{align} a', []],
    ['no prices in Markdown', 'markdown', 'It costs $5 and then $6.', []],
    ['no shell variables in Markdown', 'markdown', 'Set $HOME and $PATH, or ${x}.', []],
    ['formulas of Markdown', 'markdown', 'Let $x_1$, \\(y\\):\n\n$$\nz\n$$\n', ['$x_1$', '\\(y\\)', '$$\nz\n$$']],
    ['no code of Markdown', 'markdown', '`$x$` and ``a ` $y$`` then\n\n```sh\necho $z$\n```\n\n$w$', ['$w$']],
    ['a percent sign in Markdown', 'markdown', '50% of $x$', ['$x$']],
    ['formulas of Typst', 'typst', 'Let $x$ and $ y = "a $ b" $.', ['$x$', '$ y = "a $ b" $']],
    ['no comments, raw text and escapes of Typst', 'typst', '// $a$\n/* $b$ */ `$c$` ```\n$d$\n``` \\$ https://x.org/$e$', ['$e$']],
  ];
  for (const [name, flavour, text, formulas] of cases) it(`are found: ${name}`, () => assert.deepEqual(all(flavour, text), formulas));

  it('know a displayed formula from one in a line', () => {
    const displayed = (flavour: MathFlavour, text: string): boolean[] => findFormulas(text, flavour).map(({ display }) => display);
    assert.deepEqual(displayed('latex', '$a$ \\(a\\) $$a$$ \\[a\\] \\begin{align}a\\end{align} \\begin{math}a\\end{math}'), [
      ...[false, false, true, true, true, false],
    ]);
    assert.deepEqual(displayed('typst', '$a$ $ a $ $\n a\n$ $a $'), [false, true, true, false]);
  });

  it('are looked for in documents that have formulas alone', () => {
    assert.equal(mathFlavour('latex'), 'latex');
    assert.equal(mathFlavour('typst'), 'typst');
    assert.equal(mathFlavour('python'), undefined);
    assert.equal(mathFlavour('constructor'), undefined);
  });

  it('never overlap and never leave their text, whatever it is', () => {
    const piece = fc.constantFrom(
      '$',
      '$$',
      '\\(',
      '\\)',
      '\\[',
      '\\]',
      '\\begin{align}',
      '\\end{align}',
      'x',
      ' ',
      '\n',
      '\n\n',
      '`',
      '%',
      '//',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom<MathFlavour>('latex', 'markdown', 'typst'), (pieces, flavour) => {
        const text = pieces.join('');
        let end = 0;
        for (const formula of findFormulas(text, flavour)) {
          assert.ok(formula.start >= end && formula.contentStart <= formula.contentEnd && formula.contentEnd <= formula.end);
          end = formula.end;
        }
        assert.ok(end <= text.length);
      }),
    );
  });

  it('are found in a long document in little time, unclosed delimiters among them', () => {
    const text = '\\[ a $b \\begin{align} \\( c ` \n\n'.repeat(4000);
    assert.ok(findFormulas(text, 'latex').length < 10);
    assert.ok(findFormulas(text, 'markdown').length < 10);
    findFormulas(text, 'typst');
  });
});

describe('A selection that cuts through a formula', () => {
  /** `¦` marks the selection; the answer is the text that is taken. */
  const widened = (languageId: string, marked: string): string => {
    const [before = '', selected = '', after = ''] = marked.split('¦');
    const document = new DocumentText(before + selected + after);
    const range = { start: document.positionAt(before.length), end: document.positionAt(before.length + selected.length) };
    const { start, end } = widenToFormulas(document.text, languageId, range);
    return document.text.slice(document.offsetAt(start), document.offsetAt(end));
  };
  const cases: readonly (readonly [name: string, languageId: string, marked: string, taken: string])[] = [
    ['takes the formula in a line', 'latex', 'Let $a ¦+ b¦ = c$.', '$a + b = c$'],
    ['takes it with \\(…\\)', 'markdown', 'Let \\(a ¦+ b¦ = c\\).', '\\(a + b = c\\)'],
    ['takes the displayed one', 'latex', '\\[\n  ¦a = b¦\n\\]\n', '\\[\n  a = b\n\\]'],
    [
      'takes all lines of an environment',
      'latex',
      'x\n\\begin{align}\n  a &= b \\\\\n¦  c &= d¦\n\\end{align}\ny',
      '\\begin{align}\n  a &= b \\\\\n  c &= d\n\\end{align}',
    ],
    [
      'takes the outer of nested ones',
      'latex',
      '\\begin{equation}\nf = \\begin{cases} ¦1¦ & x \\\\ 0 \\end{cases}\n\\end{equation}',
      '\\begin{equation}\nf = \\begin{cases} 1 & x \\\\ 0 \\end{cases}\n\\end{equation}',
    ],
    ['begins in one formula and ends in another', 'latex', 'Let $a¦ = 1$ and $b¦ = 2$ hold.', '$a = 1$ and $b = 2$'],
    ['keeps whole formulas as they are', 'latex', 'Let ¦$a$ and $b$¦ hold.', '$a$ and $b$'],
    ['keeps words as they are', 'latex', 'Let ¦us¦ say $a$.', 'us'],
    ['stays in a theorem', 'latex', '\\begin{theorem}\n¦Let $a$.¦ So.\n\\end{theorem}', 'Let $a$.'],
    [
      'takes both ends of an environment of which it holds one',
      'latex',
      '¦So\n\\begin{theorem}\nLet¦ $a$.\n\\end{theorem}\n',
      'So\n\\begin{theorem}\nLet $a$.\n\\end{theorem}',
    ],
    ['takes the document for no environment', 'latex', '\\begin{document}\n¦a\n\\end{document}¦', 'a\n\\end{document}'],
    ['takes Typst’s formula', 'typst', 'Let $ sum_(i=1)^n ¦i¦ $ be.', '$ sum_(i=1)^n i $'],
    ['takes Markdown’s formula and no price', 'markdown', 'For $5 ¦and¦ $6.', 'and'],
    ['is left alone in code', 'python', 'x = "$a ¦b¦ c$"', 'b'],
  ];
  for (const [name, languageId, marked, taken] of cases) it(name, () => assert.equal(widened(languageId, marked), taken));
});
