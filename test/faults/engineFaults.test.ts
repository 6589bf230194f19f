import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { JournalReader } from '../harness/journal.ts';
import { processesOf } from '../harness/processes.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { panelFrame, runCommand, statusItem } from '../harness/workbench.ts';
import { answered, ask, endOf, failureShots, newConversation, stopIfRunning, thinkForEver, thinking } from '../e2e/steps.ts';

/** Only there to end what hangs. */
const limitMs = 300_000;

describe('nothing is lost when the engine loops, hangs or crashes again and again', function () {
  this.timeout(limitMs);
  let session: Session;
  let page: Page;
  let view: FrameLocator;
  let journal: JournalReader;

  before(async () => {
    session = await startSession({
      workspace: { 'a.md': 'text\n' },
      open: 'a.md',
      settings: { 'lemma.thinking.stopLoops': true, 'lemma.model.contextTokens': 32_768 },
    });
    ({ page } = session);
    session.context.setDefaultTimeout(limitMs / 3);
    view = panelFrame(page);
    journal = new JournalReader(session.server);
    await runCommand(page, 'Lemma: Open Panel');
  });

  failureShots(() => session);

  after(() => session.close());

  const engine = (): number => {
    const [pid, ...others] = processesOf(session.server, 'inference.mjs');
    assert.ok(pid !== undefined && others.length === 0);
    return pid;
  };

  it('stops a thought that only repeats itself, which goes on when that is wanted, and is answered without the loop', async () => {
    await ask(view, '[test:loop]');
    const note = endOf(view, 'The thought only repeated itself and was stopped');
    await note.waitFor();
    await session.shot('faults-loop');
    await note.getByRole('button', { name: 'Continue Anyway' }).click();
    await thinking(view);
    await stopIfRunning(view);
    await newConversation(page, view);
    await ask(view, '[test:loop]');
    await note.getByRole('button', { name: 'Answer Now' }).click();
    await answered(view, 'I answered without thinking');
  });

  it('says that an engine that hangs is silent, and Restart ends it', async () => {
    await newConversation(page, view);
    await ask(view, 'Count to 400.');
    await thinking(view);
    await journal.thoughtGoesOn();
    const hung = engine();
    process.kill(hung, 'SIGSTOP');
    const notice = view.locator('.notice').filter({ hasText: 'The engine has said nothing for' });
    await notice.waitFor();
    await session.shot('faults-silent');
    await notice.getByRole('button', { name: 'Restart' }).click();
    await endOf(view, 'You stopped this while it was thinking').waitFor();
    await notice.waitFor({ state: 'hidden' });
    await statusItem(page).filter({ hasText: 'Lemma: CPU' }).waitFor();
    assert.notEqual(engine(), hung);
    assert.notEqual(journal.turn().thought.trim(), '');
    await endOf(view, 'You stopped this').getByRole('button', { name: 'Continue' }).click();
    await answered(view, 'Done: 400');
  });

  it('leaves alone an engine that crashes again and again, and offers what helps', async () => {
    for (let crash = 1; crash <= 3; crash++) {
      await newConversation(page, view);
      await thinkForEver(view);
      process.kill(engine(), 'SIGABRT');
      await endOf(view, crash < 3 ? 'The engine runs again' : 'stopped 3 times in a row').waitFor();
    }
    await statusItem(page).filter({ hasText: 'engine stopped' }).waitFor();
    await session.shot('faults-crash-loop');
    assert.notEqual(journal.turn().thought.trim(), '');
    await endOf(view, 'stopped 3 times').getByRole('button', { name: 'Restart' }).click();
    await endOf(view, 'The engine runs again').waitFor();
    await ask(view, 'What is 17 + 25?');
    await answered(view, '42');
  });
});
