import assert from 'node:assert/strict';
import fc from 'fast-check';
import { entryAt, ThoughtOutliner, thoughtOutline } from '../../src/core/thoughtOutline.ts';

const thought = `Okay, so I have $ab = a + b + 3$ with both numbers positive, and I need the range of $a + b$. Let me call the sum $s$ and the product $p$.

Then $p = s + 3$. For two positive numbers with sum $s$ the product is at most $\\frac{s^2}{4}$, by the inequality of the means, which holds here.

Wait, which direction does this give? $s + 3 \\le s^2/4$ is an upper bound on the product, so it is a lower bound on the sum.

So $s^2 - 4s - 12 \\ge 0$, that is $(s-6)(s+2) \\ge 0$, and the second factor is positive since the sum of two positive numbers is.

Alternatively, $b = (a+3)/(a-1)$ with $a > 1$, and then the derivative of the sum vanishes at $a = 3$. The same value again.

Hmm, but is the value reached? Let me check: at $a = b = 3$ the product is 9 and the sum plus three is 9. Good, so it is.`;

/** A thought as long as the model may write, with its habits. */
function longThought(paragraphs: number): string {
  const starts = [
    'Okay, so',
    'Then',
    'Wait, no.',
    'So',
    'Therefore',
    'Alternatively,',
    'Let me check',
    'Hmm,',
    'Now,',
    'The term',
    'Actually,',
  ];
  return Array.from(
    { length: paragraphs },
    (_, index) =>
      `${starts[(index * 7) % starts.length]} term ${index} of the sum is $x_{${index}}^2 + ${index}$, which is at least ${index}.`,
  ).join('\n\n');
}

describe('The contents of a thought', () => {
  it('are its steps by their first words, with the turning points marked', () => {
    assert.deepEqual(
      thoughtOutline(thought).map(({ label, turning }) => [label, turning]),
      [
        ['Okay, so I have ab = a + b + 3 with both numbers positive, and I…', false],
        ['Then p = s + 3', false],
        ['Wait, which direction does this give?', true],
        ['So s^2 - 4s - 12 ≥ 0, that is (s-6)(s+2) ≥ 0, and the second…', false],
        ['Alternatively, b = (a+3)/(a-1) with a > 1, and then the…', true],
        ['Hmm, but is the value reached?', true],
      ],
    );
  });

  it('point into the thought', () => {
    for (const { offset, label } of thoughtOutline(thought)) assert.equal(thought.slice(offset, offset + 2), label.slice(0, 2));
  });

  it('know Chinese turning points', () => {
    const chinese =
      '首先，设两个数的和为 $s$，积为 $p$，那么由题意可以得到一个关于它们的等式。\n\n等等，这里的方向对吗？我需要再看一遍这个不等式。\n\n或者，可以直接代入 $b$，然后对 $a$ 求导，看看最小值在哪里。\n\n但是还要考虑边界的情况，当 $a$ 趋于一的时候会怎么样呢。\n\n让我检查一下这个结果：代入 $a = b = 3$，等式成立。';
    const found = thoughtOutline(chinese.replaceAll('\n\n', `${'，这一步没有问题'.repeat(14)}。\n\n`));
    assert.deepEqual(
      found.map(({ turning }) => turning),
      [false, true, true, true, true],
    );
    assert.match(found[1]?.label ?? '', /^等等，这里的方向对吗？$/);
  });

  it('find a turn inside a paragraph, where a sentence begins with it', () => {
    const text = `${'The sum of the first terms is at most the last one times their count. '.repeat(3)}Wait, that is only true for growing ones. So it is not enough.`;
    const [, wait] = thoughtOutline(text);
    assert.deepEqual([wait?.label, wait?.turning], ['Wait, that is only true for growing ones', true]);
    assert.ok(!thoughtOutline('We await the result, and he said we wait for it. The waiter waits.').some(({ turning }) => turning));
  });

  it('are between 6 and 40 for a long thought, turning points first', () => {
    for (const paragraphs of [40, 200, 900, 1800]) {
      const entries = thoughtOutline(longThought(paragraphs));
      assert.ok(entries.length >= 6 && entries.length <= 40, `${paragraphs}: ${entries.length}`);
      assert.ok(entries.filter(({ turning }) => turning).length >= entries.length / 2);
    }
  });

  it('do not take the inside of code or display formulas for steps', () => {
    const text = `First I write the loop as it is meant to run, to see what it does.\n\n\`\`\`python\nx = 1\n\nwait = 2\n\n${'y = x\n'.repeat(40)}\n\`\`\`\n\n$$\n\\begin{aligned}\na &= b\n\nWait\n\\end{aligned}\n$$\n\nThen it ends.`;
    assert.deepEqual(
      thoughtOutline(text).map(({ label }) => label.split(' ')[0]),
      ['First', 'Then'],
    );
  });

  it('are the same however the thought came in', () => {
    const text = longThought(60);
    const whole = thoughtOutline(text);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 }), (cuts) => {
        const outliner = new ThoughtOutliner();
        for (const cut of [...cuts].sort((a, b) => a - b)) outliner.entries(text.slice(0, cut));
        assert.deepEqual(outliner.entries(text), whole);
      }),
    );
  });

  it('begin anew for another thought', () => {
    const outliner = new ThoughtOutliner();
    outliner.entries(longThought(60));
    assert.deepEqual(outliner.entries(thought), thoughtOutline(thought));
  });

  it('never throw, and stay in order inside the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\n', '\n\n', 'Wait, ', '$', '$$', '```', '\\[', '\\begin{x}', '# ', '- ', 'words ', '等等', ' ')),
        (pieces) => {
          const text = pieces.join('');
          let before = -1;
          for (const { offset } of thoughtOutline(text)) {
            assert.ok(offset > before && offset < text.length);
            before = offset;
          }
        },
      ),
    );
  });

  it('tell which step a place belongs to', () => {
    const entries = thoughtOutline(thought);
    assert.equal(entryAt(entries, 0), 0);
    assert.equal(entryAt(entries, (entries[2]?.offset ?? 0) + 5), 2);
    assert.equal(entryAt(entries, thought.length), 5);
    assert.equal(entryAt([], 3), -1);
  });
});
