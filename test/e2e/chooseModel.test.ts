import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { HubServer } from '../harness/hubServer.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { tinyModelPath } from '../harness/settings.ts';
import { panelFrame, runCommand, statusItem } from '../harness/workbench.ts';
import { answered, ask, failureShots } from './steps.ts';

const published = 'unsloth/GLM-Z1-9B-0414-GGUF/GLM-Z1-9B-0414-Q4_K_M.gguf';

describe('the first five minutes, with no model yet', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;
  let hub: HubServer;
  /** The user's home: without models of other tools. */
  let home: string;
  let models: string;
  let goOn: () => void;

  const list = (): Locator => page.locator('.quick-input-widget:visible');
  const row = (text: string): Locator => list().locator('.monaco-list-row', { hasText: text }).first();
  const step = (id: string): Locator => page.locator(`.getting-started-step[data-step-id$="#${id}"]`);
  const ticked = (id: string): Locator => step(id).locator('.codicon-getting-started-step-checked');

  before(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'lemma-home-'));
    models = path.join(home, 'models');
    hub = await HubServer.start();
    hub.put(published, readFileSync(tinyModelPath));
    // The rest of the file waits, so that the test sees the download while it runs.
    const until = new Promise<void>((resolve) => (goOn = resolve));
    hub.fault = ({ on }) => (on === 'files' ? { pause: { after: 1_500_000, until } } : undefined);
    session = await startSession({
      workspace: { 'notes.md': 'one\n' },
      settings: { 'lemma.model.path': '', 'lemma.modelsFolder': models, 'lemma.model.endpoint': hub.endpoint },
      env: { HOME: home },
      width: 1400,
      height: 900,
    });
    ({ page } = session);
    panel = panelFrame(page);
  });

  failureShots(() => session);

  after(async () => {
    goOn?.();
    await session?.close();
    await hub?.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('begin with the walkthrough, whose sample leads to the list of models', async () => {
    await runCommand(page, 'Lemma: Open Walkthrough');
    await step('chooseModel').waitFor();
    await session.shot('first-walkthrough');
    await step('solve').click();
    await step('solve').getByRole('button', { name: 'Open Sample Problem' }).click();
    await page.locator('.monaco-editor.focused .view-line', { hasText: 'Determine the range' }).waitFor();
    await page.keyboard.press('Control+K');
    await page.keyboard.press('l');
    await row('GLM-Z1-9B-0414 Q4_K_M').waitFor();
    await session.shot('first-list');
  });

  it('show the page that a model is on, and ask before it is opened', async () => {
    await row('GLM-Z1-9B-0414 Q4_K_M').hover();
    await row('GLM-Z1-9B-0414 Q4_K_M').getByRole('button', { name: 'Open the Model’s Page' }).click();
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.filter({ hasText: `${hub.endpoint}/unsloth/GLM-Z1-9B-0414-GGUF` }).waitFor();
    await session.shot('first-page');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.deepEqual(hub.requests, [], 'Nothing is fetched before anybody has chosen.');
  });

  it('download the model that is chosen, tell how far it is, and answer the question by themselves', async () => {
    await row('GLM-Z1-9B-0414 Q4_K_M').click();
    await statusItem(page)
      .filter({ hasText: /Lemma: [1-9]\d? %/ })
      .waitFor();
    await statusItem(page).hover();
    await page.locator('.monaco-hover', { hasText: /Lemma is downloading GLM-Z1-9B-0414 Q4_K_M: .* of 6 MB/ }).waitFor();
    await session.shot('first-download');
    await statusItem(page).click();
    await row('Show Download').click();
    await panel.locator('.notice', { hasText: 'Downloading GLM-Z1-9B-0414 Q4_K_M' }).waitFor();
    await panel.locator('.turn .end', { hasText: 'GLM-Z1-9B-0414 Q4_K_M is being downloaded. Your question is kept' }).waitFor();
    assert.equal(await panel.locator('.turn .end button').count(), 0, 'A model that comes is chosen already.');
    await session.shot('first-download-panel');
    goOn();
    await answered(panel, 'You wrote');
    await statusItem(page).filter({ hasText: 'Lemma: CPU' }).filter({ hasNotText: '%' }).waitFor();
    assert.ok(existsSync(path.join(models, published)));
    assert.equal(await panel.locator('.turn').count(), 1);
  });

  it('tick each step by what was really done', async () => {
    await page.locator('.monaco-editor .view-line', { hasText: 'Determine the range' }).click();
    await runCommand(page, 'Lemma: Insert Answer at Cursor');
    await page.locator('.monaco-editor .view-line', { hasText: 'You wrote' }).waitFor();
    await runCommand(page, 'Lemma: Open Panel');
    await ask(panel, 'What is 17 + 25?');
    await answered(panel, '42');
    await page.locator('.tab', { hasText: 'Welcome' }).click();
    for (const id of ['chooseModel', 'solve', 'putBack', 'ask']) await ticked(id).waitFor();
    await session.shot('first-done');
  });

  it('say of another GGUF that it is outside the tested family, before it is chosen and when it runs', async () => {
    writeFileSync(path.join(models, 'Other-Q4_K_M.gguf'), renamed(readFileSync(tinyModelPath), 'GLM-Z1-Tiny', 'Another-One'));
    await runCommand(page, 'Lemma: Choose Model…');
    await row('Outside the tested family').hover();
    await row('Outside the tested family').getByRole('button', { name: 'Copy the File’s Path' }).click();
    await session.shot('first-other');
    await row('Outside the tested family').click();
    // Until then the model that was loaded answers.
    await panel.locator('.model-pick', { hasText: 'Other-Q4' }).waitFor();
    await ask(panel, 'What is 12 + 30?');
    await answered(panel, '42');
    await panel.locator('.notice', { hasText: 'prompted by its own chat template' }).waitFor();
    await session.shot('first-outside-answer');
  });
});

/** A model by another name of the same length. */
function renamed(gguf: Buffer, name: string, other: string): Buffer {
  const at = gguf.indexOf(name);
  assert.ok(at > 0 && name.length === other.length);
  gguf.write(other, at);
  return gguf;
}
