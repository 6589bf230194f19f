import assert from 'node:assert/strict';
import { explain, Script, snapshotOf, solve } from './conversations.ts';
import { PanelPage } from './panelPage.ts';
import { codeAnswer } from './samples.ts';

describe('How the user reads', () => {
  const panel = PanelPage.forSuite();
  const wraps = (): Promise<boolean> => panel.page.evaluate(() => document.body.classList.contains('wrap-code'));

  it('is told to the host with each choice, and once only', async () => {
    await panel.open(solve().phase('thinking').delta('thought', 'So').state());
    await panel.find('.fold').click();
    await panel.find('.fold').focus();
    await panel.page.keyboard.press('ArrowRight');
    assert.deepEqual(await panel.sent('habits'), [{ type: 'habits', habits: { nextFold: 'open', wrapCode: false } }]);
  });

  it('comes from the host: another window’s choice holds in this one, for thoughts that begin from then on', async () => {
    const script = explain().answered('Hm.', codeAnswer);
    await panel.open(script.state({ habits: { nextFold: 'open', wrapCode: true } }));
    await panel.drawn();
    assert.equal(await wraps(), true);
    assert.equal(await panel.find('.fold').getAttribute('aria-expanded'), 'false', 'what has ended stays as it is');
    const from = script.events.length;
    await panel.send({
      type: 'events',
      from,
      events: script.ask('ask', undefined, 'And?').phase('thinking').delta('thought', 'Well').after(from),
    });
    assert.equal(await panel.find('.fold').last().getAttribute('aria-expanded'), 'true');
    await panel.send({ type: 'habits', habits: { nextFold: 'preview', wrapCode: false } });
    assert.equal(await wraps(), false);
    assert.deepEqual(await panel.sent('habits'), [], 'what the host says is not said back');
  });

  it('goes back to the editor by Escape, when nothing is running and nothing is open', async () => {
    const script = explain().answered('Hm.', codeAnswer);
    await panel.open(script.state());
    await panel.drawn();
    const press = async (): Promise<number> => {
      await panel.page.keyboard.press('Escape');
      return (await panel.sent('focusEditor')).length;
    };
    await panel.find('.composer textarea').focus();
    assert.equal(await press(), 1);
    await panel.page.keyboard.press('Control+F');
    await panel.find('.find input').waitFor();
    assert.equal(await press(), 1, 'the search is closed first');
    await panel.find('.answer .code pre').click({ button: 'right' });
    await panel.page.getByRole('menu').waitFor();
    assert.equal(await press(), 1, 'the menu is closed first');
    await panel.button('Edit').first().click();
    assert.equal(await press(), 1, 'an edit is left first');
    assert.equal(await press(), 2);
    const from = script.events.length;
    await panel.send({ type: 'events', from, events: script.ask('ask', undefined, 'And?').phase('thinking').after(from) });
    assert.equal(await press(), 2, 'what runs is stopped first');
    assert.equal((await panel.sent('action')).at(-1)?.action, 'stop');
  });

  it('is never cut off: a thought’s time at any width, its tokens in short where there is little room', async () => {
    for (const width of [250, 300, 320, 400]) {
      await panel.open(solve().answered('Hm.', 'Yes.', 192, 1890).state(), { width });
      const { text, inSight, cut } = await panel.find('.fold').evaluate((fold: HTMLElement) => {
        const line = fold.querySelector('.num')!.getBoundingClientRect();
        const right = fold.getBoundingClientRect().right;
        const words = document.createTreeWalker(fold, NodeFilter.SHOW_TEXT);
        const inSight: string[] = [];
        let cut = false;
        for (let node = words.nextNode(); node; node = words.nextNode()) {
          for (const { index, 0: word } of (node.textContent ?? '').matchAll(/\S+/g)) {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            const box = range.getBoundingClientRect();
            if (box.width === 0 || box.top >= line.bottom - 1) continue;
            inSight.push(word);
            cut ||= box.right > right + 0.5;
          }
        }
        return { text: fold.innerText.trim(), inSight: inSight.join(' '), cut };
      });
      assert.match(text, width < 340 ? /^Thought for 3 min 12 s · 1\.8k tokens/ : /^Thought for 3 min 12 s · 1,890 tokens/);
      assert.match(inSight, width < 300 ? /^Thought for 3 min 12 s/ : /^Thought for 3 min 12 s · 1[.,]8(?:k|90)/);
      assert.equal(cut, false, `no word is cut at ${width} px: ${inSight}`);
      await panel.shot(`thought-heading-${width}`);
    }
  });

  it('is offered no «Show less» where all lines are shown anyway, also after a search', async () => {
    await panel.open(
      new Script()
        .ask('explain', snapshotOf('a = 1\nb = 2\nc = a + b', 'a.py', 'python'))
        .answered('Hm.', 'Yes.')
        .state(),
    );
    await panel.page.keyboard.press('Control+F');
    await panel.find('.find input').fill('a + b');
    await panel.find('.find [role=status]').filter({ hasText: '1 of 1' }).waitFor();
    assert.equal(await panel.find('.question .more button').isVisible(), false);
  });
});
