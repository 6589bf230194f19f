import assert from 'node:assert/strict';
import fc from 'fast-check';
import { trimAnswer } from '../../src/core/answer.ts';
import { DocumentText } from '../../src/core/documentText.ts';
import { inNotation, notationOf } from '../../src/core/mathNotation.ts';
import type { MathNotation } from '../../src/core/mathNotation.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { typstMath } from '../../src/core/typstMath.ts';
import { textOf } from '../harness/trimmed.ts';

const dollars = 'Let $a$ and $b$.\n$$c$$\n';
const brackets = 'Let \\(a\\) and \\(b\\).\n\\[c\\]\n';

describe('The way a document writes mathematics', () => {
  const cases: readonly (readonly [name: string, languageId: string, text: string, notation: MathNotation])[] = [
    ['dollars', 'latex', dollars, { flavour: 'latex', inline: '$', display: '$$' }],
    ['brackets', 'latex', brackets, { flavour: 'latex', inline: '\\(', display: '\\[' }],
    ['what it mostly writes', 'latex', 'one $a$, two \\(b\\), three $c$', { flavour: 'latex', inline: '$', display: '\\[' }],
    ['either, where it has none', 'latex', 'Hello.', { flavour: 'latex', display: '\\[' }],
    ['dollars, where Markdown has none', 'markdown', 'Hello.', { flavour: 'markdown', inline: '$', display: '$$', aligned: 'aligned' }],
    ['brackets of Markdown', 'markdown', 'So \\(x\\).', { flavour: 'markdown', inline: '\\(', display: '\\[', aligned: 'aligned' }],
    ['align', 'latex', '\\begin{align}a\\end{align}', { flavour: 'latex', display: '\\[', aligned: 'align' }],
    ['align*', 'latex', '\\begin{align*}a\\end{align*}', { flavour: 'latex', display: '\\[', aligned: 'align*' }],
    ['aligned', 'latex', '\\[\\begin{aligned}a\\end{aligned}\\]', { flavour: 'latex', display: '\\[', aligned: 'aligned' }],
    ['Typst', 'typst', '$x$', { flavour: 'typst' }],
  ];
  for (const [name, languageId, text, notation] of cases)
    it(`is seen: ${name}`, () => assert.deepEqual(notationOf(text, languageId), notation));

  it('is none in code', () => assert.equal(notationOf('x = "$a$"', 'python'), undefined));

  it('knows whether a place is inside a formula, and the whole formula is not', () => {
    const document = new DocumentText('Let $a$ be.\n\\[\n  c\n\\]\n');
    const within = (text: string): MathNotation['within'] => {
      const start = document.text.indexOf(text);
      const range = { start: document.positionAt(start), end: document.positionAt(start + text.length) };
      return notationOf(document.text, 'latex', range)?.within;
    };
    assert.deepEqual(
      [within('a'), within('$a$'), within('c'), within('\\[\n  c\n\\]'), within('be')],
      ['inline', undefined, 'display', undefined, undefined],
    );
  });
});

describe('An answer in the document’s notation', () => {
  const inLatexDollars = notationOf(dollars, 'latex');
  const inLatexBrackets = notationOf(brackets, 'latex');
  const inMarkdown = notationOf('', 'markdown');
  const inTypst = notationOf('', 'typst');
  const withAlign = notationOf('\\begin{align}a\\end{align}', 'latex');
  const withAligned = notationOf('\\[\\begin{aligned}a\\end{aligned}\\]', 'latex');
  const inDisplay: MathNotation = { flavour: 'latex', display: '\\[', within: 'display' };
  const inLine: MathNotation = { flavour: 'latex', inline: '$', within: 'inline' };
  const aligned = '\\begin{aligned}\n a &= b \\\\\n c &= d\n\\end{aligned}';
  const align = aligned.replaceAll('aligned', 'align');

  const cases: readonly (readonly [name: string, notation: MathNotation | undefined, answer: string, written: string])[] = [
    ['has dollars for \\(…\\)', inLatexDollars, 'So \\( x = 1 \\), and \\[ y \\] too.', 'So $x = 1$, and $$ y $$ too.'],
    ['has brackets for dollars', inLatexBrackets, 'So $x = 1$, and\n$$\ny\n$$', 'So \\(x = 1\\), and\n\\[\ny\n\\]'],
    ['keeps prices', inLatexBrackets, 'It costs $5 and $6, so $x$.', 'It costs $5 and $6, so \\(x\\).'],
    [
      'keeps code',
      inLatexBrackets,
      'Run `echo $x$`, then $y$:\n\n```sh\necho $z$\n```',
      'Run `echo $x$`, then \\(y\\):\n\n```sh\necho $z$\n```',
    ],
    ['has dollars in Markdown', inMarkdown, 'So \\(x\\):\n\\[\ny\n\\]', 'So $x$:\n$$\ny\n$$'],
    ['keeps \\[ for $$ where LaTeX has neither', notationOf('', 'latex'), 'So $x$ or \\(y\\): $$z$$', 'So $x$ or \\(y\\): \\[z\\]'],
    ['is the same where it is right already', inMarkdown, 'So $x$: $$y$$', 'So $x$: $$y$$'],
    ['has align for aligned in a display', withAlign, `\\[\n${aligned}\n\\]`, align],
    ['has align for $$ with aligned', withAlign, `$$${aligned}$$`, align],
    ['has align for a bare aligned', withAlign, aligned, align],
    ['has a display around a bare aligned', withAligned, aligned, `\\[\n${aligned}\n\\]`],
    ['has aligned for align', withAligned, align, `\\[\n${aligned}\n\\]`],
    ['has aligned for align in Markdown', inMarkdown, align, `$$\n${aligned}\n$$`],
    ['has aligned for align in a display in Markdown', inMarkdown, `$$\n${align}\n$$`, `$$\n${aligned}\n$$`],
    ['has no align inside a display in LaTeX', inLatexDollars, `$$\n${align}\n$$`, align],
    ['keeps what has a label', withAligned, align.replace('d\n', 'd \\label{e}\n'), align.replace('d\n', 'd \\label{e}\n')],
    [
      'keeps cases in their display',
      inLatexBrackets,
      '\\[ f = \\begin{cases} 1 \\\\ 0 \\end{cases} \\]',
      '\\[ f = \\begin{cases} 1 \\\\ 0 \\end{cases} \\]',
    ],
    ['loses its delimiters inside a display', inDisplay, '\\[ x = 1 \\]', 'x = 1'],
    ['loses dollars inside a display', inDisplay, '$x = 1$\n', 'x = 1'],
    ['has aligned inside a display', inDisplay, align, aligned],
    ['has aligned alone inside a display', inDisplay, `\\[ ${aligned} \\]`, aligned],
    ['loses an equation inside a display', inDisplay, '\\begin{equation}\nx\n\\end{equation}', 'x'],
    ['loses its delimiters inside a line', inLine, '\\(x\\)', 'x'],
    ['keeps prose inside a display', inDisplay, 'It is $x$.', 'It is $x$.'],
    ['is Typst’s in Typst', inTypst, 'So \\(\\frac{a}{b}\\):\n\\[ \\sum_{i=1}^{n} i \\]', 'So $a/b$:\n$ sum_(i = 1)^n i $'],
    ['is Typst’s for dollars and environments', inTypst, `$x_{12}$ and\n${align}`, '$x_12$ and\n$ a &= b \\\nc &= d $'],
    ['keeps what is Typst already', inTypst, 'So $sum_(i=1)^n i$ and $ab$.', 'So $sum_(i=1)^n i$ and $ab$.'],
    ['keeps what Typst has no words for', inTypst, 'So \\(\\foo{x}\\) and \\(x\\).', 'So \\(\\foo{x}\\) and $x$.'],
    ['is any text in code', undefined, '$x$ \\(y\\)', '$x$ \\(y\\)'],
  ];
  for (const [name, notation, answer, written] of cases)
    it(name, () => assert.equal(inNotation(answer, notation).replace(/[ \t]+/g, ' '), written.replace(/[ \t]+/g, ' ')));

  it('keeps its line ends', () => assert.equal(inNotation('a\r\n\\(x\\)\r\nb', inMarkdown), 'a\r\n$x$\r\nb'));

  it('is written once: a second time changes nothing', () => {
    const piece = fc.constantFrom('$x$', '\\(y\\)', '\\[z\\]', '$$w$$', align, aligned, 'word', ' ', '\n', '\n\n', '`c`', '$5');
    const notations = [inLatexDollars, inLatexBrackets, inMarkdown, withAlign, withAligned];
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom(...notations), (pieces, notation) => {
        const once = inNotation(pieces.join(' '), notation);
        assert.equal(inNotation(once, notation), once);
      }),
    );
  });

  it('is what it was where the document writes as the model does', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$x$', '$$w$$', 'word', '\n', '`c`', '$5', '\\', '{', '$'), { maxLength: 20 }), (pieces) => {
        const text = pieces.join(' ');
        assert.equal(inNotation(text, { flavour: 'markdown', inline: '$', display: '$$', aligned: 'aligned' }), text);
      }),
    );
  });
});

describe('What goes into the document', () => {
  const snapshot = (languageId: string, text: string): Snapshot => {
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: text.length } };
    const notation = notationOf(text, languageId, range);
    return {
      ...{ uri: 'file:///a', fileName: 'a', languageId, version: 1, range, scope: 'selection', text, eol: '\n', before: '', after: '' },
      ...{ diagnostics: [], ...(notation ? { notation } : {}) },
    };
  };

  it('is written in its notation, as prose and out of a fence of its language', () => {
    const about = snapshot('latex', 'Let $x = 1$.');
    assert.equal(textOf(trimAnswer('Then \\(x = 2\\).', about)), 'Then $x = 2$.');
    assert.equal(textOf(trimAnswer('Here:\n\n```latex\nThen \\(x = 2\\).\n```', about, { kind: 'replace' })), 'Then $x = 2$.');
  });

  it('has code of other languages as the model wrote it', () => {
    const answer = 'Run:\n\n```js\nconst a = `\\(b\\)`;\n```';
    assert.equal(textOf(trimAnswer(answer, snapshot('markdown', 'Hello'), { block: 0 })), 'const a = `\\(b\\)`;');
    assert.equal(textOf(trimAnswer(answer, snapshot('markdown', 'Hello'))), answer);
  });
});

describe('TeX as Typst', () => {
  const cases: Readonly<Record<string, string | undefined>> = {
    '\\frac{a+1}{b}': '(a + 1)/b',
    'x = \\boxed{\\frac{1}{2}}': 'x = 1/2',
    '\\fbox{x}': undefined,
    'ab = a + b + 3': 'a b = a + b + 3',
    '\\gcd(a,b)': 'gcd(a, b)',
    '\\mathbb{R}^n': 'RR^n',
    '\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}': 'mat(1, 2; 3, 4)',
    '\\text{if } x > 0': '"if " x > 0',
    '3{,}000': '3 "," 000',
    '\\tag{1} x': undefined,
    '\\foo{x}': undefined,
    '\\frac{a': undefined,
    '\\begin{tikzcd}a\\end{tikzcd}': undefined,
    '\\text{cost $x$}': undefined,
    '': undefined,
  };
  for (const [tex, typst] of Object.entries(cases))
    it(`${tex || '(nothing)'} is ${typst ?? 'left alone'}`, () => assert.equal(typstMath(tex), typst));
});
