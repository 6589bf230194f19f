/** Text that has become certain, and how many tokens it stands for. */
export interface DecodedText {
  readonly text: string;
  readonly tokens: number;
}

/**
 * Turns the tokens of a reply into text while they come, without ever giving half a character: byte-level
 * tokens may cut a UTF-8 character anywhere. At most three bytes are held back, so no text waits for long.
 */
export class Detokenizer {
  readonly #bytesOf: (token: number) => Uint8Array;
  // A byte order mark is text like any other here.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Tokens not yet counted in any `DecodedText`. */
  #uncounted = 0;

  /** @param bytesOf what a token adds to the text */
  constructor(bytesOf: (token: number) => Uint8Array) {
    this.#bytesOf = bytesOf;
  }

  /** @returns the newly certain text, empty while a character is unfinished */
  push(token: number): DecodedText {
    this.#uncounted++;
    const text = this.#decoder.decode(this.#bytesOf(token), { stream: true });
    return text === '' ? { text, tokens: 0 } : this.#count(text);
  }

  /** The rest, at the end of a reply. Bytes that never became a character end as U+FFFD. */
  flush(): DecodedText {
    return this.#count(this.#decoder.decode());
  }

  #count(text: string): DecodedText {
    const tokens = this.#uncounted;
    this.#uncounted = 0;
    return { text, tokens };
  }
}
