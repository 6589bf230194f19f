import assert from 'node:assert/strict';
import { attachments, chosen, chosenOffers, fullContext, offers, use } from './contextPictures.ts';
import { explain, python, Script, snapshotOf } from './conversations.ts';
import { PanelPage } from './panelPage.ts';

describe('Attachments and context in the panel', () => {
  let panel: PanelPage;
  before(async () => {
    panel = await PanelPage.start();
  });
  after(() => panel.close());
  afterEach(async () => {
    assert.deepEqual(await panel.violations(), []);
    assert.deepEqual(await panel.sent('error'), []);
  });

  const find = (selector: string): ReturnType<PanelPage['page']['locator']> => panel.page.locator(selector);
  const button = (name: string | RegExp): ReturnType<PanelPage['page']['locator']> => panel.page.getByRole('button', { name });
  /** Drags something with these data over an element and drops it there, as the browser tells the page. */
  const drop = (selector: string, data: Readonly<Record<string, string>>, only?: 'dragover'): Promise<void> =>
    find(selector).evaluate(
      (target, [given, last]) => {
        const dataTransfer = new DataTransfer();
        for (const [type, value] of Object.entries(given)) dataTransfer.setData(type, value);
        for (const type of ['dragenter', 'dragover', 'drop'])
          if (type !== 'drop' || last === undefined)
            target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      },
      [data, only] as const,
    );

  describe('what is attached to the next question', () => {
    it('is shown as chips with their tokens, about so many where no model has counted', async () => {
      const [first, second] = offers;
      await panel.open(new Script().state({ attachments: [first!, { ...second!, estimated: true }] }));
      const chips = panel.page.getByRole('list', { name: 'Attachments' }).getByRole('listitem');
      assert.deepEqual(
        (await chips.allInnerTexts()).map((text) => text.replace('\n', ' ')),
        ['definitions_of_symmetric_functions.tex 5.9k', 'horner ~71'],
      );
      assert.equal(await chips.nth(0).getAttribute('title'), 'defs/definitions_of_symmetric_functions.tex · 5,914 tokens');
      assert.equal(await chips.nth(1).getAttribute('title'), 'poly.py · about 71 tokens');
    });

    it('is chosen by the button, and taken away by each chip’s own, by keyboard too', async () => {
      await panel.open(new Script().state({ attachments: offers }));
      await button('Attach').click();
      assert.equal((await panel.sent('attach')).length, 1);
      await button('Remove horner').focus();
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await panel.sent('detach'), [{ type: 'detach', id: 'id1' }]);
      await panel.send({ type: 'attachments', attachments: offers.slice(0, 1) });
      assert.equal(await find('.composer .chip').count(), 1);
    });

    it('is there again after the view was reloaded', async () => {
      const state = new Script().state({ attachments: offers, context: use });
      await panel.open(state);
      await panel.reload(state);
      assert.equal(await find('.composer .chip').count(), 3);
      assert.match(await find('.meter').innerText(), /9\.7k \/ 32k/);
    });
  });

  describe('what Lemma chose to send along', () => {
    const state = new Script().state({
      ...{ selection: { label: 'poly.py:8–15', scope: 'selection', lines: 8 }, selectionAttached: true },
      attachments: [offers[1]!, ...chosenOffers],
      context: { ...use, automatic: { tokens: 31, count: 2 } },
    });

    it('is shown behind what the user attached, quieter, and can be taken away', async () => {
      await panel.open(state);
      const chips = panel.page.getByRole('list', { name: 'Attachments' }).getByRole('listitem');
      assert.deepEqual(
        (await chips.allInnerTexts()).map((text) => text.split('\n')[0]),
        ['poly.py:8–15', 'horner', 'class Polynomial', '2 imports'],
      );
      assert.equal(await chips.nth(2).getAttribute('title'), 'poly.py, chosen by Lemma · 12 tokens');
      assert.equal(await find('.composer .chip.automatic').count(), 2);
      await button('Remove 2 imports').click();
      assert.deepEqual(await panel.sent('detach'), [{ type: 'detach', id: 'automatic1' }]);
      await panel.shot('panel-chosen-context');
    });

    it('is counted by itself in what the model will see', async () => {
      await panel.open(state);
      await find('.meter').click();
      const rows = await find('.details dt').allInnerTexts();
      const values = await find('.details dd').allInnerTexts();
      assert.equal(values[rows.indexOf('2 pieces chosen by Lemma')], '31');
    });

    it('is on the question’s card, with links to its places', async () => {
      const script = new Script().ask('explain', snapshotOf(python, 'poly.py', 'python'), '', undefined, attachments.slice(1, 2), chosen);
      await panel.open(script.answered('Hm.', 'So.').state());
      assert.match(await find('.question .more .num').innerText(), / · 1 attachment · 2 pieces chosen by Lemma$/);
      assert.equal(await find('.question .chip.automatic').count(), 2);
      await find('.question .chips').getByRole('button', { name: 'Open class Polynomial' }).click();
      assert.deepEqual(await panel.sent('reveal'), [{ type: 'reveal', turnId: 'turn1', attachment: 1 }]);
    });
  });

  describe('what is dropped on the panel', () => {
    it('is attached by its addresses, wherever it falls', async () => {
      await panel.open(explain().answered('Hm.', 'So.').state());
      await drop('.log', { 'application/vnd.code.uri-list': 'file:///work/a.tex\r\nfile:///work/b.py', 'text/plain': '/work/a.tex' });
      await drop('.composer textarea', { 'text/uri-list': '# from a list\nfile:///work/c.md' });
      assert.deepEqual(
        (await panel.sent('dropped')).map(({ uris }) => uris),
        [['file:///work/a.tex', 'file:///work/b.py'], ['file:///work/c.md']],
      );
      assert.equal(await find('.composer textarea').inputValue(), '');
    });

    it('has a place that says so while it is dragged, and nothing moves for it', async () => {
      await panel.open(explain().answered('Hm.', 'So.').state({ attachments: offers }));
      const before = await find('.composer').boundingBox();
      await drop('.log', { 'text/uri-list': 'file:///work/a.tex' }, 'dragover');
      assert.equal(await find('.dropping').innerText(), 'Drop to attach');
      assert.deepEqual(await find('.composer').boundingBox(), before);
      await panel.shot('panel-dropping');
      await find('.log').dispatchEvent('dragleave');
      assert.equal(await find('.dropping').count(), 0);
    });

    it('is put into the question where it is text, also beside the text field, and nowhere else', async () => {
      await panel.open(explain().answered('Hm.', 'So.').state({ draft: 'Why?' }));
      await drop('.composer .tools', { 'text/plain': 'x = 1' });
      assert.equal(await find('.composer textarea').inputValue(), 'Why?\nx = 1');
      await drop('.composer .tools', { 'text/uri-list': 'https://example.org/' });
      assert.equal(await find('.composer textarea').inputValue(), 'Why?\nx = 1\nhttps://example.org/');
      await drop('.log', { 'text/plain': 'y = 2' });
      assert.equal(await find('.composer textarea').inputValue(), 'Why?\nx = 1\nhttps://example.org/');
      assert.equal((await panel.sent('draft')).at(-1)?.text, 'Why?\nx = 1\nhttps://example.org/');
      assert.deepEqual(await panel.sent('dropped'), []);
    });
  });

  describe('the question card', () => {
    const asked = (): Script => new Script().ask('explain', snapshotOf(python, 'poly.py', 'python'), '', undefined, attachments);

    it('lists the attachments as links to their places, and counts lines, tokens and attachments', async () => {
      const script = asked().phase('reading');
      script.events.push({ type: 'budget', turnId: 'turn1', promptTokens: 6170, maxTokens: 9, wantedTokens: 9, questionTokens: 6162 });
      await panel.open(script.phase('answering').delta('answer', 'So.').end().state());
      assert.equal(await find('.question .more .num').innerText(), '5 lines · 6,162 tokens · 3 attachments');
      await find('.question .chips').getByRole('button', { name: 'Open horner' }).click();
      assert.deepEqual(await panel.sent('reveal'), [{ type: 'reveal', turnId: 'turn1', attachment: 1 }]);
    });

    it('is read with its attachments', async () => {
      await panel.open(asked().phase('reading').state());
      assert.match(await find('.thought .fold').innerText(), /^Reading the question and 3 attachments/);
    });
  });

  describe('the meter', () => {
    const state = explain().answered('Hm.', 'So.').state({ context: use, attachments: offers });

    it('shows how full the context would be, and opens what the model will see', async () => {
      await panel.open(state);
      const meter = button('Context: 9.7k / 32k tokens. Show what the model will see');
      assert.match(await meter.innerText(), /^9\.7k \/ 32k/);
      assert.equal(await meter.getAttribute('title'), '9,738 of 32,768 tokens');
      const share = await find('.meter .shares').evaluate(
        (bar) => bar.firstElementChild!.getBoundingClientRect().width / bar.getBoundingClientRect().width,
      );
      assert.ok(Math.abs(share - 9738 / 32_768) < 0.02, String(share));
      await meter.click();
      const details = panel.page.getByRole('dialog', { name: 'What the model will see' });
      const rows = (await details.locator('dt').allInnerTexts()).map(async (name, index) => [
        name,
        await details.locator('dd').nth(index).innerText(),
      ]);
      assert.deepEqual(await Promise.all(rows), [
        ['Instructions', '7'],
        ['Conversation, without thoughts', '3,612'],
        ['3 attachments', '6,095'],
        ['This question', '24'],
        ['Together', '9,738'],
        ['Left for thought and answer', '23.0k'],
      ]);
      await details.getByRole('button', { name: 'Open as Text' }).click();
      assert.equal((await panel.sent('openPrompt')).length, 1);
      await meter.click();
      await details.getByRole('button', { name: 'Choose What Stays…' }).click();
      assert.deepEqual(await panel.sent('action'), [{ type: 'action', action: 'chooseTurns' }]);
      await panel.send({ type: 'context', context: { ...use, answeredTurns: 0 } });
      await meter.click();
      assert.equal(await details.getByRole('button').count(), 1, 'there is nothing to choose among');
    });

    it('opens, is walked and closes by keyboard, and Escape stops nothing while it is open', async () => {
      const running = explain().phase('reading').phase('thinking').delta('thought', 'Hm.');
      await panel.open(running.state({ context: use }));
      await find('.meter').focus();
      await panel.page.keyboard.press('Enter');
      await panel.page.keyboard.press('Tab');
      assert.equal(await panel.page.evaluate(() => document.activeElement?.textContent), 'Open as Text');
      await panel.page.keyboard.press('Escape');
      assert.equal(await find('.details').count(), 0);
      assert.equal(await find('.meter').evaluate((meter) => meter === document.activeElement), true);
      assert.deepEqual(await panel.sent('action'), []);
      await panel.page.keyboard.press('Enter');
      await panel.page.keyboard.press('Shift+Tab');
      assert.equal(await find('.details').count(), 0);
    });

    it('closes with a click elsewhere, and follows what is typed while it is open', async () => {
      await panel.open(state);
      await find('.meter').click();
      await panel.send({ type: 'context', context: { ...use, question: 1024, together: 10_738, estimated: true } });
      assert.match(await find('.meter').innerText(), /^~10\.7k/);
      assert.equal(await find('.details dd').nth(3).innerText(), 'about 1,024');
      await find('.log').click({ position: { x: 5, y: 5 } });
      assert.equal(await find('.details').count(), 0);
    });
  });

  describe('a context that is full', () => {
    it('says what the next question leaves out before it is asked, with the ways on', async () => {
      const { script, context } = fullContext();
      await panel.open(script.state({ context }));
      const notice = panel.page.locator('.notice');
      assert.match(await notice.innerText(), /fills 98 % of the context\. Your next question leaves out the oldest turn\./);
      assert.deepEqual(await notice.locator('.legend span').allInnerTexts(), ['6.4k left out', '24.4k kept', '8.3k free']);
      const [old, kept, whole] = await notice
        .locator('.shares')
        .evaluate((bar) => [...bar.children, bar].map((part) => part.getBoundingClientRect().width));
      assert.ok(
        Math.abs(old! / whole! - 6404 / 32_768) < 0.02 && Math.abs(kept! / whole! - 24_438 / 32_768) < 0.02,
        `${old} ${kept} ${whole}`,
      );
      await button('New Conversation').click();
      assert.deepEqual(await panel.sent('action'), [{ type: 'action', action: 'newConversation' }]);
    });

    it('marks the cut in the log, between what is left out and what stays', async () => {
      const { script, context } = fullContext();
      await panel.open(script.state({ context }));
      const order = await find('.turns > *').evaluateAll((all) =>
        all.map((each) => each.getAttribute('data-turn') ?? each.textContent?.trim()),
      );
      assert.deepEqual(order, ['turn1', 'Left out of the next question', 'turn2']);
      await panel.send({ type: 'context', context: use });
      assert.equal(await find('.cut').count(), 0);
      assert.equal(await find('.notice').count(), 0);
    });

    it('keeps the mark while a question runs that leaves turns out, and says that it is this one', async () => {
      const { script, context } = fullContext();
      script.ask('ask', undefined, 'Why?').phase('reading');
      script.events.push({ type: 'budget', turnId: 'turn3', promptTokens: 9, maxTokens: 9, wantedTokens: 9, droppedTurns: 1 });
      await panel.open(script.state({ context }));
      const order = await find('.turns > *').evaluateAll((all) =>
        all.map((each) => each.getAttribute('data-turn') ?? each.textContent?.trim()),
      );
      assert.deepEqual(order, ['turn1', 'Left out of this question', 'turn2', 'turn3']);
      assert.equal(await find('.notice').count(), 0);
    });

    it('gives way to what is wrong now', async () => {
      const { script, context } = fullContext();
      const notice = { tone: 'warning', icon: 'warning', text: 'Something is wrong.', buttons: [] } as const;
      await panel.open(script.state({ context, notice }));
      assert.deepEqual(await find('.notice').allInnerTexts(), ['Something is wrong.']);
    });
  });
});
