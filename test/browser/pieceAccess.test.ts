import assert from 'node:assert/strict';
import { axeViolations } from './axe.ts';
import { solve } from './conversations.ts';
import { PanelPage, themes } from './panelPage.ts';
import { codeAnswer, mathAnswer, placesFound, placesText } from './samples.ts';

const text = `${placesText}\n${mathAnswer}\n${codeAnswer}`;

describe('Places and pieces are for everyone:', () => {
  const panel = PanelPage.forSuite();

  for (const theme of themes) {
    it(`axe finds nothing in links to places, and in no menu of a formula, table or code, in ${theme}`, async () => {
      await panel.open(solve().answered(text, text).state(), { theme, height: 1600 });
      await panel.find('.fold').click();
      await panel.drawn();
      await panel.send({ type: 'places', paths: placesFound });
      assert.equal(await panel.find('a[data-place]').count(), 12);
      assert.deepEqual(await axeViolations(panel.page), []);
      for (const [piece, items] of [
        ['.answer .formula', 2],
        ['.answer .tablebox td', 1],
        ['.answer .code.fenced pre', 5],
        ['.flow .code.fenced pre', 3],
      ] as const) {
        await panel.find(piece).first().click({ button: 'right' });
        await panel.page.getByRole('menuitem').first().and(panel.find(':focus')).waitFor();
        assert.equal(await panel.page.getByRole('menuitem').count(), items, piece);
        assert.deepEqual(await axeViolations(panel.page), [], piece);
        await panel.page.keyboard.press('Escape');
      }
      await panel.shot(`piece-access-${theme}`);
    });
  }

  it('a link to a place says what it opens, and is no stop in a preview', async () => {
    const script = solve().phase('thinking').delta('thought', `${placesText}\n\nEnd`);
    await panel.open(script.state());
    await panel.drawn();
    await panel.send({ type: 'places', paths: placesFound });
    assert.ok((await panel.find('.flow.preview a[data-place]').count()) > 0);
    await panel.find('.fold').focus();
    for (let step = 0; step < 12; step += 1) {
      await panel.page.keyboard.press('Tab');
      assert.equal(await panel.find('.flow.preview :focus').count(), 0);
    }
    assert.deepEqual(await axeViolations(panel.page), []);
    assert.equal(await panel.find('.flow.preview a[data-place]').first().getAttribute('title'), 'Open poly.py:12');
  });
});
