import assert from 'node:assert/strict';
import { explain, Script, solve } from './conversations.ts';
import { PanelPage } from './panelPage.ts';

const choices = [0, 1024, 4096, 16_384];

describe('The thinking budget in the panel', () => {
  const panel = PanelPage.forSuite();
  const control = (): ReturnType<PanelPage['find']> => panel.find('.composer .thinking-budget > button');
  const radios = (): ReturnType<PanelPage['find']> => panel.page.getByRole('menuitemradio');

  it('is named with what holds, and chosen with the keyboard alone', async () => {
    await panel.open(new Script().state({ thinking: { budgetTokens: 4096, choices } }));
    assert.equal(await control().getAttribute('aria-label'), 'Thinking Budget: 4k');
    assert.equal(await control().innerText(), '4k');
    await control().focus();
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.getByRole('menu', { name: 'Thinking Budget: 4k' }).waitFor();
    assert.deepEqual(await radios().allInnerTexts(), ['Unlimited', '1k tokens', '4k tokens', '16k tokens']);
    const checked = await radios().evaluateAll((all) => all.map((each) => each.ariaChecked));
    assert.deepEqual(checked, ['false', 'false', 'true', 'false']);
    assert.equal(await panel.find(':focus').innerText(), '4k tokens', 'it begins at what holds');
    await panel.page.keyboard.press('ArrowUp');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.sent('thinkingBudget'), [{ type: 'thinkingBudget', tokens: 1024 }]);
    assert.ok(await control().evaluate((button) => button === document.activeElement), 'the focus is where it was');
  });

  it('shows what the host says, in its menu too, and is not there for a model that does not think', async () => {
    await panel.open(new Script().state({ thinking: { budgetTokens: 0, choices } }));
    assert.equal(await control().innerText(), 'Unlimited');
    await panel.send({ type: 'thinking', thinking: { budgetTokens: 2500, choices: [0, 1024, 2500, 4096, 16_384] } });
    assert.equal(await control().innerText(), '2.4k');
    await control().click();
    assert.equal(await radios().nth(2).getAttribute('aria-checked'), 'true');
    await panel.page.keyboard.press('Escape');
    await panel.send({ type: 'thinking', thinking: undefined });
    assert.equal(await control().count(), 0);
  });

  it('fits beside everything else in the narrowest panel, and nothing moves for its menu', async () => {
    const use = {
      ...{ contextTokens: 32_768, instructions: 7, conversation: 3612, answeredTurns: 2, attachments: 0, attachmentCount: 0, question: 24 },
      ...{ together: 12_738, left: 20_030, leftOut: 0, droppedTurns: 0, estimated: true },
    };
    const selection = { label: 'definitions_of_symmetric_functions.tex:12–15', scope: 'selection', lines: 4 } as const;
    for (const budgetTokens of choices) {
      await panel.open(explain().answered('Hm.', 'So.').state({ thinking: { budgetTokens, choices }, context: use, selection }), {
        width: 250,
      });
      const tools = panel.find('.composer .tools');
      const overflow = await tools.evaluate((row) => row.scrollWidth - row.clientWidth);
      assert.equal(overflow, 0, String(budgetTokens));
      const before = await tools.boundingBox();
      await control().click();
      assert.deepEqual(await tools.boundingBox(), before);
    }
  });

  it('is what a thought is measured by while it runs', async () => {
    const script = solve().phase('reading');
    script.events.push({
      type: 'budget',
      turnId: 'turn1',
      promptTokens: 62,
      maxTokens: 30_000,
      wantedTokens: 30_000,
      thinkingTokens: 1024,
    });
    await panel.open(script.phase('thinking').delta('thought', 'So', 512).state());
    assert.match(await panel.find('.line').innerText(), /^512 of 1,024 tokens/);
    assert.equal(await panel.find('.line progress').getAttribute('value'), '0.5');
  });

  it('shows how many tokens are read again when a reply goes on that the cache holds no more', async () => {
    await panel.open(solve().phase('reading').state());
    await panel.send({ type: 'progress', progress: { turnId: 'turn1', readTokens: 3345, promptTokens: 13_345, againTokens: 12_345 } });
    assert.match(await panel.find('.line').innerText(), /^Reading 12,345 tokens again/);
    await panel.page.setViewportSize({ width: 250, height: 640 });
    assert.match(await panel.find('.line').innerText(), /^12,345 tokens again/);
    const cut = await panel.find('.line .grow').evaluate((words) => words.scrollWidth > words.clientWidth);
    assert.equal(cut, false);
    assert.ok(Math.abs(Number(await panel.find('.line progress').getAttribute('value')) - 2345 / 12_345) < 1e-6);
  });
});
