import assert from 'node:assert/strict';
import { explain, solve, stateOf } from './conversations.ts';
import { PanelPage } from './panelPage.ts';
import { codeAnswer, mathAnswer, mathThought } from './samples.ts';

const table = '| Degree | $f(n)$ |\n|:--|--:|\n| 8 | 36 |\n| 32 | $\\frac{1}{2}$ |';
const code = '```py\nprint("a long line")\n```';
const text = `The sum \\( s = a + b \\) and $p$.\n\n\\[\nx^2 + 1\n\\]\n\n${table}\n\n${code}\n\nBare:\n\n\\begin{align*}\na &= b\n\\end{align*}\n`;

describe('The panel’s formulas, tables and code', () => {
  let panel: PanelPage;
  before(async () => {
    panel = await PanelPage.start();
  });
  after(() => panel.close());
  afterEach(async () => assert.deepEqual(await panel.violations(), []));

  const open = async (thought: string, answer: string, width = 480): Promise<void> => {
    await panel.open(solve().answered(thought, answer).state(), { width, height: 900 });
    await panel.page.locator('.fold').evaluate((fold: HTMLElement) => fold.click());
    await panel.drawn();
  };
  const copied = async (): Promise<string[]> => (await panel.sent('copyText')).map((each) => each.text);
  const menu = (): ReturnType<PanelPage['page']['getByRole']> => panel.page.getByRole('menu');
  const pick = async (label: string): Promise<void> => panel.page.getByRole('menuitem', { name: label, exact: true }).click();

  for (const part of ['.answer', '.flow'] as const) {
    it(`are copied by their menu from ${part}: LaTeX as it was written, MathML, Markdown`, async () => {
      await open(text, text);
      const formulas = panel.page.locator(`${part} :is(.math, .formula)`);
      const expected = ['s = a + b', 'p', 'x^2 + 1', 'f(n)', '\\frac{1}{2}', '\\begin{align*}\na &= b\n\\end{align*}'];
      for (let index = 0; index < expected.length; index += 1) {
        await formulas.nth(index).click({ button: 'right', position: { x: 5, y: 8 } });
        await pick('Copy as LaTeX');
      }
      assert.deepEqual(await copied(), expected);
      await formulas.nth(2).click({ button: 'right', position: { x: 5, y: 8 } });
      await pick('Copy as MathML');
      const mathml = (await copied()).at(-1)!;
      assert.match(mathml, /^<math xmlns="http:\/\/www\.w3\.org\/1998\/Math\/MathML"[^>]*display="block"[^>]*>/);
      assert.match(
        mathml,
        /<msup><mi>x<\/mi><mn>2<\/mn><\/msup>.*<annotation encoding="application\/x-tex">\s*x\^2 \+ 1\s*<\/annotation>/s,
      );
      assert.match(mathml, /<\/math>$/);
      await panel.page.locator(`${part} td`).first().click({ button: 'right' });
      await pick('Copy as Markdown');
      assert.equal((await copied()).at(-1), table);
      await formulas.nth(4).click({ button: 'right', position: { x: 5, y: 8 } });
      await pick('Copy Table as Markdown');
      assert.equal((await copied()).at(-1), table);
    });
  }

  it('are reached by the arrows from the text, which is one Tab stop, and open their menu by Shift+F10', async () => {
    await open(mathThought, text);
    await panel.page.locator('.answer').focus();
    const press = async (key: string): Promise<string> => {
      await panel.page.keyboard.press(key);
      return panel.page.evaluate(() => {
        const piece = document.activeElement?.closest('.math, .formula, .tablebox, .code');
        return `${piece?.className ?? document.activeElement?.tagName ?? ''} ${document.activeElement?.ariaLabel ?? ''}`;
      });
    };
    const walked = [];
    for (let step = 0; step < 9; step += 1) walked.push(await press('ArrowRight'));
    assert.deepEqual(walked, [
      'math Formula',
      'math Formula',
      'formula Formula',
      'tablebox Table',
      'math Formula',
      'math Formula',
      'code fenced Code',
      'formula Formula',
      'formula Formula',
    ]);
    assert.equal(await press('ArrowLeft'), 'code fenced Code');
    assert.equal(await press('ArrowLeft'), 'math Formula');
    const outline = await panel.page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    assert.equal(outline, 'solid');
    await panel.page.keyboard.press('Shift+F10');
    await menu().waitFor();
    await panel.page.keyboard.press('Escape');
    await menu().waitFor({ state: 'detached' });
    assert.equal(await press('ArrowLeft'), 'math Formula', 'the focus came back to the formula');
    await panel.page.keyboard.press('Shift+F10');
    await panel.page.keyboard.press('Enter');
    await panel.waitForSent('copyText');
    assert.deepEqual(await copied(), ['f(n)']);
    assert.equal(await panel.page.locator('.answer [role=group][tabindex="-1"]').count(), 1, 'only the visited formula can have the focus');
    await panel.page.locator('.answer').focus();
    assert.equal(await panel.page.locator('.answer [tabindex="-1"]').count(), 0, 'and nothing is left on it');
  });

  it('cost no Tab stop in a thought, except where they have to be scrolled', async () => {
    const long = Array.from({ length: 15 }, (_, index) => `a_{${index}}`).join(' + ');
    await open(
      `${Array.from({ length: 40 }, (_, index) => `So $x_{${index}}$ and\n\n$$y_{${index}}$$`).join('\n\n')}\n\n$$${long}$$`,
      'Yes.',
    );
    await panel.page.locator('.flow .formula').last().scrollIntoViewIfNeeded();
    await panel.page.locator('.flow .scroll[tabindex="0"]').waitFor();
    assert.equal(await panel.page.locator('.flow [tabindex="0"]').count(), 1);
    await panel.page.setViewportSize({ width: 1400, height: 900 });
    await panel.page.locator('.flow .scroll[tabindex="0"]').waitFor({ state: 'detached' });
  });

  it('leave VS Code’s own menu to prose, buttons and selected text', async () => {
    await open('Hm.', text);
    const prevented = async (selector: string): Promise<boolean> =>
      panel.page
        .locator(selector)
        .first()
        .evaluate((element) => !element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })));
    assert.equal(await prevented('.answer .math'), true);
    await panel.page.keyboard.press('Escape');
    assert.equal(await prevented('.answer > p'), false);
    await panel.page.evaluate(() => window.getSelection()?.selectAllChildren(document.querySelector('.answer')!));
    assert.equal(await prevented('.answer .math'), false);
  });

  it('say why there is no MathML of a bad formula, and its source can still be copied', async () => {
    await open('Hm.', 'So $\\frac{1}x}$ is bad.');
    await panel.page.locator('.answer .math').click({ button: 'right' });
    assert.equal(await panel.page.getByRole('menuitem', { name: 'Copy as MathML' }).getAttribute('aria-disabled'), 'true');
    await pick('Copy as LaTeX');
    assert.deepEqual(await copied(), ['\\frac{1}x}']);
  });

  it('have a copy button on tables that covers no text and comes with the pointer or the focus', async () => {
    await open('Hm.', table);
    const button = panel.page.locator('.answer').getByRole('button', { name: 'Copy Table as Markdown' });
    const opacity = (): Promise<string> => button.evaluate((element) => getComputedStyle(element).opacity);
    await panel.page.mouse.move(1, 1);
    assert.equal(await opacity(), '0');
    await button.focus();
    assert.equal(await opacity(), '1');
    await button.press('Enter');
    assert.deepEqual(await copied(), [table]);
    await panel.shot('pieces-table');
  });

  it('open code as an editor and copy it, in thoughts too', async () => {
    await open(code, code);
    for (const part of ['.answer', '.flow']) {
      await panel.page.locator(part).getByRole('button', { name: 'Open as Editor' }).click();
      await panel.page.locator(part).getByRole('button', { name: 'Copy Code' }).click();
    }
    const expected = { type: 'openAsEditor', text: 'print("a long line")', language: 'py' } as const;
    assert.deepEqual(await panel.sent('openAsEditor'), [expected, expected]);
    assert.deepEqual(await panel.sent('copy'), [{ type: 'copy', turnId: 'turn1', block: 0 }]);
    assert.deepEqual(await copied(), ['print("a long line")']);
    assert.equal(await panel.page.locator('.flow .code .verb').first().isVisible(), false, 'nothing goes into a file from a thought');
  });

  it('have the same in the menu of a code box, and code by indentation has it there alone', async () => {
    await open('Hm.', `${code}\n\n    indented`);
    await panel.page.locator('.answer .code.fenced pre').click({ button: 'right' });
    assert.deepEqual(await panel.page.getByRole('menuitem').allInnerTexts(), [
      'Insert at Cursor',
      'Replace Selection',
      'Copy Code',
      'Open as Editor',
      'Wrap Lines',
    ]);
    await panel.page.keyboard.press('Escape');
    await panel.page.locator('.answer .code:not(.fenced) pre').click({ button: 'right' });
    await pick('Copy Code');
    assert.deepEqual(await copied(), ['indented']);
  });

  it('wrap the lines of code by a toggle that is remembered', async () => {
    const long = `\`\`\`python\n${'total = total + 1; '.repeat(12)}\n\`\`\``;
    const state = explain().answered('Hm.', `${long}\n\n${long}`).state();
    await panel.open(state, { width: 320, height: 300 });
    await panel.drawn();
    const wide = (): Promise<boolean[]> =>
      panel.page.locator('.answer pre').evaluateAll((all) => all.map((pre) => pre.scrollWidth > pre.clientWidth));
    assert.deepEqual(await wide(), [true, true]);
    const toggle = panel.page.getByRole('button', { name: 'Wrap Lines' }).last();
    const top = (await toggle.boundingBox())?.y;
    await toggle.click();
    assert.deepEqual(await wide(), [false, false]);
    assert.equal((await toggle.boundingBox())?.y, top, 'the button stays under the pointer');
    await panel.shot('pieces-wrapped');
    await panel.reload(state);
    await panel.drawn();
    assert.deepEqual(await wide(), [false, false]);
    assert.equal(await toggle.getAttribute('aria-pressed'), 'true');
    await toggle.click();
    assert.deepEqual(await wide(), [true, true]);
  });

  it('draw code in the editor’s font and size', async () => {
    await panel.open(explain().answered('Hm.', codeAnswer).state());
    await panel.drawn();
    await panel.page.evaluate(() => {
      document.documentElement.style.setProperty('--vscode-editor-font-size', '17px');
      document.documentElement.style.setProperty('--vscode-editor-font-family', 'serif');
    });
    const style = await panel.page.locator('.answer .code pre code').evaluate((element) => {
      const { fontSize, fontFamily } = getComputedStyle(element);
      return { fontSize, fontFamily };
    });
    assert.deepEqual(style, { fontSize: '17px', fontFamily: 'serif' });
  });

  it('keep every button of a code box inside it in a narrow pane', async () => {
    for (const width of [250, 300, 320, 400, 480]) {
      await panel.open(explain().answered(`${code}\n\n${table}`, `${codeAnswer}\n${mathAnswer}`).state(), { width, height: 900 });
      await panel.page.locator('.fold').evaluate((fold: HTMLElement) => fold.click());
      await panel.drawn();
      const outside = await panel.page.evaluate(
        () =>
          [...document.querySelectorAll('.code > header > *')].filter((each) => {
            const [inner, box] = [each.getBoundingClientRect(), each.closest('.code')!.getBoundingClientRect()];
            return inner.right > box.right || (each.matches('button') && each.checkVisibility() && (inner.width < 24 || inner.height < 24));
          }).length,
      );
      assert.equal(outside, 0, `${width} px`);
      await panel.shot(`pieces-${width}`);
    }
  });

  it('open no menu while the formula’s end has not come', async () => {
    const script = solve().phase('answering').delta('answer', 'So $$x + ');
    await panel.open(stateOf(script.events));
    await panel.page.locator('.answer .pending').click({ button: 'right' });
    assert.equal(await menu().count(), 0);
  });
});
