import assert from 'node:assert/strict';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { modelInfo, Script, solve, stateOf, wordsOf } from './conversations.ts';
import { PanelPage } from './panelPage.ts';
import { codeAnswer, mathAnswer, mathThought } from './samples.ts';

const longThought = Array.from(
  { length: 60 },
  (_, index) => `Step ${index + 1}: the bound on $x_{${index}}$ is checked once more, and it holds.`,
).join('\n\n');

describe('The panel', () => {
  const panel = PanelPage.forSuite();
  const { find, button } = panel;
  const events = (from: number, all: readonly ConversationEvent[]): Promise<void> =>
    panel.send({ type: 'events', from, events: all.slice(from) });
  const thinking = (): Script =>
    solve(Date.now() - 18_000)
      .phase('reading', 0)
      .budget(62, 24_000)
      .phase('thinking', 0);

  describe('shows a thought that', () => {
    it('keeps the room of its four lines before the first token', async () => {
      const script = solve().phase('reading');
      await panel.open(script.state());
      const waiting = await find('.flow').boundingBox();
      assert.equal(waiting?.height, 72);
      const from = script.events.length;
      await events(from, script.phase('thinking').delta('thought', longThought).events);
      const running = await find('.flow').boundingBox();
      assert.equal(running?.height, 72);
      assert.equal(running?.y, waiting?.y);
    });

    it('previews exactly its last four lines, whatever formulas stand in them', async () => {
      const tall = `${longThought}\n\nSo $\\frac{1}{2}$ and $\\sum_{i=1}^{n} x_i$ here.\n\n$$\\int_0^1 \\frac{a}{b}$$\n\nThen **this** and \`that\`.\n\nLast`;
      await panel.open(thinking().delta('thought', tall).state());
      await panel.drawn();
      const heights = await find('.flow > *').evaluateAll((blocks) => blocks.map((block) => block.getBoundingClientRect().height));
      assert.ok(
        heights.every((height) => height % 18 === 0),
        heights.join(' '),
      );
      const below = await find('.flow').evaluate(
        (flow) => flow.getBoundingClientRect().bottom - (flow.lastElementChild?.getBoundingClientRect().bottom ?? 0),
      );
      assert.equal(below, 0);
      assert.ok((await find('.flow > *').count()) <= 8);
      assert.equal(await find('.flow').getAttribute('aria-hidden'), 'true');
    });

    it('folds by itself when the answer starts, and nothing below it moves', async () => {
      const script = thinking().delta('thought', mathThought);
      await panel.open(script.state());
      assert.equal(await button(/^Thinking ·/).getAttribute('aria-expanded'), 'false');
      const from = script.events.length;
      await events(from, script.phase('answering').delta('answer', 'So').events);
      assert.equal(await find('.flow').isVisible(), false);
      assert.match(await find('.fold').innerText(), /^Thought for \d+ s · \d+ tokens · \d+\/s$/);
      assert.equal((await find('.answer').boundingBox())?.height, 96);
    });

    it('stays open if the user has opened it, also over a reload', async () => {
      const script = thinking().delta('thought', longThought);
      await panel.open(script.state());
      await find('.fold').click();
      assert.equal(await find('.fold').getAttribute('aria-expanded'), 'true');
      const from = script.events.length;
      await events(from, script.phase('answering').delta('answer', 'So').end().events);
      assert.equal(await find('.flow').isVisible(), true);
      await panel.reload(script.state());
      await panel.page.waitForFunction(() => document.querySelectorAll('.flow > .group > *').length === 60);
      await find('.fold').click();
      await panel.reload(script.state());
      assert.equal(await find('.flow').isVisible(), false);
    });

    it('stays open over a reload that shows nothing at first, since the last extension host still holds the file', async () => {
      const script = solve().answered(mathThought, mathAnswer);
      await panel.open(script.state());
      await find('.fold').click();
      await panel.reload(stateOf([]));
      assert.equal(await find('.turn').count(), 0);
      await panel.send({ type: 'state', ...script.state() });
      assert.equal(await find('.fold').getAttribute('aria-expanded'), 'true');
      const { conversation, ...rest } = script.state();
      assert.ok(conversation);
      await panel.send({ type: 'state', ...rest, conversation: { ...conversation, id: 'another one' } });
      assert.equal(await find('.fold').getAttribute('aria-expanded'), 'false');
    });

    it('opens with the right arrow key and folds with the left one', async () => {
      await panel.open(solve().answered(mathThought, mathAnswer).state());
      await find('.fold').focus();
      await panel.page.keyboard.press('ArrowRight');
      assert.equal(await find('.flow').isVisible(), true);
      await panel.page.keyboard.press('ArrowLeft');
      assert.equal(await find('.flow').isVisible(), false);
    });

    it('tells its time and tokens while it runs, and its speed after a second', async () => {
      const script = thinking().delta('thought', 'One', 840);
      await panel.open(script.state({ model: { kind: 'busy', info: modelInfo, activity: 'thinking', sinceMs: Date.now() } }));
      assert.match(await find('.fold').innerText(), /^Thinking\s*· 1[89] s · 840 tokens$/);
      assert.match(await find('.line').innerText(), /840 of 24,000 tokens/);
      await panel.page.waitForFunction(() => /· (?:19|2\d) s/.test(document.querySelector('.fold')?.textContent ?? ''));
      await events(script.events.length, script.delta('thought', ' more', 100).events);
      await panel.page.waitForFunction(() => /940 of 24,000 tokens · [\d.]+\/s/.test(document.querySelector('.line')?.textContent ?? ''));
      await panel.page.waitForFunction(() => document.querySelector('.fold')?.textContent?.includes('940 tokens'));
      assert.equal(await find('.line .num').evaluate((element) => getComputedStyle(element).fontVariantNumeric), 'tabular-nums');
    });
  });

  describe('keeps its controls where they are:', () => {
    it('Stop has one place from the first prompt token to the last answer token', async () => {
      const script = solve();
      await panel.open(script.state());
      const place = await button('Stop').boundingBox();
      for (const phase of ['reading', 'thinking', 'answering'] as const) {
        const from = script.events.length;
        await events(from, script.phase(phase).events);
        assert.deepEqual(await button('Stop').boundingBox(), place, phase);
      }
    });

    it('the action bar takes the room that was kept for it', async () => {
      const script = solve().phase('answering').delta('answer', mathAnswer);
      await panel.open(script.state());
      await panel.drawn();
      const kept = await find('.actions').boundingBox();
      await events(script.events.length, script.end().events);
      await panel.drawn();
      assert.deepEqual(await find('.actions').boundingBox(), kept);
    });

    it('Escape stops a running turn, and only that', async () => {
      await panel.open(thinking().state());
      await panel.page.keyboard.press('Escape');
      assert.deepEqual(await panel.sent('action'), [{ type: 'action', action: 'stop', turnId: 'turn1' }]);
      await panel.open(solve().answered('Hm.', 'So.').state());
      await panel.page.keyboard.press('Escape');
      assert.deepEqual(await panel.sent('action'), []);
    });

    it('Stop and Answer Now name their turn', async () => {
      await panel.open(thinking().state());
      await button('Answer Now').click();
      await button('Stop').click();
      await panel.page.keyboard.press('Control+Enter');
      assert.deepEqual(
        (await panel.sent('action')).map(({ action, turnId }) => `${action} ${turnId}`),
        ['answerNow turn1', 'stop turn1', 'answerNow turn1'],
      );
    });
  });

  it('walks through the versions of a question', async () => {
    const versions = solve().answered('Hm.', mathAnswer);
    versions.ask('ask', undefined, 'Another wording', 'turn1').answered('Hm.', 'Another answer.');
    await panel.open(versions.state());
    assert.equal((await find('.branch').innerText()).trim(), '2 of 2');
    assert.equal(await find('.branch button').nth(1).isDisabled(), true);
    await find('.branch button').first().click();
    assert.deepEqual(await panel.sent('selectBranch'), [{ type: 'selectBranch', turnId: 'turn1' }]);
  });

  describe('under an answer', () => {
    it('offers Insert first for mathematics and Replace first for code, one of them filled', async () => {
      await panel.open(solve().answered('Hm.', mathAnswer).state());
      assert.deepEqual(
        await find('.actions vscode-button').evaluateAll((all) =>
          all.map((each) => `${each.getAttribute('aria-label')} ${each.getAttribute('appearance')}`),
        ),
        ['Insert at Cursor primary', 'Replace Selection secondary'],
      );
      await panel.open(solve().answered('Hm.', codeAnswer).state());
      assert.equal(await find('.actions vscode-button').first().getAttribute('aria-label'), 'Replace Selection');
    });

    it('sends Insert, Replace, Copy and Ask Again for its turn', async () => {
      await panel.open(solve().answered('Hm.', mathAnswer).state());
      for (const name of ['Insert at Cursor', 'Replace Selection', 'Copy', 'Ask Again']) await button(name).click();
      const turnId = 'turn1';
      assert.deepEqual(await panel.sent('insert'), [{ type: 'insert', turnId }]);
      assert.deepEqual(await panel.sent('replace'), [{ type: 'replace', turnId }]);
      assert.deepEqual(await panel.sent('copy'), [{ type: 'copy', turnId }]);
      assert.deepEqual(await panel.sent('action'), [{ type: 'action', action: 'askAgain', turnId }]);
    });

    it('offers edits only on the newest turn, and none where nothing can be edited', async () => {
      const script = solve().answered('Hm.', 'One.').ask('ask', undefined, 'And then?').answered('Hm.', 'Two.');
      await panel.open(script.state());
      assert.equal(await find('.turn').first().getByRole('button', { name: 'Insert at Cursor' }).count(), 0);
      assert.equal(await find('.turn').nth(1).getByRole('button', { name: 'Insert at Cursor' }).count(), 1);
      assert.equal(await find('.turn').first().getByRole('button', { name: 'Copy' }).count(), 1);
      await panel.send({ type: 'words', turnId: 'turn2', words: { ...wordsOf('ask'), canEdit: false } });
      assert.equal(await button('Insert at Cursor').count(), 0);
    });

    it('shows how the turn ended with the ways on, what an edit came to and its tests', async () => {
      const note = {
        tone: 'error',
        icon: 'error',
        text: 'The engine stopped.',
        buttons: [{ action: 'restartEngine', label: 'Restart', primary: true }],
      } as const;
      const editNote = { tone: 'info', icon: 'check', text: 'Inserted in sample.tex.', buttons: [] } as const;
      const testNote = {
        tone: 'info',
        icon: 'beaker',
        text: 'Tests are near by: pytest.',
        buttons: [{ action: 'runTests', label: 'Run the Tests' }],
      } as const;
      await panel.open(
        solve()
          .answered('Hm.', 'Half an ans')
          .state({ words: { turn1: { ...wordsOf('solve'), note, editNote, testNote } } }),
      );
      await panel.page.getByRole('alert').getByRole('button', { name: 'Restart' }).click();
      await button('Run the Tests').click();
      assert.deepEqual(await panel.sent('action'), [
        { type: 'action', action: 'restartEngine', turnId: 'turn1' },
        { type: 'action', action: 'runTests', turnId: 'turn1' },
      ]);
      assert.equal(await find('.end .icon, .end svg').count(), 3);
      assert.match(await find('.turn').innerText(), /Inserted in sample\.tex\./);
      assert.equal(await find('vscode-button.primary').count(), 1);
    });
  });

  describe('has a chat box that', () => {
    const box = (): ReturnType<PanelPage['page']['locator']> => panel.page.getByRole('textbox');

    it('sends with Enter, breaks the line with Shift+Enter and is empty after it', async () => {
      await panel.open(solve().answered('Hm.', 'So.').state());
      await box().click();
      await panel.page.keyboard.type('First line');
      await panel.page.keyboard.press('Shift+Enter');
      await panel.page.keyboard.type('second line');
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await panel.sent('send'), [{ type: 'send', text: 'First line\nsecond line' }]);
      assert.equal(await box().inputValue(), '');
      await panel.page.keyboard.press('Enter');
      assert.equal((await panel.sent('send')).length, 1);
    });

    it('leaves the Enter of an input method to it', async () => {
      await panel.open(new Script().state());
      await box().fill('か');
      await box().evaluate((element) => {
        for (const init of [{ isComposing: true }, { keyCode: 229 }])
          element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...init }));
      });
      assert.deepEqual(await panel.sent('send'), []);
    });

    it('keeps what is typed while a turn runs or no model is chosen', async () => {
      for (const state of [thinking().state(), new Script().state({ model: { kind: 'notChosen' } })]) {
        await panel.open(state);
        await box().fill('And if a = b?');
        await box().press('Enter');
        assert.equal(await box().inputValue(), 'And if a = b?');
        assert.deepEqual(await panel.sent('send'), []);
        assert.equal(await button('Send').isDisabled(), true);
      }
    });

    it('gives the draft to the host at a pause and has it again after a reload', async () => {
      await panel.open(new Script().state());
      await box().fill('Half a question');
      await panel.waitForSent('draft');
      assert.deepEqual(await panel.sent('draft'), [{ type: 'draft', text: 'Half a question' }]);
      await panel.reload(new Script().state());
      assert.equal(await box().inputValue(), 'Half a question');
      await panel.open(new Script().state({ draft: 'From the host' }));
      assert.equal(await box().inputValue(), 'From the host');
      await box().fill('Typed since');
      await panel.send({ type: 'state', ...new Script().state({ draft: 'From the host' }) });
      assert.equal(await box().inputValue(), 'Typed since');
    });

    it('keeps what is being typed, and stays empty after sending, when a state of the host comes late', async () => {
      await panel.open(new Script().state({ draft: 'What was sent before' }));
      await box().fill('Typed since');
      await panel.waitForSent('draft');
      await panel.send({ type: 'state', ...new Script().state() });
      assert.equal(await box().inputValue(), 'Typed since');
      await box().press('Enter');
      await panel.send({ type: 'state', ...new Script().state({ draft: 'Typed since' }) });
      assert.equal(await box().inputValue(), '');
      assert.deepEqual(
        (await panel.sent('send')).map(({ text }) => text),
        ['Typed since'],
      );
    });

    it('grows to 40 % of the view and then scrolls', async () => {
      await panel.open(new Script().state());
      await box().fill('line\n'.repeat(5));
      const six = (await box().boundingBox())?.height ?? 0;
      assert.ok(six > 100 && six < 160, String(six));
      await box().fill('line\n'.repeat(80));
      assert.equal((await box().boundingBox())?.height, 256);
    });

    it('offers the selection, and takes it off again', async () => {
      const selection = { label: 'poly.py:8–15', scope: 'selection', lines: 8 } as const;
      await panel.open(new Script().state({ selection }));
      await button('Attach Selection: poly.py:8–15').click();
      await panel.send({ type: 'selection', selection, attached: true });
      await button('Remove poly.py:8–15').click();
      assert.deepEqual(
        (await panel.sent('attachSelection')).map(({ attached }) => attached),
        [true, false],
      );
    });

    it('takes the focus when the host says so', async () => {
      await panel.open(new Script().state());
      await panel.send({ type: 'focusComposer' });
      assert.equal(await box().evaluate((element) => element === document.activeElement), true);
    });
  });

  describe('keeps the place of the reader:', () => {
    const scrollTop = (): Promise<number> => find('.log').evaluate((log) => Math.round(log.scrollTop));
    const gap = (): Promise<number> => find('.log').evaluate((log) => Math.round(log.scrollHeight - log.clientHeight - log.scrollTop));

    it('follows the text at the end, never moves a reader who is not there, and offers the way back', async () => {
      const script = solve().phase('answering').delta('answer', longThought);
      await panel.open(script.state());
      await panel.drawn();
      await events(script.events.length, script.delta('answer', `\n\n${longThought}`).events);
      await panel.drawn();
      assert.equal(await gap(), 0);
      await find('.log').hover();
      await panel.page.mouse.wheel(0, -400);
      await button('Latest').waitFor();
      const place = await scrollTop();
      await events(script.events.length, script.delta('answer', `\n\n${longThought}`).events);
      await panel.drawn();
      assert.equal(await scrollTop(), place);
      await button('Latest').press('Enter');
      await panel.page.waitForFunction(() => !document.querySelector('.latest'));
      assert.equal(await gap(), 0);
    });

    it('a reload in mid-stream comes back to the same line with all the text', async () => {
      const script = solve().phase('answering').delta('answer', longThought);
      await panel.open(script.state());
      await panel.drawn();
      const end = await scrollTop();
      await find('.log').hover();
      await panel.page.mouse.wheel(0, -300);
      await button('Latest').waitFor();
      const shown = (): Promise<[string, number][]> =>
        find('.answer > *').evaluateAll((blocks) => {
          const { top, bottom } = document.querySelector('.log')!.getBoundingClientRect();
          const seen = blocks.filter((block) => block.getBoundingClientRect().bottom > top && block.getBoundingClientRect().top < bottom);
          return seen.map((block): [string, number] => [block.textContent ?? '', Math.round(block.getBoundingClientRect().top - top)]);
        });
      const remembered = (): Promise<string | null> => panel.page.evaluate(() => sessionStorage.getItem('state'));
      // The place is kept a moment after it was scrolled to.
      await panel.page.waitForFunction((top) => {
        const { scroll } = JSON.parse(sessionStorage.getItem('state') ?? '{}') as { scroll?: { top: number; place?: object } };
        return scroll?.place !== undefined && scroll.top === top && document.querySelector('.log')!.scrollTop === top;
      }, end - 300);
      const before = await shown();
      assert.ok(before.length > 3, (await remembered()) ?? '');
      script.delta('answer', '\n\nWritten while the view was away.');
      await panel.reload(script.state());
      await panel.drawn();
      assert.deepEqual(await shown(), before);
      assert.match(await find('.answer').innerText(), /Written while the view was away\.$/);
    });

    it('a new question is shown at once', async () => {
      const script = solve().answered('Hm.', longThought);
      await panel.open(script.state());
      await find('.log').hover();
      await panel.page.mouse.wheel(0, -600);
      await button('Latest').waitFor();
      await events(script.events.length, script.ask('ask', undefined, 'And then?').events);
      await panel.page.waitForFunction(() => !document.querySelector('.latest'));
      assert.equal(await gap(), 0);
    });
  });

  it('asks for the state once when events are missing, and draws it', async () => {
    const script = solve().phase('answering');
    await panel.open(script.state());
    const delta = { type: 'delta', turnId: 'turn1', part: 'answer', text: 'x', tokens: 1 } as const;
    await panel.send({ type: 'events', from: 90, events: [delta] }, { type: 'events', from: 91, events: [delta] });
    assert.equal((await panel.sent('ready')).length, 2);
    await panel.send({ type: 'state', ...script.delta('answer', 'All of it.').state() });
    assert.match(await find('.answer').innerText(), /All of it\./);
  });

  it('says each phase once, and nothing of what was there when it opened', async () => {
    const script = solve();
    const heard = (): Promise<string> => find('.sr[role=status]').innerText();
    await panel.open(script.phase('reading').state());
    assert.equal(await heard(), '');
    for (const [phase, words] of [
      ['thinking', 'Thinking.'],
      ['answering', 'Answering.'],
    ] as const) {
      await events(script.events.length, script.phase(phase).events);
      assert.equal(await heard(), words);
    }
    assert.equal(await find('[role=log]').getAttribute('aria-busy'), 'true');
    await events(script.events.length, script.end().events);
    assert.equal(await heard(), 'Answer ready.');
    assert.equal(await find('[role=log]').getAttribute('aria-busy'), 'false');
  });

  it('shows three lines of the source, then all of it, and opens the place', async () => {
    const snapshot = { ...solve().state().conversation!.turns[0]!.question.snapshot!, text: 'one\n  two\n  three\n  four\n' };
    await panel.open(new Script().ask('explain', snapshot).state());
    assert.equal((await find('.question pre').boundingBox())?.height, 54);
    await button('Show all').click();
    assert.equal((await find('.question pre').boundingBox())?.height, 72);
    assert.equal(await button('Show less').getAttribute('aria-expanded'), 'true');
    await button('sample.tex:12–14').click();
    assert.deepEqual(await panel.sent('reveal'), [{ type: 'reveal', turnId: 'turn1' }]);
  });

  it('starts from an empty conversation by its buttons, and dismisses the notice', async () => {
    const notice = {
      tone: 'warning',
      icon: 'warning',
      text: 'Slow.',
      buttons: [
        { action: 'dismissNotice', label: 'Close' },
        { action: 'reloadModel', label: 'Try Again' },
      ],
    } as const;
    await panel.open(new Script().state({ notice }));
    for (const name of ['Solve Selection', 'Explain Selection', 'Try Again', 'Close', 'GLM-Z1-9B']) await button(name).click();
    assert.deepEqual(
      (await panel.sent('action')).map(({ action }) => action),
      ['solveSelection', 'explainSelection', 'reloadModel', 'dismissNotice', 'chooseModel'],
    );
  });

  it('follows the theme without a reload', async () => {
    await panel.open(solve().answered('Hm.', mathAnswer).state());
    const colour = (): Promise<string> => find('vscode-button.primary').evaluate((element) => getComputedStyle(element).backgroundColor);
    const dark = await colour();
    await panel.page.evaluate(() => {
      document.documentElement.dataset.theme = 'light-modern';
      document.body.className = 'vscode-light';
    });
    assert.notEqual(await colour(), dark);
    assert.equal(await find('main').evaluate((element) => getComputedStyle(element).backgroundColor), 'rgb(248, 248, 248)');
  });
});
