import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Ballot } from '../../src/core/votes.ts';
import { failedWeight, isDecided, spokesman, tally } from '../../src/core/votes.ts';

const boxed = (latex: string): string => `It is\n\n\\[ \\boxed{${latex}} \\]`;
const ballots = (...answers: string[]): Ballot[] => answers.map((latex, sample) => ({ sample, answer: boxed(latex) }));

describe('A vote', () => {
  it('puts answers together that end in the same, and says each group’s share', () => {
    const { groups, leaders, counted } = tally(ballots('4', '5', '4', '6', '4'));
    assert.deepEqual(
      groups.map(({ latex, samples, share }) => ({ latex, samples, share })),
      [
        { latex: '4', samples: [0, 2, 4], share: 0.6 },
        { latex: '5', samples: [1], share: 0.2 },
        { latex: '6', samples: [3], share: 0.2 },
      ],
    );
    assert.deepEqual({ leaders, counted }, { leaders: 1, counted: 5 });
  });

  it('takes for the same what the equality of mathematics does', () => {
    const equal = (a: string, b: string): boolean => [a, b].every((each) => ['1/2', '0.5'].includes(each));
    const { groups } = tally(ballots('1/2', '2', '0.5'), equal);
    assert.deepEqual(groups[0]?.samples, [0, 2]);
    assert.equal(groups[0].latex, '1/2');
  });

  it('puts answers without a final one together where they are the same text, and never with one that has it', () => {
    const { groups } = tally([
      { sample: 0, answer: 'No  idea.\n' },
      { sample: 1, answer: boxed('4') },
      { sample: 2, answer: 'No idea.' },
    ]);
    assert.deepEqual(
      groups.map(({ samples, latex }) => ({ samples, latex })),
      [
        { samples: [0, 2], latex: undefined },
        { samples: [1], latex: '4' },
      ],
    );
  });

  it('says a tie, in which the answer that came first stands first', () => {
    const { groups, leaders } = tally(ballots('5', '4', '4', '5', '6'));
    assert.equal(leaders, 2);
    assert.equal(groups[0]?.latex, '5');
  });

  it('counts an answer half in which a check found something false', () => {
    const marked = ballots('4', '4', '5').map((ballot) => ({ ...ballot, failed: ballot.sample < 2 }));
    const { groups, leaders } = tally(marked);
    assert.equal(groups[0]?.weight, 2 * failedWeight);
    assert.equal(groups[0].latex, '4');
    assert.equal(leaders, 2);
    const [leader] = tally(ballots('4', '5').map((ballot) => ({ ...ballot, failed: ballot.sample === 0 }))).groups;
    assert.equal(leader?.latex, '5');
  });

  it('lets an answer speak for its group that no check found false', () => {
    const { groups } = tally(ballots('4', '4').map((ballot) => ({ ...ballot, failed: ballot.sample === 0 })));
    assert.ok(groups[0]);
    assert.equal(spokesman(groups[0]), 1);
  });

  it('is decided when the leader cannot be overtaken, and not a moment before', () => {
    assert.equal(isDecided(tally([]), 5), false);
    assert.equal(isDecided(tally(ballots('4', '4')), 3), false);
    assert.equal(isDecided(tally(ballots('4', '4', '4')), 2), true);
    assert.equal(isDecided(tally(ballots('4', '4', '5')), 1), false);
    assert.equal(isDecided(tally(ballots('4', '5')), 0), true);
  });
});

describe('Any vote', () => {
  const anyBallots = fc.array(fc.record({ answer: fc.constantFrom('1', '2', '3', '4'), failed: fc.boolean() }), { maxLength: 16 });
  const made = (votes: readonly { answer: string; failed: boolean }[]): Ballot[] =>
    votes.map(({ answer, failed }, sample) => ({ sample, answer: boxed(answer), failed }));

  it('counts every answer once, with shares that add up to 1, the heaviest first', () => {
    fc.assert(
      fc.property(anyBallots, (votes) => {
        const { groups } = tally(made(votes));
        const samples = groups.flatMap((group) => group.samples).sort((a, b) => a - b);
        assert.deepEqual(samples, [...votes.keys()]);
        if (votes.length > 0) assert.ok(Math.abs(groups.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
        for (const [index, group] of groups.entries()) assert.ok(group.weight <= (groups[index - 1] ?? group).weight);
      }),
    );
  });

  it('that is decided has the same leader whatever comes', () => {
    fc.assert(
      fc.property(anyBallots, anyBallots, (now, later) => {
        const vote = tally(made(now));
        if (!isDecided(vote, later.length)) return;
        if (later.length === 0) return;
        const whole = tally(made([...now, ...later]));
        assert.equal(whole.groups[0]?.latex, vote.groups[0]?.latex);
        assert.equal(whole.leaders, 1);
      }),
    );
  });
});
