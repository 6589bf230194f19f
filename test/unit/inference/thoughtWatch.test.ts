import assert from 'node:assert/strict';
import { ThoughtWatch } from '../../../src/inference/thoughtWatch.ts';

const plan = { limitTokens: 3, sentenceTokens: 4 };

/** Writes these tokens until the thought is closed. @returns what was written, with what closed it */
function written(watch: ThoughtWatch, ...tokens: readonly string[]): string {
  let reply = '';
  for (const token of tokens) {
    const closing = watch.closingBefore(() => token);
    if (closing !== undefined) return `${reply}|${closing}`;
    watch.add({ text: token, tokens: 1 });
    reply += token;
  }
  return reply;
}

describe('The watch over a thought', () => {
  it('closes it at the end of the sentence after its budget', () => {
    const watch = new ThoughtWatch(plan, 'thought', '');
    assert.equal(written(watch, '\nOne.', ' Two', ' and', ' three', '.', ' Four'), '\nOne. Two and three.|\n</think>\n\n');
  });

  it('closes it where it is when the sentence does not end', () => {
    const watch = new ThoughtWatch(plan, 'thought', '');
    const words = Array.from({ length: 12 }, (_, index) => ` ${index}`);
    assert.equal(written(watch, ...words), ' 0 1 2 3 4 5 6|\n</think>\n\n');
  });

  it('leaves it to the model that is closing it', () => {
    const watch = new ThoughtWatch(plan, 'thought', '');
    const tokens = ['\nOne', ' and', ' two', '\n', '</', 'think', '>\n\n', 'Three', '.', ' Four', '.', ' Five'];
    assert.equal(written(watch, ...tokens), tokens.join(''));
  });

  it('closes it once', () => {
    const watch = new ThoughtWatch(plan, 'thought', '');
    written(watch, '\nOne', ' and', ' two', '\n', 'And');
    watch.add({ text: '</think>\n\n', tokens: 3 });
    assert.equal(written(watch, 'Three', '.', ' Four', '.', ' Five'), 'Three. Four. Five');
  });

  it('counts what is new, and knows what was there before', () => {
    const watch = new ThoughtWatch(plan, 'thought', '\nSo\n\\[\nx = 1\n');
    assert.equal(written(watch, 'y', ' = 2', '\n', 'z\n', '\\]', '\n', 'So'), 'y = 2\nz\n\\]|\n</think>\n\n', 'the formula is whole');
  });

  it('closes a thought that the model opens itself', () => {
    const watch = new ThoughtWatch(plan, 'answer', '');
    assert.equal(written(watch, '<', 'think', '>\n', 'One', ' and', '.\n', 'Two'), '<think>\nOne and.\n|</think>\n\n');
    const again = new ThoughtWatch(plan, 'answer', '<think>\nOne and');
    assert.equal(written(again, ' two', ' and', '.\n', 'Four'), ' two and.\n|</think>\n\n');
  });

  it('leaves a reply without a thought alone', () => {
    const tokens = ['One', '.\n', 'Two', '.\n', 'Three', '.\n', 'Four', '.\n', 'Five'];
    assert.equal(written(new ThoughtWatch(plan, 'answer', ''), ...tokens), tokens.join(''));
    assert.equal(written(new ThoughtWatch(plan, 'thought', '\nHm.\n</think>\n\nSo'), ...tokens), tokens.join(''));
  });
});
