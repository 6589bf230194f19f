import assert from 'node:assert/strict';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { solve } from './conversations.ts';
import { PanelPage } from './panelPage.ts';
import { codeAnswer, mathAnswer, mixedMarkdown } from './samples.ts';

const paragraphs = (count: number, name: string): string =>
  Array.from({ length: count }, (_, index) => `${name} ${index + 1}: the bound on $x_{${index}}$ holds for every term of the sum.`).join(
    '\n\n',
  );

describe('The end of the log', () => {
  const panel = PanelPage.forSuite();
  const { find, button } = panel;
  const send = (from: number, all: readonly ConversationEvent[]): Promise<void> =>
    panel.send({ type: 'events', from, events: all.slice(from) });
  const gap = (): Promise<number> => find('.log').evaluate((log) => Math.round(log.scrollHeight - log.clientHeight - log.scrollTop));
  /** What is at the log's top edge and where. */
  const seen = (): Promise<string> =>
    panel.page.evaluate(() => {
      const { top } = document.querySelector('.log')!.getBoundingClientRect();
      const blocks = [...document.querySelectorAll('.answer > *, .flow > .group > *')];
      const block = blocks.find((each) => each.checkVisibility() && each.getBoundingClientRect().bottom > top + 1);
      return `${block?.textContent.slice(0, 20)} ${Math.round((block?.getBoundingClientRect().top ?? 0) - top)}`;
    });
  const scrollUp = async (pixels: number): Promise<void> => {
    await find('.log').hover();
    await panel.page.mouse.wheel(0, -pixels);
    await button('Latest').waitFor();
  };

  for (const part of ['thought', 'answer'] as const) {
    it(`is kept in sight while the ${part} grows in small pieces, whatever stands in it`, async () => {
      const script = solve()
        .phase(part === 'thought' ? 'thinking' : 'answering')
        .delta(part, paragraphs(30, 'Step'));
      await panel.open(script.state());
      if (part === 'thought') await find('.fold').click();
      await panel.drawn();
      const text = `\n\n${mathAnswer}\n\n${codeAnswer}\n\n${mixedMarkdown}`;
      for (let at = 0; at < text.length; at += 60) {
        const from = script.events.length;
        await send(from, script.delta(part, text.slice(at, at + 60)).events);
        // What is not at the end is put there in the frame that made it longer, so it is never seen.
        assert.equal(await gap(), 0, `after ${at} characters`);
      }
    });

    it(`does not pull back a reader who has scrolled up by a line, in the ${part}`, async () => {
      const script = solve()
        .phase(part === 'thought' ? 'thinking' : 'answering')
        .delta(part, paragraphs(30, 'Step'));
      await panel.open(script.state());
      if (part === 'thought') await find('.fold').click();
      await panel.drawn();
      await scrollUp(40);
      const before = await seen();
      for (const piece of ['\n\nMore', ' text', '.\n\n$$\\sum_{i=1}^n x_i$$\n\n', '```python\nx = 1\n', 'y = 2\n```\n\nAnd more.']) {
        const from = script.events.length;
        await send(from, script.delta(part, piece).events);
        assert.equal(await seen(), before);
      }
      await panel.drawn();
      assert.equal(await seen(), before);
      assert.equal(await button('Latest').count(), 1);
    });
  }

  it('is followed again by a reader who scrolls back to it, and left again by the next move up', async () => {
    const script = solve().phase('answering').delta('answer', paragraphs(40, 'Step'));
    await panel.open(script.state());
    await panel.drawn();
    const grow = (): Promise<void> => {
      const from = script.events.length;
      return send(from, script.delta('answer', `\n\n${paragraphs(3, 'More')}`).events);
    };
    await scrollUp(300);
    await find('.log').hover();
    await panel.page.mouse.wheel(0, 10_000);
    await panel.page.waitForFunction(() => !document.querySelector('.latest'));
    await grow();
    assert.equal(await gap(), 0);
    await find('.log').focus();
    await panel.page.keyboard.press('PageUp');
    await button('Latest').waitFor();
    const rests = (): Promise<boolean> =>
      panel.page.evaluate(async () => {
        const log = document.querySelector('.log')!;
        const before = log.scrollTop;
        for (let frame = 0; frame < 4; frame++) await new Promise((done) => requestAnimationFrame(done));
        return log.scrollTop === before;
      });
    while (!(await rests()));
    const before = await seen();
    await grow();
    assert.equal(await seen(), before);
    await find('.log').focus();
    await panel.page.keyboard.press('End');
    await panel.page.waitForFunction(() => !document.querySelector('.latest'));
    await grow();
    assert.equal(await gap(), 0);
  });

  it('moves nobody who reads on while what stands above settles: formulas, colours and definitions that come late', async () => {
    const early = `[One][a] and [two][b].\n\n${paragraphs(6, 'Early')}\n\n\`\`\`python\nx = 1\n`;
    const script = solve().phase('answering').delta('answer', `${early}`);
    await panel.open(script.state());
    let from = script.events.length;
    await send(from, script.delta('answer', `\`\`\`\n\n${paragraphs(40, 'Later')}`).events);
    await panel.drawn();
    await scrollUp(300);
    const before = await seen();
    from = script.events.length;
    await send(
      from,
      script.delta('answer', `\n\n[a]: https://example.org/a\n[b]: https://example.org/${'long/'.repeat(40)}\n\nEnd.\n\nOf it all.`).events,
    );
    await panel.page.waitForFunction(() => document.querySelectorAll('.answer a[data-href]').length === 2);
    assert.equal(await seen(), before);
    // Everything above becomes higher, as by another font or a picture of a formula that comes late.
    await find('.answer > p')
      .first()
      .evaluate((block: HTMLElement) => (block.style.paddingBottom = '333px'));
    await panel.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.equal(await seen(), before);
    assert.equal(await button('Latest').count(), 1);
  });

  it('stays the end when the turn ends, and a reader elsewhere stays there', async () => {
    for (const up of [0, 200]) {
      const script = solve()
        .phase('thinking')
        .delta('thought', paragraphs(20, 'Hm'))
        .phase('answering')
        .delta('answer', paragraphs(30, 'Step'));
      await panel.open(script.state());
      await panel.drawn();
      if (up > 0) await scrollUp(up);
      const before = await seen();
      const from = script.events.length;
      await send(from, script.end().events);
      await panel.drawn();
      if (up > 0) assert.equal(await seen(), before);
      else assert.equal(await gap(), 0);
    }
  });
});
