import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { HistoryItem, HistoryList, PanelToHost } from '../../src/shared/panelProtocol.ts';
import { Script, solve } from './conversations.ts';
import { items, showing } from './historyPictures.ts';
import { PanelPage } from './panelPage.ts';
import { mathAnswer, mathThought } from './samples.ts';

describe('The list of conversations:', () => {
  const panel = PanelPage.forSuite();
  const { find } = panel;
  const all = items();
  const list = (shown: readonly HistoryItem[] = all, query = ''): HistoryList => ({ query, items: shown, damaged: '' });
  const script = (): Script => solve().answered(mathThought, mathAnswer);
  /** The conversation, and over it the list. */
  const open = async (shown: HistoryList = list(), width = 480): Promise<void> => {
    await panel.open(script().state(), { width });
    await panel.send(...showing(shown));
  };
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await panel.page.keyboard.press(key);
  };
  const field = (): Locator => panel.page.getByRole('textbox', { name: 'Search Conversations' });
  const row = (title: string): Locator => panel.page.getByRole('row').filter({ hasText: title });
  const titles = (): Promise<string[]> => find('.item .open').allInnerTexts();
  /** What has the focus: its name or text. */
  const focus = (): Promise<string> =>
    panel.page.evaluate(() => {
      const at = document.activeElement!;
      return at.getAttribute('aria-label') ?? at.textContent?.trim() ?? '';
    });
  const posted = async (...types: PanelToHost['type'][]): Promise<PanelToHost[]> =>
    (await panel.page.evaluate(() => window.sent)).filter(({ type }) => types.includes(type));

  it('comes over the conversation with the cursor in its search, and asks the host for it', async () => {
    await open();
    assert.deepEqual(await panel.sent('listHistory'), [{ type: 'listHistory', query: '' }]);
    assert.equal(await focus(), 'Search Conversations');
    assert.deepEqual(await find('.history .group').allInnerTexts(), ['Pinned', 'Today', 'Last 7 Days', 'Older']);
    assert.deepEqual(
      await titles(),
      all.map(({ title }) => title),
    );
    assert.equal(await find('.log').isVisible(), false, 'what is below is neither seen nor read out');
    assert.equal(await row('Why prefix_sum').locator('small').innerText(), 'scan.cpp · 1 question, open in another window');
    assert.deepEqual(await find('[aria-current=true]').allInnerTexts(), ['Partial sums of the harmonic series']);
  });

  it('is searched while one types, with one question at a time to the host', async () => {
    await open();
    await field().pressSequentially('sums');
    const asked = async (): Promise<string[]> => (await panel.sent('listHistory')).map(({ query }) => query);
    assert.deepEqual(await asked(), ['', 's']);
    await panel.send({ type: 'history', list: list(all, 's') });
    assert.deepEqual(await asked(), ['', 's', 'sums'], 'what came in between is not asked any more');
    const found = all.filter(({ title }) => /sums/i.test(title));
    await panel.send({ type: 'history', list: list(found, 'sums') });
    assert.deepEqual(await find('.history mark').allInnerTexts(), ['sums', 'sums']);
    assert.equal(await find('.history [role=status]').innerText(), '2 found');
    assert.equal(await focus(), 'Search Conversations');
  });

  it('says in whole sentences that nothing is there, and that nothing was found', async () => {
    await open(list([], 'integral'));
    const remark = find('.history .remark');
    assert.match(await remark.innerText(), /^No conversation contains “integral”\. Clear Search$/);
    await field().fill('integral');
    await panel.button('Clear Search').click();
    assert.equal(await field().inputValue(), '');
    assert.equal(await focus(), 'Search Conversations');
    await panel.send({ type: 'history', list: list([]) });
    assert.equal(await remark.innerText(), 'There are no conversations yet. Ask a question below; what you ask is kept here.');
  });

  it('is gone through by the arrows, and Enter opens', async () => {
    await open();
    await press('ArrowDown');
    assert.equal(await focus(), all[0]!.title);
    await press('ArrowDown', 'ArrowDown');
    assert.equal(await focus(), all[2]!.title, 'across the groups');
    await press('End', 'ArrowDown');
    assert.equal(await focus(), all.at(-1)!.title);
    await press('Home');
    assert.equal(await focus(), all[0]!.title);
    await press('ArrowUp');
    assert.equal(await focus(), 'Search Conversations');
    await press('Tab');
    assert.equal(await focus(), all[0]!.title, 'the list is one stop, where the focus was');
    await press('Tab');
    assert.ok(!(await find('.history').evaluate((each) => each.contains(document.activeElement))));
    await row('Sum of squares').locator('.open').focus();
    await press('Enter');
    assert.deepEqual(await posted('openConversation'), [{ type: 'openConversation', id: 'squares' }]);
    await panel.send({ type: 'showHistory', shown: false });
    assert.equal(await find('.history').count(), 0);
    assert.equal(await focus(), 'Ask a follow-up', 'the cursor is where one goes on');
    assert.equal(await find('.log').isVisible(), true);
  });

  it('has what can be done with a row beside it, by Left and Right', async () => {
    await open();
    await row('A telescoping sum').locator('.open').focus();
    const names: string[] = [];
    for (let step = 0; step < 5; step++) {
      await press('ArrowRight');
      names.push(await focus());
    }
    assert.deepEqual(names, ['Pin', 'Rename', 'Delete', 'More Actions', 'More Actions']);
    await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Enter');
    assert.deepEqual(await posted('pinConversation'), [{ type: 'pinConversation', id: 'telescope', pinned: true }]);
    const pinned = all.map((each) => (each.id === 'telescope' ? { ...each, pinned: true } : each));
    await panel.send({ type: 'history', list: list([pinned[5]!, ...pinned.slice(0, 5)]) });
    assert.equal(await focus(), 'Unpin', 'the focus goes with the row to its new group');
    await press('ArrowLeft');
    assert.equal(await focus(), 'A telescoping sum');
    await press('ArrowUp');
    assert.equal(await focus(), 'Search Conversations');
  });

  it('has a menu by Shift+F10 and by the right button, with two copies where there are thoughts', async () => {
    await open();
    const menu = (): Promise<string[]> => panel.page.getByRole('menuitem').allInnerTexts();
    await row('Sum of squares').locator('.open').focus();
    await press('Shift+F10');
    assert.deepEqual(await menu(), ['Open', 'Pin', 'Rename', 'Delete', 'Copy as Markdown', 'Copy with Thoughts', 'Export…']);
    await press('Escape');
    assert.equal(await focus(), 'Sum of squares identity', 'the list is still there');
    await row('A telescoping sum').click({ button: 'right' });
    assert.deepEqual(await menu(), ['Open', 'Pin', 'Rename', 'Delete', 'Copy as Markdown', 'Export…']);
    await panel.page.getByRole('menuitem', { name: 'Export…' }).click();
    await row('Sum of squares').click({ button: 'right' });
    await panel.page.getByRole('menuitem', { name: 'Copy with Thoughts' }).click();
    assert.deepEqual(await posted('exportConversation', 'copyConversation'), [
      { type: 'exportConversation', id: 'telescope' },
      { type: 'copyConversation', id: 'squares', withThoughts: true },
    ]);
    assert.equal(await find('.sr[role=status]').innerText(), 'Copied');
  });

  it('renames in the row: Enter and leaving the field keep the title, Escape does not', async () => {
    await open();
    const rename = find('input.rename');
    await row('Sum of squares').locator('.open').focus();
    await press('F2');
    assert.equal(await rename.inputValue(), 'Sum of squares identity');
    await panel.page.keyboard.type('Squares ');
    await press('Enter');
    assert.equal(await focus(), 'Sum of squares identity', 'the focus is back in the row');
    await press('F2', 'x', 'Escape');
    assert.equal(await rename.count(), 0);
    assert.equal(await find('.history').count(), 1, 'Escape left the field alone');
    await press('F2', 'Enter');
    await row('A telescoping sum').hover();
    await row('A telescoping sum').getByRole('button', { name: 'Rename' }).click();
    await rename.fill('');
    await field().focus();
    assert.deepEqual(await posted('renameConversation'), [
      { type: 'renameConversation', id: 'squares', title: 'Squares' },
      { type: 'renameConversation', id: 'telescope', title: '' },
    ]);
    assert.deepEqual(await posted('openConversation'), [], 'a click on a button of the row opens nothing');
  });

  it('goes on at the next row after Delete, and Undo gives the focus back to the list', async () => {
    await open();
    await row('Sum of squares').locator('.open').focus();
    await press('Delete');
    assert.deepEqual(await posted('deleteConversation'), [{ type: 'deleteConversation', id: 'squares' }]);
    const left = all.filter(({ id }) => id !== 'squares');
    const buttons = [
      { action: 'undoDeleteConversation', label: 'Undo' },
      { action: 'dismissNotice', label: 'Close' },
    ] as const;
    await panel.send({ type: 'notice', notice: { tone: 'info', icon: 'trash', text: 'The conversation was deleted.', buttons } });
    await panel.send({ type: 'history', list: list(left) });
    assert.equal(await focus(), 'A telescoping sum');
    await panel.page.getByRole('button', { name: 'Undo' }).focus();
    await press('Enter');
    assert.deepEqual(await posted('action'), [{ type: 'action', action: 'undoDeleteConversation' }]);
    await panel.send({ type: 'notice', notice: undefined });
    assert.equal(await focus(), 'A telescoping sum');
    await press('Delete');
    await panel.send({ type: 'history', list: list([]) });
    assert.equal(await focus(), 'Search Conversations', 'nothing is left in the list');
  });

  it('is left by Escape, which stops nothing and first empties the search', async () => {
    await panel.open(solve().phase('reading').phase('thinking').delta('thought', 'Hm').state());
    await panel.send(...showing(list()));
    await field().fill('sum');
    await press('Escape');
    assert.equal(await field().inputValue(), '');
    await press('Escape');
    assert.equal(await find('.history').count(), 0);
    await panel.send({ type: 'showHistory', shown: true });
    await press('ArrowDown', 'Escape');
    assert.equal(await find('.history').count(), 0);
    await panel.send({ type: 'showHistory', shown: true });
    await panel.button('Back to the Conversation').click();
    assert.equal(await find('.history').count(), 0);
    assert.deepEqual(await posted('action'), []);
  });

  it('has Ctrl+F for its own search', async () => {
    await open();
    await press('ArrowDown', 'Control+f');
    assert.equal(await focus(), 'Search Conversations');
    assert.equal(await find('lemma-find').count(), 0);
  });

  it('asks what is typed below it in a new conversation, and gives way to the question', async () => {
    await open();
    const box = panel.page.getByRole('textbox', { name: 'Ask in a new conversation' });
    await box.fill('What is 1 + 1?');
    await box.press('Enter');
    assert.deepEqual(await posted('send'), [{ type: 'send', text: 'What is 1 + 1?', fresh: true }]);
    const { events } = new Script().ask('ask', undefined, 'What is 1 + 1?');
    await panel.send({ type: 'state', ...new Script().state({ conversation: undefined, eventCount: 0 }) });
    assert.equal(await find('.history').count(), 1);
    await panel.send({ type: 'events', from: 0, events });
    assert.equal(await find('.history').count(), 0);
    assert.equal(await find('.turn').count(), 1);
    await panel.page.getByRole('textbox', { name: 'Ask a follow-up' }).waitFor();
  });

  it('is asked for again when something changed, and only while it is shown', async () => {
    await open();
    await panel.send({ type: 'historyChanged' });
    assert.equal((await panel.sent('listHistory')).length, 2);
    await panel.send({ type: 'history', list: list() }, { type: 'showHistory', shown: false }, { type: 'historyChanged' });
    assert.equal((await panel.sent('listHistory')).length, 2);
  });

  it('is there again after the page was thrown away, with its search; a question asked meanwhile comes first', async () => {
    await open();
    await field().fill('sum');
    await panel.reload(script().state());
    assert.deepEqual(await panel.sent('listHistory'), [{ type: 'listHistory', query: 'sum' }]);
    await panel.send({ type: 'history', list: list(all, 'sum') });
    assert.equal(await field().inputValue(), 'sum');
    await panel.reload(script().ask('ask', undefined, 'And now?').phase('thinking').state());
    assert.equal(await find('.history').count(), 0);
  });

  it('leaves the reader’s place in the conversation as it was', async () => {
    const long = solve().answered(mathThought, Array.from({ length: 80 }, (_, index) => `Step ${index}.`).join('\n\n'));
    await panel.open(long.state());
    await panel.drawn();
    await find('.log').evaluate((log) => log.scrollTo(0, 300));
    await panel.send(...showing(list()));
    await panel.send({ type: 'showHistory', shown: false });
    assert.equal(await find('.log').evaluate((log) => Math.round(log.scrollTop)), 300);
  });
});
