import assert from 'node:assert/strict';
import { PanelPage, themes } from './panelPage.ts';
import { pictures, prepare } from './pictures.ts';

/**
 * Every theme and width with `LEMMA_PICTURES=all`, for looking at them; else the narrowest and the widest, which are where
 * something can run out of the panel. That no theme hides anything is what accessibility.test.ts checks in every state.
 */
const widths = (theme: (typeof themes)[number]): readonly number[] => {
  if (process.env.LEMMA_PICTURES === 'all') return theme === 'dark-modern' ? [250, 320, 480, 900] : [480];
  return theme === 'dark-modern' ? [250, 900] : [];
};

describe('The panel in pictures', function () {
  // Each test goes through all states.
  this.timeout(300_000);

  let panel: PanelPage;
  before(async () => {
    panel = await PanelPage.start();
  });
  after(() => panel.close());

  for (const theme of themes) {
    for (const width of widths(theme)) {
      it(`is drawn in every state in ${theme} at ${width} px, with nothing wider than the panel`, async () => {
        for (const [name, picture] of Object.entries(pictures())) {
          await panel.open(picture.state, { theme, width, height: 640 });
          await prepare(panel.page, picture);
          await panel.drawn();
          await panel.shot(`panel-${theme}-${width}-${name}`);
          const overflow = await panel.page.evaluate(() => {
            const log = document.querySelector('.log')!;
            return { log: log.scrollWidth - log.clientWidth, page: document.documentElement.scrollWidth - window.innerWidth };
          });
          assert.deepEqual(overflow, { log: 0, page: 0 }, name);
          assert.deepEqual(await panel.violations(), [], name);
        }
      });
    }
  }
});
