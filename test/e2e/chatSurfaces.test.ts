import assert from 'node:assert/strict';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { repositoryRoot } from '../harness/settings.ts';
import { goTo, openFile, runCommand, select, waitForEditorText } from '../harness/workbench.ts';
import { failureShots, undo } from './steps.ts';
import { illegible, themes } from './themes.ts';

describe("VS Code's own chat, without a sign-in", () => {
  let session: Session;
  let page: Page;
  let chat: Locator;

  before(async () => {
    const workspace = { 'notes.md': '# Notes\n\n', 'add.py': 'def add_all(a, b):\n    return a - b\n' };
    session = await startSession({ workspace, open: 'notes.md', others: [path.join(repositoryRoot, 'test/fixtures/agent')] });
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
    // The agent that was spoken to last stands there already.
    if (text.startsWith('@')) await page.keyboard.press('Control+A');
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

  for (const { name, body, workbench } of themes) {
    it(`is legible in the theme ${name}`, async () => {
      session.server.writeSettings({ 'workbench.colorTheme': name });
      await page.locator(`.monaco-workbench.${workbench}`).waitFor();
      const answers = chat.locator('.interactive-response .rendered-markdown');
      assert.ok((await answers.count()) > 0);
      for (const answer of await answers.all()) assert.deepEqual(await answer.evaluate(illegible), []);
      await session.shot(`e2e-chat-${body}`);
    });
  }

  it('asks the user before another extension’s agent puts the model to work', async () => {
    session.server.writeSettings({ 'workbench.colorTheme': themes[0]?.name });
    const refused = await ask('@agent What is 30 + 12?');
    const confirmation = chat
      .locator('[class*="chat-confirmation-widget"]')
      .filter({ hasText: 'Let Lemma Solve a Problem?' })
      .locator('visible=true');
    await confirmation.filter({ hasText: 'What is 30 + 12?' }).first().waitFor();
    await session.shot('e2e-chat-confirm');
    await chat.getByRole('button', { name: /^Skip/ }).click();
    await refused.filter({ hasText: 'The user chose to skip' }).waitFor();
    const allowed = await ask('@agent What is 47 + 38?');
    await confirmation.filter({ hasText: 'What is 47 + 38?' }).first().waitFor();
    await chat
      .getByRole('button', { name: /^Allow/ })
      .first()
      .click();
    await allowed.filter({ hasText: 'The tool says' }).filter({ hasText: '85' }).waitFor();
  });
});
