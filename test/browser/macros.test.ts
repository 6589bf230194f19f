import assert from 'node:assert/strict';
import { solve, stateOf } from './conversations.ts';
import { assertSameHoweverCut } from './cuts.ts';
import { PanelPage } from './panelPage.ts';

const definitions = `We write $\\newcommand{\\E}{\\mathbb{E}}\\newcommand{\\norm}[1]{\\left\\|#1\\right\\|}$ for the mean and

$$\\DeclareMathOperator{\\Tr}{Tr} \\def\\half{\\tfrac12}$$

for trace.`;

const text = `Before it $\\half$ is unknown, and $x$ is not.

${definitions}

| $\\E x$ | trace |
|---|---|
| $\\norm{x}$ | $\\Tr A$ |

1. first \\(\\half\\)
2. then $\\renewcommand{\\half}{0.5}$ and $\\half$

> $$\\begin{align*} \\Tr A &= \\half \\\\ &= \\boxed{\\norm{y}} \\end{align*}$$

After it $\\half$ and \\(\\E[x]\\).
`;

/** Formulas of a part of the page: what is typeset, or the source of one that is not. */
function formulas(part: string): string[] {
  return [...document.querySelectorAll(`${part} :is(.math, .formula)`)].map((element) => {
    const bad = element.querySelector('.tex.bad');
    if (bad) return `bad ${bad.textContent}`;
    const math = element.querySelector('semantics')?.firstElementChild;
    return math?.textContent ?? '';
  });
}

describe('Commands that a formula defines, in the panel', () => {
  const panel = PanelPage.forSuite();

  const drawn = async (thought: string, answer: string): Promise<void> => {
    await panel.open(solve().answered(thought, answer).state(), { height: 900 });
    await panel.find('.fold').click();
    await panel.drawn();
  };

  for (const part of ['.answer', '.flow']) {
    it(`hold in all formulas that follow in ${part}, across blocks, and in none before`, async () => {
      await drawn(text, text);
      assert.deepEqual(
        (await panel.page.evaluate(formulas, part)).map((formula) => formula.replace(/[\s\u2061]/g, '')),
        ['bad $\\half$', 'x', '', '', 'Ex', '∥x∥', 'TrA', '12', '', '0.5', 'TrA=0.5=∥y∥', '0.5', 'E[x]'].map((each) =>
          each.replace(/\s/g, ''),
        ),
      );
      await panel.shot(`macros-${part.slice(1)}`);
    });
  }

  it('give the same page however the text was cut', async () => {
    await assertSameHoweverCut(panel, text, 6);
  });

  it('draw nothing anew that stands before them', async () => {
    const script = solve().phase('answering').delta('answer', 'First $\\E$ and $x$.\n\nThen $\\newcommand{\\E}{\\mathbb{E}}$ and');
    await panel.open(script.state());
    await panel.drawn();
    await panel.find('.answer p .math').evaluateAll((all) => all.forEach((each) => each.setAttribute('data-same', '')));
    const from = script.events.length;
    await panel.send({ type: 'events', from, events: script.delta('answer', ' $\\E$.\n\nThen $z$ and $\\E$.\n\nEnd.').end().after(from) });
    await panel.drawn();
    assert.equal(await panel.find('.answer p').first().locator('.math[data-same]').count(), 2);
    assert.equal(await panel.find('.answer .tex.bad').innerText(), '$\\E$');
    assert.deepEqual(await panel.find('.answer mi').allTextContents(), ['x', 'E', 'z', 'E']);
  });

  it('are taken back with the text when the answer is written anew', async () => {
    const script = solve().phase('answering').delta('answer', '$\\newcommand{\\v}[1]{\\mathbf{#1}}$\n\n$\\v{x}$\n\n');
    await panel.open(stateOf(script.events));
    await panel.drawn();
    await panel.send({ type: 'state', ...solve().phase('answering').delta('answer', '$\\half$\n\nAnd $\\v{x}$ here.\n\n').state() });
    await panel.drawn();
    assert.equal(await panel.find('.answer .tex.bad').first().innerText(), '$\\half$');
  });

  it('hold in neither another turn nor the other text of the same turn', async () => {
    const script = solve()
      .answered(definitions, 'So $\\Tr A$.')
      .ask('ask', undefined, 'And?')
      .answered('Hm, $\\half$.', `${definitions}\n\n$\\half$`);
    script.ask('ask', undefined, 'And?').answered('Hm.', 'So $\\half$.');
    await panel.open(script.state());
    for (const fold of await panel.find('.fold').all()) await fold.click();
    await panel.drawn();
    const bad = (part: string): Promise<string[]> => panel.find(`${part} .tex.bad`).allInnerTexts();
    assert.deepEqual(await bad('.answer'), ['$\\Tr A$', '$\\half$']);
    assert.deepEqual(await bad('.flow'), ['$\\half$']);
  });

  it('are known to the preview of a thought, from blocks that it does not show', async () => {
    const blocks = Array.from({ length: 12 }, (_, index) => `Step ${index}.`).join('\n\n');
    const script = solve().phase('thinking').delta('thought', `${definitions}\n\n${blocks}\n\nNow $\\Tr A$.\n\nSo`);
    await panel.open(script.state());
    await panel.drawn();
    assert.equal(await panel.find('.flow.preview p').count(), 8);
    assert.equal((await panel.page.evaluate(formulas, '.flow')).at(-1)?.replace(/[\s\u2061]/g, ''), 'TrA');
  });

  it('are part of what is copied as MathML, and not of the LaTeX', async () => {
    await drawn('Hm.', `${definitions}\n\nSo $\\norm{x}$.`);
    for (const item of ['Copy as LaTeX', 'Copy as MathML']) {
      await panel
        .find('.answer .math')
        .last()
        .click({ button: 'right', position: { x: 5, y: 8 } });
      await panel.page.getByRole('menuitem', { name: item, exact: true }).click();
    }
    const [latex, mathml = ''] = (await panel.sent('copyText')).map((each) => each.text);
    assert.equal(latex, '\\norm{x}');
    assert.match(
      mathml,
      /<mo[^>]*>∥<\/mo><mi>x<\/mi><mo[^>]*>∥<\/mo>.*<annotation encoding="application\/x-tex">\\norm\{x\}<\/annotation>/s,
    );
  });

  const bombs: readonly (readonly [string, string])[] = [
    ['calls itself', '$\\def\\x{\\x}$\n\n$\\x$'],
    ['calls itself twice', '$\\def\\x{\\x\\x}$\n\n$\\x$'],
    ['calls itself by another', '$\\def\\x{\\y}\\def\\y{\\x}$\n\n$\\x$'],
    ['doubles its argument', '$\\newcommand{\\x}[1]{\\x{#1#1}}$\n\n$\\x{y}$'],
    ['writes a thousand letters, a hundred times', `$\\def\\x{${'y'.repeat(900)}}$\n\n$${'\\x'.repeat(100)}$`],
    ['writes the same in one formula', `$$\\def\\x{${'y'.repeat(1_000)}}${'\\x'.repeat(100)}$$`],
    [
      'grows tenfold by each of six others',
      `$${['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => `\\def\\${name}x{${(index === 0 ? 'y' : `\\${'abcdef'[index - 1]}x`).repeat(10)}}`).join('')}$\n\n$\\fx$`,
    ],
  ];
  for (const [name, bomb] of bombs) {
    it(`are shown as source when one ${name}`, async () => {
      await drawn(bomb, `${bomb}\n\nStill $x$ here.`);
      for (const part of ['.answer', '.flow']) {
        const source = panel.find(`${part} .tex.bad`);
        assert.equal(await source.count(), 1);
        assert.match(
          (await source.getAttribute('title')) ?? '',
          /^This formula cannot be drawn: .*(?:Too many expansions|more than 10000 symbols|call stack)/,
        );
      }
      assert.equal((await panel.page.evaluate(formulas, '.answer')).at(-1), 'x');
    });
  }
});
