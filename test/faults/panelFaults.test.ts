import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { JournalReader } from '../harness/journal.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { findCommand, panelFrame, runCommand } from '../harness/workbench.ts';
import { endOf, failureShots, newConversation, showsThought, stopIfRunning, thinkForEver, thinking } from '../e2e/steps.ts';

/** Only there to end what hangs. */
const limitMs = 600_000;

describe('a thought goes on whatever becomes of the panel', function () {
  this.timeout(limitMs);
  let session: Session;
  let page: Page;
  let view: FrameLocator;
  let journal: JournalReader;

  before(async () => {
    // Room for a thought that no slow machine reaches the end of.
    session = await startSession({ workspace: { 'a.md': 'text\n' }, open: 'a.md', settings: { 'lemma.model.contextTokens': 32_768 } });
    ({ page } = session);
    session.context.setDefaultTimeout(limitMs / 3);
    view = panelFrame(page);
    journal = new JournalReader(session.server);
    await runCommand(page, 'Lemma: Open Panel');
  });

  failureShots(() => session);

  after(() => session.close());

  /** The newest thought, once the disk has all of it: the panel is ahead by a moment. */
  const wholeThought = async (): Promise<string> => {
    await journal.until(() => journal.turn().end !== undefined);
    return journal.turn().thought;
  };
  const stopped = 'You stopped this while it was thinking';

  it('hidden behind another view, and shown again', async () => {
    await thinkForEver(view);
    await page.locator('.activitybar .action-item a[aria-label^="Explorer"]').click();
    await view.locator('.turn').last().waitFor({ state: 'hidden' });
    await journal.thoughtGoesOn();
    await page.locator('.activitybar .action-item a[aria-label^="Lemma"]').click();
    await thinking(view);
    await stopIfRunning(view);
    await endOf(view, stopped).waitFor();
    await showsThought(view, await wholeThought());
  });

  it('moved to the other side bar, where it can be stopped', async () => {
    await newConversation(page, view);
    await thinkForEver(view);
    await view.locator('main').evaluate((main) => (main.dataset.old = 'yes'));
    await runCommand(page, 'View: Move View');
    const picker = page.locator('.quick-input-widget:visible');
    const rows = picker.locator('.monaco-list-row');
    // The list draws only what is in sight.
    await picker.locator('input.input').fill('Lemma');
    await rows.filter({ hasText: 'Lemma' }).first().click();
    await rows.filter({ hasText: 'New Secondary Side Bar Entry' }).click();
    await page.locator('.part.auxiliarybar .action-item', { hasText: 'Lemma' }).waitFor();
    await view.locator('main:not([data-old])').waitFor();
    await thinking(view);
    await journal.thoughtGoesOn();
    await session.shot('e2e-moved');
    await stopIfRunning(view);
    await endOf(view, stopped).waitFor();
    await showsThought(view, await wholeThought());
  });

  it('in a window of its own, beside the view, and after that window was closed', async () => {
    await newConversation(page, view);
    await thinkForEver(view);
    await runCommand(page, 'Lemma: Open Panel as Editor');
    await page.locator('.tab.active', { hasText: 'Lemma' }).waitFor();
    const command = await findCommand(page, 'View: Move Editor into New Window');
    const [floating] = await Promise.all([session.context.waitForEvent('page'), command.click()]);
    const inFloating = panelFrame(floating);
    await Promise.all([thinking(inFloating), thinking(view)]);
    assert.equal(await page.locator('.tab', { hasText: 'Lemma' }).count(), 0, 'the tab is there alone');
    await journal.thoughtGoesOn();
    await stopIfRunning(inFloating);
    await Promise.all([endOf(inFloating, stopped).waitFor(), endOf(view, stopped).waitFor()]);
    await showsThought(inFloating, await wholeThought());
    await floating.screenshot({ path: 'out/shots/e2e-floating.png' });

    await endOf(inFloating, stopped).getByRole('button', { name: 'Continue' }).click();
    await thinking(view);
    await floating.close();
    await journal.thoughtGoesOn();
    await stopIfRunning(view);
    await endOf(view, stopped).waitFor();
    await showsThought(view, await wholeThought());
  });
});
