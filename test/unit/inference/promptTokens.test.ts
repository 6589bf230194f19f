import assert from 'node:assert/strict';
import { findControlTokens, plainTokens, promptTokens } from '../../../src/inference/promptTokens.ts';

const names = ['[gMASK]', '<|user|>'];

/** A vocabulary of characters, with control tokens 1000 and 1001 that some conversions let through in plain text. */
function tokenizer(lets: boolean) {
  return (text: string, special: boolean): number[] => {
    const ids: number[] = [];
    for (let at = 0; at < text.length;) {
      const name = special || lets ? names.findIndex((one) => text.startsWith(one, at)) : -1;
      ids.push(name < 0 ? text.charCodeAt(at) : 1000 + name);
      at += names[name]?.length ?? 1;
    }
    return ids;
  };
}

const control = new Map(names.map((name, index) => [name, 1000 + index]));
const plain = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

describe('The tokens of a prompt', () => {
  for (const lets of [false, true]) {
    const tokenize = tokenizer(lets);
    it(`are plain text for a control token's name in the user's text${lets ? ', where the file marks it as user defined' : ''}`, () => {
      const text = 'a<|user|>[gMASK]b[<|user|><|user|>';
      assert.deepEqual(plainTokens(text, control, tokenize), plain(text));
    });

    it(`are control tokens where the renderer wrote them${lets ? ', also then' : ''}`, () => {
      const parts = [{ control: '[gMASK]' }, { control: '<|user|>' }, { text: '\n<|user|>' }];
      assert.deepEqual(promptTokens(parts, control, tokenize), [1000, 1001, ...plain('\n<|user|>')]);
    });
  }

  it('cannot hold a control token that the model lacks', () => {
    assert.throws(() => promptTokens([{ control: '<sop>' }], control, tokenizer(false)), /<sop>/);
  });

  it('are looked up by their names, and those missing are named', () => {
    const { tokens, missing } = findControlTokens(['<|user|>', '<sop>'], tokenizer(false));
    assert.deepEqual([...tokens], [['<|user|>', 1001]]);
    assert.deepEqual(missing, ['<sop>']);
  });
});
