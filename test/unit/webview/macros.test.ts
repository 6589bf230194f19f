import assert from 'node:assert/strict';
import fc from 'fast-check';
import katex from 'katex';
import { define, definitionsFor, mayDefine, noMacros } from '../../../webview/render/macros.ts';
import type { Macros } from '../../../webview/render/macros.ts';

/** What KaTeX makes of the last of several formulas of one text. */
function last(...formulas: readonly string[]): string {
  let macros: Macros = noMacros;
  let text = '';
  for (const formula of formulas) {
    const { tex, macros: after } = define(formula, macros);
    const known = {};
    const options = { output: 'mathml', throwOnError: true, strict: 'ignore' } as const;
    katex.renderToString(definitionsFor(tex, macros), { ...options, globalGroup: true, macros: known });
    text = drawn(tex, known);
    macros = after;
  }
  return text;
}

function drawn(tex: string, macros: Record<string, string> = {}): string {
  const html = katex.renderToString(tex, { output: 'mathml', throwOnError: true, strict: 'ignore', macros });
  return html.replace(/<annotation[\s\S]*?<\/annotation>/, '');
}

describe('Commands that a formula defines', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['\\newcommand', ['\\newcommand{\\E}{\\mathbb{E}}', '\\E x'], '\\mathbb{E} x'],
    ['\\newcommand without braces around the name', ['\\newcommand\\E{\\mathbb{E}}', '\\E x'], '\\mathbb{E} x'],
    ['\\newcommand with a star', ['\\newcommand*{\\E}{\\mathbb{E}}', '\\E x'], '\\mathbb{E} x'],
    ['\\newcommand for a name that KaTeX has', ['\\newcommand{\\R}{\\mathbf{R}}', '\\R'], '\\mathbf{R}'],
    ['arguments', ['\\newcommand{\\norm}[1]{\\left\\|#1\\right\\|}', '\\norm{x^2}'], '\\left\\|x^2\\right\\|'],
    ['an argument that is not used', ['\\newcommand{\\first}[2]{#1}', '\\first{a}{b}'], 'a'],
    ['an optional argument, left out', ['\\newcommand{\\f}[2][n]{#2_{#1}}', '\\f{x}'], 'x_{n}'],
    ['an optional argument, given', ['\\newcommand{\\f}[2][n]{#2_{#1}}', '\\f[k]{x}'], 'x_{k}'],
    ['\\renewcommand', ['\\newcommand{\\v}{a}', '\\renewcommand{\\v}{b}', '\\v'], 'b'],
    ['\\renewcommand for a command of KaTeX', ['\\renewcommand{\\vec}[1]{\\mathbf{#1}}', '\\vec{x}'], '\\mathbf{x}'],
    ['\\providecommand where there is none', ['\\providecommand{\\vv}{a}', '\\vv'], 'a'],
    ['\\providecommand where there is one', ['\\newcommand{\\v}{a}', '\\providecommand{\\v}{b}', '\\v'], 'a'],
    ['\\providecommand where KaTeX has one', ['\\providecommand{\\R}{b}', '\\R'], '\\R'],
    ['\\DeclareMathOperator', ['\\DeclareMathOperator{\\Tr}{Tr}', '\\Tr A'], '\\operatorname{Tr} A'],
    [
      '\\DeclareMathOperator with limits',
      ['\\DeclareMathOperator*{\\argmin}{arg\\,min}', '\\argmin_x f'],
      '\\operatorname*{arg\\,min}_x f',
    ],
    ['\\def', ['\\def\\half{\\frac12}', '\\half'], '\\frac12'],
    ['\\def with a pattern', ['\\def\\pair(#1,#2){\\langle #1 | #2\\rangle}', '\\pair(a,b)'], '\\langle a | b\\rangle'],
    ['\\gdef inside braces', ['{\\gdef\\x{y}}', '\\x'], 'y'],
    ['\\let', ['\\let\\eps=\\varepsilon', '\\eps'], '\\varepsilon'],
    ['\\let, which keeps what was meant then', ['\\newcommand{\\v}{a}\\let\\w\\v', '\\renewcommand{\\v}{b\\w}', '\\v'], 'ba'],
    [
      '\\let for a command of KaTeX that is defined anew by it',
      ['\\let\\old\\frac\\renewcommand{\\frac}[2]{\\old{#2}{#1}}', '\\frac12'],
      '\\frac{2}{1}',
    ],
    ['one by another', ['\\def\\a{\\b+1}\\def\\b{x}', '\\def\\b{y}', '\\a'], 'y+1'],
    ['several, and a formula with them', ['\\newcommand{\\p}{p} \\newcommand{\\q}{q} \\p+\\q', '\\q'], 'q'],
    ['used where it is defined', ['\\DeclareMathOperator{\\Tr}{Tr}\\Tr'], '\\operatorname{Tr}'],
    ['after a percent sign it is a comment', ['\\newcommand{\\v}{a}% \\renewcommand{\\v}{b}\n', '\\v'], 'a'],
  ];
  for (const [name, formulas, expected] of cases) {
    it(`holds in later formulas: ${name}`, () => assert.equal(last(...formulas), drawn(expected)));
  }

  it('does not hold outside the braces that it was defined in', () => {
    assert.equal(define('{\\def\\x{y}}', noMacros).macros.size, 0);
  });

  it('is given only to formulas that use it', () => {
    const { macros } = define('\\def\\a{\\b}\\def\\b{1}\\def\\c{2}', noMacros);
    assert.equal(definitionsFor('x + \\c', macros), '\\def\\c{2}');
    assert.equal(definitionsFor('\\a', macros), '\\def\\a{\\b}\\def\\b{1}');
    assert.equal(definitionsFor('\\alpha', macros), '');
  });

  it('leaves half a definition, and words that only begin like one, to KaTeX', () => {
    for (const tex of [
      '\\newcommand{\\x}{a',
      '\\def',
      '\\newcommand',
      '\\let\\x',
      '\\def\\x',
      '\\newcommand{x}{y}',
      '\\DeclareMathOperator{\\x}',
    ]) {
      assert.deepEqual(define(tex, noMacros), { tex, macros: noMacros });
    }
    assert.equal(mayDefine('\\deftly \\letter \\default'), false);
  });

  it('is kept for two hundred names of a thousand letters at most', () => {
    const many = Array.from({ length: 300 }, (_, index) => `\\def\\${letters(index)}{1}`).join('');
    assert.equal(define(many, noMacros).macros.size, 200);
    assert.equal(define(`\\def\\x{${'y'.repeat(1_000)}}`, noMacros).macros.size, 0);
  });

  it('is looked for once only where braces have no end', () => {
    // Quadratic, these would take minutes.
    for (const piece of ['\\def\\a{', '\\newcommand{\\a}[1]{', '\\let\\a\\b', '\\def\\a{}', '{\\def\\a#1']) {
      assert.ok(define(piece.repeat(20_000), noMacros).macros.size <= 1);
    }
  });

  it('never throws, and changes nothing that is no definition', () => {
    const pieces = fc.constantFrom(
      '\\newcommand',
      '\\def',
      '\\let',
      '\\gdef',
      '\\DeclareMathOperator',
      '*',
      '{',
      '}',
      '\\x',
      '#1',
      '[1]',
      '[',
      'a',
      ' ',
      '%',
      '\n',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const tex = parts.join('');
        const { macros } = define(tex, noMacros);
        definitionsFor(tex, macros);
        if (!mayDefine(tex)) assert.equal(define(tex, noMacros).tex, tex);
      }),
    );
  });
});

function letters(index: number): string {
  return [...String(index)].map((digit) => String.fromCharCode(97 + Number(digit))).join('');
}
