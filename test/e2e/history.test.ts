import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { frameOf, openWorkbench, panelFrame, runCommand, statusItem, waitForEditorText, workbenchReady } from '../harness/workbench.ts';
import { answered, ask, failureShots, newConversation } from './steps.ts';

describe('the history of conversations in the workbench', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    session = await startSession({ workspace: { 'a.md': 'text\n' }, open: 'a.md' });
    ({ page } = session);
    panel = panelFrame(page);
    await session.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(session.server.base).origin });
    await runCommand(page, 'Lemma: Open Panel');
    await ask(panel, 'What is 47 + 38?');
    await answered(panel, '85');
    await newConversation(page, panel);
    await ask(panel, 'What is 300 + 33?');
    await answered(panel, '333');
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-history-end');
    await session.close();
  });

  const row = (title: string, frame = panel): Locator => frame.getByRole('row').filter({ hasText: title });
  const openButton = (title: string): Locator => row(title).locator('.open');
  /** Waits until the rows of the list are these, in their order. */
  const lists = async (frame: FrameLocator, ...titles: string[]): Promise<void> => {
    await frame.locator('.history').waitFor();
    for (const [index, title] of titles.entries()) await frame.locator('.item').nth(index).filter({ hasText: title }).waitFor();
    await frame.locator('.item').nth(titles.length).waitFor({ state: 'detached' });
  };
  /** Waits until the conversation on the page is of these questions. */
  const shows = async (...questions: string[]): Promise<void> => {
    await panel.locator('.history').waitFor({ state: 'detached' });
    for (const [index, question] of questions.entries())
      await panel.locator('.turn').nth(index).locator('.typed').filter({ hasText: question }).waitFor();
    await panel.locator('.turn').nth(questions.length).waitFor({ state: 'detached' });
  };
  const showList = async (): Promise<void> => {
    await runCommand(page, 'Lemma: Show Conversations');
    await panel.locator('.history input:focus').waitFor();
  };
  const notice = (text: string, frame = panel): Locator => frame.locator('.notice').filter({ hasText: text });
  const quickInput = (): Locator => page.locator('.quick-input-widget:visible');
  const choose = async (label: string): Promise<void> => {
    await quickInput().locator('.monaco-list-row', { hasText: label }).first().click();
  };
  const clipboardAfter = async (act: () => Promise<void>): Promise<string> => {
    await page.evaluate(() => navigator.clipboard.writeText('nothing'));
    await act();
    return page.evaluate(async () => {
      for (;;) {
        const now = await navigator.clipboard.readText();
        if (now !== 'nothing') return now;
        await new Promise((done) => requestAnimationFrame(done));
      }
    });
  };

  it('is opened by the button in the view’s title, the newest first, with the cursor in its search', async () => {
    await page.locator('.part.sidebar a.action-label[aria-label^="Show Conversations"]').first().click();
    await panel.locator('.history input:focus').waitFor();
    await lists(panel, 'What is 300 + 33?', 'What is 47 + 38?');
    assert.equal(await panel.locator('.history .group').innerText(), 'Today');
    assert.equal(await openButton('What is 300').getAttribute('aria-current'), 'true');
    await session.shot('e2e-history');
    await page.keyboard.press('Escape');
    await shows('What is 300 + 33?');
  });

  it('finds a word of an answer, and Enter opens the conversation', async () => {
    await showList();
    await page.keyboard.type('85');
    await lists(panel, 'What is 47 + 38?');
    await panel.locator('.history mark').first().filter({ hasText: '85' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await shows('What is 47 + 38?');
    await panel.locator('.composer textarea:focus').waitFor();
  });

  it('renames and pins by the keyboard', async () => {
    await showList();
    await lists(panel, 'What is 300 + 33?', 'What is 47 + 38?');
    await openButton('What is 300 + 33?').focus();
    await page.keyboard.press('F2');
    await panel.locator('input.rename:focus').waitFor();
    await page.keyboard.type('Large sums');
    await page.keyboard.press('Enter');
    await lists(panel, 'Large sums', 'What is 47 + 38?');
    await openButton('What is 47 + 38?').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await lists(panel, 'What is 47 + 38?', 'Large sums');
    assert.deepEqual(await panel.locator('.history .group').allInnerTexts(), ['Pinned', 'Today']);
    await panel.getByRole('button', { name: 'Unpin' }).and(panel.locator(':focus')).waitFor();
  });

  it('deletes with Undo, also the one that is open', async () => {
    for (const title of ['Large sums', 'What is 47 + 38?']) {
      await openButton(title).focus();
      await page.keyboard.press('Delete');
      await row(title).waitFor({ state: 'detached' });
    }
    await panel.getByText('There are no conversations yet.').waitFor();
    await notice('2 conversations were deleted.').getByRole('button', { name: 'Undo' }).click();
    await lists(panel, 'What is 47 + 38?', 'Large sums');
    await notice('deleted').waitFor({ state: 'detached' });
    await panel.getByRole('button', { name: 'Back to the Conversation' }).click();
    await shows('What is 47 + 38?');
    await ask(panel, 'Add 1 to that');
    await answered(panel, '86');
  });

  it('exports to the file that was chosen, with thoughts where they are asked for', async () => {
    const file = session.file('exported.md');
    await runCommand(page, 'Lemma: Export Conversation…');
    await choose('With Thoughts');
    const input = quickInput().locator('input.input');
    await page.waitForFunction(() => [...document.querySelectorAll('input')].some(({ value }) => value.endsWith('What is 47 + 38.md')));
    await input.fill(file);
    await page.keyboard.press('Enter');
    await waitForEditorText(page, 'exported.md', '# What is 47 + 38?');
    const text = readFileSync(file, 'utf8');
    assert.match(text, /^# What is 47 \+ 38\?\n\n## Question\n\nWhat is 47 \+ 38\?\n\n### Thought\n\n> /);
    assert.match(text, /\n### Answer\n\n.*85/s);
    assert.match(text, /Add 1 to that/);
  });

  it('exports another conversation from its row, and writes nothing where no place is chosen', async () => {
    await showList();
    await row('Large sums').click({ button: 'right' });
    await panel.getByRole('menuitem', { name: 'Export…' }).click();
    await choose('Without Thoughts');
    await page.waitForFunction(() => [...document.querySelectorAll('input')].some(({ value }) => value.endsWith('Large sums.md')));
    await page.keyboard.press('Escape');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    assert.equal(existsSync(session.file('Large sums.md')), false);
    const copied = await clipboardAfter(async () => {
      await row('Large sums').click({ button: 'right' });
      await panel.getByRole('menuitem', { name: 'Copy as Markdown' }).click();
    });
    assert.match(copied, /^# Large sums\n\n## Question\n\nWhat is 300 \+ 33\?\n\n### Answer\n\n/);
    await panel.getByRole('button', { name: 'Back to the Conversation' }).click();
  });

  it('copies the conversation that is shown, and offers two copies of it', async () => {
    const copy = (which: string): Promise<string> =>
      clipboardAfter(async () => {
        await runCommand(page, 'Lemma: Copy Conversation as Markdown');
        await choose(which);
      });
    const [bare, whole] = [await copy('Without Thoughts'), await copy('With Thoughts')];
    assert.doesNotMatch(bare, /Thought|^>/m);
    assert.match(whole, /### Thought\n\n> /);
    assert.equal(whole.replace(/### Thought\n\n(?:>.*\n)+\n/g, ''), bare);
  });

  it('gets a conversation more by a branch from a turn, which goes on by itself', async () => {
    await panel.locator('.turn').first().getByRole('button', { name: 'More Actions' }).click();
    await panel.getByRole('menuitem', { name: 'Branch' }).click();
    await shows('What is 47 + 38?');
    await ask(panel, 'Add 2 to that');
    await answered(panel, '87');
    await showList();
    await lists(panel, 'What is 47 + 38?', 'What is 47 + 38?', 'Large sums');
    assert.deepEqual(await panel.locator('.history .group').allInnerTexts(), ['Pinned', 'Today']);
  });

  it('begins a new conversation with what is typed below the list', async () => {
    await panel.getByRole('textbox', { name: 'Ask in a new conversation' }).fill('What is 2 + 2?');
    await page.keyboard.press('Enter');
    await shows('What is 2 + 2?');
    await answered(panel, '4');
  });

  it('is shown in the editor tab by the button of its title, and left there alone', async () => {
    const tab = frameOf(page, 'tab');
    await runCommand(page, 'Lemma: Open Panel as Editor');
    await tab.locator('.composer textarea:focus').waitFor();
    await page.locator('.editor-actions a.action-label[aria-label^="Show Conversations"]').click();
    await tab.locator('.history .item').first().waitFor();
    assert.equal(await frameOf(page, 'view').locator('.history').count(), 0, 'the view shows its conversation');
    await tab.getByRole('button', { name: 'Back to the Conversation' }).click();
    await tab.locator('.history').waitFor({ state: 'detached' });
    await page.locator('.tab', { hasText: 'Lemma' }).locator('.tab-actions a').click();
    await page.locator('.tab', { hasText: 'Lemma' }).waitFor({ state: 'detached' });
  });

  it('is as it was after a reload of the window', async () => {
    await page.reload();
    await workbenchReady(page, 'a.md');
    await panel.locator('.turn').first().waitFor({ timeout: 60_000 });
    await shows('What is 2 + 2?');
    await showList();
    await lists(panel, 'What is 47 + 38?', 'What is 2 + 2?', 'What is 47 + 38?', 'Large sums');
    await page.keyboard.press('Escape');
  });

  it('says what another window has open, shows a copy of it and changes nothing in it', async () => {
    // What the user likes in one window holds in all: opened here, the next thought there is open too.
    await panel.locator('.turn .fold').click();
    await panel.locator('.turn .fold[aria-expanded=true]').waitFor();
    const second = await session.context.newPage();
    const other = panelFrame(second);
    await openWorkbench(second, session.server, { folder: session.folder });
    await statusItem(second).waitFor({ timeout: 60_000 });
    await runCommand(second, 'Lemma: Show Conversations');
    await row('What is 2 + 2?', other).filter({ hasText: 'open in another window' }).waitFor();
    // Focus and key in one step: a window that has just opened may draw its list once more in between.
    await row('What is 2 + 2?', other).locator('.open').press('Delete');
    await notice('Another window has this conversation open. Change it there', other).waitFor();
    await row('What is 2 + 2?', other).locator('.open').click();
    await notice('so this is a copy of it', other).waitFor();
    await ask(other, 'Add 1 to that');
    await answered(other, '5');
    await other.locator('.turn').last().locator('.fold[aria-expanded=true]').waitFor();
    await shows('What is 2 + 2?');
    await ask(panel, 'Add 3 to that');
    await answered(panel, '7');
    await second.close();
  });

  it('is another one where no folder is open', async () => {
    const second = await session.context.newPage();
    const other = panelFrame(second);
    await openWorkbench(second, session.server, {});
    await statusItem(second).waitFor({ timeout: 60_000 });
    await runCommand(second, 'Lemma: Show Conversations');
    await other.getByText('There are no conversations yet.').waitFor();
    await second.close();
  });
});
