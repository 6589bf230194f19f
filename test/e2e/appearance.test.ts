import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { goTo, panelFrame, runCommand } from '../harness/workbench.ts';
import { answered, ask, failureShots } from './steps.ts';
import { illegible, themes } from './themes.ts';

describe('the panel in the workbench', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    const code = 'export function scaleValue(value: number, factor: number): number {\n  return value - factor; // why minus\n}\n';
    session = await startSession({ workspace: { 'scale.ts': code }, open: 'scale.ts' });
    ({ page } = session);
    panel = panelFrame(page);
    await goTo(page, 'scale.ts', [2, 4]);
    await runCommand(page, 'Lemma: Solve Selection');
    await answered(panel, 'scaleValue');
    await ask(panel, '[test:table]');
    await answered(panel, 'Overview');
    await panel.locator('.answer .katex').first().waitFor();
    await panel.locator('.answer .code [class*="hljs-"]').first().waitFor();
  });

  failureShots(() => session);

  after(() => session.close());

  for (const { name, body } of themes) {
    it(`follows the theme ${name} at once, every text in it legible`, async () => {
      const marker = await panel.locator('body').evaluate((element) => (element.dataset.sameDocument = 'yes'));
      session.server.writeSettings({ 'workbench.colorTheme': name });
      await panel.locator(`body.${body}`).waitFor();
      assert.equal(await panel.locator('body').getAttribute('data-same-document'), marker, 'the page was not loaded again');
      await session.shot(`e2e-theme-${body}`);
      assert.deepEqual(await panel.locator('#app').evaluate(illegible), []);
    });
  }

  it('follows VS Code’s settings for type in chats at once: prose and code, and back', async () => {
    const sizes = (): Promise<readonly (string | undefined)[]> =>
      panel.locator('#app').evaluate((app) =>
        ['.turn .answer p', '.turn .answer .code pre', '.line .state'].map((each) => {
          const element = app.querySelector(each);
          return element ? getComputedStyle(element).fontSize : undefined;
        }),
      );
    const usual = await sizes();
    const prose = { 'chat.fontSize': 19, 'chat.fontFamily': 'serif', 'chat.editor.fontSize': 17 };
    session.server.writeSettings({ 'workbench.colorTheme': themes[0]?.name, ...prose });
    await panel.locator('#app[style*="19px"]').waitFor();
    assert.deepEqual(await sizes(), ['19px', '17px', usual[2]], 'the frame is the workbench’s');
    assert.equal(
      await panel
        .locator('.turn')
        .first()
        .evaluate((turn) => getComputedStyle(turn).fontFamily),
      'serif',
    );
    await session.shot('e2e-chat-fonts');
    session.server.writeSettings({ 'workbench.colorTheme': themes[0]?.name });
    await panel.locator('#app:not([style*="19px"])').waitFor();
    assert.deepEqual(await sizes(), usual);
  });

  it('draws code with the editor’s ligatures, when they are on', async () => {
    const features = (): Promise<string> =>
      panel
        .locator('.turn .answer .code pre')
        .first()
        .evaluate((pre) => getComputedStyle(pre).fontFeatureSettings);
    assert.match(await features(), /"calt" 0/);
    for (const [setting, variable, drawn] of [
      [true, "'calt' on", /"calt"(?:, |$)/],
      ["'ss01', 'calt' off", 'ss01', /"ss01"/],
    ] as const) {
      session.server.writeSettings({ 'workbench.colorTheme': themes[0]?.name, 'editor.fontLigatures': setting });
      await panel.locator(`#app[style*="${variable}"]`).waitFor();
      assert.match(await features(), drawn);
    }
    session.server.writeSettings({ 'workbench.colorTheme': themes[0]?.name });
    await panel.locator('#app:not([style*="ss01"])').waitFor();
    assert.match(await features(), /"calt" 0/);
  });

  it('moves to the secondary side bar and is drawn again there, with everything in it', async () => {
    const before = await panel.locator('.turn').count();
    await page.locator('.activitybar .action-item a[aria-label^="Lemma"]').click({ button: 'right' });
    const menu = page.locator('.monaco-menu').first();
    await menu.locator('.action-item', { hasText: 'Move To' }).first().hover();
    await page.locator('.monaco-menu .action-item', { hasText: 'Secondary Side Bar' }).last().hover();
    await page.keyboard.press('Enter');
    await page.locator('.part.auxiliarybar').waitFor();
    await panel.locator('.turn').last().waitFor();
    assert.equal(await panel.locator('.turn').count(), before);
    await ask(panel, 'What is 30 + 12?');
    await answered(panel, '42');
    await session.shot('e2e-secondary-side-bar');
  });
});
