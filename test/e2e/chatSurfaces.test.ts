import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { goTo, openFile, runCommand, select, waitForEditorText } from '../harness/workbench.ts';
import { failureShots, undo } from './steps.ts';

describe("VS Code's own chat, without a sign-in", () => {
  let session: Session;
  let page: Page;
  let chat: Locator;

  before(async () => {
    const workspace = { 'notes.md': '# Notes\n\n', 'add.py': 'def add_all(a, b):\n    return a - b\n' };
    session = await startSession({ workspace, open: 'notes.md' });
    ({ page } = session);
    chat = page.locator('.part.auxiliarybar .interactive-session');
    await runCommand(page, 'Chat: Open Chat');
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-chat-end');
    await session.close();
  });

  /** Types into the chat's box and sends. */
  async function ask(text: string): Promise<Locator> {
    await runCommand(page, 'Chat: Open Chat');
    await page.keyboard.type(text);
    // Enter would choose from the list of commands, which a slash opens.
    await chat.locator('.chat-execute-toolbar').getByRole('button', { name: /^Send/ }).click();
    return chat.locator('.interactive-response').last();
  }

  it('lists the chosen model in its picker', async () => {
    const picker = chat.locator('.chat-input-toolbars').getByText('glm-z1-tiny-f16');
    await picker.click();
    const row = page.locator('.action-widget').getByText('glm-z1-tiny-f16');
    await row.waitFor();
    await session.shot('e2e-chat-picker');
    await page.keyboard.press('Escape');
    await row.waitFor({ state: 'hidden' });
  });

  it('solves by @lemma /solve, with formulas drawn, and puts the answer into the file', async () => {
    await goTo(page, 'notes.md', [3, 1]);
    const response = await ask('@lemma /solve What is 47 + 38?');
    await response.locator('.katex', { hasText: '85' }).last().waitFor({ timeout: 30_000 });
    const insert = response.getByRole('button', { name: 'Insert at Cursor' });
    await insert.waitFor();
    assert.ok(!(await response.innerText()).includes('</think>'));
    await session.shot('e2e-chat-solved');
    await insert.click();
    await waitForEditorText(page, 'notes.md', 'The result is $47 + 38 = 85$.');
    await undo(page, 'notes.md');
  });

  it('stays with @lemma, fixes what is selected and replaces it', async () => {
    await openFile(page, 'add.py');
    await select(page, 'add.py', [1, 1], [2, Infinity]);
    const response = await ask('/fix');
    // The follow-ups come when the answer is complete; before, its buttons are drawn anew with each part of it.
    await page.getByText('Explain what was wrong.').waitFor();
    await response.getByRole('button', { name: 'Replace Selection' }).click();
    await waitForEditorText(page, 'add.py', 'return a + b');
  });
});
