/**
 * The one place where a reply is split into thought and answer. It runs in the extension host, on the text
 * that the inference process sends; everything behind it (journal, panel, edits) knows only the two parts.
 *
 * Rules, in this order:
 * 1. The reply starts in the part that `start` names. GLM-Z1's prompt ends in `<think>`, so its reply starts
 *    inside the thought and no opening tag is to come.
 * 2. An opening `<think>` is a tag only at the very start of the reply (white space may come before it): some
 *    models write it again. It is dropped, and the thought begins.
 * 3. Inside the thought the first `</think>` is the closing tag, unless it stands directly between two equal
 *    quote marks (`` `</think>` ``, `"</think>"`, `'</think>'`): then the model talks about the tag. GLM-Z1 itself
 *    closes with `\n</think>\n\n`.
 * 4. In the answer everything is text, tags too. A thought that is never closed stays a thought.
 */
import type { TurnPart } from './conversation.ts';
import { thoughtCloseTag, thoughtOpenTag } from './glmPrompt.ts';

/** Text that belongs to one part. `text` may be empty when only tokens are to be counted (those of a tag). */
export interface PartDelta {
  readonly part: TurnPart;
  readonly text: string;
  readonly tokens: number;
}

export interface SplitterOptions {
  /** Part in which the reply starts. */
  readonly start: TurnPart;
  /**
   * For going on with a reply: what is already kept of the thought. A closing tag that was cut in two by the
   * stop is recognised; the half that was kept is for the caller to take back (`tagGivenBefore`).
   */
  readonly thoughtSoFar?: string;
}

/**
 * Splits a reply while it streams. Concatenated, the deltas equal the input without its tags, wherever the
 * input was cut, and their tokens add up to the tokens given. Text is withheld only while it may be part of
 * a tag, or is the first half of a surrogate pair. Never throws.
 */
export class ThoughtSplitter {
  #part: TurnPart;
  /** Nothing but white space so far, so an opening tag may still come. */
  #atStart: boolean;
  /** Text not given out yet. */
  #held = '';
  /** Characters at the start of `#held` that an earlier reply has given out already. */
  #givenBefore = 0;
  #tagGivenBefore = 0;
  #closed = false;
  /** Last character given out before `#held`, to see quote marks. */
  #previous = '';
  readonly #ledger = new TokenLedger();
  #deltas: PartDelta[] = [];

  constructor(options: SplitterOptions) {
    this.#part = options.start;
    this.#atStart = options.thoughtSoFar === undefined;
    if (options.thoughtSoFar && options.start === 'thought') {
      this.#givenBefore = suffixThatBegins(options.thoughtSoFar, thoughtCloseTag);
      const cut = options.thoughtSoFar.length - this.#givenBefore;
      this.#held = options.thoughtSoFar.slice(cut);
      this.#previous = options.thoughtSoFar.slice(cut - 1, cut);
      this.#ledger.add(this.#givenBefore, 0);
    }
  }

  /** Part that the next text belongs to, as far as is known. */
  get part(): TurnPart {
    return this.#part;
  }

  /** The tag that closes the thought has come. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Last characters of `thoughtSoFar` that have turned out to be the beginning of the closing tag. */
  get tagGivenBefore(): number {
    return this.#tagGivenBefore;
  }

  /**
   * @param chunk decoded text; tags and surrogate pairs may be cut anywhere
   * @param tokens how many tokens the chunk stands for, 0 or more
   * @returns what can be said now, in order; neighbours are of different parts
   */
  push(chunk: string, tokens: number): PartDelta[] {
    this.#held += chunk;
    this.#ledger.add(chunk.length, tokens);
    this.#drain(false);
    return this.#takeDeltas();
  }

  /** Gives out what is still withheld, as text of the part that it was written in. Call once, when the reply has ended. */
  end(): PartDelta[] {
    this.#drain(true);
    this.#emit('', this.#ledger.takeRest());
    return this.#takeDeltas();
  }

  #drain(final: boolean): void {
    if (this.#atStart && !this.#passStart(final)) return;
    while (this.#part === 'thought') {
      const at = this.#held.indexOf(thoughtCloseTag);
      if (at < 0) {
        this.#give(this.#held.length - (final ? 0 : suffixThatBegins(this.#held, thoughtCloseTag)), final);
        return;
      }
      const end = at + thoughtCloseTag.length;
      const before = at > 0 ? this.#held.charAt(at - 1) : this.#previous;
      if (quoteMarks.includes(before) && before !== '') {
        if (end === this.#held.length && !final) {
          this.#give(at, final);
          return;
        }
        if (this.#held.charAt(end) === before) {
          this.#give(end, true);
          continue;
        }
      }
      this.#give(at, true);
      this.#dropTag(thoughtCloseTag.length);
      this.#part = 'answer';
      this.#closed = true;
    }
    this.#give(this.#held.length, final);
  }

  /** Handles an opening tag. @returns false while it cannot be told yet */
  #passStart(final: boolean): boolean {
    const space = /^\s*/.exec(this.#held)?.[0].length ?? 0;
    const rest = this.#held.slice(space, space + thoughtOpenTag.length);
    if (rest === thoughtOpenTag) {
      this.#part = 'thought';
      this.#give(space, true);
      this.#dropTag(thoughtOpenTag.length);
    } else if (!final && thoughtOpenTag.startsWith(rest)) {
      return false;
    }
    this.#atStart = false;
    return true;
  }

  /** Gives out the first `length` characters of what is held. Unless `whole`, the first half of a surrogate pair waits for the second. */
  #give(length: number, whole: boolean): void {
    const cut = !whole && length === this.#held.length && isHighSurrogate(this.#held.charCodeAt(length - 1)) ? length - 1 : length;
    if (cut <= 0) return;
    const text = this.#held.slice(0, cut);
    this.#held = this.#held.slice(cut);
    this.#previous = text.slice(-1);
    this.#emit(text.slice(this.#givenBefore), this.#ledger.take(cut));
    this.#givenBefore = Math.max(0, this.#givenBefore - cut);
  }

  /** A tag's own tokens count for the thought. */
  #dropTag(length: number): void {
    this.#held = this.#held.slice(length);
    this.#tagGivenBefore = this.#givenBefore;
    this.#givenBefore = 0;
    this.#emit('', this.#ledger.take(length));
  }

  #emit(text: string, tokens: number): void {
    if (text === '' && tokens === 0) return;
    const last = this.#deltas.at(-1);
    if (last?.part === this.#part) {
      this.#deltas[this.#deltas.length - 1] = { part: last.part, text: last.text + text, tokens: last.tokens + tokens };
    } else {
      this.#deltas.push({ part: this.#part, text, tokens });
    }
  }

  #takeDeltas(): PartDelta[] {
    const deltas = this.#deltas;
    this.#deltas = [];
    return deltas;
  }
}

export interface SplitReply {
  readonly thought: string;
  readonly answer: string;
}

/** Splits a whole reply by the same rules. */
export function splitReply(reply: string, start: TurnPart = 'thought'): SplitReply {
  const splitter = new ThoughtSplitter({ start });
  const parts = { thought: '', answer: '' };
  for (const delta of [...splitter.push(reply, 0), ...splitter.end()]) parts[delta.part] += delta.text;
  return parts;
}

/**
 * Remembers how many tokens stand for the text that is held. Tokens are given out whole: a chunk that is cut
 * gives each side its share by length, rounded, so a token across the border counts where most of it lies.
 * Tokens without text wait for the next text.
 */
class TokenLedger {
  #entries: { length: number; tokens: number }[] = [];

  add(length: number, tokens: number): void {
    if (length > 0 || tokens > 0) this.#entries.push({ length, tokens });
  }

  /** Tokens for the next `length` characters. */
  take(length: number): number {
    let tokens = 0;
    let left = length;
    while (left > 0) {
      const entry = this.#entries[0];
      if (!entry) break;
      if (entry.length <= left) {
        tokens += entry.tokens;
        left -= entry.length;
        this.#entries.shift();
      } else {
        const share = Math.round((entry.tokens * left) / entry.length);
        tokens += share;
        entry.tokens -= share;
        entry.length -= left;
        left = 0;
      }
    }
    return tokens;
  }

  takeRest(): number {
    const tokens = this.#entries.reduce((sum, entry) => sum + entry.tokens, 0);
    this.#entries = [];
    return tokens;
  }
}

const quoteMarks = '`"\'';

function isHighSurrogate(codeUnit: number): boolean {
  return codeUnit >= 0xd800 && codeUnit <= 0xdbff;
}

/** Length of the longest end of `text` that is a beginning of `tag`, but not all of it. */
export function suffixThatBegins(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (tag.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
