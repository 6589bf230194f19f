import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { openFile, panelFrame, repeat, runCommand, select, statusItem } from '../harness/workbench.ts';
import { answered, ask, failureShots, rewriteTurn } from './steps.ts';

describe('a workspace that is not trusted', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    session = await startSession({
      workspace: {
        'notes.md': 'one\ntwo\nthree\n',
        'macros.tex': '\\newcommand{\\reals}{\\mathbb{R}}\n',
        'paper.tex': '\\input{macros}\n\\newcommand{\\rank}{\\mathrm{rk}}\nLet $x \\in \\reals$ and $\\rank A = 1$.\n',
        // A folder from elsewhere that would like to choose what runs.
        '.vscode/settings.json': JSON.stringify({
          ...{ 'lemma.model.path': '/from/the/folder.gguf', 'lemma.engine.threads': 64 },
          // Nor to have what is asked sent to it.
          ...{ 'lemma.backend': 'server', 'lemma.server.url': 'http://127.0.0.1:9/v1', 'lemma.server.model': 'any' },
          // Nor to say what is asked.
          'lemma.prompts': [{ title: 'From the settings', prompt: 'Go.' }],
        }),
        '.lemma/prompts/own.md': '---\ntitle: From the folder\n---\nGo.\n',
      },
      open: 'notes.md',
      trust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
    });
    ({ page } = session);
    panel = panelFrame(page);
    await page.locator('.part.statusbar', { hasText: 'Restricted Mode' }).waitFor();
    await runCommand(page, 'Lemma: Open Panel');
  });

  failureShots(() => session);

  after(() => session.close());

  it('has its questions answered by the user’s own model, whatever its settings say', async () => {
    await ask(panel, 'What is 17 + 25?');
    await answered(panel, '42');
    assert.match((await statusItem(page).getAttribute('aria-label')) ?? '', /CPU/);
  });

  it('has its places opened by the links of an answer', async () => {
    await rewriteTurn(session, 'Look.', 'It is in `notes.md:2`.');
    await runCommand(page, 'Lemma: Open Panel');
    await answered(panel, 'It is in');
    await panel.locator('.answer a[data-place="notes.md:2"]').click();
    await page.locator('.part.statusbar', { hasText: 'Ln 2, Col 1' }).waitFor();
    await page.locator('.part.statusbar', { hasText: 'Restricted Mode' }).waitFor();
  });

  it('has nothing of its other files sent along, and what the file itself says', async () => {
    await openFile(page, 'paper.tex');
    await select(page, 'paper.tex', [3, 1], [3, Infinity]);
    await panel.locator('.composer .attach').filter({ hasText: 'paper.tex:3' }).click();
    const chips = panel.locator('.composer .chip.automatic');
    await chips.filter({ hasText: '\\rank' }).waitFor();
    assert.equal(await chips.count(), 1);
    await session.shot('e2e-restricted-context');
  });

  it('has its prompts offered once it is trusted, and not before', async () => {
    const prompts = page.locator('.quick-input-widget:visible .monaco-list-row');
    const fromFolder = prompts.filter({ hasText: 'From the' });
    await runCommand(page, 'Lemma: Run Prompt');
    await prompts.filter({ hasText: 'New Prompt' }).waitFor();
    assert.equal(await fromFolder.count(), 0);
    await page.keyboard.press('Escape');
    await page.locator('.part.statusbar .statusbar-item', { hasText: 'Restricted Mode' }).click();
    await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await page.locator('.part.statusbar', { hasText: 'Restricted Mode' }).waitFor({ state: 'hidden' });
    await page.locator('.workspace-trust-editor').getByText('You trust this folder', { exact: true }).click();
    await page.keyboard.press('Escape');
    await page.locator('.workspace-trust-editor').waitFor({ state: 'hidden' });
    // Its files are read when VS Code tells of the trust.
    await repeat(async () => {
      await runCommand(page, 'Lemma: Run Prompt');
      await fromFolder.nth(1).waitFor({ timeout: 3000 });
    });
    const titles = (await fromFolder.allInnerTexts()).map((text) => text.split('\n')[0]);
    assert.deepEqual(titles, ['From the folder', 'From the settings']);
    await page.keyboard.press('Escape');
  });

  it('has the definitions of its other files sent along as soon as it is trusted', async () => {
    const chips = panel.locator('.composer .chip.automatic');
    await chips.filter({ hasText: '\\reals' }).waitFor();
    assert.equal(await chips.count(), 2);
  });
});
