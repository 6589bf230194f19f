import type { DecodedText } from './detokenizer.ts';

/**
 * Ends a reply at a text, for models whose turns end in text of several tokens. Text that may become such an end is held
 * back until it is certain, so that nothing of it is ever shown.
 */
export class StopTexts {
  readonly #texts: readonly string[];
  /** The last text, as long as a stop text may reach back into. */
  #tail: string;
  /** Of `#tail`, UTF-16 code units that have been given out. */
  #given: number;
  /** Tokens not yet counted in any `DecodedText`. */
  #uncounted = 0;
  #found = false;

  /** @param beginning what the reply goes on from, in which a stop text may have begun */
  constructor(texts: readonly string[], beginning: string) {
    this.#texts = texts;
    this.#tail = this.#reach(beginning);
    this.#given = this.#tail.length;
  }

  /** Whether the text of a reply can end it. */
  get expected(): boolean {
    return this.#texts.length > 0;
  }

  /** The reply has ended; nothing that comes belongs to it. */
  get found(): boolean {
    return this.#found;
  }

  /** Tokens that are in nothing given out: those of the stop text, once it is found. */
  get heldTokens(): number {
    return this.#uncounted;
  }

  /** @returns what is certain to belong to the reply, without the tokens of a stop text */
  push({ text, tokens }: DecodedText): DecodedText {
    if (this.#texts.length === 0) return { text, tokens };
    if (this.#found) return { text: '', tokens: 0 };
    this.#tail += text;
    this.#uncounted += tokens;
    const end = this.#firstEnd();
    this.#found = end !== undefined;
    return this.#giveTo(end ?? this.#tail.length - this.#maybe());
  }

  /** At the end of a reply that no stop text ended: what was held back is text like any other. */
  flush(): DecodedText {
    return this.#found ? { text: '', tokens: 0 } : this.#giveTo(this.#tail.length);
  }

  /** Where the stop text begins that ends first, however the text was cut into pieces. */
  #firstEnd(): number | undefined {
    const found = this.#texts
      .map((text) => ({ start: this.#tail.indexOf(text, Math.max(0, this.#given - text.length + 1)), length: text.length }))
      .filter(({ start }) => start >= 0)
      .sort((a, b) => a.start + a.length - (b.start + b.length) || a.start - b.start);
    return found[0]?.start;
  }

  /** Code units at the end that may be the beginning of a stop text. */
  #maybe(): number {
    return Math.max(0, ...this.#texts.map((text) => overlap(this.#tail, text)));
  }

  #giveTo(end: number): DecodedText {
    const text = this.#tail.slice(this.#given, end);
    this.#given = Math.max(this.#given, end);
    // Tokens of held text are counted with the text that ends the holding; those of a stop text never are.
    const counts = text !== '' || this.#given === this.#tail.length;
    const tokens = counts ? this.#uncounted : 0;
    if (counts) this.#uncounted = 0;
    const kept = this.#reach(this.#tail);
    this.#given -= this.#tail.length - kept.length;
    this.#tail = kept;
    return { text, tokens };
  }

  #reach(text: string): string {
    const longest = Math.max(0, ...this.#texts.map(({ length }) => length));
    return longest > 1 ? text.slice(1 - longest) : '';
  }
}

/** Length of the longest end of `text` with which `other` begins, without being all of it. */
function overlap(text: string, other: string): number {
  for (let length = Math.min(text.length, other.length - 1); length > 0; length--) {
    if (text.endsWith(other.slice(0, length))) return length;
  }
  return 0;
}
