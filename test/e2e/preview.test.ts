import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { editorLines, openFile, panelFrame, runCommand, select, waitForEditorText } from '../harness/workbench.ts';
import { answered, failureShots, rewriteTurn, undo } from './steps.ts';

const workspace = {
  'cart.js': 'function addTotal(items, rate) {\n  return items - rate;\n}\n\nmodule.exports = { addTotal };\n',
  'rows.py': 'def merge_rows(left, right):\n    return left + right\n',
  'main.js': "const { addTotal } = require('./cart');\nconsole.log(addTotal(1, 2));\n",
};

describe('the preview of an edit in the workbench', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    session = await startSession({ workspace, open: 'cart.js' });
    ({ page } = session);
    panel = panelFrame(page);
  });

  failureShots(() => session);

  after(() => session.close());

  const action = (name: string): Locator => page.locator('.editor-group-container.active .title').getByRole('button', { name });
  const row = (text: string): Locator => panel.locator('.turn').last().locator('.end').filter({ hasText: text });

  async function fix(): Promise<void> {
    await select(page, 'cart.js', [1, 1], [3, 2]);
    await runCommand(page, 'Lemma: Fix Selection');
    await row('Edit of cart.js: 1 change').waitFor();
    await page.locator('.monaco-diff-editor .modified-in-monaco-diff-editor .view-line', { hasText: 'items + rate' }).waitFor();
  }

  it('is a diff with Accept, Discard and Ask Again, in the editor and in the panel, in every theme', async () => {
    await fix();
    for (const name of ['Accept Edit', 'Discard Edit', 'Ask for the Edit Again']) await action(name).waitFor();
    for (const name of ['Accept', 'Discard', 'Ask Again']) await row('Edit of cart.js').getByText(name, { exact: true }).waitFor();
    assert.equal(
      await panel
        .locator('.actions')
        .getByText(/^(Replace|Insert)/)
        .count(),
      0,
    );
    assert.equal(readFileSync(session.file('cart.js'), 'utf8'), workspace['cart.js']);
    for (const [theme, body] of [
      ['Default Light Modern', 'vscode-light'],
      ['Default High Contrast', 'vscode-high-contrast'],
      ['Default Dark Modern', 'vscode-dark'],
    ]) {
      session.server.writeSettings({ 'workbench.colorTheme': theme });
      await panel.locator(`body.${body}`).waitFor();
      await session.shot(`e2e-preview-${body}`);
    }
  });

  it('is accepted by Ctrl+Enter, and one undo takes it back', async () => {
    await page.locator('.monaco-diff-editor .modified-in-monaco-diff-editor .view-line').first().click();
    await page.keyboard.press('Control+Enter');
    await waitForEditorText(page, 'cart.js', 'items + rate');
    await page.locator('.monaco-diff-editor').waitFor({ state: 'hidden' });
    await row('The edit is in cart.js').waitFor();
    await undo(page, 'cart.js');
    await waitForEditorText(page, 'cart.js', 'items - rate');
    assert.deepEqual(await editorLines(page, 'cart.js'), workspace['cart.js'].split('\n'));
  });

  it('is discarded by its button, and leaves the file alone', async () => {
    await fix();
    await action('Discard Edit').click();
    await page.locator('.monaco-diff-editor').waitFor({ state: 'hidden' });
    await row('The edit was discarded').waitFor();
    assert.deepEqual(await editorLines(page, 'cart.js'), workspace['cart.js'].split('\n'));
  });

  it('is ghost text where text only comes in, which Tab takes', async () => {
    await openFile(page, 'rows.py');
    await select(page, 'rows.py', [1, 1], [2, 24]);
    await runCommand(page, 'Lemma: Write Tests for Selection');
    await answered(panel, 'merge_rows');
    await page.locator('.monaco-editor[data-uri$="/rows.py"] [class*="ghost-text"]').first().waitFor();
    await session.shot('e2e-preview-ghost');
    await page.keyboard.press('Tab');
    await row('The edit is in rows.py').waitFor();
    const lines = await editorLines(page, 'rows.py');
    assert.deepEqual(lines.slice(0, 2), workspace['rows.py'].split('\n').slice(0, 2));
    assert.ok(lines.length > 3, lines.join('\n'));
  });

  it('waits through a reload, and goes through the Refactor Preview where it is of several files', async () => {
    await runCommand(page, 'Lemma: New Conversation');
    await panel.locator('.welcome').waitFor();
    await openFile(page, 'cart.js');
    await fix();
    const cart = 'function sumTotal(items, rate) {\n  return items + rate;\n}';
    const main = "const { sumTotal } = require('./cart');\nconsole.log(sumTotal(1, 2));";
    await rewriteTurn(session, 'They use it.', `\`cart.js\`:\n\n\`\`\`js\n${cart}\n\`\`\`\n\n\`main.js\`:\n\n\`\`\`js\n${main}\n\`\`\`\n`);
    await runCommand(page, 'Lemma: Open Panel');
    await row('Edit of cart.js').getByText('Show Preview').click();
    await row('The answer changes 2 files').getByText('Review Changes…').click();
    const tree = page.locator('.bulk-edit-panel');
    await tree.getByText('main.js').waitFor();
    await session.shot('e2e-preview-files');
    const unchecked = tree.locator('.edit-checkbox[aria-checked="false"]');
    while ((await unchecked.count()) > 0) await unchecked.first().click();
    await tree.getByRole('button', { name: 'Apply' }).click();
    await row('The changes that you confirmed are made').waitFor();
    await openFile(page, 'main.js');
    await waitForEditorText(page, 'main.js', 'sumTotal(1, 2)');
  });
});
