import assert from 'node:assert/strict';
import { solve } from './conversations.ts';
import { PanelPage } from './panelPage.ts';

const text = `$$\\boxed{a + b \\ge 6}$$

\\begin{align*}
f(x) &= (x-1)(x+2) \\\\
-2f(x) + 1 &= x^2 + x \\\\
&< 7
\\end{align*}

$$E = mc^2 \\tag{1}$$

$$|x| = \\begin{cases} x & x \\ge 0 \\\\ -x & \\text{otherwise} \\end{cases}$$

$$\\begin{pmatrix} 1 & 22 \\\\ 333 & 4 \\end{pmatrix}$$

Inline $\\boxed{42}$ and \\(\\mathbb{R}\\).`;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Boxes of all letters of a formula's typeset text, each with its letter. Runs in the page. */
function letters(formula: Element): (Box & { readonly letter: string })[] {
  const found: (Box & { readonly letter: string })[] = [];
  const walker = document.createTreeWalker(formula.querySelector('.katex-html') ?? formula, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let index = 0; index < (node.nodeValue ?? '').length; index += 1) {
      range.setStart(node, index);
      range.setEnd(node, index + 1);
      const { left, right, top, bottom, width } = range.getBoundingClientRect();
      if (width > 0) found.push({ letter: node.nodeValue?.[index] ?? '', left, right, top, bottom });
    }
  }
  return found;
}

describe('The geometry of formulas', () => {
  const panel = PanelPage.forSuite();
  before(async () => {
    await panel.open(solve().answered(text, text).state(), { height: 1200 });
    await panel.find('.fold').click();
    await panel.drawn();
    await panel.shot('geometry');
  });

  const lettersOf = async (part: string, index: number): Promise<ReturnType<typeof letters>> =>
    panel.find(`${part} .formula`).nth(index).evaluate(letters);
  const close = (values: readonly number[]): boolean => Math.max(...values) - Math.min(...values) < 1;

  for (const part of ['.answer', '.flow'] as const) {
    it(`draws a line around a boxed result in ${part}`, async () => {
      const found = await panel.find(`${part} .fbox`).evaluateAll((all) =>
        all.map((each) => {
          const { left, right, top, bottom } = each.getBoundingClientRect();
          const { borderTopWidth, borderTopColor, borderTopStyle } = getComputedStyle(each);
          return { left, right, top, bottom, width: parseFloat(borderTopWidth), colour: borderTopColor, style: borderTopStyle };
        }),
      );
      assert.equal(found.length, 2);
      const inside = [await lettersOf(part, 0), await panel.find(`${part} .math`).first().evaluate(letters)];
      found.forEach((box, index) => {
        assert.ok(box.width >= 1 && box.style === 'solid' && !/, 0\)$|transparent/.test(box.colour), JSON.stringify(box));
        assert.ok((inside[index] ?? []).length > 1);
        for (const { left, right } of inside[index] ?? [])
          assert.ok(left > box.left && right < box.right, JSON.stringify({ box, left, right }));
        const middles = (inside[index] ?? []).map(({ top, bottom }) => (top + bottom) / 2);
        assert.ok(middles.every((middle) => middle > box.top && middle < box.bottom));
      });
    });

    it(`aligns columns at their relations in ${part}: right, left`, async () => {
      const all = await lettersOf(part, 1);
      const relations = all.filter(({ letter }) => letter === '=' || letter === '<');
      assert.equal(relations.length, 3);
      assert.ok(close(relations.map(({ left, right }) => (left + right) / 2)), 'the relations stand below each other');
      const before = relations.slice(0, 2).map(({ left, top, bottom }) => {
        const row = all.filter((each) => each.right <= left && each.top < bottom && each.bottom > top);
        return { left: Math.min(...row.map((each) => each.left)), right: Math.max(...row.map((each) => each.right)) };
      });
      assert.ok(close(before.map(({ right }) => right)), 'the left column ends at the relation');
      assert.ok(!close(before.map(({ left }) => left)), 'and its rows are of different widths');
    });

    it(`stands a number at the right edge, in the middle of the line, in ${part}`, async () => {
      const all = await lettersOf(part, 2);
      const { left, right } = await panel
        .find(`${part} .formula`)
        .nth(2)
        .evaluate((each) => each.getBoundingClientRect().toJSON() as Box);
      const last = all.at(-1);
      assert.equal(last?.letter, ')');
      assert.ok(Math.abs((last?.right ?? 0) - right) < 4);
      const formula = all.slice(
        0,
        all.findIndex(({ letter }) => letter === '('),
      );
      const middle = (Math.min(...formula.map((each) => each.left)) + Math.max(...formula.map((each) => each.right))) / 2;
      assert.ok(Math.abs(middle - (left + right) / 2) < 4);
    });

    it(`aligns cases to the left and a matrix to the middle in ${part}`, async () => {
      const all = await lettersOf(part, 3);
      const starts = ['≥', 'o'].map((wanted) => {
        const at = all.findIndex(({ letter }) => letter === wanted);
        return all[wanted === '≥' ? at - 1 : at]?.left ?? 0;
      });
      assert.ok(close(starts), 'the conditions begin below each other');
      const digits = (await lettersOf(part, 4)).filter(({ letter }) => /\d/.test(letter));
      const middle = (of: string): number => {
        const found = digits.filter(({ letter }) => of.includes(letter));
        return (Math.min(...found.map(({ left }) => left)) + Math.max(...found.map(({ right }) => right))) / 2;
      };
      assert.ok(close([middle('1'), middle('3')]) && close([middle('2'), middle('4')]));
    });
  }

  it('lays the number of a wide formula over nothing: both are scrolled', async () => {
    const wide = `$$${Array.from({ length: 12 }, (_, index) => `a_{${index}}`).join(' + ')} \\tag{17}$$`;
    await panel.open(solve().answered(wide, wide).state(), { width: 320, height: 600 });
    await panel.find('.fold').click();
    await panel.drawn();
    for (const part of ['.answer', '.flow']) {
      const all = await lettersOf(part, 0);
      const number = all.slice(-4);
      assert.equal(number.map(({ letter }) => letter).join(''), '(17)');
      assert.ok(Math.max(...all.slice(0, -4).map(({ right }) => right)) < (number[0]?.left ?? 0));
    }
  });
});

describe('What is never executed, loaded or large', () => {
  const panel = PanelPage.forSuite();

  it('is a Mermaid diagram, an image, however large, and data of one: they are shown as code and words', async () => {
    const diagram = '```mermaid\ngraph TD; A[<img src=x onerror="window.attacked=1">]-->B; click A "javascript:window.attacked=2"\n```';
    const data = `![dot](data:image/svg+xml;base64,${'PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+'.repeat(300)})`;
    const images = `${data}\n\n![huge](https://example.org/huge.png "99999x99999")\n\n[![badge](https://example.org/badge.svg)](https://example.org)\n\n<img src="https://example.org/a.png" width="99999">\n\n<svg width="99999" height="99999"><rect/></svg>\n\n\`\`\`svg\n<svg width="9999"/>\n\`\`\``;
    panel.requests.length = 0;
    await panel.open(solve().answered(`${diagram}\n\n${images}`, `${diagram}\n\n${images}`).state());
    await panel.find('.fold').click();
    await panel.settled();
    assert.equal(await panel.page.evaluate(() => window.attacked), undefined);
    assert.equal(await panel.find(':is(.answer, .flow) :is(img, svg:not(button svg), image, picture, object, embed, canvas)').count(), 0);
    assert.deepEqual(await panel.find('.answer .code .language').allTextContents(), ['Mermaid', 'SVG']);
    assert.match((await panel.find('.answer .code pre').first().textContent()) ?? '', /^graph TD; A\[<img/);
    assert.ok(
      panel.requests.every((url) => !/example|data:/.test(url)),
      panel.requests.join(' '),
    );
    const sizes = await panel.find('.answer > *').evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height));
    assert.ok(Math.max(...sizes) < 640, `no block is taller than the panel: ${sizes.join(' ')}`);
    await panel.shot('images');
  });
});
