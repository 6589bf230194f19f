import assert from 'node:assert/strict';
import { Script } from './conversations.ts';
import { PanelPage } from './panelPage.ts';
import { codeAnswer, mathAnswer, mathThought, mixedMarkdown } from './samples.ts';

const answers = [mathAnswer, codeAnswer, mixedMarkdown];
const turnCount = 60;
const inFull = (count = turnCount): Script => {
  const script = new Script();
  for (let index = 1; index <= count; index++) {
    script.ask('ask', undefined, `Question ${index}: what follows?`);
    script.answered(`${mathThought}\n\nThought ${index}.`, `${answers[index % answers.length]}\n\nAnswer ${index}.`);
  }
  return script;
};
const paragraphs = (count: number, name: string): string =>
  Array.from({ length: count }, (_, index) => `${name} ${index + 1}: the bound on $x_{${index}}$ holds for every term of the sum.`).join(
    '\n\n',
  );

describe('A conversation of many turns', () => {
  const panel = PanelPage.forSuite();
  const { find } = panel;
  const turn = (number: number): ReturnType<typeof find> => find(`[data-turn=turn${number}]`);
  const isFar = (number: number): Promise<boolean> => turn(number).evaluate((each) => each.classList.contains('far'));
  const farCount = (): Promise<number> => find('.turn.far').count();
  const drawn = (number: number): Promise<unknown> =>
    find(`[data-turn=turn${number}]:not(.far) .answer > *`).first().waitFor({ state: 'attached' });
  /** Pixels from the log's top edge to the turn's. */
  const topOf = (number: number): Promise<number> =>
    turn(number).evaluate((each) =>
      Math.round(each.getBoundingClientRect().top - document.querySelector('.log')!.getBoundingClientRect().top),
    );
  /** Resolves when the log has neither scrolled nor changed its height for some frames. */
  const still = (): Promise<void> =>
    find('.log').evaluate(async (log) => {
      let before = '';
      for (let same = 0; same < 4;) {
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        const now = `${log.scrollTop} ${log.scrollHeight} ${log.querySelectorAll('*').length}`;
        same = now === before ? same + 1 : 0;
        before = now;
      }
    });
  /** The match that is shown. */
  const current = (): Promise<string> =>
    panel.page.evaluate(() => {
      const [range] = CSS.highlights.get('lemma-current') ?? [];
      return range instanceof Range ? range.toString() : '';
    });
  const missing = (): Promise<string[]> =>
    panel.page.evaluate(() => {
      const { top, bottom } = document.querySelector('.log')!.getBoundingClientRect();
      const seen = [...document.querySelectorAll<HTMLElement>('.turn.far')].filter((each) => {
        const box = each.getBoundingClientRect();
        return box.bottom > top && box.top < bottom;
      });
      return seen.map(({ dataset }) => dataset.turn ?? '');
    });

  it('opens at its end with the turns near the view drawn, and the others with their questions and the room they need', async () => {
    await panel.open(inFull().state());
    assert.equal(await farCount(), turnCount - 12);
    assert.equal(await turn(30).evaluate((each) => each.textContent.trim()), 'Question 30: what follows?');
    assert.equal(await turn(30).getAttribute('aria-posinset'), '30');
    const heights = await find('.turn').evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height));
    assert.ok(
      heights.every((height) => height > 200 && height < 1200),
      heights.join(' '),
    );
    await panel.open(inFull(12).state());
    assert.equal(await farCount(), 0, 'a conversation of a few turns is drawn as a whole');
  });

  it('draws each turn before it is seen, and no more than those, while it is scrolled through', async () => {
    await panel.open(inFull().state());
    await find('.log').hover();
    for (let step = 0; step < 12; step++) {
      await panel.page.mouse.wheel(0, -300);
      await still();
      assert.deepEqual(await missing(), []);
    }
    assert.ok((await farCount()) > turnCount / 2, String(await farCount()));
  });

  it('leaves what is read where it is while turns above and below are drawn', async () => {
    await panel.open(inFull().state());
    await find('.log').evaluate((log) => (log.scrollTop = log.scrollHeight / 2));
    await still();
    assert.deepEqual(await missing(), []);
    const number = await panel.page.evaluate(() => {
      const { top } = document.querySelector('.log')!.getBoundingClientRect();
      return [...document.querySelectorAll('.turn')].findIndex((each) => each.getBoundingClientRect().bottom > top) + 1;
    });
    // The formulas of what was just drawn are there, and have moved nothing that is read.
    await panel.page.waitForLoadState('networkidle');
    await still();
    const before = await topOf(number);
    // All of it is drawn, as by what is selected: a hundred heights change.
    await panel.page.evaluate(() => document.getSelection()?.selectAllChildren(document.querySelector('.turns')!));
    await panel.page.waitForFunction(() => document.querySelectorAll('.turn.far').length === 0);
    await still();
    assert.ok(Math.abs((await topOf(number)) - before) <= 1, `${before} ${await topOf(number)}`);
    const selected = await panel.page.evaluate(() => document.getSelection()?.toString() ?? '');
    for (let each = 1; each <= turnCount; each++) assert.ok(selected.includes(`Answer ${each}.`), `Answer ${each}`);
  });

  it('is searched as a whole: a match in a turn that was not drawn is shown and marked', async () => {
    await panel.open(inFull().state());
    await panel.page.keyboard.press('Control+F');
    await find('.find input').fill('Answer 23.');
    await drawn(23);
    await panel.page.waitForFunction(() => {
      const [range] = CSS.highlights.get('lemma-current') ?? [];
      const log = document.querySelector('.log')!.getBoundingClientRect();
      const box = (range as Range | undefined)?.getBoundingClientRect();
      return box !== undefined && box.height > 0 && box.top > log.top && box.bottom < log.bottom;
    });
    assert.equal(await current(), 'Answer 23.');
    await find('.find input').fill('Thought 41.');
    await panel.page.waitForFunction(() => document.querySelector('[data-turn=turn41] .flow > .group > *') !== null);
    for (let shown = ''; shown !== 'Thought 41.'; shown = await current()) await still();
    assert.equal(await turn(41).locator('.fold').getAttribute('aria-expanded'), 'true');
  });

  it('marks matches also in turns that are drawn after the search', async () => {
    await panel.open(inFull().state());
    await panel.page.keyboard.press('Control+F');
    await find('.find input').fill('Answer ');
    await panel.page.waitForFunction(() => (CSS.highlights.get('lemma-found')?.size ?? 0) >= 12);
    await panel.drawAll();
    await panel.page.waitForFunction((count) => CSS.highlights.get('lemma-found')?.size === count, turnCount);
  });

  it('is walked through by Alt+Up and by Tab, every turn drawn when the keyboard is there', async () => {
    await panel.open(inFull().state());
    await find('.log').focus();
    for (let number = turnCount; number > turnCount - 12; number--) {
      await panel.page.keyboard.press('Alt+ArrowUp');
      const at = await panel.page.evaluate(() => (document.activeElement as HTMLElement).dataset.turn);
      await drawn(Number(at?.slice(4)));
    }
    const at = await panel.page.evaluate(() => (document.activeElement as HTMLElement).dataset.turn);
    assert.ok(Number(at?.slice(4)) <= turnCount - 11, at);
    const visited = new Set<string>();
    while (visited.size < 5) {
      await panel.page.keyboard.press('Shift+Tab');
      await still();
      const id = await panel.page.evaluate(() => document.activeElement?.closest<HTMLElement>('.turn')?.dataset.turn);
      assert.ok(id !== undefined);
      visited.add(id);
    }
    const first = Number(at?.slice(4));
    assert.deepEqual(
      [...visited],
      [0, 1, 2, 3, 4].map((by) => `turn${first - 1 - by + (visited.has(`turn${first}`) ? 1 : 0)}`),
    );
  });

  it('shows the contents of the last thought there is, drawn or not', async () => {
    const script = new Script();
    for (let index = 1; index <= 40; index++) {
      script.ask('ask', undefined, `Question ${index}`);
      if (index === 20) script.answered(paragraphs(40, 'Wait, step'), 'So.');
      else
        script
          .phase('answering')
          .delta('answer', answers[index % 3] ?? '')
          .end();
    }
    await panel.open(script.state());
    assert.equal(await isFar(20), true);
    await panel.page.keyboard.press('Control+Shift+O');
    await turn(20).locator('.outline button').first().waitFor();
    await panel.page.waitForFunction(() => document.activeElement?.matches('[data-turn=turn20] .outline button') === true);
  });

  for (const place of ['in the middle of an answer', 'at a question'] as const) {
    it(`comes back after a reload to where it was read, ${place}`, async () => {
      await panel.open(inFull().state());
      await find('.log').evaluate((log) => (log.scrollTop = log.scrollHeight / 2));
      await still();
      const number =
        1 +
        (await panel.page.evaluate(() => {
          const { top } = document.querySelector('.log')!.getBoundingClientRect();
          return [...document.querySelectorAll('.turn')].findIndex((each) => each.getBoundingClientRect().top > top);
        }));
      await turn(number).evaluate((each, inAnswer) => {
        const log = document.querySelector('.log')!;
        const target = inAnswer ? each.querySelectorAll('.answer > *')[2]! : each.querySelector('.question')!;
        log.scrollTop += target.getBoundingClientRect().top - log.getBoundingClientRect().top + 5;
      }, place === 'in the middle of an answer');
      await still();
      const before = await topOf(number);
      await panel.page.waitForFunction((id) => {
        const { scroll } = JSON.parse(sessionStorage.getItem('state') ?? '{}') as { scroll?: { place?: { turnId: string } } };
        return scroll?.place?.turnId === id;
      }, `turn${number}`);
      await still();
      await panel.reload(inFull().state());
      await panel.drawn();
      await still();
      assert.ok(Math.abs((await topOf(number)) - before) <= 1, `${before} ${await topOf(number)}`);
    });
  }
});
