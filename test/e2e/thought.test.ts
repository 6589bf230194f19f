import assert from 'node:assert/strict';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { allTurns, foldEvents, lastTurn, turnById } from '../../src/core/conversation.ts';
import type { Conversation, ConversationEvent, Turn } from '../../src/core/conversation.ts';
import { JournalReader } from '../harness/journal.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { panelFrame, runCommand, widenSideBar, workbenchReady } from '../harness/workbench.ts';
import { answered, ask, failureShots, remembered } from './steps.ts';

describe('the thought in the workbench', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    session = await startSession({ workspace: { 'a.md': '# A heading\n\nSome text.\n' }, open: 'a.md' });
    ({ page } = session);
    panel = panelFrame(page);
    await runCommand(page, 'Lemma: Open Panel');
    await widenSideBar(page, 420);
    await ask(panel, 'Count to 400.');
    await answered(panel, 'Done: 400');
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-thought-end');
    await session.close();
  });

  const events = (): readonly ConversationEvent[] => new JournalReader(session.server).events();
  const conversation = (): Conversation => {
    const folded = foldEvents(events());
    assert.ok(folded);
    return folded;
  };
  const newest = (): Turn => {
    const turn = lastTurn(conversation());
    assert.ok(turn);
    return turn;
  };
  const fold = (): Locator => panel.locator('.turn').last().locator('.thought .fold');
  /** What the same keys open in the workbench: the editor's search and symbols, by any of its widgets. */
  const workbenchWidgets = (): Promise<number> =>
    page.locator('.quick-input-widget:visible, .monaco-editor .find-widget.visible, .monaco-workbench .simple-find-part.visible').count();

  it('is searched by Ctrl+F, F3 and Shift+F3 in the panel, and nothing opens in the workbench', async () => {
    await panel.locator('.composer textarea').focus();
    await page.keyboard.press('Control+F');
    const input = panel.locator('.find input');
    await input.and(panel.locator(':focus')).waitFor();
    await page.keyboard.type('399');
    const count = panel.locator('.find [role=status]');
    // Once in the thought's list and nowhere else: the answer says 400.
    await count.filter({ hasText: '1 of 1' }).waitFor();
    assert.equal(await fold().getAttribute('aria-expanded'), 'true', 'the thought that holds it was opened');
    await input.fill('40');
    await count.filter({ hasText: /^1 of \d+$/ }).waitFor();
    await page.keyboard.press('F3');
    await count.filter({ hasText: /^2 of/ }).waitFor();
    await page.keyboard.press('Shift+F3');
    await count.filter({ hasText: /^1 of/ }).waitFor();
    assert.equal(await workbenchWidgets(), 0);
    await page.keyboard.press('Escape');
    await panel.locator('.find').waitFor({ state: 'detached' });
    assert.equal(newest().end?.kind, 'complete');
  });

  it('shows its contents by Ctrl+Shift+O, with the time of each step', async () => {
    await page.keyboard.press('Control+Shift+O');
    const entries = panel.locator('.outline button');
    await entries.first().and(panel.locator(':focus')).waitFor();
    assert.match((await entries.first().textContent()) ?? '', /^\s*0:00/);
    assert.equal(await workbenchWidgets(), 0);
  });

  it('goes on from an edit, which the journal and the model’s own count show; what was there before can be walked back to', async () => {
    const before = newest();
    await panel.getByRole('button', { name: 'More Actions' }).click();
    await panel.getByRole('menuitem', { name: 'Edit Thought…' }).click();
    const area = panel.locator('lemma-thought textarea');
    assert.equal(await area.inputValue(), before.thought);
    const edit = before.thought.slice(0, before.thought.indexOf('381'));
    await area.fill(edit);
    await panel.getByRole('button', { name: 'Continue from Here' }).click();
    await panel.locator('.question .branch').filter({ hasText: '2 of 2' }).waitFor();
    await answered(panel, 'Done: 400');
    const after = newest();
    assert.equal(allTurns(conversation()).length, 2);
    const all = events();
    const edited = all.findIndex((event) => event.type === 'thoughtEdited' && event.turnId === after.question.id && event.thought === edit);
    assert.ok(edited >= 0, 'the journal has the edit');
    const written = all.slice(edited).flatMap((event) => (event.type === 'delta' && event.part === 'thought' ? [event.text] : []));
    assert.deepEqual(
      written.join('').trim().split('\n'),
      Array.from({ length: 20 }, (_, index) => String(381 + index)),
    );
    await panel.getByRole('button', { name: 'Previous Version' }).click();
    await panel.locator('.question .branch').filter({ hasText: '1 of 2' }).waitFor();
    assert.deepEqual(newest().thought, before.thought);
    assert.equal(turnById(conversation(), before.question.id)?.answer, before.answer);
  });

  it('is folded, timed and counted as before after the window was reloaded, with its contents', async () => {
    const heading = await fold().innerText();
    assert.match(heading, /^Thought for .* · 1,\d{3} tokens/);
    assert.equal(await fold().getAttribute('aria-expanded'), 'true');
    const times = await panel.locator('.outline .time').allInnerTexts();
    await remembered(page, `"${newest().question.id}":"open"`);
    await remembered(page, `"contents":["${newest().question.id}"]`);
    await page.reload();
    await workbenchReady(page, 'a.md');
    await fold().waitFor({ timeout: 60_000 });
    assert.equal(await fold().innerText(), heading);
    assert.equal(await fold().getAttribute('aria-expanded'), 'true');
    await panel.locator('.outline button').first().waitFor();
    assert.deepEqual(await panel.locator('.outline .time').allInnerTexts(), times);
    await panel.getByRole('button', { name: 'Next Version' }).click();
    await panel.locator('.question .branch').filter({ hasText: '2 of 2' }).waitFor();
    assert.equal(await fold().getAttribute('aria-expanded'), 'false');
  });
});
