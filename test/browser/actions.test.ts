import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { Script, solve, wordsOf } from './conversations.ts';
import { PanelPage } from './panelPage.ts';
import { mathAnswer, mathThought } from './samples.ts';

const longAnswer = Array.from({ length: 60 }, (_, index) => `Step ${index + 1} of the answer, with some words in it.`).join('\n\n');

describe('What can be done with a turn:', () => {
  const panel = PanelPage.forSuite();
  const { find } = panel;
  const button = (name: string): Locator => panel.page.getByRole('button', { name, exact: true });
  const press = (...keys: string[]): Promise<void> =>
    keys.reduce<Promise<void>>((before, key) => before.then(() => panel.page.keyboard.press(key)), Promise.resolve());
  const hasFocus = (locator: Locator): Promise<boolean> => locator.evaluate((each) => each === document.activeElement);
  /** `turn2 Copy`: what has the focus, by its turn and name. */
  const focus = (): Promise<string> =>
    panel.page.evaluate(() => {
      const at = document.activeElement!;
      const turn = at.closest<HTMLElement>('lemma-turn')?.dataset['turn'] ?? '';
      return `${turn} ${at.getAttribute('aria-label') ?? at.className}`.trim();
    });
  const events = (script: Script, from: number): Promise<void> => panel.send({ type: 'events', from, events: script.after(from) });
  const event = (script: Script, more: ConversationEvent): Promise<void> => {
    script.events.push(more);
    return events(script, script.events.length - 1);
  };
  /** Three questions, the last one about no file. */
  const three = (): Script =>
    solve()
      .answered(mathThought, mathAnswer)
      .ask('ask', undefined, 'And if both are integers?')
      .answered('Hm.', longAnswer)
      .ask('ask', undefined, 'And the largest one?')
      .answered('Hm.', 'There is none.');

  describe('a question is edited', () => {
    const field = (): Locator => find('lemma-question textarea');

    it('in its place, and asked anew by Enter; the pencil has the focus again, also in the version that comes', async () => {
      const script = three();
      await panel.open(script.state());
      await button('Edit Question').nth(1).click();
      assert.equal(await field().inputValue(), 'And if both are integers?');
      assert.ok(await hasFocus(field()));
      await press('End', 'Shift+Enter');
      await panel.page.keyboard.type('Briefly.');
      await press('Enter');
      const text = 'And if both are integers?\nBriefly.';
      assert.deepEqual(await panel.sent('editQuestion'), [{ type: 'editQuestion', turnId: 'turn2', text }]);
      assert.equal(await field().count(), 0);
      assert.equal(await focus(), 'turn2 Edit Question');
      const from = script.events.length;
      script.ask('ask', undefined, text, 'turn2');
      await events(script, from);
      assert.equal((await find('.turn').last().locator('.branch').innerText()).trim(), '2 of 2');
      assert.equal(await find('.turn').count(), 2);
      assert.equal(await focus(), 'turn4 Edit Question');
    });

    it('by its added words where it is a task, which may be none; what was selected stays', async () => {
      await panel.open(solve().answered(mathThought, mathAnswer).state());
      await button('Edit Question').click();
      assert.equal(await field().inputValue(), '');
      assert.ok(await find('.question pre').isVisible());
      assert.equal(await find('vscode-button.primary').count(), 1, 'the next step is to send it');
      await panel.page.keyboard.type('Only the result.');
      await find('.question').getByText('Send', { exact: true }).click();
      await button('Edit Question').click();
      await find('.question').getByText('Send', { exact: true }).click();
      assert.deepEqual(
        (await panel.sent('editQuestion')).map(({ text }) => text),
        ['Only the result.', ''],
      );
    });

    it('and left as it was by Escape and by Cancel, which stop nothing', async () => {
      await panel.open(three().state());
      for (const leave of [() => press('Escape'), () => button('Cancel').click()]) {
        await button('Edit Question').nth(2).click();
        await field().fill('Something else');
        await leave();
        assert.equal(await field().count(), 0);
        assert.equal(await focus(), 'turn3 Edit Question');
        assert.equal(await find('.question .typed').last().innerText(), 'And the largest one?');
      }
      assert.deepEqual(await panel.sent('editQuestion'), []);
      assert.deepEqual(await panel.sent('action'), []);
    });

    it('not to nothing, where it was typed', async () => {
      await panel.open(three().state());
      await button('Edit Question').nth(1).click();
      await field().fill('  ');
      await press('Enter');
      assert.equal(await field().count(), 1);
      assert.deepEqual(await panel.sent('editQuestion'), []);
    });

    it('over a reload and another conversation, without taking the focus', async () => {
      const state = three().state();
      await panel.open(state);
      await button('Edit Question').nth(1).click();
      await field().fill('Half a ques');
      await panel.reload(state);
      assert.equal(await field().inputValue(), 'Half a ques');
      assert.ok(!(await hasFocus(field())));
      const other = new Script();
      other.events[0] = { type: 'created', version: 1, id: 'other', at: 1 };
      await panel.send({ type: 'state', ...other.state() });
      assert.equal(await field().count(), 0);
      await panel.send({ type: 'state', ...state });
      assert.equal(await field().inputValue(), 'Half a ques');
      await button('Cancel').click();
      assert.equal(await focus(), 'turn2 Edit Question');
      await panel.reload(state);
      assert.equal(await field().count(), 0);
    });

    it('not while a turn runs; what is being edited waits for its end', async () => {
      const script = three();
      await panel.open(script.state());
      await button('Edit Question').nth(1).click();
      const from = script.events.length;
      script.ask('ask', undefined, 'One more').phase('thinking');
      await events(script, from);
      await field().press('Enter');
      assert.ok(await panel.page.locator('.question vscode-button.primary').evaluate((each) => each.hasAttribute('disabled')));
      assert.equal(await button('Edit Question').first().isDisabled(), true);
      await button('Edit Question').first().dispatchEvent('click');
      assert.equal(await field().count(), 1);
      assert.deepEqual(await panel.sent('editQuestion'), []);
      await events(script.end(), script.events.length - 1);
      await field().press('Enter');
      assert.equal((await panel.sent('editQuestion')).length, 1);
    });

    it('from an empty chat box by Up, and Escape goes back there', async () => {
      await panel.open(three().state());
      const box = find('.composer textarea');
      await box.focus();
      await press('ArrowUp');
      assert.equal(await field().inputValue(), 'And the largest one?');
      assert.ok(await hasFocus(field()));
      await press('Escape');
      assert.ok(await hasFocus(box));
      await box.fill('text');
      await press('ArrowUp');
      assert.equal(await field().count(), 0);
    });
  });

  it('walking through its versions keeps the focus and the place on the page', async () => {
    const script = three();
    script.ask('ask', undefined, 'And if both are integers? Briefly.', 'turn2').answered('Hm.', 'Three pairs.');
    await panel.open(script.state(), { height: 480 });
    await panel.drawn();
    await find('.turn').last().getByRole('button', { name: 'Previous Version' }).focus();
    const top = (): Promise<number> => find('.branch').evaluate((each) => Math.round(each.getBoundingClientRect().top));
    const before = await top();
    await press('Enter');
    assert.deepEqual(await panel.sent('selectBranch'), [{ type: 'selectBranch', turnId: 'turn2' }]);
    await event(script, { type: 'branchSelected', turnId: 'turn2', at: 1 });
    assert.equal(await focus(), 'turn2 Previous Version');
    await panel.drawn();
    assert.equal(await top(), before);
    await press('Enter');
    assert.equal((await panel.sent('selectBranch')).length, 1, 'there is none before it');
    await press('ArrowRight', 'Enter');
    assert.deepEqual((await panel.sent('selectBranch'))[1], { type: 'selectBranch', turnId: 'turn4' });
    await event(script, { type: 'branchSelected', turnId: 'turn4', at: 1 });
    assert.equal(await focus(), 'turn4 Next Version');
  });

  describe('the menu', () => {
    const items = (): Promise<string[]> => panel.page.getByRole('menuitem').allInnerTexts();
    const pick = async (name: string): Promise<void> => {
      await button('More Actions').last().click();
      await panel.page.getByRole('menuitem', { name }).click();
    };

    it('offers what is seldom needed, and does it for its turn', async () => {
      await panel.open(solve().answered(mathThought, mathAnswer).state());
      await button('More Actions').click();
      assert.deepEqual(await items(), ['Copy with Thought', 'Think More', 'Edit Thought…', 'Branch', 'Delete']);
      await press('Escape');
      for (const name of ['Copy with Thought', 'Think More', 'Branch', 'Delete']) await pick(name);
      const turnId = 'turn1';
      assert.deepEqual(await panel.sent('copy'), [{ type: 'copy', turnId, withThought: true }]);
      assert.deepEqual(await panel.sent('action'), [{ type: 'action', action: 'thinkMore', turnId }]);
      assert.deepEqual(await panel.sent('forkConversation'), [{ type: 'forkConversation', turnId }]);
      assert.deepEqual(await panel.sent('deleteTurn'), [{ type: 'deleteTurn', turnId }]);
      await pick('Edit Thought…');
      assert.equal(await find('lemma-thought textarea').inputValue(), mathThought);
      assert.ok(await hasFocus(find('lemma-thought textarea')));
    });

    it('is used by keys alone', async () => {
      await panel.open(solve().answered(mathThought, mathAnswer).state());
      await button('Copy').focus();
      await press('End', 'Enter', 'ArrowDown', 'ArrowDown', 'Enter');
      assert.ok(await hasFocus(find('lemma-thought textarea')));
      await press('Escape');
      assert.equal(await focus(), 'turn1 More Actions');
      await press('ArrowUp');
      assert.equal(await panel.page.evaluate(() => document.activeElement?.textContent?.trim()), 'Delete');
      await press('Escape');
      assert.equal(await focus(), 'turn1 More Actions');
      assert.deepEqual(await panel.sent('action'), [], 'Escape closed it, and stopped nothing');
    });

    it('stands alone under a turn that ended without an answer', async () => {
      const stopped = solve().phase('reading').phase('thinking').delta('thought', mathThought).end({ kind: 'stopped' });
      await panel.open(stopped.state());
      assert.equal(await find('.actions button').count(), 1);
      await button('More Actions').click();
      assert.deepEqual(await items(), ['Ask Again', 'Copy with Thought', 'Edit Thought…', 'Branch', 'Delete']);
      await panel.open(solve().end({ kind: 'stopped' }).state());
      await button('More Actions').click();
      assert.deepEqual(await items(), ['Ask Again', 'Branch', 'Delete']);
      await panel.page.getByRole('menuitem', { name: 'Ask Again' }).click();
      assert.deepEqual(await panel.sent('action'), [{ type: 'action', action: 'askAgain', turnId: 'turn1' }]);
    });

    it('asks for nothing while a turn runs', async () => {
      await panel.open(three().ask('ask', undefined, 'More').phase('thinking').state());
      await button('More Actions').last().click();
      const able = await panel.page.getByRole('menuitem').evaluateAll((all) => all.map((each) => each.ariaDisabled ?? 'false'));
      assert.deepEqual(able, ['false', 'true', 'true', 'true', 'false']);
      await panel.page.getByRole('menuitem', { name: 'Branch' }).dispatchEvent('click');
      assert.deepEqual(await panel.sent('forkConversation'), []);
    });
  });

  it('Copy says that it has copied', async () => {
    await panel.open(solve().answered(mathThought, mathAnswer).state());
    // It says so for a moment, which may be over before a slow machine looks.
    const heard = find('.sr[role=status]').evaluate(
      (region) =>
        new Promise<string[]>((done) => {
          const words: string[] = [];
          new MutationObserver(() => {
            words.push(region.textContent);
            if (region.textContent === '') done(words);
          }).observe(region, { childList: true, characterData: true, subtree: true });
          document.querySelector<HTMLElement>('.actions [aria-label=Copy]')!.click();
        }),
    );
    assert.deepEqual(await heard, ['Copied', '']);
    assert.deepEqual(await panel.sent('copy'), [{ type: 'copy', turnId: 'turn1' }]);
  });

  it('a deleted one leaves the focus in its place, and Undo follows the log', async () => {
    const script = three();
    await panel.open(script.state());
    await button('More Actions').nth(1).focus();
    await press('ArrowUp', 'Enter');
    assert.deepEqual(await panel.sent('deleteTurn'), [{ type: 'deleteTurn', turnId: 'turn2' }]);
    const buttons = [
      { action: 'undoDelete', label: 'Undo' },
      { action: 'dismissNotice', label: 'Close' },
    ] as const;
    const notice = { tone: 'info', icon: 'trash', text: 'The question was deleted, and what was answered to it.', buttons } as const;
    await panel.send({ type: 'notice', notice });
    await event(script, { type: 'turnDeleted', turnId: 'turn2', at: Date.now() });
    assert.equal(await focus(), 'turn3 More Actions');
    await press('Tab');
    assert.equal(await focus(), 'Undo');
    await press('Enter');
    assert.deepEqual(await panel.sent('action'), [{ type: 'action', action: 'undoDelete' }]);
    await panel.send({ type: 'notice', notice: undefined });
    assert.equal(await focus(), 'Conversation', 'the focus is in the log when the notice goes');
    await event(script, { type: 'turnRestored', turnId: 'turn2', at: Date.now() });
    assert.deepEqual(await find('.turn').evaluateAll((all) => all.map((each) => each.getAttribute('data-turn'))), [
      'turn1',
      'turn2',
      'turn3',
    ]);
  });

  it('the focus stays by what it was on when its button goes: in the turn that goes on, and in the log after Stop', async () => {
    const script = solve().phase('reading').phase('thinking').delta('thought', mathThought).end({ kind: 'stopped' });
    const buttons = [{ action: 'continue', label: 'Continue', primary: true }] as const;
    const note = { tone: 'info', icon: 'debug-stop', text: 'You stopped this.', buttons } as const;
    await panel.open(script.state({ words: { turn1: { ...wordsOf('solve'), note } } }));
    await panel.button('Continue').focus();
    await press('Enter');
    await event(script, { type: 'resumed', turnId: 'turn1', at: Date.now() });
    assert.equal(await focus(), 'turn1 Question and answer');
    await panel.button('Stop').focus();
    await event(script.end({ kind: 'stopped' }), script.events.pop()!);
    assert.equal(await focus(), 'Conversation');
  });

  describe('with keys', () => {
    it('Alt+Up and Alt+Down go from turn to turn and to the chat box, each turn in view with a visible focus', async () => {
      await panel.open(three().state(), { height: 480 });
      await panel.drawn();
      await find('.composer textarea').focus();
      const inView = (): Promise<boolean> =>
        panel.page.evaluate(() => {
          const [log, turn] = [document.querySelector('.log')!.getBoundingClientRect(), document.activeElement!.getBoundingClientRect()];
          return turn.top >= log.top && turn.top < log.bottom && getComputedStyle(document.activeElement!).outlineStyle === 'solid';
        });
      for (const turn of ['turn3', 'turn2', 'turn1', 'turn1']) {
        await press('Alt+ArrowUp');
        assert.equal(await focus(), `${turn} Question and answer`);
        assert.ok(await inView(), turn);
      }
      for (const turn of ['turn2', 'turn3']) {
        await press('Alt+ArrowDown');
        assert.equal(await focus(), `${turn} Question and answer`);
        assert.ok(await inView(), turn);
      }
      await press('Alt+ArrowDown');
      assert.ok(await hasFocus(find('.composer textarea')));
    });

    it('Alt+Down begins with the turn that is being read', async () => {
      await panel.open(three().state(), { height: 480 });
      await panel.drawn();
      await find('.log').focus();
      await find('.turn')
        .nth(1)
        .evaluate((turn) => (document.querySelector('.log')!.scrollTop += turn.getBoundingClientRect().top + 100));
      await press('Alt+ArrowDown');
      assert.equal(await focus(), 'turn2 Question and answer');
    });

    it('each bar of icons is one stop of Tab with arrows inside, log before notice before status before chat box', async () => {
      const notice = { tone: 'info', icon: 'info', text: 'Said.', buttons: [{ action: 'showLog', label: 'Show Log' }] } as const;
      const script = solve().answered(mathThought, mathAnswer);
      script.ask('ask', undefined, 'Another wording', 'turn1').answered('Hm.', 'So.');
      const words = { turn2: { ...wordsOf('ask'), title: '', place: '' } };
      await panel.open(script.state({ notice, words, draft: 'text' }));
      await find('.log').focus();
      const stops: string[] = [];
      for (let stop = await focus(); stops.length < 12 && !stops.includes('Ask a follow-up'); stop = await focus()) {
        stops.push(stop);
        await press('Tab');
      }
      assert.deepEqual(stops, [
        'Conversation',
        'turn2 Previous Version',
        'turn2 fold',
        'turn2 Contents of the Thought (Ctrl+Shift+O)',
        'turn2 Answer',
        'turn2 Insert at Cursor',
        'Show Log',
        'icon model-pick',
        'Ask a follow-up',
      ]);
      await button('Insert at Cursor').focus();
      const inside: string[] = [];
      for (let step = 0; step < 4; step += 1) {
        await press('ArrowRight');
        inside.push(await focus());
      }
      assert.deepEqual(inside, ['turn2 Copy', 'turn2 Ask Again', 'turn2 More Actions', 'turn2 Insert at Cursor']);
      await press('ArrowRight', 'Shift+Tab');
      assert.equal(await focus(), 'turn2 Answer');
      await press('Tab');
      assert.equal(await focus(), 'turn2 Insert at Cursor', 'the bar is entered at its first item');
    });
  });

  it('an edit that waits stands where Insert and Replace stood, and its buttons act for its turn', async () => {
    const script = solve().answered(mathThought, mathAnswer);
    await panel.open(script.state());
    const actions = find('.actions');
    assert.match(await actions.innerText(), /Insert/);
    const note = {
      tone: 'info',
      icon: 'diff',
      text: 'Edit of sample.tex: 1 change',
      buttons: [
        { action: 'acceptEdit', label: 'Accept', primary: true },
        { action: 'discardEdit', label: 'Discard' },
      ],
    } as const;
    const [turn] = script.state().conversation?.turns ?? [];
    assert.ok(turn);
    const { id, task, snapshot } = turn.question;
    await panel.send({ type: 'words', turnId: id, words: { ...wordsOf(task, snapshot), edit: note } });
    await find('.end').filter({ hasText: 'Edit of sample.tex' }).getByText('Accept', { exact: true }).click();
    assert.doesNotMatch(await actions.innerText(), /Insert|Replace/);
    assert.deepEqual(await panel.sent('action'), [{ type: 'action', action: 'acceptEdit', turnId: id }]);
  });
});
