import assert from 'node:assert/strict';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { foldEvents, lastTurn } from '../../src/core/conversation.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { JournalReader } from '../harness/journal.ts';
import { processesOf } from '../harness/processes.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { panelFrame, runCommand, statusItem, workbenchReady } from '../harness/workbench.ts';
import { answered, ask, failureShots, newConversation, stopIfRunning, remembered } from './steps.ts';

const numbers = Array.from({ length: 400 }, (_, index) => index + 1).join('\n');

describe('nothing is lost when something ends in the middle', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    session = await startSession({ workspace: { 'a.md': 'text\n' }, open: 'a.md' });
    ({ page } = session);
    panel = panelFrame(page);
    await runCommand(page, 'Lemma: Open Panel');
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-interruptions-end');
    await session.close();
  });

  const journalTurn = (): Turn => newestTurn(session);
  /** Asks for a thought that has no end of its own, so that a test is never late, and waits until it streams. */
  const thinkForEver = async (): Promise<void> => {
    await ask(panel, '[test:loop]');
    await newest()
      .locator('.thought .fold')
      .filter({ hasText: /Thinking.*tokens/ })
      .waitFor();
  };
  const newest = (): Locator => panel.locator('.turn').last();
  const note = (text: string): ReturnType<FrameLocator['locator']> =>
    panel.locator('.turn').last().locator('.end').filter({ hasText: text });

  it('stops by the button and keeps the thought', async () => {
    await thinkForEver();
    await statusItem(page).filter({ hasText: 'thinking' }).waitFor();
    await panel.locator('.line').getByRole('button', { name: 'Stop' }).click();
    await note('You stopped this while it was thinking').waitFor();
    const turn = journalTurn();
    assert.equal(turn.end?.kind, 'stopped');
    assert.notEqual(turn.thought.trim(), '');
    assert.equal(turn.answer, '');
    await statusItem(page).filter({ hasText: 'Lemma: CPU' }).waitFor();
  });

  it('stops by escape while the view has the focus', async () => {
    await thinkForEver();
    await panel.locator('.composer textarea').press('Escape');
    await note('You stopped this').waitFor();
  });

  it('answers at once when asked to, from the thought so far', async () => {
    await thinkForEver();
    await panel.locator('.line').getByRole('button', { name: 'Answer Now' }).click();
    await newest().locator('.answer').waitFor();
    const { thought } = journalTurn();
    await panel.locator('.line').getByRole('button', { name: 'Stop' }).or(newest().locator('.actions[role="toolbar"]')).first().waitFor();
    assert.equal(journalTurn().thought, thought, 'nothing is added to the thought any more');
    await stopIfRunning(panel);
  });

  it('draws everything again after the view was hidden in the middle of a thought', async () => {
    await newConversation(page, panel);
    await ask(panel, 'Count to 399.');
    await newest().locator('.thought').waitFor();
    await page.locator('.activitybar .action-item a[aria-label^="Explorer"]').click();
    await newest().waitFor({ state: 'hidden' });
    await page.locator('.activitybar .action-item a[aria-label^="Lemma"]').click();
    await answered(panel, 'Done: 399');
    await newest().locator('.thought .fold').click();
    const shown = newest().locator('.thought .flow');
    await shown.getByText('399').first().waitFor();
    assert.deepEqual((await shown.innerText()).match(/\d+/g), numbers.split('\n').slice(0, 399));
  });

  it('keeps what was written and typed when the window is reloaded in the middle of a thought', async () => {
    await thinkForEver();
    await panel.locator('.composer textarea').fill('a draft that I was typing');
    await statusItem(page)
      .filter({ hasText: /thinking [2-9] s/ })
      .waitFor();
    await remembered(page, 'a draft that I was typing');
    await page.reload();
    await workbenchReady(page, 'a.md');
    await note('The window was closed or reloaded').waitFor({ timeout: 60_000 });
    assert.equal(await panel.locator('.composer textarea').inputValue(), 'a draft that I was typing');
    assert.notEqual(journalTurn().thought.trim(), '');
    assert.equal(await panel.locator('.turn').count(), 2, 'the turns before it are there');
  });

  it('keeps the streamed text when the engine is killed, says so, starts it again, and goes on', async () => {
    await thinkForEver();
    process.kill(enginePid(session), 'SIGKILL');
    await note('The engine was ended from outside').waitFor();
    const kept = journalTurn();
    assert.notEqual(kept.thought.trim(), '');
    assert.equal(kept.end?.kind, 'failed');
    await note('The engine runs again').waitFor();
    await session.shot('e2e-engine-killed');
    await note('The engine was ended from outside').getByRole('button', { name: 'Continue' }).click();
    await newest()
      .locator('.thought .fold')
      .filter({ hasText: /Thinking.*tokens/ })
      .waitFor();
    await panel.locator('.line').getByRole('button', { name: 'Stop' }).click();
    await note('You stopped this').waitFor();
    const { thought } = journalTurn();
    assert.ok(thought.startsWith(kept.thought) && thought.length > kept.thought.length);
  });
});

describe('a reply that reaches its limit', () => {
  let session: Session;

  before(async () => {
    session = await startSession({ workspace: { 'a.md': 'text\n' }, open: 'a.md', settings: { 'lemma.maxTokens': 300 } });
    await runCommand(session.page, 'Lemma: Open Panel');
  });

  failureShots(() => session);

  after(() => session.close());

  it('says so, and goes on, as often as it is asked to, to the same reply as without a limit', async () => {
    const panel = panelFrame(session.page);
    await ask(panel, 'Count to 400.');
    let thought = '';
    for (let reached = 300; reached <= 1500; reached += 300) {
      const note = panel.locator('.end').filter({ hasText: `it reached the limit of ${reached.toLocaleString('en')} tokens` });
      await note.waitFor();
      const turn = newestTurn(session);
      assert.ok(turn.thought.startsWith(thought) && numbers.startsWith(turn.thought.trim()), 'the text only grows');
      thought = turn.thought;
      await note.getByRole('button', { name: 'Continue' }).click();
    }
    await answered(panel, 'Done: 400');
    assert.equal(newestTurn(session).thought.trim(), numbers);
  });

  it('answers within its limit with the thinking budget that is chosen in the panel', async () => {
    const panel = panelFrame(session.page);
    await panel.getByRole('button', { name: 'Thinking Budget: Unlimited' }).click();
    await panel.getByRole('menuitemradio', { name: '1k tokens' }).click();
    await panel.getByRole('button', { name: 'Thinking Budget: 1k' }).waitFor();
    await ask(panel, 'Count to 390.');
    const note = panel.locator('.end').filter({ hasText: 'The thought was closed at its budget' });
    await note.getByRole('button', { name: 'Think More' }).waitFor();
    const { thought, answer, closedAtBudget } = newestTurn(session);
    assert.ok(closedAtBudget && answer.trim() !== '' && numbers.startsWith(thought.trim()), thought);
  });
});

function newestTurn(session: Session): Turn {
  const turn = lastTurn(foldEvents(new JournalReader(session.server).events()));
  assert.ok(turn);
  return turn;
}

/** The inference process of the session's extension host. */
function enginePid(session: Session): number {
  const [pid, ...others] = processesOf(session.server, 'inference.mjs');
  assert.ok(pid !== undefined && others.length === 0);
  return pid;
}
