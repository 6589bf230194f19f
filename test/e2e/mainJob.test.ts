import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { editorLines, goTo, openFile, panelFrame, runCommand, select, statusItem, waitForEditorText } from '../harness/workbench.ts';
import { answered, contextMenu, editButton, failureShots, undo } from './steps.ts';

const workspace = {
  'sum.md': '# Sums\n\nWhat is $17 + 25$?\n\nWhat is $12 \\times 7$?\n',
  'merge.py': 'x = 1\n\n\ndef merge_rows(left, right):\n    total = left + right\n    return total * 2\n\n\ny = 2\n',
  'paper.tex':
    '\\documentclass{article}\n\\begin{document}\nSome text.\n\n\\begin{align}\n  31 + 46\n\\end{align}\n\nMore text.\n\\end{document}\n',
  'fix.js':
    'class Cart {\n  count(items) {\n    let total = 0;\n    for (let i = 0; i <= items.length; i++) {\n      total += items[i];\n    }\n    return total;\n  }\n}\n',
};

describe('the main job: select, solve, watch it think, put the answer back', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;

  before(async () => {
    session = await startSession({ workspace, open: 'sum.md' });
    ({ page } = session);
    panel = panelFrame(page);
  });

  failureShots(() => session);

  after(async () => {
    await session.shot('e2e-main-job-end');
    await session.close();
  });

  it('says in the status bar that the model is not loaded yet, before anything was asked', async () => {
    await statusItem(page).waitFor();
    assert.match((await statusItem(page).getAttribute('aria-label')) ?? '', /Lemma/);
  });

  it('solves the selection by ctrl+k l and shows at once what was asked', async () => {
    await select(page, 'sum.md', [3, 1], [3, 19]);
    await page.keyboard.press('Control+K');
    await page.keyboard.press('l');
    const card = panel.locator('.question');
    await card.filter({ hasText: 'Solve' }).filter({ hasText: 'sum.md:3' }).waitFor();
    assert.match(await card.locator('pre').innerText(), /What is \$17 \+ 25\$\?/);
  });

  it('folds the thought when the answer starts, with its time and tokens in the heading', async () => {
    await answered(panel, '42');
    const fold = panel.locator('.thought .fold');
    assert.match(await fold.innerText(), /Thought for .+ · \d+ tokens/);
    assert.equal(await fold.getAttribute('aria-expanded'), 'false');
    await fold.click();
    await panel.locator('.thought .flow').getByText('The task is 17 + 25').waitFor();
    await fold.click();
    await panel.locator('.thought .flow').waitFor({ state: 'hidden' });
  });

  it('draws the answer’s mathematics, with the result in its box', async () => {
    const answer = panel.locator('.answer');
    await answer.locator('.katex').first().waitFor();
    assert.ok((await answer.locator('.katex').count()) >= 2);
    assert.match(await answer.innerText(), /The result is/);
    assert.ok(!(await answer.innerText()).includes('\\boxed'), 'no TeX is left to be seen');
    const box = answer.locator('.katex .boxed, .katex .fbox').first();
    await box.waitFor();
  });

  it('shows in the status bar where the model runs', async () => {
    await statusItem(page).filter({ hasText: 'Lemma: CPU' }).waitFor();
  });

  it('inserts the answer at the cursor, without thought or tag, and one undo takes it back', async () => {
    const before = await editorLines(page, 'sum.md');
    await goTo(page, 'sum.md', [4, 1]);
    await editButton(panel, 'Insert').click();
    await waitForEditorText(page, 'sum.md', 'The result is $17 + 25 = 42$.');
    const text = (await editorLines(page, 'sum.md')).join('\n');
    assert.ok(!/think>|Digits|<\|/.test(text), text);
    await undo(page, 'sum.md');
    await waitForEditorText(page, 'sum.md', /^What is \$12/m);
    assert.deepEqual(await editorLines(page, 'sum.md'), before);
  });

  it('replaces the selection, wherever it stands by now, and one undo takes it back', async () => {
    await goTo(page, 'sum.md', [1, 1]);
    await page.keyboard.type('% a line that came meanwhile\n');
    await editButton(panel, 'Replace').click();
    await waitForEditorText(page, 'sum.md', 'The result is $17 + 25 = 42$.');
    const replaced = (await editorLines(page, 'sum.md')).join('\n');
    assert.ok(replaced.startsWith('% a line that came meanwhile\n# Sums'), replaced);
    assert.ok(!replaced.includes('What is $17'), replaced);
    assert.ok(replaced.includes('What is $12'), replaced);
    await undo(page, 'sum.md');
    await waitForEditorText(page, 'sum.md', 'What is $17 + 25$?');
  });

  it('refuses to replace text that has changed, says so, and offers the text for the clipboard', async () => {
    await select(page, 'sum.md', [4, 9], [4, 18]);
    await page.keyboard.type('a different sum');
    await editButton(panel, 'Replace').click();
    const note = panel.locator('.end').filter({ hasText: 'changed where this answer belongs' });
    await note.getByText('Copy', { exact: true }).waitFor();
    assert.ok((await editorLines(page, 'sum.md')).join('\n').includes('What is a different sum'));
  });

  it('explains the enclosing function from the context menu when nothing is selected, and says which', async () => {
    await openFile(page, 'merge.py');
    await goTo(page, 'merge.py', [5, 10]);
    await contextMenu(page, 'merge.py', 'Explain Selection');
    const card = panel.locator('.question').last();
    await card.filter({ hasText: 'merge.py:4–6' }).waitFor();
    await card.getByText('the enclosing function merge_rows was taken').waitFor();
    await answered(panel, 'merge_rows');
    const answer = panel.locator('.answer').last();
    await answer.getByRole('heading', { name: 'The function merge_rows' }).waitFor();
    assert.equal(await answer.locator('li').count(), 3);
  });

  it('takes the enclosing LaTeX environment in a paper', async () => {
    await openFile(page, 'paper.tex');
    await goTo(page, 'paper.tex', [6, 4]);
    await runCommand(page, 'Lemma: Solve Selection');
    const card = panel.locator('.question').last();
    await card.getByText('the enclosing align environment was taken').waitFor();
    await answered(panel, '77');
  });

  it('puts code back as code: no fence, no prose, at the selection’s indentation', async () => {
    await openFile(page, 'fix.js');
    await select(page, 'fix.js', [3, 1], [6, 6]);
    await runCommand(page, 'Lemma: Solve Selection');
    await answered(panel, 'i < items.length');
    const answer = panel.locator('.answer').last();
    await answer.locator('.code .hljs-keyword').first().waitFor();
    await editButton(panel, 'Replace').click();
    await waitForEditorText(page, 'fix.js', 'i < items.length');
    assert.deepEqual(await editorLines(page, 'fix.js'), workspace['fix.js'].replace('<=', '<').split('\n'));
    await undo(page, 'fix.js');
    await waitForEditorText(page, 'fix.js', 'i <= items.length');
  });

  it('copies a code block', async () => {
    await session.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(session.server.base).origin });
    const copy = panel.locator('.answer').last().locator('.code [data-do="copy"]');
    await copy.click();
    await page.locator('.tab', { hasText: 'sum.md' }).click();
    await goTo(page, 'sum.md', [1, 1]);
    await page.keyboard.press('Control+V');
    await waitForEditorText(page, 'sum.md', 'i < items.length');
  });

  it('opens the place that was asked about', async () => {
    await panel.locator('.question').last().getByRole('button', { name: 'fix.js:3–6' }).click();
    await page.locator('.tab.active', { hasText: 'fix.js' }).waitFor();
  });

  it('has a menu of actions behind the status bar item', async () => {
    await statusItem(page).click();
    const menu = page.locator('.quick-input-widget:visible');
    for (const label of ['Solve Selection', 'Choose Model', 'Restart Engine', 'Show Log']) {
      await menu.locator('.monaco-list-row', { hasText: label }).waitFor();
    }
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
  });

  it('shows no violation of the panel’s content security policy on all this way', () => {
    assert.deepEqual(
      session.consoleLines.filter((line) => /Content Security Policy|violates the following/.test(line)),
      [],
    );
  });
});
