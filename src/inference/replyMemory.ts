import { Detokenizer } from './detokenizer.ts';

/** Replies that are remembered: those of one conversation's branches, and of a few windows. */
const keptReplies = 8;

/** The beginning of a reply in tokens. */
export interface ReplyBeginning<Token> {
  readonly ids: readonly Token[];
  /** How many of the last ones are the beginning of a character, which was never given out as text. */
  readonly held: number;
}

/**
 * The tokens of the replies written last. The text of a reply cannot be turned back into the tokens that the model
 * wrote: a tokenizer cuts it otherwise. With the tokens themselves a reply goes on exactly where it stopped, and
 * what the KV cache holds of it is not evaluated again.
 */
export class ReplyMemory<Token extends number> {
  readonly #bytesOf: (token: number) => Uint8Array;
  readonly #replies: Token[][] = [];

  /** @param bytesOf what a token adds to the text */
  constructor(bytesOf: (token: number) => Uint8Array) {
    this.#bytesOf = bytesOf;
  }

  /** @returns a list that begins with these tokens, to be added to as the reply is written */
  begin(beginning: readonly Token[]): Token[] {
    const ids = [...beginning];
    this.#replies.push(ids);
    if (this.#replies.length > keptReplies) this.#replies.shift();
    return ids;
  }

  /**
   * The tokens of a reply's beginning: those that were written, as far as a reply is remembered that begins with the same
   * text, and new ones behind them.
   * @param withHeld the reply goes on where it was cut off, also inside a character; else something else follows the text
   */
  recall(text: string, tokenize: (text: string) => readonly Token[], withHeld = true): ReplyBeginning<Token> {
    let best: Match = { tokens: 0, length: 0, held: 0 };
    let written: readonly Token[] = [];
    for (const reply of this.#replies.toReversed()) {
      const match = this.#match(reply, text);
      if (match.length < best.length || (match.length === best.length && match.tokens <= best.tokens)) continue;
      best = match;
      written = reply;
    }
    const rest = text.slice(best.length);
    if (rest === '' && withHeld) return { ids: written.slice(0, best.tokens), held: best.held };
    const ids = written.slice(0, best.tokens - best.held);
    return { ids: rest === '' ? ids : [...ids, ...tokenize(rest)], held: 0 };
  }

  /**
   * The reply that a sequence ends with, if any: where it begins among the sequence's tokens, and what of it is not there,
   * because the last tokens of a reply are sampled and not evaluated.
   */
  atEndOf(tokens: readonly number[]): { readonly from: number; readonly more: readonly Token[] } | undefined {
    let best: { from: number; more: readonly Token[] } | undefined;
    for (const reply of this.#replies) {
      for (const length of [reply.length, reply.length - 1, reply.length - 2]) {
        const from = tokens.length - length;
        if (length <= 0 || from < 0 || (best && best.from <= from)) continue;
        if (tokens.slice(from).every((token, index) => token === reply[index])) best = { from, more: reply.slice(length) };
      }
    }
    return best;
  }

  /** The longest beginning of a reply that the text begins with, cut between characters. */
  #match(reply: readonly Token[], text: string): Match {
    const detokenizer = new Detokenizer(this.#bytesOf);
    let match: Match = { tokens: 0, length: 0, held: 0 };
    let length = 0;
    for (const [index, id] of reply.entries()) {
      const piece = detokenizer.push(id).text;
      if (!text.startsWith(piece, length)) return match;
      length += piece.length;
      if (!detokenizer.holds) match = { tokens: index + 1, length, held: 0 };
    }
    // The reply ends inside a character, of which the text knows nothing.
    const held = reply.length - match.tokens;
    return held > 0 && length === text.length && match.length === length ? { tokens: reply.length, length, held } : match;
  }
}

/** `length` UTF-16 code units of the text are these first tokens of a reply. */
interface Match {
  readonly tokens: number;
  readonly length: number;
  readonly held: number;
}
