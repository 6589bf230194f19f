import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { editorLines, goTo, lightBulbMenu, panelFrame, select, waitForEditorText } from '../harness/workbench.ts';
import { answered, failureShots, undo } from './steps.ts';

const source = [
  'export const rate = 3;',
  '',
  'export function addAll(first: number, second: number): number {',
  '  first + second;',
  '}',
  '',
].join('\n');

describe('the light bulb', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    session = await startSession({ workspace: { 'add.ts': source }, open: 'add.ts' });
    ({ page } = session);
    panel = panelFrame(page);
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-light-bulb-end');
    await session.close();
  });

  it('offers to explain and to solve a selection', async () => {
    await select(page, 'add.ts', [3, 1], [5, 2]);
    const menu = await lightBulbMenu(page);
    await menu.getByText('Solve with Lemma').waitFor();
    await menu.getByText('Explain with Lemma').click();
    await panel.locator('.question').filter({ hasText: 'Explain' }).filter({ hasText: 'add.ts:3–5' }).waitFor();
    await answered(panel, 'addAll');
  });

  it('offers to fix a reported problem, asks with its message and the lines around it, and puts the fixed lines back when they are accepted', async () => {
    // TypeScript's own error, from its own server: the marker has to be there before the light bulb can know it.
    await page.locator('.monaco-editor .squiggly-error').first().waitFor({ timeout: 60_000 });
    await goTo(page, 'add.ts', [3, 58]);
    const menu = await lightBulbMenu(page);
    await menu.getByText('Fix with Lemma').click();
    const card = panel.locator('.question').last();
    await card.filter({ hasText: 'Fix' }).filter({ hasText: 'add.ts:3–5' }).waitFor();
    await card.getByText('must return a value').waitFor();
    await answered(panel, 'return first + second');
    const [ask] = [panel.locator('.turn').last().locator('.answer .code')];
    assert.equal(await ask.count(), 1);
    await panel.locator('.end').filter({ hasText: 'Edit of add.ts: 1 change' }).getByText('Accept', { exact: true }).click();
    await page.locator('.monaco-diff-editor').waitFor({ state: 'hidden' });
    await waitForEditorText(page, 'add.ts', 'return first + second;');
    assert.deepEqual(await editorLines(page, 'add.ts'), source.replace('  first + second', '  return first + second').split('\n'));
    await undo(page, 'add.ts');
    await waitForEditorText(page, 'add.ts', /^ {2}first \+ second;$/m);
  });
});
