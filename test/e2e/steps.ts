import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { JournalReader } from '../harness/journal.ts';
import type { Session } from '../harness/session.ts';
import { editorOf, runCommand, workbenchReady } from '../harness/workbench.ts';

/** Waits until the newest turn has ended with an answer that shows `text`. */
export async function answered(panel: FrameLocator, text: string): Promise<void> {
  const turn = panel.locator('.turn').last();
  await turn.locator('.answer').filter({ hasText: text }).waitFor();
  await turn.locator('.actions[role="toolbar"]').waitFor();
}

/** One undo in the file's editor, which has the focus after every edit of Lemma, a moment later. */
export async function undo(page: Page, file: string): Promise<void> {
  await page.locator(`.monaco-editor.focused[data-uri$="/${file}"]`).waitFor();
  await page.keyboard.press('Control+Z');
}

/** Chooses an entry of the editor's context menu, at the cursor. */
export async function contextMenu(page: Page, file: string, entry: string): Promise<void> {
  await editorOf(page, file).locator('.view-line').first().waitFor();
  await page.keyboard.press('Shift+F10');
  const menu = page.locator('.monaco-menu');
  // A menu that has just opened takes no click yet, so that the press that opened it cannot choose; keys it takes.
  await menu.locator('.action-item', { hasText: entry }).first().hover();
  await page.keyboard.press('Enter');
  await menu.waitFor({ state: 'hidden' });
}

/** Begins a new conversation, and waits until the panel has left the one before: what is sent earlier is still asked there. */
export async function newConversation(page: Page, panel: FrameLocator): Promise<void> {
  await runCommand(page, 'Lemma: New Conversation');
  await panel.locator('.welcome').waitFor();
}

/** Types into the panel's chat box and sends. */
export async function ask(panel: FrameLocator, text: string): Promise<void> {
  const box = panel.locator('.composer textarea');
  await box.fill(text);
  await box.press('Enter');
}

/** Insert or Replace under the newest answer; a narrow panel shows the verb alone. */
export function editButton(panel: FrameLocator, verb: 'Insert' | 'Replace'): Locator {
  return panel
    .locator('.actions')
    .last()
    .getByRole('button', { name: new RegExp(`^${verb}`) });
}

/**
 * Gives the only turn another thought and answer, which the tiny model cannot write: its window is closed, the journal
 * changed as if the model had written them, and the window opened again.
 */
export async function rewriteTurn({ page, server }: Session, thought: string, answer: string): Promise<void> {
  const address = page.url();
  await page.goto('about:blank');
  await new JournalReader(server).rewrite((events) => {
    const asked = events.find((event) => event.type === 'asked');
    if (!asked) throw new Error('Nothing was asked yet.');
    const { at, question } = asked;
    const turn = { turnId: question.id };
    const written: ConversationEvent[] = [
      { type: 'phase', ...turn, phase: 'thinking', at },
      { type: 'delta', ...turn, part: 'thought', text: thought, tokens: 400, at },
      { type: 'phase', ...turn, phase: 'answering', at: at + 9_000 },
      { type: 'delta', ...turn, part: 'answer', text: answer, tokens: 200 },
      { type: 'ended', ...turn, end: { kind: 'complete' }, at: at + 12_000 },
    ];
    return [...events.slice(0, events.indexOf(asked) + 1), ...written];
  });
  await page.goto(address);
  await workbenchReady(page);
}

/** Keeps a picture of the workbench for every test that fails. */
export function failureShots(session: () => Session): void {
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    // A page that has crashed has no picture, and its test has said why.
    await session()
      .shot(`failed-${this.currentTest.title.replace(/\W+/g, '-').slice(0, 60)}`)
      .catch(() => undefined);
  });
}

/**
 * Waits until the workbench has written down what the panel remembers, so that a reload finds it: a browser allows no
 * writing while a page is left, so VS Code writes every five seconds.
 * @param text part of it, as JSON
 */
export async function remembered(page: Page, text: string): Promise<void> {
  // Playwright waits for no promise of a predicate, so it is asked again from here.
  while (!(await page.evaluate(isWritten, text)));
}

/** Runs in the workbench's page: some state that VS Code has written down there contains the text. */
async function isWritten(part: string): Promise<boolean> {
  const all = await indexedDB.databases();
  for (const name of all.flatMap((each) => (each.name?.startsWith('vscode-web-state-db') ? [each.name] : []))) {
    const values = await new Promise<unknown[]>((resolve) => {
      const opening = indexedDB.open(name);
      opening.onerror = () => resolve([]);
      opening.onsuccess = () => {
        const database = opening.result;
        const reading = database.transaction('ItemTable').objectStore('ItemTable').getAll();
        reading.onsuccess = () => resolve(reading.result);
        reading.onerror = () => resolve([]);
        reading.transaction?.addEventListener('complete', () => database.close());
      };
    });
    // A view's state is JSON in JSON.
    if (values.some((value) => typeof value === 'string' && value.replaceAll('\\', '').includes(part))) return true;
  }
  await new Promise((done) => requestAnimationFrame(done));
  return false;
}

/** Ends what may still be running, so that the next test starts from rest. */
export async function stopIfRunning(panel: FrameLocator): Promise<void> {
  const stop = panel.locator('.line').getByRole('button', { name: 'Stop' });
  const rest = panel.locator('.line .model-pick');
  await stop.or(rest).first().waitFor();
  // A reply may end by itself between a look and a click; a button that is gone is not waited for.
  await stop.evaluateAll((buttons) => buttons.forEach((button) => (button as HTMLElement).click()));
  await rest.waitFor();
}

/** Asks for a thought that has no end of its own, so that a test is never late, and waits until it streams. */
export async function thinkForEver(panel: FrameLocator): Promise<void> {
  await ask(panel, '[test:loop]');
  await thinking(panel);
}

/** Waits until the newest turn thinks. */
export async function thinking(panel: FrameLocator): Promise<void> {
  const fold = panel.locator('.turn').last().locator('.thought .fold');
  await fold.filter({ hasText: /Thinking.*tokens/ }).waitFor();
}

/** What the newest turn says about its end. */
export function endOf(panel: FrameLocator, text: string): Locator {
  return panel.locator('.turn').last().locator('.end').filter({ hasText: text });
}

/** Opens the newest thought and waits until it shows exactly this text, white space aside. */
export async function showsThought(panel: FrameLocator, thought: string): Promise<void> {
  const turn = panel.locator('.turn').last();
  const words = (text: string): string => text.replace(/\s+/g, ' ').trim();
  const fold = turn.locator('.thought .fold');
  await fold.and(panel.locator('[aria-expanded]')).waitFor();
  if ((await fold.getAttribute('aria-expanded')) === 'false') await fold.click();
  const flow = turn.locator('.thought .flow:not(.preview)');
  await flow.waitFor();
  // A long thought is drawn piece by piece.
  for (let shown = ''; shown !== words(thought);) {
    const next = words(await flow.innerText());
    if (next === shown && next.length > words(thought).length) throw new Error('The panel shows more than the journal holds.');
    shown = next;
  }
}
