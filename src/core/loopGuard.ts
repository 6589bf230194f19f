/**
 * Finds a text that only repeats itself, while it is written. Pure; a constant number of steps for each word.
 *
 * A group of twelve words that was there three times before is nothing new. The guard gives up on a text after hundreds
 * of such groups in a row; any group that is new takes away what many old ones have added. So it does not matter
 * how long the repeated part is, or that a few sentences come in changing order, and a table or a list of cases with
 * the same words and other numbers in each row stays far from the limit. What has no words (matrices of zeros, digits)
 * counts less, and so do one or two words again and again (a truth table).
 */

/** Words in a group. */
const groupWords = 12;
/** A group is nothing new when it was there so often before. */
const timesBefore = 3;
/** Groups of prose, all of them old, after which the text is a loop. */
const limit = 400;
/** What a group counts that has fewer than `proseWords` different words of letters. */
const wordlessWeight = 0.25;
const proseWords = 3;
/** What one new group takes away. */
const newsWeight = 30;
/** A longer word is several: `00000000…` never ends. Signs without a word between them are one for as many. */
const longestWord = 16;

const letterOrDigit = /[\p{L}\p{N}\p{M}_]/u;
const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const letters = /^[^\p{N}_]{2,}$/u;

export class LoopGuard {
  /** True from the moment on at which the text was found to repeat itself. */
  looping = false;
  /** Characters before the last row of groups that say nothing new: what a loop has besides itself, and its first rounds. */
  from = 0;
  readonly #ids = new Map<string, number>();
  /** Whether the word of that number is one of letters: not a number, not a sign, not a command of TeX. */
  readonly #isProse: boolean[] = [];
  readonly #seen = new Map<string, number>();
  /** The last words, oldest first. */
  readonly #group: number[] = [];
  #word = '';
  #signs = 0;
  #afterBackslash = false;
  #score = 0;
  #length = 0;

  /** @param text what was written since the last call, cut anywhere @returns `looping` */
  push(text: string): boolean {
    for (const character of text) {
      if (this.looping) break;
      this.#length += character.length;
      if (ideograph.test(character)) {
        this.#endWord();
        this.#add(character, true);
      } else if (letterOrDigit.test(character)) {
        this.#word += character;
        this.#signs = 0;
        if (this.#word.length >= longestWord) this.#endWord();
      } else {
        this.#endWord();
        this.#afterBackslash = character === '\\';
        if (++this.#signs % longestWord === 0) this.#add(character, false);
      }
    }
    return this.looping;
  }

  #endWord(): void {
    if (this.#word === '') return;
    this.#add(this.#word, !this.#afterBackslash && letters.test(this.#word));
    this.#word = '';
    this.#afterBackslash = false;
  }

  #add(word: string, isProse: boolean): void {
    const key = isProse ? word : `\\${word}`;
    const id = this.#ids.get(key) ?? this.#ids.size;
    this.#ids.set(key, id);
    this.#isProse[id] = isProse;
    this.#group.push(id);
    if (this.#group.length > groupWords) this.#group.shift();
    if (this.#group.length < groupWords) return;
    const group = this.#group.join();
    const before = this.#seen.get(group) ?? 0;
    this.#seen.set(group, before + 1);
    if (this.#score === 0) this.from = this.#length;
    this.#score = before < timesBefore ? Math.max(0, this.#score - newsWeight) : this.#score + this.#weight();
    this.looping = this.#score >= limit;
  }

  #weight(): number {
    return new Set(this.#group.filter((id) => this.#isProse[id])).size >= proseWords ? 1 : wordlessWeight;
  }
}
