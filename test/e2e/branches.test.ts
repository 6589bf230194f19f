import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { ConversationEvent, Turn } from '../../src/core/conversation.ts';
import { allTurns, foldEvents } from '../../src/core/conversation.ts';
import { JournalReader } from '../harness/journal.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { panelFrame, runCommand, workbenchReady } from '../harness/workbench.ts';
import { answered, ask, failureShots, newConversation } from './steps.ts';

/** All turns, also those of branches that are not shown. */
function turnsOf(events: readonly ConversationEvent[]): readonly Turn[] {
  const conversation = foldEvents(events);
  return conversation ? allTurns(conversation) : [];
}

describe('the turns of a conversation in the workbench', () => {
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
    await ask(panel, 'What is 300 + 33?');
    await answered(panel, '333');
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-branches-end');
    await session.close();
  });

  const journal = (): JournalReader => new JournalReader(session.server);
  const turn = (index: number): Locator => panel.locator('.turn').nth(index);
  const version = (text: string): Promise<void> => panel.locator('.question .branch').filter({ hasText: text }).waitFor();
  const focused = (name: string): Promise<void> => panel.getByRole('button', { name }).and(panel.locator(':focus')).first().waitFor();
  /** Waits until the questions on the page are these. */
  const shows = async (...questions: string[]): Promise<void> => {
    await panel.locator('.turn').nth(questions.length).waitFor({ state: 'detached' });
    for (const [index, question] of questions.entries()) await turn(index).locator('.typed').filter({ hasText: question }).waitFor();
  };
  const deleted = (): Locator => panel.locator('.notice').filter({ hasText: 'was deleted' });
  const pick = async (index: number, name: string): Promise<void> => {
    await turn(index).getByRole('button', { name: 'More Actions' }).click();
    await panel.getByRole('menuitem', { name }).click();
  };
  const copied = async (...act: (() => Promise<void>)[]): Promise<string[]> => {
    const texts: string[] = [];
    for (const each of act) {
      await page.evaluate(() => navigator.clipboard.writeText('nothing'));
      await each();
      const text = await page.evaluate(async () => {
        for (;;) {
          const now = await navigator.clipboard.readText();
          if (now !== 'nothing') return now;
          await new Promise((done) => requestAnimationFrame(done));
        }
      });
      texts.push(text);
    }
    return texts;
  };

  it('are copied as Markdown, the thought only where it is asked for', async () => {
    const [{ thought, answer } = { thought: '', answer: '' }] = turnsOf(journal().events());
    const [plain, whole] = await copied(
      () => turn(0).getByRole('button', { name: 'Copy', exact: true }).click(),
      () => pick(0, 'Copy with Thought'),
    );
    assert.equal(plain, answer.trim());
    const quoted = thought
      .trim()
      .split('\n')
      .map((line) => `> ${line}`.trimEnd());
    assert.equal(whole, `${quoted.join('\n')}\n\n${answer.trim()}`);
  });

  it('branch when the first question is edited', async () => {
    await turn(0).getByRole('button', { name: 'Edit Question' }).click();
    const field = panel.locator('lemma-question textarea');
    assert.equal(await field.inputValue(), 'What is 47 + 38?');
    await field.fill('What is 40 + 2?');
    await field.press('Enter');
    await version('2 of 2');
    await answered(panel, '42');
    await shows('What is 40 + 2?');
  });

  it('are walked back and forth by keyboard, each with what followed', async () => {
    await panel.getByRole('button', { name: 'Previous Version' }).focus();
    await page.keyboard.press('Enter');
    await version('1 of 2');
    await shows('What is 47 + 38?', 'What is 300 + 33?');
    await focused('Previous Version');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await version('2 of 2');
    await shows('What is 40 + 2?');
    await focused('Next Version');
  });

  it('are answered once more beside the answer that is there', async () => {
    await turn(0).getByRole('button', { name: 'Ask Again' }).click();
    await version('3 of 3');
    await answered(panel, '42');
    await ask(panel, 'Add 1 to that');
    await answered(panel, '43');
    await ask(panel, 'What is 100 + 11?');
    await answered(panel, '111');
  });

  it('begin a new conversation up to one of them, and the old one is kept', async () => {
    const [created] = journal().events();
    await pick(1, 'Branch');
    await panel.locator('.notice').filter({ hasText: 'This is a new conversation' }).waitFor();
    await shows('What is 40 + 2?', 'Add 1 to that');
    await journal().until(([first]) => first !== undefined && !isDeepStrictEqual(first, created));
    await ask(panel, 'Add 1 to that, please');
    await answered(panel, '44');
    await shows('What is 40 + 2?', 'Add 1 to that', 'Add 1 to that, please');
  });

  it('are deleted, which Undo takes back', async () => {
    const before = turnsOf(journal().events());
    await pick(1, 'Delete');
    await deleted().waitFor();
    await shows('What is 40 + 2?', 'Add 1 to that, please');
    await deleted().getByRole('button', { name: 'Undo' }).click();
    await shows('What is 40 + 2?', 'Add 1 to that', 'Add 1 to that, please');
    await deleted().waitFor({ state: 'detached' });
    await journal().until((events) => isDeepStrictEqual(turnsOf(events), before));
  });

  it('are all there after the window was reloaded, and what was deleted before it can still be put back', async () => {
    const before = turnsOf(journal().events());
    await pick(1, 'Delete');
    await deleted().waitFor();
    await page.reload();
    await workbenchReady(page, 'a.md');
    await turn(0).waitFor({ timeout: 60_000 });
    await shows('What is 40 + 2?', 'Add 1 to that, please');
    await deleted().getByRole('button', { name: 'Undo' }).click();
    await shows('What is 40 + 2?', 'Add 1 to that', 'Add 1 to that, please');
    await answered(panel, '44');
    await journal().until((events) => isDeepStrictEqual(turnsOf(events), before));
  });

  it('think more beside the answer that is there, from the same thought on', async () => {
    await newConversation(page, panel);
    await ask(panel, 'What is 47 + 38?');
    await answered(panel, '85');
    await pick(0, 'Think More');
    await version('2 of 2');
    await turn(0)
      .locator('.thought .fold')
      .getByText(/Thought/)
      .waitFor();
    await answered(panel, '');
    await journal().until((events) => turnsOf(events).filter(({ end }) => end?.kind === 'complete').length === 2);
    const [first, second] = turnsOf(journal().events()).toSorted((one, other) => one.askedAt - other.askedAt);
    assert.ok(first && second);
    assert.ok(second.thought.startsWith(first.thought.trimEnd()) && second.thought.length > first.thought.length);
    await panel.getByRole('button', { name: 'Previous Version' }).click();
    await answered(panel, '85');
  });
});
