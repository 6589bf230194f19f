import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { Attachment } from '../../src/core/attachment.ts';
import { foldEvents, lastTurn } from '../../src/core/conversation.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { JournalReader } from '../harness/journal.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { extensionId, goTo, openFile, panelFrame, runCommand, select, workbenchReady } from '../harness/workbench.ts';
import { answered, ask, failureShots, newConversation, stopIfRunning } from './steps.ts';

const area = ['export function area(width: number, height: number): number {', '  width * height;', '}', ''].join('\n');
const notes = '# Notes\n\nAll lengths are in metres.\n';
/** About 540 tokens, beside which the test model still answers. */
const filler = Array.from({ length: 150 }, (_, index) => `${index + 1}\n`).join('');

describe('attachments and the context', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    session = await startSession({
      workspace: {
        'area.ts': area,
        'docs/notes.md': notes,
        'filler.txt': filler,
        'data.bin': `MZ\0\0\0${'\u0001\u0002\0'.repeat(40)}`,
        'sum.md': 'What is 17 + 25?\n',
      },
      settings: { 'lemma.model.contextTokens': 1792 },
    });
    ({ page } = session);
    await openFile(page, 'area.ts');
    panel = panelFrame(page);
    await runCommand(page, 'Lemma: Open Panel');
    await panel.locator('.composer textarea').waitFor();
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-attachments-end');
    await session.close();
  });

  const picker = (): Locator => page.locator('.quick-input-widget:visible');
  /** Chooses rows of the list that is open: the first by a click, several by their names and Enter. */
  const choose = async (name: string): Promise<void> => {
    await picker().locator('.monaco-list-row', { hasText: name }).first().click();
  };
  const chooseMany = async (...names: string[]): Promise<void> => {
    for (const name of names) await choose(name);
    await picker().locator('input.input').press('Enter');
    await picker().waitFor({ state: 'hidden' });
  };
  const chips = (inside = panel): Locator => inside.locator('.composer .chip');
  const chip = (text: string): Promise<void> => chips().filter({ hasText: text }).first().waitFor();
  const removeAll = async (): Promise<void> => {
    for (let left = await chips().count(); left > 0; left--) {
      await chips().last().getByRole('button').click();
      await chips()
        .nth(left - 1)
        .waitFor({ state: 'hidden' });
    }
  };
  /** Waits until that question, the newest, has an answer, whatever the small model makes of it. */
  const ended = async (question: string): Promise<void> => {
    await panel.locator('.question').last().filter({ hasText: question }).waitFor();
    await answered(panel, '');
  };
  const newestTurn = (): Turn => {
    const turn = lastTurn(foldEvents(new JournalReader(session.server).events()));
    assert.ok(turn);
    return turn;
  };
  const attachmentsOf = (turn: Turn): Record<string, Attachment> =>
    Object.fromEntries((turn.question.attachments ?? []).map((attachment) => [attachment.label, attachment]));
  /** What Open as Text shows, all of it. */
  const promptText = async (): Promise<string> => {
    await panel.locator('.meter').click();
    await panel.getByRole('dialog').getByRole('button', { name: 'Open as Text' }).click();
    const editor = page.locator('.monaco-editor.focused[data-uri^="lemma-text"]');
    await editor.locator('.view-line').filter({ hasText: '[gMASK]' }).first().waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
    let text = await clipboard();
    // Playwright waits for no promise of a predicate.
    while (!text.startsWith('[gMASK]')) text = await clipboard();
    await page.locator('.tab.active', { hasText: 'What the model will see' }).locator('.tab-actions a').click();
    await editor.waitFor({ state: 'detached' });
    return text;
  };

  it('says what it would count while no model is loaded, and loads none for it', async () => {
    await panel
      .locator('.meter')
      .filter({ hasText: /~\d+ \/ 1\.7k/ })
      .waitFor();
    await panel.locator('.line').getByText('Loads with the first question').waitFor();
  });

  it('attaches files by the command, among those of the folder', async () => {
    await runCommand(page, 'Lemma: Attach…');
    await choose('File…');
    await chooseMany('notes.md', 'sum.md');
    await chip('notes.md');
    await chip('sum.md');
    await chips().filter({ hasText: 'sum.md' }).getByRole('button', { name: 'Remove sum.md' }).click();
    await chips().filter({ hasText: 'sum.md' }).waitFor({ state: 'hidden' });
  });

  it('attaches the selection, a symbol and the problems of the file', async () => {
    await select(page, 'area.ts', [2, 3], [2, Infinity]);
    await runCommand(page, 'Lemma: Attach…');
    await choose('Selection');
    await chip('area.ts:2');
    // TypeScript's own symbols and error, from its own server.
    await page.locator('.monaco-editor .squiggly-error').first().waitFor({ timeout: 60_000 });
    await panel.locator('.composer').getByRole('button', { name: 'Attach', exact: true }).click();
    await choose('Symbol…');
    await chooseMany('area');
    await chip('area');
    await panel.locator('.composer').getByRole('button', { name: 'Attach', exact: true }).click();
    await choose('Problems');
    await chip('1 problem');
    assert.equal(await chips().count(), 4);
  });

  it('keeps them over a reload of the view and of the window', async () => {
    const before = (await chips().allInnerTexts()).map((text) => text.split('\n')[0]);
    await panel.locator('main').evaluate((main) => (main.dataset.old = 'yes'));
    await runCommand(page, 'Developer: Reload Webviews');
    await panel.locator('main:not([data-old])').waitFor();
    await chip('1 problem');
    await page.reload();
    await workbenchReady(page, 'area.ts');
    await chip('problem');
    assert.equal(await chips().count(), 4);
    assert.deepEqual((await chips().allInnerTexts()).map((text) => text.split('\n')[0]).slice(0, 3), before.slice(0, 3));
    await page.locator('.monaco-editor .squiggly-error').first().waitFor({ timeout: 60_000 });
    await chip('1 problem');
  });

  it('asks with them as they are now, unsaved text too; the journal holds what the model saw', async () => {
    await goTo(page, 'area.ts', [1, 1]);
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.type('// In metres.');
    await chip('area.ts:3');
    await ask(panel, 'What is 20 + 22?');
    await ended('What is 20 + 22?');
    await chips().first().waitFor({ state: 'hidden' });
    const turn = newestTurn();
    const held = attachmentsOf(turn);
    assert.deepEqual(Object.keys(held), ['notes.md', 'area.ts:3', 'area', '1 problem']);
    assert.equal(held['notes.md']?.text, notes);
    assert.equal(held['area.ts:3']?.text, 'width * height;');
    assert.equal(held['area']?.text, area.trimEnd());
    assert.match(held['1 problem']?.text ?? '', /^- Line \d, error from ts \(2355\): A function whose declared type/);
    assert.deepEqual(held['area']?.range?.start, { line: 1, character: 0 });
    await runCommand(page, 'File: Revert File');
  });

  it('lists them on the question’s card as links that open their places', async () => {
    const card = panel.locator('.question').last();
    assert.equal(await card.locator('.chip').count(), 4);
    await card.getByRole('button', { name: 'Open notes.md' }).click();
    await page.locator('.monaco-editor.focused[data-uri$="/notes.md"]').waitFor();
    await session.shot('e2e-attachments-card');
  });

  it('shows what the model will see, the attachments of earlier questions too', async () => {
    await panel.locator('.composer textarea').fill('And in feet?');
    const text = await promptText();
    assert.match(text, /^\[gMASK\]<sop><\|user\|>/);
    assert.match(text, /Attached file: docs\/notes\.md/);
    assert.match(text, /All lengths are in metres/);
    assert.match(text, /What is 20 \+ 22\?<\|assistant\|>/);
    assert.match(text, /And in feet\?<\|assistant\|>\n<think>$/);
    await panel.locator('.composer textarea').fill('');
  });

  it('counts exactly what the engine then reads', async () => {
    const meter = panel.locator('.meter');
    await meter.click();
    // Nothing is typed, so nothing is counted for it.
    await panel.locator('.facts dd').nth(2).filter({ hasText: /^0$/ }).waitFor();
    const before = (await meter.getAttribute('title')) ?? '';
    await panel.locator('.composer textarea').fill('What is 1 + 2?');
    await panel.locator(`.meter:not([title="${before}"])`).waitFor();
    const said = Number((await meter.getAttribute('title'))?.split(' ')[0]?.replace(',', ''));
    await panel.locator('.composer textarea').press('Enter');
    await ended('What is 1 + 2?');
    assert.equal(newestTurn().promptTokens, said);
  });

  it('says why something cannot be attached, and what can', async () => {
    await runCommand(page, 'Lemma: Attach…');
    await choose('File…');
    await chooseMany('data.bin');
    await panel.locator('.notice').getByText('data.bin is not a text file. Lemma can attach text only.').waitFor();
    await panel.locator('.notice').getByRole('button', { name: 'Close' }).click();
    assert.equal(await chips().count(), 0);
  });

  it('sends nothing when an attached file has gone, and keeps the question', async () => {
    await runCommand(page, 'Lemma: Attach…');
    await choose('File…');
    await chooseMany('sum.md');
    await chip('sum.md');
    rmSync(session.file('sum.md'));
    const turns = await panel.locator('.turn').count();
    await ask(panel, 'What does it say?');
    await panel.locator('.notice').getByText('sum.md does not exist any more').waitFor();
    assert.equal(await panel.locator('.composer textarea').inputValue(), 'What does it say?');
    assert.equal(await panel.locator('.turn').count(), turns);
    await removeAll();
  });

  it('says what the next question will leave out before it is asked, and leaves it out', async () => {
    await newConversation(page, panel);
    for (const question of ['What is 2 + 3?', 'What is 3 + 4?']) {
      await runCommand(page, 'Lemma: Attach…');
      await choose('File…');
      await chooseMany('filler.txt');
      await chip('filler.txt');
      await ask(panel, question);
      await ended(question);
    }
    await runCommand(page, 'Lemma: Attach…');
    await choose('File…');
    await chooseMany('filler.txt');
    await panel.locator('.composer textarea').fill('What is 4 + 5?');
    await panel.locator('.notice').getByText('Your next question leaves out the oldest turn.').waitFor();
    await panel.locator('.cut').getByText('Left out of the next question').waitFor();
    await session.shot('e2e-context-full');
    await panel.locator('.composer textarea').press('Enter');
    await panel.locator('.question').last().getByText('The oldest turn did not fit and was left out.').waitFor();
    await panel.locator('.cut').getByText('Left out').waitFor();
    assert.equal(newestTurn().droppedTurns, 1);
    await stopIfRunning(panel);
  });

  it('tells the model of the turns that the user chose, and of those again that were taken back', async () => {
    await removeAll();
    await panel.locator('.composer textarea').fill('What is 4 + 5?');
    await panel.locator('.meter').click();
    await panel.getByRole('dialog').getByRole('button', { name: 'Choose What Stays…' }).click();
    await picker()
      .locator('.monaco-list-row', { hasText: 'What is 2 + 3?' })
      .filter({ hasText: /\d tokens/ })
      .waitFor();
    await session.shot('e2e-choose-turns');
    await chooseMany('What is 2 + 3?');
    const note = 'You left this turn out: the model is not told of it.';
    await panel.locator('.question').filter({ hasText: 'What is 2 + 3?' }).getByText(note).waitFor();
    const without = await promptText();
    assert.doesNotMatch(without, /What is 2 \+ 3\?/);
    assert.match(without, /What is 3 \+ 4\?/);
    await panel.locator('.meter').click();
    await panel.getByRole('dialog').getByRole('button', { name: 'Choose What Stays…' }).click();
    await chooseMany('What is 2 + 3?');
    await panel.locator('.question').getByText(note).waitFor({ state: 'detached' });
    assert.match(await promptText(), /What is 2 \+ 3\?/);
  });

  it('shortens the largest attachment to what fits, where the user wants that, and says so', async () => {
    await newConversation(page, panel);
    writeFileSync(session.file('filler.txt'), filler.repeat(6));
    await runCommand(page, 'Lemma: Attach…');
    await choose('File…');
    await chooseMany('filler.txt');
    await panel
      .locator('.notice')
      .getByText(/The question is [\d,]+ tokens larger than the context/)
      .waitFor();
    await ask(panel, 'What is 4 + 5?');
    await panel.locator('.turn .end').getByRole('button', { name: 'Shorten to Fit' }).click();
    // What the small model makes of it is its own affair: it reads it and thinks.
    await panel
      .locator('.turn')
      .last()
      .locator('.thought .fold')
      .getByText(/Th(?:inking|ought)/)
      .waitFor();
    await stopIfRunning(panel);
    const { question, promptTokens = 0 } = newestTurn();
    const text = question.attachments?.[0]?.text ?? '';
    assert.ok(text.length > 0 && text.length < 6 * filler.length, `${text.length} characters`);
    assert.ok(filler.repeat(6).startsWith(text.trimEnd()));
    assert.ok(promptTokens > 1000 && promptTokens < 1792, `${promptTokens} tokens`);
  });

  it('attaches a file from the explorer’s and from the tab’s menu, and one that is dragged from the explorer', async () => {
    await newConversation(page, panel);
    await openFile(page, 'notes.md');
    await runCommand(page, 'Lemma: Open Panel as Editor');
    const tab = page
      .frameLocator(`iframe.webview[src*="extensionId=${extensionId}"]:not([src*="purpose=webviewView"])`)
      .frameLocator('iframe#active-frame');
    await tab.locator('.composer textarea:focus').waitFor();
    await page.locator('.tab', { hasText: 'notes.md' }).click({ button: 'right' });
    await menuEntry(page, 'Attach to Lemma');
    await chips(tab).filter({ hasText: 'notes.md' }).waitFor();
    await runCommand(page, 'View: Show Explorer');
    const row = (name: string): Locator => page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
    await row('filler.txt').click({ button: 'right' });
    await menuEntry(page, 'Attach to Lemma');
    await chips(tab).filter({ hasText: 'filler.txt' }).waitFor();
    const from = await row('area.ts').boundingBox();
    const to = await tab.locator('.composer').boundingBox();
    assert.ok(from && to);
    await page.mouse.move(from.x + 40, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(from.x + 60, from.y + 60, { steps: 4 });
    await page.keyboard.down('Shift');
    await page.mouse.move(to.x + 60, to.y - 200, { steps: 8 });
    await page.mouse.move(to.x + 60, to.y + 20, { steps: 8 });
    await tab.locator('.dropping').waitFor();
    await session.shot('e2e-dragging');
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await chips(tab).filter({ hasText: 'area.ts' }).waitFor();
  });
});

async function menuEntry(page: Page, entry: string): Promise<void> {
  const menu = page.locator('.monaco-menu');
  await menu.locator('.action-item', { hasText: entry }).first().hover();
  await page.keyboard.press('Enter');
  await menu.waitFor({ state: 'hidden' });
}
