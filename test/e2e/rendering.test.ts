import assert from 'node:assert/strict';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { editorLines, panelFrame, runCommand, select, waitForEditorText, widenSideBar } from '../harness/workbench.ts';
import { answered, failureShots, rewriteTurn, undo } from './steps.ts';

const workspace = {
  'poly.py': 'def scale(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n\nprint(scale([1]))\n',
  'notes.md': '',
  'Über uns.md': '# Über uns\n',
};

const thought = `Let me see \\(x^2\\), with $\\mathbb{R}$ for the numbers.

\\begin{align*}
f(x) &= (x-1)(x+2) \\\\
&= x^2 + x - 2
\\end{align*}`;

const answer = `We write $\\newcommand{\\half}{\\tfrac12}$ and see \`poly.py:4\` or \`Über uns.md\`, so $\\half + \\half = 1$.

$$\\boxed{a + b \\ge 6}\\tag{1}$$

\\[ |x| = \\begin{cases} x & x \\ge 0 \\\\ -x & x < 0 \\end{cases} \\qquad \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix} \\]

| Degree | Products |
|---|---|
| 8 | $2^3$ |

\`\`\`python
total = sum(x for x in xs)  # one long line that is wider than the panel by far, wherever it is
\`\`\`
`;

describe('what the model wrote, drawn in the workbench', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async function () {
    session = await startSession({ workspace, open: 'poly.py' });
    ({ page } = session);
    panel = panelFrame(page);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await select(page, 'poly.py', [4, 1], [4, Infinity]);
    await runCommand(page, 'Lemma: Explain Selection');
    await panel.locator('.question', { hasText: 'poly.py:4' }).waitFor();
    await rewriteTurn(session, thought, answer);
    await runCommand(page, 'Lemma: Open Panel');
    await widenSideBar(page, 420);
    await answered(panel, 'We write');
    await panel.locator('.answer .katex').nth(4).waitFor();
    await panel.locator('.answer .code [class*="hljs-"]').first().waitFor();
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-rendering-end');
    await session.close();
  });

  const formula = (text: string): Locator => panel.locator('.answer :is(.math, .formula)').filter({ hasText: text }).first();
  /** By the keyboard alone: the focus goes to the piece by the arrows, and its menu opens by Shift+F10. */
  const pick = async (piece: Locator, item: string): Promise<void> => {
    await panel.locator('.answer').focus();
    for (let step = 0; step < 20; step += 1) {
      await page.keyboard.press('ArrowRight');
      if (await piece.evaluate((each) => each.contains(document.activeElement))) break;
    }
    await page.keyboard.press('Shift+F10');
    const entry = panel.getByRole('menuitem', { name: item, exact: true });
    await entry.waitFor();
    while (!(await entry.evaluate((each) => each === document.activeElement))) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await entry.waitFor({ state: 'detached' });
  };
  /** What the clipboard has, once it has what is expected. */
  const copied = (expected: RegExp): Promise<string> =>
    page.evaluate(
      async ({ source, flags }) => {
        for (;;) {
          const now = await navigator.clipboard.readText();
          if (new RegExp(source, flags).test(now)) return now;
          await new Promise((done) => requestAnimationFrame(done));
        }
      },
      { source: expected.source, flags: expected.flags },
    );

  it('has formulas with boxes, tags, cases, matrices and commands of the text’s own', async () => {
    assert.equal(await panel.locator('.answer .tex').count(), 0, 'nothing is shown as source');
    assert.equal(await panel.locator('.answer .katex .fbox').count(), 1);
    assert.equal(await panel.locator('.answer .katex .katex-tag').count(), 1);
    await panel.locator('.thought .fold').click();
    await panel.locator('.thought .katex').nth(2).waitFor();
    assert.equal(await panel.locator('.thought .tex').count(), 0);
    await session.shot('e2e-rendering-thought');
    await panel.locator('.thought .fold').click();
  });

  it('gives a formula as LaTeX and as MathML, and a table as Markdown, by Shift+F10', async () => {
    await pick(formula('≥'), 'Copy as LaTeX');
    assert.equal(await copied(/boxed/), '\\boxed{a + b \\ge 6}\\tag{1}');
    await pick(formula('≥'), 'Copy as MathML');
    assert.match(await copied(/^<math/), /<menclose notation="box">.*<annotation encoding="application\/x-tex">\\boxed/s);
    await pick(panel.locator('.answer .tablebox'), 'Copy as Markdown');
    assert.equal(await copied(/Degree/), '| Degree | Products |\n|---|---|\n| 8 | $2^3$ |');
  });

  it('copies code by its button, wraps it, and opens it as an editor of its language', async () => {
    const box = panel.locator('.answer .code');
    await box.getByRole('button', { name: 'Copy Code' }).click();
    await copied(/^total = sum.*wherever it is\n?$/);
    const wide = (): Promise<boolean> => box.locator('pre').evaluate((pre) => pre.scrollWidth > pre.clientWidth);
    assert.equal(await wide(), true);
    const wrap = box.getByRole('button', { name: 'Wrap Lines' });
    await wrap.click();
    await wrap.and(panel.locator('[aria-pressed=true]')).waitFor();
    assert.equal(await wide(), false);
    await box.getByRole('button', { name: 'Open as Editor' }).click();
    await page.locator('.tabs-container .tab.active', { hasText: 'Untitled-1' }).waitFor();
    await page.locator('.monaco-editor[data-uri="untitled:Untitled-1"] .view-line', { hasText: /total\s=\ssum/ }).waitFor();
    await page.locator('.part.statusbar', { hasText: 'Python' }).waitFor();
  });

  it('opens a place that the text names, at its line', async () => {
    const link = panel.locator('.answer a[data-place="poly.py:4"]');
    await link.click();
    await page.locator('.tabs-container .tab.active', { hasText: 'poly.py' }).waitFor();
    await page.locator('.part.statusbar', { hasText: 'Ln 4, Col 1' }).waitFor();
    await panel.locator('.answer a[data-place="Über uns.md"]').click();
    await page.locator('.tabs-container .tab.active', { hasText: 'Über uns.md' }).waitFor();
    await link.click();
    await page.locator('.tabs-container .tab.active', { hasText: 'poly.py' }).waitFor();
  });

  it('inserts code at the cursor, undone by one step', async () => {
    await panel.locator('.answer .code').getByRole('button', { name: 'Insert at Cursor' }).click();
    await waitForEditorText(page, 'poly.py', 'one long line');
    await undo(page, 'poly.py');
    await waitForEditorText(page, 'poly.py', /^(?!.*one long line)/s);
    assert.equal((await editorLines(page, 'poly.py'))[3], '        total += x');
  });
});
