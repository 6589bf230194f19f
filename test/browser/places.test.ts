import assert from 'node:assert/strict';
import { solve } from './conversations.ts';
import { PanelPage } from './panelPage.ts';
import { placesFound, placesText } from './samples.ts';

describe('The panel’s links to places', () => {
  let panel: PanelPage;
  before(async () => {
    panel = await PanelPage.start();
  });
  after(() => panel.close());
  afterEach(async () => assert.deepEqual(await panel.violations(), []));

  const found = (paths: readonly string[] = placesFound): Promise<void> => panel.send({ type: 'places', paths });
  const links = (part = '.answer'): Promise<string[]> => panel.page.locator(`${part} a[data-place]`).allInnerTexts();
  const open = async (thought: string, answer: string): Promise<void> => {
    await panel.open(solve().answered(thought, answer).state(), { height: 900 });
    await panel.page.locator('.fold').evaluate((fold: HTMLElement) => fold.click());
    await panel.drawn();
    await panel.waitForSent('findPlaces');
  };
  /** Where each character and formula of the answer is drawn. */
  const geometry = (): Promise<[string, number, number][]> =>
    panel.page.locator('.answer').evaluate((answer) => {
      const rects: [string, number, number][] = [];
      const walker = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.nodeValue ?? '';
        for (let index = 0; index < text.length; index += 1) {
          range.setStart(node, index);
          range.setEnd(node, index + 1);
          const { x, y } = range.getBoundingClientRect();
          rects.push([text[index] ?? '', x, y]);
        }
      }
      return rects;
    });

  const asked = async (): Promise<string[]> => (await panel.sent('findPlaces')).flatMap(({ paths }) => paths);

  it('asks for each path once, and never for members, formulas or addresses', async () => {
    await open(placesText, placesText);
    await panel.page.waitForFunction(() => JSON.stringify(window.sent).includes('python poly.py'));
    assert.deepEqual(await asked(), ['poly.py', 'src/scale.ts', 'missing.py', 'python poly.py']);
    assert.deepEqual(await links(), []);
  });

  it('opens names with spaces in inline code and quotes, and with letters of every language', async () => {
    await open('Hm.', 'See `My notes/Über uns.md:3`, “my part.tex”, файл.txt:7 and 打开main.ts here; `uns.md` is another.');
    await found(['My notes/Über uns.md', 'my part.tex', 'part.tex', 'файл.txt', 'main.ts']);
    assert.deepEqual(await links(), ['My notes/Über uns.md:3', 'my part.tex', 'файл.txt:7', 'main.ts']);
    for (const link of await panel.find('.answer a[data-place]').all()) await link.click();
    const place = { type: 'openPlace', turnId: 'turn1' };
    assert.deepEqual(await panel.sent('openPlace'), [
      { ...place, path: 'My notes/Über uns.md', line: 3 },
      { ...place, path: 'my part.tex' },
      { ...place, path: 'файл.txt', line: 7 },
      { ...place, path: 'main.ts' },
    ]);
  });

  it('makes no link of what only claims to be one', async () => {
    const forged = [
      '<a data-place="poly.py" class="link">a</a> <span data-place=poly.py>b</span>',
      '<div data-place="poly.py" tabindex="0">c</div>',
      '[d](poly.py) [e](<x" data-place="poly.py>) ![f](x"data-place="poly.py)',
      '| <a data-place="poly.py">g</a> |\n|---|\n| `"data-place="x` |',
      '`<a data-place="poly.py">h</a>`',
      '$\\htmlData{place=poly.py}{i}$ $\\htmlClass{link}{j}$',
      '```x" data-place="poly.py\nk\n```',
    ].join('\n\n');
    await panel.open(solve().answered(forged, forged).state(), { height: 900 });
    await panel.find('.fold').click();
    await panel.settled();
    assert.equal(await panel.find('[data-place]').count(), 0);
    await found(['poly.py']);
    const shown = await panel
      .find('main [data-place]')
      .evaluateAll((all) => all.map((each) => [each.textContent, each.getAttribute('data-place')]));
    assert.ok(shown.length > 0 && shown.every(([text, place]) => text === 'poly.py' && place === 'poly.py'), JSON.stringify(shown));
    assert.deepEqual(await panel.sent('openPlace'), []);
  });

  it('makes links of the files that are there, in text and inline code, and moves nothing', async () => {
    await open('Hm.', placesText);
    const before = await geometry();
    await found();
    assert.deepEqual(await links(), ['poly.py:12', 'src/scale.ts:3:7', 'poly.py', 'poly.py', 'src/scale.ts', 'poly.py']);
    const after = await geometry();
    assert.equal(after.length, before.length);
    // Text that is drawn in more pieces is rounded anew: a tenth of a pixel a line.
    const moved = after.filter(([letter, x, y], index) => {
      const [was, oldX, oldY] = before[index] ?? ['', 0, 0];
      return letter !== was || Math.abs(x - oldX) > 0.5 || Math.abs(y - oldY) > 0.5;
    });
    assert.deepEqual(moved, []);
    assert.equal(await panel.page.locator('.answer .katex').count(), 2);
    await panel.shot('places');
  });

  it('opens a place by click and by Enter, at its line and column', async () => {
    await open(placesText, placesText);
    await found();
    await panel.page.getByRole('link', { name: 'src/scale.ts:3:7' }).last().click();
    await panel.page.locator('.answer').getByRole('link', { name: 'poly.py:12' }).focus();
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.sent('openPlace'), [
      { type: 'openPlace', turnId: 'turn1', path: 'src/scale.ts', line: 3, column: 7 },
      { type: 'openPlace', turnId: 'turn1', path: 'poly.py', line: 12 },
    ]);
    assert.deepEqual(await panel.sent('openLink'), []);
  });

  it('reaches those of a thought by the arrows, without a Tab stop each', async () => {
    await open(placesText, 'Yes.');
    await found();
    assert.equal((await links('.flow')).length, 6);
    assert.equal(await panel.page.locator('.flow a[data-place][tabindex="0"]').count(), 0);
    await panel.page.locator('.flow').focus();
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.sent('openPlace'), [{ type: 'openPlace', turnId: 'turn1', path: 'src/scale.ts', line: 3, column: 7 }]);
  });

  it('waits for the end of a block before it asks, and knows a path from then on', async () => {
    const script = solve().phase('answering').delta('answer', 'See poly.p');
    await panel.open(script.state());
    const send = async (text: string): Promise<void> => {
      const from = script.events.length;
      await panel.send({ type: 'events', from, events: script.delta('answer', text).after(from) });
    };
    await send('y and more.');
    assert.deepEqual(await panel.sent('findPlaces'), []);
    await send('\n\nThen poly.py:3\n');
    await panel.waitForSent('findPlaces');
    await found(['poly.py']);
    await send('and poly.py:4 at once');
    assert.deepEqual(await links(), ['poly.py', 'poly.py:3', 'poly.py:4']);
    assert.equal((await panel.sent('findPlaces')).length, 1);
  });

  it('asks again for what was missing when another conversation is shown', async () => {
    await open('Hm.', placesText);
    await found(['poly.py']);
    const before = (await asked()).length;
    await panel.send({ type: 'state', ...solve().answered('Hm.', `New: ${placesText}`).state() });
    await panel.page.waitForFunction(() => JSON.stringify(window.sent).split('python poly.py').length > 2);
    assert.deepEqual((await asked()).slice(before), ['src/scale.ts', 'missing.py', 'python poly.py']);
  });
});
