import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { editorOf, frameOf, openFile, panelFrame, runCommand, select, workbenchReady } from '../harness/workbench.ts';
import { answered, ask, failureShots, newConversation, stopIfRunning, remembered } from './steps.ts';

const source = 'Let $x = 3$.\nWhat is $x + 4$?\n';

describe('the panel as an editor tab', () => {
  let session: Session;
  let page: Page;
  let view: FrameLocator;
  let tab: FrameLocator;

  before(async () => {
    // A file in the page's address would be opened in place of the tabs that a reload restores.
    session = await startSession({ workspace: { 'a.md': source } });
    ({ page } = session);
    await openFile(page, 'a.md');
    await editorOf(page, 'a.md').locator('.view-line').first().waitFor();
    view = frameOf(page, 'view');
    tab = frameOf(page, 'tab');
    await runCommand(page, 'Lemma: Open Panel');
    await view.locator('.composer textarea').waitFor();
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-tab-end');
    await session.close();
  });

  /** What was asked, thought and answered, in sight or not. */
  const texts = async (panel: FrameLocator): Promise<string[]> =>
    panel.locator('.turn').locator('.question, .thought .fold, .answer').allTextContents();

  it('opens beside the editor, on the editor’s background, with the cursor in its composer', async () => {
    await runCommand(page, 'Lemma: Open Panel as Editor');
    await tab.locator('.composer textarea:focus').waitFor();
    assert.equal(await page.locator('.tab', { hasText: 'Lemma' }).count(), 1);
    const background = await tab.locator('main').evaluate((main) => getComputedStyle(main).backgroundColor);
    const editor = await page
      .locator('.monaco-editor')
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
    assert.equal(background, editor);
    await runCommand(page, 'Lemma: Open Panel as Editor');
    assert.equal(await page.locator('.tab', { hasText: 'Lemma' }).count(), 1, 'it is not opened twice');
  });

  it('answers there, and both pages show the same', async () => {
    await ask(tab, 'Count to 60.');
    await Promise.all([answered(tab, 'Done: 60'), answered(view, 'Done: 60')]);
    assert.deepEqual(await texts(tab), await texts(view));
    await session.shot('e2e-tab');
  });

  it('takes what is selected in the editor beside it, and goes to its place without covering the tab', async () => {
    await select(page, 'a.md', [1, 1], [2, Infinity]);
    await runCommand(page, 'Lemma: Solve Selection');
    await answered(tab, 'The solution');
    await tab.locator('.turn').last().getByRole('button', { name: 'a.md:1–2' }).click();
    await page.locator('.monaco-editor.focused[data-uri$="/a.md"]').waitFor();
    assert.equal(await tab.locator('.composer').isVisible(), true);
    assert.equal(await page.locator('.tab', { hasText: 'a.md' }).count(), 1);
  });

  it('goes on after the pages were thrown away in the middle of a thought', async () => {
    await ask(tab, '[test:loop]');
    const thinking = (panel: FrameLocator): Promise<void> =>
      panel
        .locator('.thought .fold')
        .filter({ hasText: /Thinking.*tokens/ })
        .waitFor();
    await Promise.all([thinking(tab), thinking(view)]);
    for (const each of [tab, view]) await each.locator('main').evaluate((main) => (main.dataset.old = 'yes'));
    await runCommand(page, 'Developer: Reload Webviews');
    for (const each of [tab, view]) await each.locator('main:not([data-old])').waitFor();
    await Promise.all([thinking(tab), thinking(view)]);
    await stopIfRunning(view);
    const note = { hasText: 'You stopped this while it was thinking' };
    for (const each of [tab, view]) await each.locator('.turn').last().locator('.end', note).waitFor();
  });

  it('is there again after a reload of the window, with the conversation, and answers', async () => {
    const before = await texts(tab);
    // The workbench writes down now and then which editors are open.
    await remembered(page, '"viewType":"mainThreadWebview-lemma.panelTab"');
    await page.reload();
    await workbenchReady(page, 'a.md');
    await tab.locator('.turn').nth(2).waitFor({ timeout: 60_000 });
    // An answer is plain text until what draws it is loaded.
    await tab.locator('.turn').nth(1).locator('.answer math').first().waitFor();
    assert.deepEqual(await texts(tab), before);
    await newConversation(page, tab);
    await ask(tab, 'What is 17 + 25?');
    await Promise.all([answered(tab, '42'), answered(view, '42')]);
  });

  it('can be closed, and the view goes on alone', async () => {
    await page.locator('.tab', { hasText: 'Lemma' }).locator('.tab-actions a').click();
    await page.locator('.tab', { hasText: 'Lemma' }).waitFor({ state: 'detached' });
    const panel = panelFrame(page);
    await newConversation(page, panel);
    await ask(panel, 'What is 17 + 25?');
    await answered(panel, '42');
  });
});
