import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { JournalReader } from '../harness/journal.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { panelFrame, runCommand, select, waitForEditorText } from '../harness/workbench.ts';
import { answered, ask, editButton, failureShots, newConversation, undo } from './steps.ts';

describe('the chat', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    session = await startSession({
      workspace: { 'scale.ts': 'export function scaleValue(value: number, factor: number): number {\n  return value * factor;\n}\n' },
      open: 'scale.ts',
    });
    ({ page } = session);
    panel = panelFrame(page);
    await runCommand(page, 'Lemma: Open Panel');
    await panel.locator('.composer textarea').waitFor();
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-chat-end');
    await session.close();
  });

  it('opens with the cursor in its box and says what to do', async () => {
    await panel.locator('.welcome').getByText('Select code or mathematics in the editor').waitFor();
    await panel.locator('.composer textarea:focus').waitFor();
  });

  it('breaks the line by Shift+Enter and sends by Enter', async () => {
    const box = panel.locator('.composer textarea');
    await box.pressSequentially('What is');
    await box.press('Shift+Enter');
    await box.pressSequentially('20 + 22?');
    assert.equal(await box.inputValue(), 'What is\n20 + 22?');
    await box.press('Enter');
    await answered(panel, '42');
    assert.equal(await box.inputValue(), '');
    assert.equal(await panel.locator('.question .typed').first().innerText(), 'What is\n20 + 22?');
  });

  it('remembers the conversation in a follow-up, without its thoughts', async () => {
    await ask(panel, 'Add 1 to that.');
    await answered(panel, '43');
    const [first, second] = new JournalReader(session.server).events().filter((event) => event.type === 'budget');
    assert.ok(first && second);
    const thoughtTokens = new JournalReader(session.server)
      .events()
      .filter((event) => event.type === 'delta' && event.part === 'thought')
      .reduce((sum, event) => sum + (event.type === 'delta' ? event.tokens : 0), 0);
    assert.ok(second.promptTokens > first.promptTokens, 'the first turn is in the second prompt');
    assert.ok(second.promptTokens - first.promptTokens < thoughtTokens / 2 + 60, 'its thought is not');
  });

  it('inserts an answer to a typed question at the cursor', async () => {
    await ask(panel, 'What is 11 + 12?');
    await answered(panel, '23');
    await editButton(panel, 'Insert').click();
    await waitForEditorText(page, 'scale.ts', 'The result is $11 + 12 = 23$.');
  });

  it('asks with the selection attached, shown as a chip that can be removed', async () => {
    await undo(page, 'scale.ts');
    await select(page, 'scale.ts', [1, 1], [3, 2]);
    const attach = panel.locator('.composer .attach');
    await attach.getByText('scale.ts:1–3').waitFor();
    await attach.click();
    const chip = panel.locator('.composer .chip');
    await chip.getByText('scale.ts:1–3').waitFor();
    await chip.getByRole('button').click();
    await chip.waitFor({ state: 'hidden' });
    await attach.click();
    await chip.waitFor();
    await ask(panel, 'Explain this function step by step.');
    await panel.locator('.question').last().filter({ hasText: 'scale.ts:1–3' }).waitFor();
    await answered(panel, 'scaleValue');
    await chip.waitFor({ state: 'hidden' });
  });

  it('shows HTML of the model as text or not at all, and runs none of it', async () => {
    await ask(panel, '[test:html]');
    await answered(panel, 'Here is some raw HTML');
    const answer = panel.locator('.answer').last();
    assert.equal(await answer.locator('img, script, iframe, [onerror], [href^="javascript"]').count(), 0);
  });

  it('keeps tags that are quoted in an answer as text', async () => {
    await ask(panel, '[test:tags]');
    await answered(panel, '</think>');
    const turn = panel.locator('.turn').last();
    assert.ok((await turn.locator('.answer').innerText()).includes('<think>'));
  });

  it('asks again beside the earlier answer, which can be walked back to', async () => {
    await newConversation(page, panel);
    await ask(panel, 'What is 40 + 2?');
    await answered(panel, '42');
    const [first] = await panel.locator('.turn').evaluateAll((turns) => turns.map((turn) => turn.getAttribute('data-turn')));
    await panel.locator('.actions').last().getByRole('button', { name: 'Ask Again' }).click();
    await panel.locator('.question .branch').filter({ hasText: '2 of 2' }).waitFor();
    await answered(panel, '42');
    assert.equal(await panel.locator('.turn').count(), 1);
    await panel.locator('.question').getByRole('button', { name: 'Previous Version' }).click();
    await panel.locator('.question .branch').filter({ hasText: '1 of 2' }).waitFor();
    await panel
      .locator(`.turn[data-turn="${first ?? ''}"] .answer`)
      .filter({ hasText: '42' })
      .waitFor();
  });

  it('starts a new conversation from the view’s title', async () => {
    await newConversation(page, panel);
    assert.equal(await panel.locator('.turn').count(), 0);
  });
});
