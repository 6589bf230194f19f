import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { TurnPart } from '../../src/core/conversation.ts';
import type { PartDelta, SplitterOptions } from '../../src/core/thoughtSplitter.ts';
import { splitReply, ThoughtSplitter } from '../../src/core/thoughtSplitter.ts';

const loneSurrogate = /\p{Surrogate}/u;

interface Sum {
  thought: string;
  answer: string;
  thoughtTokens: number;
  answerTokens: number;
}

function split(
  chunks: readonly { readonly text: string; readonly tokens: number }[],
  options: SplitterOptions = { start: 'thought' },
): Sum {
  const splitter = new ThoughtSplitter(options);
  const deltas = [...chunks.flatMap(({ text, tokens }) => splitter.push(text, tokens)), ...splitter.end()];
  return sum(deltas);
}

function sum(deltas: readonly PartDelta[]): Sum {
  const result: Sum = { thought: '', answer: '', thoughtTokens: 0, answerTokens: 0 };
  for (const { part, text, tokens } of deltas) {
    result[part] += text;
    result[`${part}Tokens`] += tokens;
  }
  return result;
}

const inPieces = (...texts: string[]): Sum => split(texts.map((text) => ({ text, tokens: 1 })));
const parts = ({ thought, answer }: Sum): { thought: string; answer: string } => ({ thought, answer });

/** Replies as models write them, with what they mean. */
const replies: readonly {
  readonly name: string;
  readonly reply: string;
  readonly start?: TurnPart;
  readonly thought: string;
  readonly answer: string;
}[] = [
  { name: "GLM-Z1's own closing", reply: '\nI add.\n</think>\n\nIt is $42$.', thought: '\nI add.\n', answer: '\n\nIt is $42$.' },
  { name: 'no thought at all', reply: '</think>\n\nAt once.', thought: '', answer: '\n\nAt once.' },
  { name: 'an empty thought', reply: '\n</think>\nYes.', thought: '\n', answer: '\nYes.' },
  { name: 'an unclosed thought', reply: '\nI go on and on', thought: '\nI go on and on', answer: '' },
  { name: 'a thought that ends in half a tag', reply: '\nI stop </thi', thought: '\nI stop </thi', answer: '' },
  { name: 'nothing but a closing tag', reply: '</think>', thought: '', answer: '' },
  { name: 'an opening tag written again', reply: '\n <think>\nHm.</think>So.', thought: '\n \nHm.', answer: 'So.' },
  { name: 'an opening tag cut off', reply: ' <thin', thought: ' <thin', answer: '' },
  { name: 'an opening tag quoted later', reply: 'The <think> tag.</think><think>', thought: 'The <think> tag.', answer: '<think>' },
  {
    name: "tags in the answer's code",
    reply: '\nTags.\n</think>\n\n```text\n<think>\nexample\n</think>\n```\n\n`<think>` and `</think>`.',
    thought: '\nTags.\n',
    answer: '\n\n```text\n<think>\nexample\n</think>\n```\n\n`<think>` and `</think>`.',
  },
  {
    name: 'a closing tag quoted in the thought',
    reply: 'They ask about `</think>`, "</think>" and \'</think>\'.\n</think>\nIt closes.',
    thought: 'They ask about `</think>`, "</think>" and \'</think>\'.\n',
    answer: '\nIt closes.',
  },
  {
    name: 'a tag squeezed between two pieces of code as if quoted',
    reply: 'I use `f`</think>`f` it is.',
    thought: 'I use `f`</think>`f` it is.',
    answer: '',
  },
  { name: 'code that the closing tag follows', reply: 'I use `f`</think> f', thought: 'I use `f`', answer: ' f' },
  { name: 'a quote mark before a closing tag at the end', reply: 'I use `</think>', thought: 'I use `', answer: '' },
  {
    name: 'near misses of the tag',
    reply: '< / think> </ think> <//think> </thinking> <</think>>',
    thought: '< / think> </ think> <//think> </thinking> <',
    answer: '>',
  },
  { name: 'characters outside the basic plane', reply: '\n😀≤𝔸\n</think>\n\n𝔸😀', thought: '\n😀≤𝔸\n', answer: '\n\n𝔸😀' },
  {
    name: 'a model that opens its thought itself',
    reply: '\n<think>\nHm.\n</think>\nYes.',
    start: 'answer',
    thought: '\n\nHm.\n',
    answer: '\nYes.',
  },
  { name: 'a model that does not think', reply: 'No </think> here.', start: 'answer', thought: '', answer: 'No </think> here.' },
];

describe('The thought splitter', () => {
  for (const { name, reply, start = 'thought', thought, answer } of replies) {
    it(`splits ${name}, cut at any one or two places or at every character`, () => {
      assert.deepEqual(splitReply(reply, start), { thought, answer });
      for (let first = 0; first <= reply.length; first++) {
        for (let second = first; second <= reply.length; second++) {
          const chunks = [reply.slice(0, first), reply.slice(first, second), reply.slice(second)].map((text) => ({ text, tokens: 1 }));
          const result = split(chunks, { start });
          assert.deepEqual(parts(result), { thought, answer }, `cut at ${first} and ${second}`);
          assert.equal(result.thoughtTokens + result.answerTokens, 3);
        }
      }
      const characters = reply.split('').map((text) => ({ text, tokens: 1 }));
      assert.deepEqual(parts(split(characters, { start })), { thought, answer });
    });
  }

  it("splits every reply of the model's reference at its closing tag", () => {
    const file = new URL('../fixtures/model/reference.json', import.meta.url);
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: { text: string }[] };
    for (const { text } of cases) {
      const [thought, answer] = text.split('</think>');
      assert.deepEqual(splitReply(text), { thought, answer });
    }
  });

  const piece = fc.oneof(
    fc.constantFrom('<think>', '</think>', '</', 'think', '>\n\n', '<', '`', '"', '```\n', '\n', ' ', '😀'),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const anyReply = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
  const cutReply = anyReply.chain((reply) =>
    fc.record({
      reply: fc.constant(reply),
      cuts: fc.array(fc.nat({ max: reply.length }), { maxLength: 30 }),
      tokens: fc.array(fc.nat({ max: 5 }), { minLength: 31, maxLength: 31 }),
      start: fc.constantFrom<TurnPart>('thought', 'answer'),
    }),
  );
  const chunksOf = (reply: string, cuts: readonly number[], tokens: readonly number[]): { text: string; tokens: number }[] => {
    const places = [0, ...[...cuts].sort((a, b) => a - b), reply.length];
    return places.slice(1).map((to, index) => ({ text: reply.slice(places[index], to), tokens: tokens[index] ?? 0 }));
  };

  it('gives the same parts wherever a reply is cut, and loses no token', () => {
    fc.assert(
      fc.property(cutReply, ({ reply, cuts, tokens, start }) => {
        const chunks = chunksOf(reply, cuts, tokens);
        const result = split(chunks, { start });
        assert.deepEqual(parts(result), splitReply(reply, start));
        const given = chunks.reduce((total, chunk) => total + chunk.tokens, 0);
        assert.equal(result.thoughtTokens + result.answerTokens, given);
      }),
      { numRuns: 2000 },
    );
  });

  it('removes nothing but tags', () => {
    fc.assert(
      fc.property(anyReply, (reply) => {
        const { thought, answer } = splitReply(reply);
        const space = /^\s*/.exec(thought)?.[0].length ?? 0;
        const places = Array.from({ length: space + 1 }, (_, at) => at);
        const openings = [thought, ...places.map((at) => thought.slice(0, at) + '<think>' + thought.slice(at))];
        const candidates = openings.flatMap((opened) => [opened + answer, opened + '</think>' + answer]);
        assert.ok(candidates.includes(reply), JSON.stringify({ reply, thought, answer }));
      }),
      { numRuns: 2000 },
    );
  });

  it('never gives out half a character, and counts tokens in whole numbers', () => {
    fc.assert(
      fc.property(cutReply, ({ reply, cuts, tokens, start }) => {
        const splitter = new ThoughtSplitter({ start });
        const chunks = chunksOf(reply, cuts, tokens);
        const deltas = [...chunks.flatMap((chunk) => splitter.push(chunk.text, chunk.tokens)), ...splitter.end()];
        for (const delta of deltas) {
          assert.doesNotMatch(delta.text, loneSurrogate);
          assert.ok(Number.isInteger(delta.tokens) && delta.tokens >= 0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps characters whole whose UTF-8 bytes came in different tokens', () => {
    fc.assert(
      fc.property(anyReply, fc.integer({ min: 1, max: 3 }), (reply, size) => {
        const bytes = new TextEncoder().encode(reply);
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        const chunks: { text: string; tokens: number }[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          chunks.push({ text: decoder.decode(bytes.subarray(at, at + size), { stream: true }), tokens: 1 });
        }
        const result = split(chunks);
        assert.deepEqual(parts(result), splitReply(reply));
        assert.equal(result.thoughtTokens + result.answerTokens, chunks.length);
      }),
    );
  });

  it('gives out text at once unless it may belong to a tag', () => {
    const splitter = new ThoughtSplitter({ start: 'thought' });
    assert.deepEqual(splitter.push('\nAdd', 2), [{ part: 'thought', text: '\nAdd', tokens: 2 }]);
    assert.deepEqual(splitter.push(' 1 <', 3), [{ part: 'thought', text: ' 1 ', tokens: 2 }]);
    assert.deepEqual(splitter.push(' 2', 1), [{ part: 'thought', text: '< 2', tokens: 2 }]);
    assert.deepEqual(splitter.push('\n', 1), [{ part: 'thought', text: '\n', tokens: 1 }]);
    assert.deepEqual(splitter.push('</', 1), []);
    assert.deepEqual(splitter.push('think', 1), []);
    assert.equal(splitter.part, 'thought');
    assert.deepEqual(splitter.push('>\n\n', 1), [
      { part: 'thought', text: '', tokens: 2 },
      { part: 'answer', text: '\n\n', tokens: 1 },
    ]);
    assert.equal(splitter.part, 'answer');
    assert.deepEqual(splitter.push('</', 1), [{ part: 'answer', text: '</', tokens: 1 }]);
    assert.deepEqual(splitter.end(), []);
  });

  it('counts the tokens of a tag for the thought, and a token across the border where most of it lies', () => {
    assert.deepEqual(inPieces('a', '</think>', 'b'), { thought: 'a', answer: 'b', thoughtTokens: 2, answerTokens: 1 });
    assert.deepEqual(inPieces('a', '</', 'think', '> So it'), { thought: 'a', answer: ' So it', thoughtTokens: 3, answerTokens: 1 });
    assert.deepEqual(inPieces('some text</think>b'), { thought: 'some text', answer: 'b', thoughtTokens: 1, answerTokens: 0 });
  });

  it('keeps tokens that came without text', () => {
    assert.deepEqual(inPieces('a', '', ''), { thought: 'a', answer: '', thoughtTokens: 3, answerTokens: 0 });
    assert.deepEqual(inPieces('', '', '</think>', '', 'b'), { thought: '', answer: 'b', thoughtTokens: 3, answerTokens: 2 });
  });

  it('goes on with a thought that was stopped inside its closing tag', () => {
    const whole = '\nDone.\n</think>\n\nYes.';
    for (let stop = 0; stop < '\nDone.\n</think>'.length; stop++) {
      const thoughtSoFar = whole.slice(0, stop);
      const rest = split([{ text: whole.slice(stop), tokens: 4 }], { start: 'thought', thoughtSoFar });
      assert.equal(rest.answer, '\n\nYes.', `stopped at ${stop}`);
      assert.ok((thoughtSoFar + rest.thought).startsWith('\nDone.\n') && rest.thoughtTokens + rest.answerTokens === 4);
    }
  });

  it('says how much of its closing tag the thought was given before', () => {
    const whole = '\nDone.\n</think>\n\nYes.';
    for (let stop = 0; stop < '\nDone.\n</think>'.length; stop++) {
      const thoughtSoFar = whole.slice(0, stop);
      const splitter = new ThoughtSplitter({ start: 'thought', thoughtSoFar });
      const [first] = splitter.push(whole.slice(stop), 4);
      const given = first?.part === 'thought' ? first.text : '';
      assert.equal(thoughtSoFar.slice(0, stop - splitter.tagGivenBefore) + given, '\nDone.\n', `stopped at ${stop}`);
    }
    const other = new ThoughtSplitter({ start: 'thought', thoughtSoFar: 'a </' });
    other.push('div> b </think>', 4);
    assert.equal(other.tagGivenBefore, 0, 'what looked like a tag was none');
  });

  it('goes on with a thought without repeating what was kept of it', () => {
    assert.deepEqual(parts(split([{ text: ' b </think>c', tokens: 1 }], { start: 'thought', thoughtSoFar: 'a <' })), {
      thought: ' b ',
      answer: 'c',
    });
    assert.deepEqual(parts(split([{ text: 'b', tokens: 1 }], { start: 'thought', thoughtSoFar: 'a </' })), { thought: 'b', answer: '' });
    assert.deepEqual(parts(split([], { start: 'thought', thoughtSoFar: 'a </' })), { thought: '', answer: '' });
    assert.deepEqual(parts(split([{ text: '<think>', tokens: 1 }], { start: 'thought', thoughtSoFar: 'a' })), {
      thought: '<think>',
      answer: '',
    });
  });
});
