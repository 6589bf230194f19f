import assert from 'node:assert/strict';
import { fencedBlocks } from '../../src/core/fences.ts';
import { explain, solve } from './conversations.ts';
import { assertSameHoweverCut } from './cuts.ts';
import { PanelPage, themes } from './panelPage.ts';
import { codeAnswer, mathAnswer, mathThought, mixedMarkdown, placesFound, placesText } from './samples.ts';

const hostile = `<script>window.attacked = 'script'</script>

<img src="x" onerror="window.attacked = 'img'"> and <svg onload="window.attacked = 'svg'"></svg>

[js](javascript:window.attacked='link') [data](data:text/html,x) ![remote](https://example.org/pixel.png)

<a href="https://example.org" onclick="window.attacked = 'a'">a</a> <iframe src="https://example.org"></iframe>

<div style="position:fixed;inset:0">over everything</div>

<style>* { display: none }</style> <b onmouseover="window.attacked = 'b'">bold</b> <span data-slot="0">slot</span>

$\\href{javascript:window.attacked='math'}{x}$ $\\includegraphics{https://example.org/a.png}$ $\\def\\x{\\x\\x}\\x$

\\[\\htmlStyle{position:fixed}{x}\\]

\`\`\`html
<script>window.attacked = 'code'</script>
\`\`\``;

describe('The panel’s rendering', () => {
  let panel: PanelPage;
  before(async () => {
    panel = await PanelPage.start();
  });
  after(() => panel.close());
  afterEach(async () => assert.deepEqual(await panel.violations(), []));

  const answered = async (answer: string): Promise<void> => {
    await panel.open(solve().answered('Hm.', answer).state());
    await panel.drawn();
  };

  for (const [name, text] of Object.entries({ mixedMarkdown, codeAnswer, mathAnswer, hostile })) {
    it(`gives the same answer and thought however the text was cut: ${name}`, () => assertSameHoweverCut(panel, text, 5));
  }

  it('keeps finished blocks and formulas on the page while text grows', async () => {
    const script = solve().phase('answering').delta('answer', 'First with $x$.\n\nSecond with $y$ and');
    await panel.open(script.state());
    await panel.drawn();
    const [block, formula] = await Promise.all([
      panel.page.locator('.answer p').first().elementHandle(),
      panel.page.locator('.answer p').nth(1).locator('.katex').elementHandle(),
    ]);
    const from = script.events.length;
    await panel.send({ type: 'events', from, events: script.delta('answer', ' more text, and $z$ too.').after(from) });
    await panel.drawn();
    assert.equal(await block?.evaluate((node) => node.isConnected), true);
    assert.equal(await formula?.evaluate((node) => node.isConnected), true);
    assert.equal(await panel.page.locator('.answer .katex').count(), 3);
  });

  it('typesets every kind of formula, and leaves prices and code alone', async () => {
    await answered(
      'Prices $5 and $6. $a$ \\(b\\) $$c$$ \\[d\\]\n\n\\begin{align*}e &= f \\\\ g &= h\\end{align*}\n\n$$\\boxed{i}\\tag{1}$$\n\n`$j$`\n\n```\n$k$\n```',
    );
    assert.equal(await panel.page.locator('.answer .katex').count(), 6);
    assert.equal(await panel.page.locator('.answer .formula').count(), 4);
    assert.match(await panel.page.locator('.answer p').first().innerText(), /^Prices \$5 and \$6\./);
  });

  it('shows a bad formula as its source with the reason as its title', async () => {
    await answered('So $\\frac{1}x}$ is bad, and \\(x^2\\) is good.');
    const bad = panel.page.locator('code.bad');
    assert.equal(await bad.innerText(), '$\\frac{1}x}$');
    assert.match((await bad.getAttribute('title')) ?? '', /^This formula cannot be drawn: /);
    assert.equal(await panel.page.locator('.answer .katex').count(), 1);
  });

  it('lets nothing of a hostile text run, load or navigate', async () => {
    panel.requests.length = 0;
    await panel.open(solve().answered(hostile, hostile).state());
    await panel.page.click('.fold');
    await panel.drawn();
    assert.equal(await panel.page.evaluate(() => window.attacked), undefined);
    const found = await panel.page.evaluate(() => ({
      elements: document.querySelectorAll('main :is(script, iframe, img, style, object, form, a[href])').length,
      handlers: [...document.querySelectorAll('.answer *, .flow *')].flatMap((element) =>
        [...element.attributes].filter(({ name }) => name.startsWith('on')).map(({ name }) => name),
      ),
      fixed: [...document.querySelectorAll('.answer *')].filter((element) => getComputedStyle(element).position === 'fixed').length,
    }));
    assert.deepEqual(found, { elements: 0, handlers: [], fixed: 0 });
    assert.ok(
      panel.requests.every((url) => /^\/(?:$|main|themes|vscodeApi|katex|highlighter|chunk|fonts\/)/.test(url)),
      panel.requests.join(' '),
    );
    const text = await panel.page.locator('.answer').innerText();
    assert.match(text, /<script>window\.attacked = 'script'<\/script>/);
    assert.match(text, /remote \(https:\/\/example\.org\/pixel\.png\)/);
  });

  it('sends links to the host and stays where it is', async () => {
    await answered('See [the page](https://example.org/a) and https://example.org/b.');
    const address = panel.page.url();
    await panel.page.getByRole('link', { name: 'the page' }).click();
    await panel.page.getByRole('link', { name: 'https://example.org/b' }).focus();
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(
      (await panel.sent('openLink')).map(({ href }) => href),
      ['https://example.org/a', 'https://example.org/b'],
    );
    assert.equal(panel.page.url(), address);
  });

  it('redraws only the blocks that use a link definition when it comes late', async () => {
    const script = solve().phase('answering').delta('answer', 'See [here][a].\n\nOther text.\n\nMore');
    await panel.open(script.state());
    assert.equal(await panel.page.locator('.answer a').count(), 0);
    const other = await panel.page.locator('.answer p').nth(1).elementHandle();
    const from = script.events.length;
    await panel.send({ type: 'events', from, events: script.delta('answer', '.\n\n[a]: https://example.org\n\nEnd.').end().after(from) });
    assert.equal(await panel.page.locator('.answer a').getAttribute('data-href'), 'https://example.org');
    assert.equal(await other?.evaluate((node) => node.isConnected), true);
  });

  it('counts the code blocks as the host does', async () => {
    const answer = `${mixedMarkdown}\n\n- item\n\n  \`\`\`js\n  let a = 1;\n  \`\`\`\n\n> \`\`\`c\n> int b;\n> \`\`\`\n`;
    await answered(answer);
    const shown = await panel.page.locator('.code.fenced pre').allInnerTexts();
    assert.deepEqual(
      shown.map((text) => text.trimEnd()),
      fencedBlocks(answer).map(({ code }) => code.trimEnd()),
    );
    const boxes = panel.page.locator('.code.fenced');
    for (let index = 0; index < (await boxes.count()); index += 1) {
      await boxes.nth(index).getByRole('button', { name: 'Copy Code' }).click();
      await boxes.nth(index).getByRole('button', { name: 'Insert at Cursor' }).click();
      await boxes.nth(index).getByRole('button', { name: 'Replace Selection' }).click();
    }
    const expected = shown.map((_, block) => ({ turnId: 'turn1', block }));
    for (const type of ['copy', 'insert', 'replace'] as const) {
      assert.deepEqual(
        await panel.sent(type),
        expected.map((target) => ({ type, ...target })),
      );
    }
  });

  for (const theme of themes) {
    it(`colours code and text with a contrast of at least 4.5:1 in ${theme}`, async () => {
      const code = 'class A(B):\n    """doc"""\n    @x\n    def f(self, n: int) -> bool:  # note\n        return len("s") + 42 > None';
      const web = '<p class="a">x</p>\n<!-- note -->';
      const css = 'a:hover { color: #fff; width: 10px }';
      const diff = '- old\n+ new\n@@ -1 +1 @@';
      const blocks = Object.entries({
        python: code,
        html: web,
        css,
        diff,
        json: '{"a": [true, 1]}',
        bash: 'export A=$B; echo "x" | grep -v y',
      });
      const answer = `Text with \`code\`, [link](https://example.org) and $x^2$.\n\n> quoted\n\n${placesText}\n\n${blocks.map(([name, text]) => `\`\`\`${name}\n${text}\n\`\`\``).join('\n\n')}`;
      await panel.open(explain().answered(mathThought, answer).state(), { theme, width: 480, height: 900 });
      await panel.page.click('.fold');
      await panel.drawn();
      await panel.send({ type: 'places', paths: placesFound });
      assert.equal(await panel.page.locator('.answer a[data-place]').count(), 6);
      assert.ok((await panel.page.locator('[class^=hljs-]').count()) > 20);
      assert.deepEqual(await panel.page.evaluate(lowContrast), []);
    });
  }
});

/** Texts on the page whose colour has less than 4.5:1 on what is behind it (WCAG 2.2, 1.4.3). Runs in the page. */
function lowContrast(): string[] {
  const parse = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const over = ([r = 0, g = 0, b = 0, a = 1]: number[], below: number[]): number[] =>
    [r, g, b].map((part, index) => part * a + (below[index] ?? 0) * (1 - a));
  const luminance = (rgb: number[]): number => {
    const [r = 0, g = 0, b = 0] = rgb.map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element: Element | null): number[] =>
    element ? over(parse(getComputedStyle(element).backgroundColor), background(element.parentElement)) : [255, 255, 255];
  const low: string[] = [];
  const walker = document.createTreeWalker(document.querySelector('main')!, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element || (node.nodeValue ?? '').trim() === '' || element.closest('.katex-mathml, .sr, [disabled]') || !element.checkVisibility())
      continue;
    const behind = background(element);
    const [a, b] = [luminance(over(parse(getComputedStyle(element).color), behind)), luminance(behind)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${ratio.toFixed(2)} ${element.className} ${(node.nodeValue ?? '').slice(0, 30)}`);
  }
  return low;
}
