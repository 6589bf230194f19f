import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Detokenizer } from '../../../src/inference/detokenizer.ts';

/** The bytes cut into tokens behind the offsets given. */
function cut(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const ends = [...new Set(offsets.map((offset) => offset % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((from, index) => bytes.subarray(from, ends[index] ?? bytes.length));
}

function streamed(tokens: readonly Uint8Array[]): { text: string; tokens: number }[] {
  const detokenizer = new Detokenizer((token) => tokens[token] ?? new Uint8Array());
  return [...tokens.map((_, index) => detokenizer.push(index)), detokenizer.flush()];
}

const offsets = fc.array(fc.nat(400), { maxLength: 40 });

describe('The detokenizer', () => {
  it('gives any text back, wherever tokens cut its characters, and never half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), offsets, (text, at) => {
        const pieces = streamed(cut(new TextEncoder().encode(text), at));
        assert.equal(pieces.map((piece) => piece.text).join(''), text);
        if (!text.includes('\uFFFD')) assert.ok(pieces.every((piece) => !piece.text.includes('\uFFFD')));
        for (const piece of pieces) assert.doesNotMatch(piece.text, /\p{Surrogate}/u);
      }),
    );
  });

  it('gives a text back when every byte is a token of its own', () => {
    const text = '\uFEFF👩‍👩‍👧 你好 \uFFFD\uFFFD é\u0000';
    const bytes = new TextEncoder().encode(text);
    const pieces = streamed(Array.from(bytes, (byte) => Uint8Array.of(byte)));
    assert.equal(pieces.map((piece) => piece.text).join(''), text);
  });

  it('decodes any bytes as they would be decoded in one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), offsets, (bytes, at) => {
        const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
        assert.equal(
          streamed(cut(bytes, at))
            .map((piece) => piece.text)
            .join(''),
          whole,
        );
      }),
    );
  });

  it('counts every token once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), offsets, (bytes, at) => {
        const tokens = cut(bytes, at);
        assert.equal(
          streamed(tokens).reduce((sum, piece) => sum + piece.tokens, 0),
          tokens.length,
        );
      }),
    );
  });

  it('holds nothing back but an unfinished character', () => {
    const [first, second, rest] = streamed([Uint8Array.of(0x61, 0xf0, 0x9f), Uint8Array.of(0xa6, 0x8a, 0x62), new Uint8Array()]);
    assert.deepEqual([first?.text, second?.text, rest?.text], ['a', '🦊b', '']);
    assert.deepEqual([first?.tokens, second?.tokens], [1, 1]);
  });
});
