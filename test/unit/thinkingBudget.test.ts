import assert from 'node:assert/strict';
import fc from 'fast-check';
import { endsSentence, planThinking, thoughtClosing } from '../../src/core/thinkingBudget.ts';
import { splitReply } from '../../src/core/thoughtSplitter.ts';

describe('The budget of a thought', () => {
  it('is the one that was chosen, where the reply has room for it and an answer', () => {
    assert.deepEqual(planThinking(4096, 30_000), { limitTokens: 4096, sentenceTokens: 64 });
    assert.deepEqual(planThinking(16_384, 30_000), { limitTokens: 16_384, sentenceTokens: 64 });
  });

  it('is smaller where it would leave no room for an answer', () => {
    assert.deepEqual(planThinking(16_384, 8000), { limitTokens: 8000 - 1024 - 64, sentenceTokens: 64 });
    assert.deepEqual(planThinking(4096, 400), { limitTokens: 400 - 100 - 50, sentenceTokens: 50 });
  });

  it('is used up by a thought that goes on beyond it', () => {
    assert.equal(planThinking(0, 30_000)?.limitTokens, 0);
    assert.equal(planThinking(-5, 30_000)?.limitTokens, 0);
  });

  it('leaves, with the rest of the sentence and the closing tag, at least a few tokens to every answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 40_000 }), fc.integer({ min: 1, max: 40_000 }), (budget, maxTokens) => {
        const plan = planThinking(budget, maxTokens);
        if (!plan) return maxTokens < 32;
        return plan.limitTokens >= 0 && plan.limitTokens <= Math.max(0, budget) && maxTokens - plan.limitTokens - plan.sentenceTokens >= 8;
      }),
    );
  });
});

describe('A sentence of a thought', () => {
  const ends: readonly (readonly [string, string])[] = [
    ['', 'So'],
    ['One and one is two.\n', 'Then'],
    ['One and one is two.', ' Then'],
    ['One and one is two. ', 'Then'],
    ['Is it?', '\n'],
    ['He said "two."', ' Then'],
    ['It is **two.**', '\n\n'],
    ['一加一等于二。', '然后'],
    ['对吗？”', '是'],
    ['So\n\\[\nx = 1\n\\]', '\nThen'],
    ['So $$x = 1$$', '\n'],
    ['- first\n  ', '- second'],
    ['\\[ a \\\\[2pt] b \\]\nThen it ends.', ' Now'],
    ['```\nf()\n```\n', 'Then'],
  ];
  for (const [text, next] of ends)
    it(`ends behind ${JSON.stringify(text)} before ${JSON.stringify(next)}`, () => {
      assert.equal(endsSentence(text, next), true);
    });

  const goesOn: readonly (readonly [string, string])[] = [
    ['One and one', ' is'],
    ['Pi is 3.', '14'],
    ['1.', ' First'],
    ['So:\n 2.', ' Second'],
    ['It is f', '.'],
    ['So\n\\[\nx = 1\n', '\\]'],
    ['So $$x = 1\n', '$$'],
    ['```\nf();\n', 'g();'],
    ['\\[ a \\\\[2pt] b.', ' c'],
  ];
  for (const [text, next] of goesOn)
    it(`goes on behind ${JSON.stringify(text)} before ${JSON.stringify(next)}`, () => {
      assert.equal(endsSentence(text, next), false);
    });

  it('goes on behind a mark that opens and closes at once only where it is open', () => {
    assert.equal(endsSentence('$$a$$ and $$b$$ are equal.', ' So'), true);
    assert.equal(endsSentence('$$a$$ and $$b are equal.', ' So'), false);
  });
});

describe('What closes a thought', () => {
  it('is what the model itself closes it with', () => {
    assert.equal(thoughtClosing('\nSo it is 42.'), '\n</think>\n\n');
    assert.equal(thoughtClosing('\nSo it is 42.\n'), '</think>\n\n');
    assert.equal(thoughtClosing(''), '\n</think>\n\n');
  });

  it('is the rest of the tag where the model has begun with it, and not where a sign looks like it', () => {
    assert.equal(thoughtClosing('\nSo it is 42.\n</th'), 'ink>\n\n');
    assert.equal(thoughtClosing('\nSo a <'), '\n</think>\n\n');
  });

  it('begins an answer wherever it comes', () => {
    const pieces = ['<', '</', '</thin', '`', '"', '\n', ' ', 'So 1 < 2', '</think', '. '];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 6 }), (written) => {
        const thought = `\nWell${written.join('')}`;
        if (splitReply(thought).answer !== '' || splitReply(`${thought} `).answer !== '') return;
        assert.equal(splitReply(`${thought}${thoughtClosing(thought)}So.`).answer, '\n\nSo.');
      }),
    );
  });
});
