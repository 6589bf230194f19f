import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { goTo, panelFrame, runCommand } from '../harness/workbench.ts';
import { answered, ask, failureShots } from './steps.ts';

const themes = [
  { name: 'Default Dark Modern', body: 'vscode-dark' },
  { name: 'Default Light Modern', body: 'vscode-light' },
  { name: 'Default High Contrast', body: 'vscode-high-contrast' },
  { name: 'Default High Contrast Light', body: 'vscode-high-contrast-light' },
];

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

/** Runs in the panel: every piece of text whose contrast to what is behind it is below 4.5:1 (disabled controls aside). */
function illegible(app: Element): string[] {
  const parse = (color: string): [number, number, number, number] => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return /^color\(srgb/.test(color) ? [red * 255, green * 255, blue * 255, alpha] : [red, green, blue, alpha];
  };
  const over = (top: number[], bottom: number[]): number[] => {
    const alpha = top[3] ?? 1;
    return [0, 1, 2].map((index) => (top[index] ?? 0) * alpha + (bottom[index] ?? 0) * (1 - alpha));
  };
  const luminance = (color: number[]): number => {
    const [red = 0, green = 0, blue = 0] = color.map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element: Element | null): number[] => {
    const layers: number[][] = [];
    for (let each = element; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((bottom, top) => over(top, bottom), [255, 255, 255]);
  };
  const found: string[] = [];
  const texts = document.createTreeWalker(app, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (!element || text === '' || !element.checkVisibility() || element.closest(':disabled, .sr, .katex-mathml, annotation')) continue;
    const behind = background(element);
    const color = over(parse(getComputedStyle(element).color), behind);
    const [light = 0, dark = 0] = [luminance(color), luminance(behind)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) found.push(`${text.slice(0, 30)} (${element.className}): ${contrast.toFixed(2)}`);
  }
  return found;
}
