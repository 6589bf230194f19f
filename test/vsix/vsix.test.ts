import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { fromEnvironment } from '../harness/server.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { editorLines, goTo, panelFrame, runCommand, waitForEditorText } from '../harness/workbench.ts';

describe('the VSIX, installed into a bare VS Code', () => {
  let session: Session;

  before(async () => {
    session = await startSession({
      extension: { vsix: fromEnvironment('LEMMA_VSIX') },
      workspace: { 'sum.md': 'What is $17 + 25$?\n' },
      open: 'sum.md',
    });
  });

  after(async () => {
    await session.shot('vsix-end');
    await session.close();
  });

  it('solves the paragraph at the cursor and shows thought and answer in the panel', async () => {
    await goTo(session.page, 'sum.md', [1, 1]);
    await runCommand(session.page, 'Lemma: Solve Selection');
    const panel = panelFrame(session.page);
    await panel.locator('.question').filter({ hasText: 'sum.md' }).waitFor();
    await panel.locator('.thought').first().waitFor();
    await panel.locator('.answer').filter({ hasText: 'The result is' }).filter({ hasText: '42' }).waitFor();
    await panel.locator('.actions').first().waitFor();
  });

  it('puts the answer into the file, without its thought, and takes it back with one undo', async () => {
    const before = await editorLines(session.page, 'sum.md');
    await panelFrame(session.page).locator('.actions').getByText('Insert', { exact: false }).first().click();
    await waitForEditorText(session.page, 'sum.md', 'The result is $17 + 25 = 42$.');
    assert.doesNotMatch((await editorLines(session.page, 'sum.md')).join('\n'), /<\/?think>/);
    await goTo(session.page, 'sum.md', [1, 1]);
    await session.page.keyboard.press('Control+Z');
    await waitForEditorText(session.page, 'sum.md', 'What is $17 + 25$?');
    // The lines are drawn one by one.
    while (!isDeepStrictEqual(await editorLines(session.page, 'sum.md'), before))
      await session.page.evaluate(() => new Promise(requestAnimationFrame));
    assert.deepEqual(await editorLines(session.page, 'sum.md'), before);
  });
});
