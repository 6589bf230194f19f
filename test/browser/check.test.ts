import assert from 'node:assert/strict';
import { checkedAnswer, checkNote, marks } from './checkPictures.ts';
import { wordsOf } from './conversations.ts';
import { PanelPage } from './panelPage.ts';

describe('Checked equations in the panel', () => {
  const panel = PanelPage.forSuite();
  const sourcesWithMark = (): Promise<string[]> =>
    panel.find('lemma-answer').evaluate((answer) =>
      [...answer.querySelectorAll('.check-mark')].map((mark) => {
        const source = mark.parentElement?.querySelector('annotation')?.textContent ?? '';
        return `${mark.classList.contains('holds') ? 'holds' : 'fails'} ${source.trim()}`;
      }),
    );

  it('have a mark with its reason, and those that are not decided have none', async () => {
    await panel.open(checkedAnswer().state);
    await panel.find('.check-mark.fails').waitFor();
    assert.deepEqual(
      await sourcesWithMark(),
      marks.map(({ holds, latex }) => `${holds ? 'holds' : 'fails'} ${latex}`),
    );
    const failing = panel.find('.check-mark.fails');
    assert.equal(await failing.getAttribute('title'), marks[2]?.reason);
    assert.equal(await failing.getAttribute('aria-label'), marks[2]?.reason);
  });

  it('say why where the keyboard walks through the formulas', async () => {
    await panel.open(checkedAnswer().state);
    await panel.find('.check-mark.fails').waitFor();
    await panel.find('lemma-answer').focus();
    const bubbles: string[] = [];
    for (let step = 0; step < 4; step++) {
      await panel.page.keyboard.press('ArrowRight');
      const bubble = await panel.page.evaluate(() => {
        const mark = document.activeElement?.closest('.math, .formula')?.querySelector(':scope > .check-mark');
        return mark ? getComputedStyle(mark, '::after').content : '';
      });
      if (bubble !== '') bubbles.push(bubble);
    }
    assert.match(bubbles.join('\n'), /It holds at 12 random points.*\n.*both sides are 55.*\n.*the left side is 5050/);
  });

  it('move nothing but the text behind a mark on its own line', async () => {
    const { state } = checkedAnswer();
    const unmarked = { ...state, words: { turn1: wordsOf('solve') } };
    await panel.open(unmarked);
    await panel.drawn();
    const places = (): Promise<number[]> =>
      panel
        .find('lemma-answer')
        .evaluate((answer) => [...answer.querySelectorAll('.formula')].map((each) => Math.round(each.getBoundingClientRect().top)));
    const before = await places();
    await panel.send({ type: 'words', turnId: 'turn1', words: state.words.turn1 ?? wordsOf('solve') });
    await panel.find('.check-mark.fails').waitFor();
    assert.deepEqual(await places(), before);
    await panel.send({ type: 'words', turnId: 'turn1', words: wordsOf('solve') });
    await panel.find('.check-mark').first().waitFor({ state: 'detached' });
  });

  it('are counted under the answer, with ways on', async () => {
    await panel.open(checkedAnswer().state);
    const line = panel.find('.checked');
    assert.match(await line.innerText(), /^5 equations checked: 3 hold, 1 does not, 1 could not be checked\./);
    for (const { label } of checkNote.buttons) await line.getByRole('button', { name: label }).click();
    assert.deepEqual(
      (await panel.sent('action')).map((message) => ('action' in message ? message.action : '')),
      ['showModelError', 'showChecks', 'checkThought'],
    );
  });
});
