import assert from 'node:assert/strict';
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import type { Conversation } from '../../src/core/conversation.ts';
import { foldEvents } from '../../src/core/conversation.ts';
import { decodeJournal } from '../../src/core/journal.ts';
import { JournalReader } from '../harness/journal.ts';
import { processesOf } from '../harness/processes.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { frameOf, openFile, runCommand, workbenchReady } from '../harness/workbench.ts';
import { answered, ask, endOf, failureShots, newConversation, showsThought, stopIfRunning, thinkForEver, thinking } from '../e2e/steps.ts';

/** Only there to end what hangs. */
const limitMs = 600_000;

describe('nothing is lost when a window, its extension host or its disk fails', function () {
  this.timeout(limitMs);
  let session: Session;
  let page: Page;
  let view: FrameLocator;
  let journal: JournalReader;

  before(async () => {
    // No file in the page's address: it would be opened in place of the tabs that a reload restores.
    session = await startSession({ workspace: { 'a.md': 'text\n' }, settings: { 'lemma.model.contextTokens': 32_768 } });
    ({ page } = session);
    session.context.setDefaultTimeout(limitMs / 3);
    view = frameOf(page, 'view');
    journal = new JournalReader(session.server);
    await openFile(page, 'a.md');
    await runCommand(page, 'Lemma: Open Panel');
  });

  failureShots(() => session);

  after(() => session.close());

  /** The folder that the windows on this workspace share. */
  const storage = (): string => {
    const root = path.join(session.server.dataDir, 'User', 'workspaceStorage');
    const [name, ...others] = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((found) => found.endsWith('conversations'));
    assert.ok(name !== undefined && others.length === 0, JSON.stringify([name, ...others]));
    return path.join(root, name);
  };
  const stored = (): Conversation[] =>
    readdirSync(storage())
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => foldEvents(decodeJournal(readFileSync(path.join(storage(), name))).events))
      .filter((conversation) => conversation !== undefined);
  const extensionHost = (): number => {
    const [pid, ...others] = processesOf(session.server, '--type=extensionHost');
    assert.ok(pid !== undefined && others.length === 0, 'one window, one extension host');
    return pid;
  };
  const interrupted = 'The window was closed or reloaded';

  it('says that nothing can be saved as long as that is so, and saves everything when it can', async () => {
    await ask(view, 'What is 1 + 2?');
    await answered(view, '3');
    await newConversation(page, view);
    // A file in place of the folder: nobody, root neither, can create anything in it.
    const folder = storage();
    renameSync(folder, `${folder}.away`);
    writeFileSync(folder, '');
    const notice = view.locator('.notice').filter({ hasText: 'This conversation cannot be saved to' });
    await ask(view, 'What is 17 + 25?');
    await answered(view, '42');
    await notice.waitFor();
    await session.shot('e2e-cannot-be-saved');
    await ask(view, 'What is 3 + 4?');
    await answered(view, '7');
    assert.equal(await notice.isVisible(), true, 'the next question does not hide it');
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
    await notice.waitFor({ state: 'hidden' });
    const saved = stored().find(({ turns }) => turns.length === 2);
    assert.deepEqual(
      saved?.turns.map(({ question, answer }) => [question.text, /boxed\{(\d+)\}/.exec(answer)?.[1]]),
      [
        ['What is 17 + 25?', '42'],
        ['What is 3 + 4?', '7'],
      ],
    );
  });

  it('shows what can be read of a damaged conversation, says so once, and shows the damage', async () => {
    const [name] = readdirSync(storage()).filter((found) => found.endsWith('.lock'));
    const file = path.join(storage(), path.basename(name ?? '', '.lock'));
    const [first = '', ...rest] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [first, 'this is no event', ...rest].join('\n'));
    await page.reload();
    await workbenchReady(page);
    const notice = view.locator('.notice').filter({ hasText: 'One line of this conversation’s file is damaged' });
    await notice.waitFor();
    assert.equal(await view.locator('.turn').count(), 2);
    await session.shot('e2e-damaged');
    await notice.getByRole('button', { name: 'Show Damaged Part' }).click();
    await page.locator('.tab.active', { hasText: '.jsonl.unreadable' }).waitFor();
    await page.locator('.view-line', { hasText: 'this is no event' }).waitFor();
    await ask(view, 'What is 2 + 2?');
    await answered(view, '4');
  });

  it('marks a thought as interrupted when the window is reloaded, and goes on from there', async () => {
    await newConversation(page, view);
    await thinkForEver(view);
    await page.reload();
    await workbenchReady(page);
    await endOf(view, interrupted).waitFor();
    // The panel is ahead of the disk by a moment.
    await journal.until(() => journal.turn().end !== undefined);
    const kept = journal.turn();
    assert.deepEqual(kept.end, { kind: 'interrupted' });
    assert.notEqual(kept.thought.trim(), '');
    await showsThought(view, kept.thought);
    await endOf(view, interrupted).getByRole('button', { name: 'Continue' }).click();
    await thinking(view);
    await journal.until(() => journal.turn().thoughtTokens > kept.thoughtTokens);
    await stopIfRunning(view);
    await endOf(view, 'You stopped this').waitFor();
    assert.ok(journal.turn().thought.startsWith(kept.thought));
  });

  it('has everything again in view and tab when the extension host was killed', async () => {
    await newConversation(page, view);
    await runCommand(page, 'Lemma: Open Panel as Editor');
    const tab = frameOf(page, 'tab');
    await thinkForEver(view);
    await thinking(tab);
    const host = extensionHost();
    process.kill(host, 'SIGKILL');
    // VS Code starts another one by itself.
    await Promise.all([endOf(view, interrupted).waitFor(), endOf(tab, interrupted).waitFor()]);
    const kept = journal.turn();
    assert.notEqual(kept.thought.trim(), '');
    await Promise.all([showsThought(view, kept.thought), showsThought(tab, kept.thought)]);
    assert.notEqual(extensionHost(), host);
    await session.shot('e2e-extension-host-killed');
    // The tab was not merely redrawn: its buttons work.
    await endOf(tab, interrupted).getByRole('button', { name: 'Continue' }).click();
    await Promise.all([thinking(tab), thinking(view)]);
    await stopIfRunning(tab);
    await Promise.all([endOf(view, 'You stopped this').waitFor(), endOf(tab, 'You stopped this').waitFor()]);
    assert.ok(journal.turn().thought.startsWith(kept.thought));
    const tabs = page.locator('.tab', { hasText: 'Lemma' });
    assert.equal(await tabs.count(), 1);
    await tabs.locator('.tab-actions a').click();
    await tabs.waitFor({ state: 'detached' });
  });

  it('lets a second window copy what the first one writes, and both go on apart', async () => {
    await newConversation(page, view);
    await thinkForEver(view);
    const second = await session.context.newPage();
    await second.goto(page.url());
    await workbenchReady(second);
    await runCommand(second, 'Lemma: Open Panel');
    const other = frameOf(second, 'view');
    const notice = other.locator('.notice').filter({ hasText: 'is still open in another window' });
    await notice.waitFor();
    await second.screenshot({ path: 'out/shots/e2e-second-window.png' });
    await notice.getByRole('button', { name: 'Open a Copy' }).click();
    await endOf(other, interrupted).waitFor();
    await notice.waitFor({ state: 'hidden' });
    await ask(other, 'What is 17 + 25?');
    // The windows share one model.
    await other.locator('.line').filter({ hasText: 'Another window’s question is answered first' }).waitFor();
    await thinking(view);
    await stopIfRunning(view);
    await endOf(view, 'You stopped this').waitFor();
    await answered(other, '42');
    const newest = (turns: number): Conversation | undefined =>
      stored()
        .filter((conversation) => conversation.turns.length === turns)
        .sort((one, another) => one.createdAt - another.createdAt)
        .at(-1);
    // The panel is ahead of the disk by a moment.
    await journal.until(() => newest(1)?.turns[0]?.end !== undefined && newest(2)?.turns[1]?.end !== undefined);
    const [first, copy] = [newest(1), newest(2)];
    assert.ok(first?.turns[0] && copy?.turns[0]);
    assert.match(copy.turns[1]?.answer ?? '', /42/);
    assert.deepEqual(copy.turns[0].end, { kind: 'interrupted' });
    assert.ok(first.turns[0].thought.startsWith(copy.turns[0].thought) && copy.turns[0].thought !== '');
    await showsThought(view, first.turns[0].thought);
    await second.close();
  });

  it('shows the thought in a new window when the process of the old window and its extension host are killed', async () => {
    await newConversation(page, view);
    await thinkForEver(view);
    // VS Code writes down a moment later which conversation is shown.
    await journal.thoughtGoesOn();
    // Those of windows that were closed by force live on too.
    const hosts = processesOf(session.server, '--type=extensionHost');
    const protocol = await session.context.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    protocol.send('Page.crash').catch(() => undefined);
    await crashed;
    await journal.thoughtGoesOn();
    const next = await session.context.newPage();
    await next.goto(`${session.server.base}/?folder=${encodeURIComponent(session.folder)}`);
    await workbenchReady(next);
    await runCommand(next, 'Lemma: Open Panel');
    const other = frameOf(next, 'view');
    const notice = other.locator('.notice').filter({ hasText: 'is still open in another window' });
    await notice.waitFor();
    // Without its window the host goes on for the hours in which VS Code lets a window come back.
    for (const host of hosts) process.kill(host, 'SIGKILL');
    await endOf(other, interrupted).waitFor();
    await notice.waitFor({ state: 'hidden' });
    await journal.until(() => journal.turn().end !== undefined);
    await showsThought(other, journal.turn().thought);
  });
});
