import assert from 'node:assert/strict';
import type { MathFlavour } from '../../src/core/formulas.ts';
import { definitionsUsed, referencesUsed } from '../../src/core/mathDefinitions.ts';

const preamble = String.raw`\documentclass{article}
\newcommand{\R}{\mathbb{R}}
\newcommand*\norm[1]{\left\lVert #1 \right\rVert}
\renewcommand{\vec}[2][n]{\mathbf{#2}_{#1}}
% \newcommand{\old}{x}
\def\half#1{\frac{#1}{2}}
\DeclareMathOperator*{\argmax}{arg\,max}
\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}
\NewDocumentCommand{\inner}{m m}{\langle #1, #2 \rangle}
\let\eps=\varepsilon
\newcommand{\quarter}[1]{\half{\half{#1}}}
\newenvironment{claim}{\par\textbf{Claim.}}{\par}
\newcommand{\broken}{unfinished
`;
const body = String.raw`
\begin{document}
\begin{equation} \label{eq:main}
  a = b
\end{equation}
\begin{align}
  c &= d \label{eq:one} \\
  e &= f \label{eq:two}
\end{align}
\begin{theorem}\label{thm:big}
  It holds.
\end{theorem}
\section{Intro}\label{sec:intro}
\end{document}
`;
const typst = `#let R = $bb(R)$
#let norm(x) = $lr(|| #x ||)$
#let both(a, b) = {
  norm(a) + norm(b)
}
// #let old = 1
$ a = b $ <main>
= Intro <intro>
`;

describe('What a formula means that is defined elsewhere', () => {
  const definitions = (document: string, flavour: MathFlavour, used: string): string[] =>
    definitionsUsed(document, flavour, used).map(({ start, end }) => document.slice(start, end));
  const cases: readonly (readonly [used: string, definitions: readonly string[]])[] = [
    ['x \\in \\R', ['\\newcommand{\\R}{\\mathbb{R}}']],
    ['\\norm{x}', ['\\newcommand*\\norm[1]{\\left\\lVert #1 \\right\\rVert}']],
    ['\\vec[2]{x}', ['\\renewcommand{\\vec}[2][n]{\\mathbf{#2}_{#1}}']],
    ['\\half x', ['\\def\\half#1{\\frac{#1}{2}}']],
    ['\\argmax_x', ['\\DeclareMathOperator*{\\argmax}{arg\\,max}']],
    ['\\abs{x}', ['\\DeclarePairedDelimiter{\\abs}{\\lvert}{\\rvert}']],
    ['\\inner{x}{y}', ['\\NewDocumentCommand{\\inner}{m m}{\\langle #1, #2 \\rangle}']],
    ['\\eps > 0', ['\\let\\eps=\\varepsilon']],
    ['\\quarter{x}', ['\\def\\half#1{\\frac{#1}{2}}', '\\newcommand{\\quarter}[1]{\\half{\\half{#1}}}']],
    ['\\begin{claim}x\\end{claim}', ['\\newenvironment{claim}{\\par\\textbf{Claim.}}{\\par}']],
    ['\\old \\Rx \\halfway \\broken', []],
    ['\\frac{1}{2}', []],
  ];
  for (const [used, expected] of cases) it(`is found for ${used}`, () => assert.deepEqual(definitions(preamble, 'latex', used), expected));

  it('is the last of several definitions', () => {
    const text = '\\newcommand{\\x}{1}\n\\renewcommand{\\x}{2}\n';
    assert.deepEqual(definitions(text, 'latex', '\\x'), ['\\renewcommand{\\x}{2}']);
  });

  it('is found in Markdown, inside its formulas', () => {
    assert.deepEqual(definitions('$$\\newcommand{\\R}{\\mathbb{R}}$$\n', 'markdown', '$x \\in \\R$'), ['\\newcommand{\\R}{\\mathbb{R}}']);
  });

  it('is found in Typst, over several lines and with what it uses', () => {
    assert.deepEqual(definitions(typst, 'typst', '$x in R$'), ['#let R = $bb(R)$']);
    assert.deepEqual(definitions(typst, 'typst', '$both(x, y)$'), [
      '#let norm(x) = $lr(|| #x ||)$',
      '#let both(a, b) = {\n  norm(a) + norm(b)\n}',
    ]);
    assert.deepEqual(definitions(typst, 'typst', '$old$'), []);
  });

  it('does not run in circles', () => {
    const text = '\\newcommand{\\a}{\\b}\n\\newcommand{\\b}{\\a}\n';
    assert.deepEqual(definitions(text, 'latex', '\\a'), ['\\newcommand{\\a}{\\b}', '\\newcommand{\\b}{\\a}']);
  });
});

describe('What a text refers to', () => {
  const references = (document: string, flavour: MathFlavour, used: string): string[] =>
    referencesUsed(document, flavour, used).map(({ start, end }) => document.slice(start, end));
  const equation = '\\begin{equation} \\label{eq:main}\n  a = b\n\\end{equation}';
  const align = '\\begin{align}\n  c &= d \\label{eq:one} \\\\\n  e &= f \\label{eq:two}\n\\end{align}';
  const cases: readonly (readonly [used: string, found: readonly string[]])[] = [
    ['By \\eqref{eq:main}', [equation]],
    ['By (\\ref{eq:two})', [align]],
    ['By \\cref{eq:main, thm:big}', [equation, '\\begin{theorem}\\label{thm:big}\n  It holds.\n\\end{theorem}']],
    ['See \\autoref{sec:intro}', ['\\section{Intro}\\label{sec:intro}']],
    ['By \\eqref{eq:none}', []],
  ];
  for (const [used, found] of cases) it(`is found for ${used}`, () => assert.deepEqual(references(preamble + body, 'latex', used), found));

  it('is found in Typst', () => {
    assert.deepEqual(references(typst, 'typst', 'By @main and @intro.'), ['$ a = b $ <main>', '= Intro <intro>']);
    assert.deepEqual(references(typst, 'typst', 'Mail me@main now'), []);
  });
});
