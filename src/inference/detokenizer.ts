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
  /** The last bytes, at most three; none where the last one is a character of its own, so that the decoder holds nothing. */
  #tail: readonly number[] = [];

  /** @param bytesOf what a token adds to the text */
  constructor(bytesOf: (token: number) => Uint8Array) {
    this.#bytesOf = bytesOf;
  }

  /** The last token ends inside a character. */
  get holds(): boolean {
    const lead = this.#tail.findLastIndex((byte) => byte < 0x80 || byte >= 0xc0);
    const byte = this.#tail[lead];
    if (byte === undefined || byte < 0xc0) return false;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return this.#tail.length - lead < length;
  }

  /** @returns the newly certain text, empty while a character is unfinished */
  push(token: number): DecodedText {
    this.#uncounted++;
    const text = this.#decode(token);
    return text === '' ? { text, tokens: 0 } : this.#count(text);
  }

  /** Takes up the beginning of a character where another reply was cut off in it; its tokens were counted there. */
  takeUp(tokens: readonly number[]): void {
    for (const token of tokens) this.#decode(token);
  }

  /** At the end of a reply that may go on: counts the tokens of a character that is not finished, and gives nothing of it. */
  pause(): DecodedText {
    return this.#count('');
  }

  /** The rest, at the end of a reply. Bytes that never became a character end as U+FFFD. */
  flush(): DecodedText {
    return this.#count(this.#decoder.decode());
  }

  #decode(token: number): string {
    const bytes = this.#bytesOf(token);
    // Most tokens, for which the decoder's call would take longer than all else that is done with them.
    if (this.#tail.length === 0 && bytes.every(isAscii)) return String.fromCharCode(...bytes);
    this.#tail = bytes.length > 0 && isAscii(bytes.at(-1) ?? 0) ? [] : [...this.#tail, ...bytes.subarray(-3)].slice(-3);
    return this.#decoder.decode(bytes, { stream: true });
  }

  #count(text: string): DecodedText {
    const tokens = this.#uncounted;
    this.#uncounted = 0;
    return { text, tokens };
  }
}

function isAscii(byte: number): boolean {
  return byte < 0x80;
}
