import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ServedReplySplitter } from '../../src/core/servedReply.ts';
import type { ReplyStart } from '../../src/core/servedReply.ts';
import type { PartDelta } from '../../src/core/thoughtSplitter.ts';

interface Piece {
  readonly thought?: string;
  readonly text?: string;
}

function split(
  pieces: readonly Piece[],
  start: ReplyStart,
  complete = true,
): { thought: string; answer: string; tokens: number; habit: unknown } {
  const splitter = new ServedReplySplitter(start);
  const parts = { thought: '', answer: '' };
  let tokens = 0;
  const take = (deltas: readonly PartDelta[]): void => {
    for (const delta of deltas) {
      parts[delta.part] += delta.text;
      tokens += delta.tokens;
    }
  };
  for (const piece of pieces) take(splitter.push({ ...piece, tokens: 1 }));
  take(splitter.end(complete));
  return { ...parts, tokens, habit: splitter.habit };
}

/** A text in pieces, cut anywhere. */
const inPieces = (text: string): fc.Arbitrary<string[]> =>
  fc.array(fc.nat(text.length), { maxLength: 12 }).map((cuts) => {
    const at = [0, ...cuts.sort((a, b) => a - b), text.length];
    return at.slice(1).map((end, index) => text.slice(at[index], end));
  });

const words = fc
  .string({ unit: fc.constantFrom('a', 'é', '🎉', ' ', '\n', '<', '</', 'think', '"') })
  .filter((text) => !text.includes('</think>') && !/^\s*<?$/.test(text));

describe('A served reply', () => {
  it('is the same thought and answer whether fields, tags or the template tell them apart', () => {
    fc.assert(
      fc.property(
        fc
          .record({ thought: words, answer: words })
          .filter(({ thought }) => !/["<\/]$/.test(thought) && !thought.trimStart().startsWith('<')),
        ({ thought, answer }) => {
          const expected = { thought, answer };
          const only = ({ thought: a, answer: b }: { thought: string; answer: string }): object => ({ thought: a, answer: b });
          assert.deepEqual(only(split([{ thought }, { text: answer }], 'thought')), expected);
          assert.deepEqual(only(split([{ text: `${thought}</think>${answer}` }], 'thought')), expected);
          assert.deepEqual(only(split([{ text: `${thought}</think>${answer}` }], 'unknown')), expected);
          assert.deepEqual(only(split([{ text: `<think>${thought}</think>${answer}` }], 'answer')), expected);
        },
      ),
    );
  });

  it('is the same wherever it is cut', () => {
    const text = '\nHm, 🎉 "</think>" is a tag.\n</think>\n\nIt is `</think>`.';
    const whole = split([{ text }], 'thought');
    assert.equal(whole.answer, '\n\nIt is `</think>`.');
    fc.assert(
      fc.property(inPieces(text), (pieces) => {
        const cut = split(
          pieces.map((piece) => ({ text: piece })),
          'thought',
        );
        assert.deepEqual([cut.thought, cut.answer, cut.tokens], [whole.thought, whole.answer, pieces.length]);
      }),
    );
  });

  it('with fields is not split once more: tags that it quotes are text', () => {
    const reply = split([{ thought: 'The tag is </think>, ' }, { thought: 'indeed.' }, { text: 'See </think> and <think>.' }], 'thought');
    assert.deepEqual([reply.thought, reply.answer], ['The tag is </think>, indeed.', 'See </think> and <think>.']);
    assert.equal(reply.habit, 'fields');
  });

  it('with fields and a copy of the thought in the text, tags and all, keeps it out of the answer', () => {
    const reply = split([{ thought: 'Hm.' }, { text: '<thi' }, { text: 'nk>Hm.</think>' }, { text: '85' }], 'thought');
    assert.deepEqual([reply.thought, reply.answer], ['Hm.Hm.', '85']);
  });

  it('of unknown start that was cut off is no answer', () => {
    const reply = split([{ text: 'So 85' }], 'unknown', false);
    assert.deepEqual([reply.thought, reply.answer], ['So 85', '']);
  });

  it('of unknown start shows how the next one begins', () => {
    assert.equal(split([{ text: 'So.</think>85' }], 'unknown').habit, 'thought');
    assert.equal(split([{ text: ' <think>So.</think>85' }], 'unknown').habit, 'answer');
    assert.equal(split([{ text: '85' }], 'unknown').habit, 'answer');
    assert.equal(split([{ text: 'So.</think>85' }], 'thought').habit, undefined);
  });

  it('counts each token once, also of events without text', () => {
    const reply = split([{ text: '' }, { thought: 'a' }, {}, { thought: 'b', text: 'c' }, {}], 'thought');
    assert.equal(reply.tokens, 5);
    assert.deepEqual([reply.thought, reply.answer], ['ab', 'c']);
  });
});
