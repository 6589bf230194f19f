import assert from 'node:assert/strict';
import { solve, wordsOf } from './conversations.ts';
import type { Script } from './conversations.ts';
import { PanelPage, themes } from './panelPage.ts';
import { mathAnswer, mathThought } from './samples.ts';

const starts = ['Okay, so', 'Then', 'Wait, no.', 'So', 'Therefore', 'Alternatively,', 'Let me check:', 'Now,'];
/** As long as the model may think: 110,000 characters with 1,800 formulas. */
const longThought = Array.from(
  { length: 900 },
  (_, index) =>
    `${starts[index % starts.length]} term ${index} of the sum is $x_{${index}}^2 + \\frac{${index}}{2}$, which is at least ${index} since \\(b^2\\) is. That holds.`,
).join('\n\n');

describe('The thought', () => {
  const panel = PanelPage.forSuite();
  const { find, button } = panel;
  const editThought = async (): Promise<void> => {
    await button('More Actions').click();
    await panel.page.getByRole('menuitem', { name: 'Edit Thought…' }).click();
  };
  const answered = (thought: string): Script => solve().answered(thought, mathAnswer);
  const count = (highlight: string): Promise<number> => panel.page.evaluate((name) => CSS.highlights.get(name)?.size ?? -1, highlight);
  const isInView = (text: string): Promise<void> =>
    panel.page
      .waitForFunction((wanted) => {
        const log = document.querySelector('.log')!.getBoundingClientRect();
        return [...document.querySelectorAll('.flow > .group > p')].some((block) => {
          const { top } = block.getBoundingClientRect();
          return block.textContent.includes(wanted) && top >= log.top && top < log.bottom;
        });
      }, text)
      .then(() => undefined);

  it('has contents: Ctrl+Shift+O opens them, arrows go through them, Enter jumps, and the current one follows the reader', async () => {
    await panel.open(answered(longThought).state());
    await panel.page.keyboard.press('Control+Shift+O');
    await find('.outline button').first().waitFor();
    const entries = await find('.outline button').count();
    assert.ok(entries >= 6 && entries <= 40, String(entries));
    assert.ok((await find('.outline .turning').count()) > 5);
    assert.equal(await find('.fold').getAttribute('aria-expanded'), 'true');
    await panel.page.keyboard.press('End');
    const last = find('.outline button').last();
    assert.equal(await last.evaluate((each) => each === document.activeElement), true);
    const index = /term (\d+)/.exec(await last.innerText())?.[1];
    await panel.page.keyboard.press('Enter');
    await isInView(`term ${index} of`);
    await panel.page.waitForFunction(() => document.querySelector('.outline li:last-child [aria-current="true"]') !== null);
    await find('.log').evaluate((log) => (log.scrollTop = 0));
    await panel.page.waitForFunction(() => document.querySelector('.outline li:first-child [aria-current="true"]') !== null);
    await find('button.contents').click();
    assert.equal(await find('.outline').count(), 0);
  });

  it('tells in its contents when each step was begun, and shows them again after a reload', async () => {
    const state = answered(mathThought).state();
    await panel.open(state);
    await panel.page.keyboard.press('Control+Shift+O');
    await find('.outline button').first().waitFor();
    const entries = await find('.outline button').evaluateAll((all) => all.map((each) => each.textContent.trim()));
    assert.deepEqual(
      entries.map((entry) => entry.slice(0, 20)),
      ['0:00 Okay, so I have', '0:17 Wait, which dir', '0:32 Alternatively, '],
    );
    await panel.reload(state);
    await find('.outline button').first().waitFor();
    await find('button.contents').click();
    await panel.reload(state);
    assert.equal(await find('.fold').getAttribute('aria-expanded'), 'true');
    assert.equal(await find('.outline').count(), 0);
    const unmeasured = solve().phase('thinking').delta('thought', mathThought).phase('answering').delta('answer', 'So').end().state();
    await panel.open(unmeasured);
    await find('button.contents').click();
    await find('.outline button').first().waitFor();
    assert.equal(await find('.outline .time').count(), 0, 'nothing is made up');
  });

  it('stands beside its contents from 720 px, which stay in sight while it is read', async () => {
    await panel.open(answered(longThought).state(), { width: 720, height: 720 });
    await find('button.contents').click();
    await find('.outline button').first().waitFor();
    const boxes = async (): Promise<{ outline: number; right: number; flow: number; flowLeft: number; log: number }> =>
      panel.page.evaluate(() => {
        const box = (selector: string): DOMRect => document.querySelector(selector)!.getBoundingClientRect();
        const [outline, flow, log] = [box('.outline'), box('.flow'), box('.log')];
        return { outline: outline.top, right: outline.right, flow: flow.top, flowLeft: flow.left, log: log.top };
      });
    const before = await boxes();
    assert.ok(before.right <= before.flowLeft && Math.abs(before.outline - before.flow) < 8, JSON.stringify(before));
    await find('.log').evaluate((log) => (log.scrollTop += 3000));
    const after = await boxes();
    assert.ok(after.outline >= after.log && after.outline < after.log + 40 && after.flow < 0, JSON.stringify(after));
    await panel.page.setViewportSize({ width: 719, height: 720 });
    const narrow = await boxes();
    assert.ok(narrow.outline < narrow.flow && narrow.flowLeft < narrow.right, JSON.stringify(narrow));
  });

  for (const theme of themes) {
    it(`has marks in ${theme} of which the text is 4.5:1 and the mark itself 3:1 on the panel`, async () => {
      await panel.open(answered(mathThought).state(), { theme });
      const ratios = await panel.page.evaluate(() => {
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
        type Colour = readonly [number, number, number];
        /** A colour as it is seen, drawn over the ones before it. */
        const seen = (...layers: readonly string[]): Colour => {
          for (const layer of layers) {
            canvas.fillStyle = layer;
            canvas.fillRect(0, 0, 1, 1);
          }
          const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
          return [red, green, blue];
        };
        const light = (colour: Colour): number =>
          colour
            .map((part) => part / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
            .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index]!, 0);
        const contrast = (one: Colour, other: Colour): number => {
          const [dark = 0, bright = 0] = [light(one), light(other)].sort((a, b) => a - b);
          return (bright + 0.05) / (dark + 0.05);
        };
        const flow = document.querySelector('.lemma')!;
        const ground = getComputedStyle(flow).backgroundColor;
        return Object.fromEntries(
          ['lemma-found', 'lemma-current'].map((name) => {
            const { color, backgroundColor, textDecorationColor } = getComputedStyle(flow, `::highlight(${name})`);
            const mark = seen(ground, backgroundColor);
            const text = seen(ground, backgroundColor, color);
            const line = seen(ground, backgroundColor, textDecorationColor);
            return [name, { text: contrast(mark, text), mark: Math.max(contrast(mark, seen(ground)), contrast(line, seen(ground))) }];
          }),
        );
      });
      for (const [name, { text, mark }] of Object.entries(ratios)) {
        assert.ok(text >= 4.5 && mark >= 3, `${name}: text ${text.toFixed(1)}, mark ${mark.toFixed(1)}`);
      }
    });
  }

  it('leaves the cursor in the search field when its contents come to be drawn only then', async () => {
    await panel.open(answered(longThought).state());
    // Both keys come within one frame, as on a busy machine.
    await panel.page.evaluate(() => {
      const press = (key: string, shiftKey: boolean): boolean =>
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey: true, shiftKey, bubbles: true, cancelable: true }));
      press('O', true);
      press('f', false);
    });
    await find('.outline button').first().waitFor();
    await panel.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await panel.page.keyboard.type('sum');
    assert.equal(await find('.find input').inputValue(), 'sum');
  });

  it('opens 110,000 characters in slices, what the reader sees first, at the end in groups', async () => {
    await panel.open(answered(longThought).state());
    await find('.fold').click();
    await panel.page.waitForFunction(() => document.querySelectorAll('.flow > .group > p').length > 0);
    assert.match((await find('.flow p').first().textContent()) ?? '', /^Okay, so term 0/);
    await panel.page.waitForFunction(() => document.querySelectorAll('.flow > .group > p').length === 900);
    assert.equal(await find('.flow > .group').count(), Math.ceil(900 / 16));
    const order = await find('.flow > .group > p').evaluateAll((all) =>
      all.map((each) => Number(/term (\d+)/.exec(each.textContent)?.[1])),
    );
    assert.deepEqual(
      order,
      Array.from({ length: 900 }, (_, index) => index),
    );
  });

  it('unfolds downwards from its heading, also for a reader who was at the end', async () => {
    await panel.open(answered(longThought).state());
    const top = async (): Promise<number> => (await find('.fold').boundingBox())!.y;
    const before = await top();
    await find('.fold').click();
    await panel.page.waitForFunction(() => document.querySelectorAll('.flow > .group > p').length === 900);
    assert.equal(await top(), before);
    await button('Latest').click();
    await panel.page.waitForFunction(() => document.querySelector('.latest') === null);
    assert.ok((await top()) < -10_000);
  });

  it('shows the end first while the model thinks, and stays in order while text grows', async () => {
    const script = solve().phase('reading').budget(62, 24_000).phase('thinking').delta('thought', longThought);
    await panel.open(script.state());
    await find('.fold').click();
    const from = script.events.length;
    script.delta('thought', '\n\nLast but one.').delta('thought', '\n\nThe last.\n\n').delta('thought', 'Growing');
    for (let next = from; next < script.events.length; next += 1) {
      await panel.send({ type: 'events', from: next, events: script.events.slice(next, next + 1) });
    }
    await panel.page.waitForFunction(() => document.querySelectorAll('.flow > .group > p').length === 903);
    const texts = await find('.flow > .group > p').evaluateAll((all) => all.map((each) => each.textContent));
    assert.match(texts[0] ?? '', /term 0 /);
    assert.match(texts[899] ?? '', /term 899 /);
    assert.deepEqual(texts.slice(900), ['Last but one.', 'The last.', 'Growing']);
  });

  it('is searched together with question and answer, by keyboard alone, and folded thoughts open', async () => {
    await panel.open(answered(`${longThought}\n\nThe needle is here, and **another Needle** too.`).state());
    await panel.page.keyboard.press('Control+F');
    await panel.page.keyboard.type('needle');
    const status = find('.find [role=status]');
    await panel.page.waitForFunction(() => document.querySelector('.find [role=status]')?.textContent === '1 of 2');
    await isInView('The needle is here');
    await panel.page.waitForFunction(() => CSS.highlights.get('lemma-found')?.size === 2);
    assert.equal(await count('lemma-current'), 1);
    await panel.page.keyboard.press('F3');
    assert.equal(await status.innerText(), '2 of 2');
    await panel.page.keyboard.press('F3');
    assert.equal(await status.innerText(), '1 of 2');
    await panel.page.keyboard.press('Shift+F3');
    assert.equal(await status.innerText(), '2 of 2');
    await find('.find input').fill('nowhere to be found');
    assert.equal(await status.innerText(), 'Not found');
    await find('.find input').fill('positive');
    await panel.page.waitForFunction(() => document.querySelector('.find [role=status]')?.textContent === '1 of 2');
    await panel.page.keyboard.press('Escape');
    assert.equal(await find('.find').count(), 0);
    assert.equal(await count('lemma-found'), -1);
    assert.deepEqual(await panel.sent('action'), []);
  });

  it('is searched without changing the page, formulas as a whole', async () => {
    await panel.open(answered(mathThought).state());
    await find('.fold').click();
    await panel.drawn();
    const before = await find('.flow').innerHTML();
    await button('Search in the Thought (Ctrl+F)').click();
    await find('.find input').fill('(s-6)');
    await panel.page.waitForFunction(() => CSS.highlights.get('lemma-current')?.size === 1);
    const marked = await panel.page.evaluate(() => {
      const [range] = [...(CSS.highlights.get('lemma-current') ?? [])];
      return range instanceof Range ? range.cloneContents().firstElementChild?.className : '';
    });
    assert.equal(marked, 'math');
    assert.equal(await find('.flow').innerHTML(), before);
  });

  it('marks thousands of matches in a long thought', async () => {
    await panel.open(answered(longThought).state());
    await panel.page.keyboard.press('Control+F');
    await panel.page.keyboard.type('which is at least');
    await panel.page.waitForFunction(() => CSS.highlights.get('lemma-found')?.size === 900);
    assert.match(await find('.find [role=status]').innerText(), /of 900$/);
  });

  it('is edited: the draft survives a reload, Continue from Here sends it, Cancel leaves all as it was', async () => {
    const state = answered(mathThought).state();
    await panel.open(state);
    await editThought();
    const area = find('lemma-thought textarea');
    assert.equal(await area.inputValue(), mathThought);
    await area.fill('My own beginning.');
    await area.evaluate((field: HTMLTextAreaElement) => field.blur());
    await panel.reload(state);
    assert.equal(await area.inputValue(), 'My own beginning.');
    await button('Cancel').click();
    assert.equal(await area.count(), 0);
    assert.deepEqual(await panel.sent('editThought'), []);
    assert.equal(await button('More Actions').evaluate((each) => each === document.activeElement), true);
    await editThought();
    await area.fill(`${mathThought}\n\nBut what about integers?`);
    await button('Continue from Here').click();
    const sent = await panel.sent('editThought');
    assert.deepEqual(sent, [{ type: 'editThought', turnId: 'turn1', thought: `${mathThought}\n\nBut what about integers?` }]);
    assert.equal(await area.count(), 0);
  });

  it('that goes on as another version is scrolled to, and the keyboard goes on in it', async () => {
    const script = solve().answered(longThought, mathAnswer);
    script.ask('ask', undefined, 'And now?').answered(mathThought, mathAnswer);
    await panel.open(script.state());
    await find('.log').evaluate((log) => (log.scrollTop = 0));
    await button('Latest').waitFor();
    await find('.turn').last().locator('.fold').focus();
    const from = script.events.length;
    script.ask('ask', undefined, 'And now?', 'turn2').delta('thought', `${mathThought}\nWait, let me check this again.\n`);
    await panel.send({ type: 'events', from, events: script.after(from) });
    assert.equal(await find('.turn').last().locator('.branch').innerText(), '2 of 2');
    assert.equal(
      await find('.turn')
        .last()
        .evaluate((turn) => turn === document.activeElement),
      true,
    );
    await button('Latest').waitFor({ state: 'detached' });
    await find('.turn').last().locator('.branch').getByRole('button', { name: 'Previous Version' }).click();
    assert.deepEqual(await panel.sent('selectBranch'), [{ type: 'selectBranch', turnId: 'turn2' }]);
  });

  it('is as large as the user wants prose to be, four lines in its preview whatever their size', async () => {
    const script = solve().phase('reading').budget(62, 24_000).phase('thinking').delta('thought', longThought.slice(0, 2000));
    for (const size of [9, 13, 22]) {
      await panel.open(script.state({ fonts: { size, family: 'serif', codeSize: 17 } }));
      await panel.drawn();
      const { height, line, family, cut } = await find('.flow').evaluate((flow) => {
        const { lineHeight, fontFamily } = getComputedStyle(flow);
        const fold = document.querySelector('.thought .fold')!;
        return {
          ...{ height: flow.getBoundingClientRect().height, line: parseFloat(lineHeight), family: fontFamily },
          cut: fold.scrollHeight > fold.clientHeight,
        };
      });
      assert.deepEqual({ height, family, cut }, { height: 4 * (size + 5), family: 'serif', cut: false });
      assert.equal(line, size + 5);
      assert.equal(await find('.question pre').evaluate((pre) => getComputedStyle(pre).fontSize), '15px');
    }
    await panel.send({ type: 'fonts', fonts: {} });
    assert.equal((await find('.flow').boundingBox())?.height, 72);
    assert.equal(await find('#app').getAttribute('style'), '');
  });

  it('begins as the user left the last one, also in a new panel, and tells its speed', async () => {
    const script = solve().phase('reading').budget(62, 24_000).phase('thinking').delta('thought', longThought);
    await panel.open(script.state());
    await find('.fold').click();
    script.phase('answering', 41_000).delta('answer', 'So').end();
    script.ask('ask', undefined, 'And now?').phase('reading').phase('thinking').delta('thought', 'Hm, once more.');
    await panel.reload(script.state());
    assert.deepEqual(await find('.fold').evaluateAll((all) => all.map((each) => each.getAttribute('aria-expanded'))), ['true', 'true']);
    assert.match(await find('.fold').first().innerText(), /tokens · \d+\/s$/);
  });

  for (const theme of themes) {
    for (const width of [320, 480, 900]) {
      it(`is drawn with contents, search and edit in ${theme} at ${width} px`, async () => {
        const words = { turn1: { ...wordsOf('solve'), title: 'Solve', place: 'sample.tex:12–14' } };
        await panel.open(answered(mathThought).state({ words }), { theme, width, height: 720 });
        await find('button.contents').click();
        await panel.page.keyboard.press('Control+F');
        await panel.page.keyboard.type('sum');
        await panel.page.waitForFunction(() => (CSS.highlights.get('lemma-found')?.size ?? 0) > 2);
        await panel.drawn();
        await panel.shot(`thought-${theme}-${width}-contents`);
        await panel.page.keyboard.press('Escape');
        await editThought();
        await panel.shot(`thought-${theme}-${width}-edit`);
        const overflow = await panel.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.equal(overflow, 0);
      });
    }
  }
});
