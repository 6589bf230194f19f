import assert from 'node:assert/strict';
import { Script, solve } from './conversations.ts';
import { PanelPage } from './panelPage.ts';
import { voteEnded, voteRunning } from './votePictures.ts';

const choices = [1, 3, 5, 8, 16];

describe('Several answers in the panel', () => {
  const panel = PanelPage.forSuite();

  it('are chosen beside Send with the keyboard alone', async () => {
    await panel.open(new Script().state({ samples: { samples: 1, choices } }));
    const control = panel.find('.composer .samples > button');
    assert.equal(await control.getAttribute('aria-label'), 'Answers to Each Question: One answer');
    await control.focus();
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.sent('chooseSamples'), [{ type: 'chooseSamples', samples: 5 }]);
    await panel.send({ type: 'samples', samples: { samples: 5, choices } });
    assert.equal(await control.innerText(), '5');
  });

  it('fit beside everything else in the narrowest panel', async () => {
    const use = {
      ...{ contextTokens: 32_768, instructions: 7, conversation: 3612, answeredTurns: 2, attachments: 0, attachmentCount: 0, question: 24 },
      ...{ together: 12_738, left: 20_030, leftOut: 0, droppedTurns: 0, estimated: true },
    };
    const selection = { label: 'definitions_of_symmetric_functions.tex:12–15', scope: 'selection', lines: 4 } as const;
    const thinking = { budgetTokens: 16_384, choices: [0, 16_384] };
    const offers = { thinking, selection, context: use, samples: { samples: 16, choices } };
    await panel.open(solve().answered('Hm.', 'So.').state(offers), { width: 250 });
    assert.equal(await panel.find('.composer .tools').evaluate((row) => row.scrollWidth - row.clientWidth), 0);
  });

  it('show how far the vote is while it runs, each to be read along', async () => {
    await panel.open(voteRunning().state);
    assert.match(await panel.find('.vote .summary').innerText(), /^5 of 8 answers so far\..*3 agree on this: 1\/2$/);
    assert.equal(await panel.find('lemma-thought').count(), 0);
    assert.equal(await panel.page.getByRole('button', { name: 'Answer Now' }).count(), 0);
    const writing = panel.page.getByRole('button', { name: /^Answer 6/ });
    await writing.click();
    assert.match(await panel.find('lemma-sample .flow').innerText(), /Let me substitute/);
    await panel.send({
      type: 'events',
      from: voteRunning().state.eventCount,
      events: [{ type: 'sampleDelta', turnId: 'turn1', sample: 5, part: 'thought', text: ' Then it follows.', tokens: 4 }],
    });
    await panel.drawn();
    assert.match(await panel.find('lemma-sample .flow').innerText(), /Then it follows/);
  });

  it('stand below the one that was chosen, by what they say, with thought and answer', async () => {
    await panel.open(voteEnded().state);
    assert.match(await panel.find('lemma-answer').innerText(), /By substitution/);
    assert.deepEqual(await panel.find('.vote .result').allInnerTexts(), ['1/2', '2', 'Not counted']);
    assert.equal(await panel.find('.vote .group.leads .share').innerText(), '5 of 6 · 83 %');
    const other = panel.find('.vote [data-group="1"] button.fold');
    assert.equal(await other.getAttribute('aria-expanded'), 'false');
    await other.focus();
    await panel.page.keyboard.press('Enter');
    assert.equal(await other.getAttribute('aria-expanded'), 'true');
    assert.match(await panel.find('.vote [data-group="1"] lemma-sample .text').innerText(), /result is/);
    assert.equal((await panel.find('.vote [data-group="1"] lemma-sample .text .katex').count()) > 0, true);
  });
});
