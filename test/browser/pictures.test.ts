import assert from 'node:assert/strict';
import { PanelPage, themes } from './panelPage.ts';
import { pictures, prepare } from './pictures.ts';

describe('The panel in pictures', function () {
  // Each test goes through all states.
  this.timeout(300_000);

  let panel: PanelPage;
  before(async () => {
    panel = await PanelPage.start();
  });
  after(() => panel.close());

  for (const theme of themes) {
    for (const width of theme === 'dark-modern' ? [250, 320, 480, 900] : [480]) {
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
