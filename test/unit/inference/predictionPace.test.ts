import assert from 'node:assert/strict';
import { PredictionPace } from '../../../src/inference/predictionPace.ts';

const copied = Array.from({ length: 400 }, (_, index) => index);

/**
 * Writes tokens with a machine for which a step takes so long, and returns how many tokens each step guessed.
 * @param reply the tokens that come; a guess is what `copied` has behind the last one
 */
function write(reply: readonly number[], msOf: (guessed: number) => number): { guesses: number[]; pace: PredictionPace } {
  let now = 0;
  const pace = new PredictionPace(() => now);
  const guesses: number[] = [];
  for (let at = 0; at < reply.length;) {
    const last = reply[at - 1] ?? -1;
    const found = pace.begin() && last >= 0 ? copied.slice(last + 1, last + 8) : [];
    const guess = pace.guess(found);
    guesses.push(guess.length);
    const right = guess.findIndex((token, index) => token !== reply[at + index]);
    const came = reply.slice(at, at + (right < 0 ? guess.length : right) + 1);
    for (const token of came) pace.came(token);
    at += came.length;
    now += msOf(guess.length);
  }
  return { guesses, pace };
}

describe('The pace of guesses', () => {
  /** Seven more tokens of a batch take as long as one. */
  const card = (guessed: number): number => 7 + guessed;
  const slow = (guessed: number): number => 7 + 7 * guessed;
  /** Plain steps first, so that their time is known. */
  const plain = Array.from({ length: 5 }, () => -1);

  it('becomes longer while all are right', () => {
    const { guesses, pace } = write([...plain, ...copied.slice(0, 100)], card);
    assert.deepEqual(guesses.slice(5, 10), [0, 2, 4, 7, 7]);
    const { guessed, right } = pace.counts;
    assert.ok(right > 80 && guessed <= right + 8);
  });

  it('begins small again behind a wrong one', () => {
    const changed = [...plain, 0, ...copied.slice(1, 30), -1, 50, ...copied.slice(51, 80)];
    const { guesses } = write(changed, card);
    const wrong = guesses.indexOf(7) + 1;
    const again = guesses.findIndex((guess, at) => at > wrong && guess === 2);
    assert.ok(again > 0 && guesses[again + 1] === 4 && guesses[again + 2] === 7);
  });

  it('rests where guesses are wrong, longer each time', () => {
    const noise = Array.from({ length: 300 }, (_, index) => (index * 7) % 300);
    const { guesses } = write([...plain, ...noise], card);
    const rests = guesses
      .slice(6)
      .map((guess) => (guess > 0 ? 'g' : '.'))
      .join('')
      .split(/g+/)
      .map(({ length }) => length)
      .filter((length) => length > 1);
    assert.deepEqual(rests.slice(0, 2), [32, 64]);
  });

  it('rests where a guess takes as long as it saves, though it is right', () => {
    const half = Array.from({ length: 100 }, (_, index) => [index * 4, index * 4 + 1]).flat();
    const on = (ms: (guessed: number) => number): number => write([...plain, ...half], ms).guesses.filter((guess) => guess > 0).length;
    assert.ok(on(slow) < on(card) / 4);
  });
});
