import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { tinyModelPath } from '../harness/settings.ts';
import { goTo, openFile, panelFrame, runCommand, statusItem } from '../harness/workbench.ts';
import { answered, ask, failureShots } from './steps.ts';

const longFile = Array.from({ length: 900 }, (_, index) => `value_${index} = compute(${index}) * 17 + 25`).join('\n');

describe('bad input gets one clear message with a way on, in the panel', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;
  let models: string;

  before(async () => {
    models = mkdtempSync(path.join(tmpdir(), 'lemma models ü '));
    session = await startSession({
      workspace: {
        'sum.md': 'What is $17 + 25$?\n',
        'empty.md': '',
        'long.py': longFile,
        'data.bin': `MZ\0\0\0${'\u0001\u0002\u0003\0'.repeat(40)}`,
      },
      open: 'sum.md',
      settings: { 'lemma.model.path': '', 'lemma.model.contextTokens': 2048 },
    });
    ({ page } = session);
    panel = panelFrame(page);
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-bad-input-end');
    await session.close();
    rmSync(models, { recursive: true, force: true });
  });

  const note = (text: string): Locator => panel.locator('.turn').last().locator('.end').filter({ hasText: text });
  const notice = (text: string): Locator => panel.locator('.notice').filter({ hasText: text });
  /** Changes the model's path while VS Code runs; Lemma has seen it when the panel names the new file. */
  const useModel = async (file: string): Promise<void> => {
    session.server.writeSettings({ 'lemma.model.path': file });
    await panel
      .locator('.line .model-pick')
      .filter({ hasText: path.basename(file, '.gguf') })
      .waitFor();
  };

  it('no model is chosen', async () => {
    await goTo(page, 'sum.md', [1, 3]);
    await runCommand(page, 'Lemma: Solve Selection');
    // Asking leads into choosing one, with what was measured and what fits.
    const list = page.locator('.quick-input-widget:visible');
    await list.locator('.monaco-list-row', { hasText: 'GLM-Z1-9B-0414 Q4_K_M' }).filter({ hasText: 'CPU only: slow' }).waitFor();
    await session.shot('e2e-choose-model');
    await list.locator('input.input').press('Escape');
    await note('No model is chosen yet').getByRole('button', { name: 'Choose Model…' }).waitFor();
    await panel.locator('.question').filter({ hasText: 'sum.md:1' }).waitFor();
    await session.shot('e2e-no-model');
  });

  it('the model file does not exist', async () => {
    await useModel(path.join(models, 'gone.gguf'));
    // The question that waits for a model is asked by itself.
    await note('gone.gguf does not exist').getByRole('button', { name: 'Choose Model…' }).waitFor();
    await statusItem(page).filter({ hasText: 'model not loaded' }).waitFor();
  });

  it('the model file is no GGUF', async () => {
    writeFileSync(path.join(models, 'zip.gguf'), 'PK\u0003\u0004 this is something else');
    await useModel(path.join(models, 'zip.gguf'));
    await runCommand(page, 'Lemma: Solve Selection');
    await note('is not a GGUF model').getByRole('button', { name: 'Choose Model…' }).waitFor();
  });

  it('the path is a folder', async () => {
    await useModel(models);
    await runCommand(page, 'Lemma: Solve Selection');
    await note('is a folder. Choose the model’s file in it').waitFor();
  });

  it('the file cannot be read', async () => {
    // Reading the first bytes of a process's memory fails for everybody, root too.
    await useModel('/proc/self/mem');
    await runCommand(page, 'Lemma: Solve Selection');
    await note('/proc/self/mem cannot be read').getByRole('button', { name: 'Try Again' }).waitFor();
  });

  it('asks the kept question again when the model is there, also under a name with blanks and umlauts', async () => {
    const file = path.join(models, 'tiny größe.gguf');
    copyFileSync(tinyModelPath, file);
    await useModel(file);
    await note('cannot be read').getByRole('button', { name: 'Try Again' }).click();
    await answered(panel, '42');
  });

  it('the file is empty and nothing is selected', async () => {
    await openFile(page, 'empty.md');
    await runCommand(page, 'Lemma: Explain Selection');
    await notice('nothing is selected and the file is empty').waitFor();
    assert.equal(await panel.locator('.turn').count(), 4, 'nothing was asked');
  });

  it('the notice goes with the next question', async () => {
    await ask(panel, 'What is 1 + 2?');
    await answered(panel, '3');
    await panel.locator('.notice').waitFor({ state: 'hidden' });
  });

  it('the selection is larger than the context: says by how much, and asks about the lines around the cursor when told to', async () => {
    await openFile(page, 'long.py');
    await goTo(page, 'long.py', [450, 1]);
    await page.keyboard.press('Control+A');
    await runCommand(page, 'Lemma: Explain Selection');
    const tooLong = note('tokens larger than the context');
    await tooLong.waitFor();
    assert.match(await tooLong.innerText(), /is [\d,]+ tokens larger than the context/);
    await session.shot('e2e-too-long');
    await tooLong.getByRole('button', { name: 'Trim Around Cursor' }).click();
    const card = panel.locator('.question').last();
    await card.filter({ hasText: /long\.py:\d+–900/ }).waitFor({ timeout: 60_000 });
    await panel.locator('.turn').last().locator('.actions[role="toolbar"]').waitFor({ timeout: 60_000 });
  });

  it('the document is not text', async () => {
    await openFile(page, 'data.bin');
    await runCommand(page, 'Lemma: Explain Selection');
    await notice('is not a text file').waitFor();
  });
});
