/** U+FFFD, what UTF-8 decoders write for bytes that are no character (yet). */
const replacement = '\uFFFD';

/** An unfinished UTF-8 character has at most three bytes, so it begins in one of the last three tokens. */
const unfinishedTokens = 3;

/** Pending tokens beyond which the front is dropped; only garbage and rows of real U+FFFD get this far. */
const maxPendingTokens = 16;

/** Text that has become certain, and how many tokens it stands for. */
export interface DecodedText {
  readonly text: string;
  readonly tokens: number;
}

/**
 * Turns the tokens of a reply into text while they come, without ever giving half a character: byte-level
 * tokens may cut a UTF-8 character anywhere, and decoded alone its bytes become U+FFFD.
 *
 * Decoders write exactly one U+FFFD for a character that lacks its last bytes, so all but a U+FFFD at the very
 * end is certain. That one is held back until a further token shows whether it is a cut character or a real
 * U+FFFD of the model; `flush` gives it out as it is.
 */
export class Detokenizer {
  readonly #decode: (tokens: readonly number[]) => string;
  #pending: number[] = [];
  /** UTF-16 length of the pending tokens' text that was already given out. */
  #given = 0;
  /** Tokens not yet counted in any `DecodedText`. */
  #uncounted = 0;

  /** @param decode the whole text of some tokens, broken UTF-8 as U+FFFD; must not depend on what came before */
  constructor(decode: (tokens: readonly number[]) => string) {
    this.#decode = decode;
  }

  /** @returns the newly certain text, empty while a character is unfinished */
  push(token: number): DecodedText {
    this.#pending.push(token);
    this.#uncounted++;
    const text = this.#decode(this.#pending);
    if (!text.endsWith(replacement)) {
      const fresh = text.slice(this.#given);
      this.#reset();
      return this.#count(fresh);
    }
    const fresh = text.slice(this.#given, -1);
    this.#given = Math.max(this.#given, text.length - 1);
    if (this.#pending.length > maxPendingTokens) this.#dropFront(text);
    return this.#count(fresh);
  }

  /** The rest, at the end of a reply. Bytes that never became a character end as U+FFFD. */
  flush(): DecodedText {
    const text = this.#pending.length > 0 ? this.#decode(this.#pending).slice(this.#given) : '';
    this.#reset();
    const tokens = this.#uncounted;
    this.#uncounted = 0;
    return { text, tokens };
  }

  #reset(): void {
    this.#pending = [];
    this.#given = 0;
  }

  #count(text: string): DecodedText {
    if (text === '') return { text, tokens: 0 };
    const tokens = this.#uncounted;
    this.#uncounted = 0;
    return { text, tokens };
  }

  /** Forgets the longest front that ends between two characters and leaves the unfinished one whole. */
  #dropFront(text: string): void {
    for (let cut = this.#pending.length - unfinishedTokens; cut > 0; cut--) {
      const front = this.#decode(this.#pending.slice(0, cut));
      const back = this.#decode(this.#pending.slice(cut));
      if (front + back !== text || front.length > this.#given) continue;
      this.#pending = this.#pending.slice(cut);
      this.#given -= front.length;
      return;
    }
  }
}
