import { PanelPage, themes } from './panelPage.ts';
import { pictures, prepare } from './pictures.ts';

/**
 * Every state in every theme and width, for looking at: with `LEMMA_PICTURES=1`, into out/shots/. What of it can be checked
 * without eyes is checked by accessibility.test.ts.
 */
if (process.env.LEMMA_PICTURES) {
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
        it(`is drawn in every state in ${theme} at ${width} px`, async () => {
          for (const [name, picture] of Object.entries(pictures())) {
            await panel.open(picture.state, { theme, width, height: 640 });
            await prepare(panel.page, picture);
            await panel.drawn();
            await panel.shot(`panel-${theme}-${width}-${name}`);
          }
        });
      }
    }
  });
}
