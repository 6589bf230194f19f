/** What a vocabulary entry is, by `tokenizer.ggml.token_type` (llama.cpp, `llama_token_type`). */
const tokenType = { control: 3, userDefined: 4, byte: 6 } as const;

/** What each token adds to a reply's text. */
export interface TokenBytes {
  /** Possibly a part of a UTF-8 character; nothing for a control token. */
  bytes(id: number): Uint8Array;
}

/**
 * @param kind `tokenizer.ggml.model`
 * @returns undefined for a kind of vocabulary that Lemma cannot read
 */
export function vocabularyOf(kind: string, tokens: readonly string[], types: readonly number[]): TokenBytes | undefined {
  if (kind === 'gpt2') return new Vocabulary(tokens, types);
  return kind === 'llama' || kind === 'gemma4' ? new PieceVocabulary(tokens, types) : undefined;
}

/** The entries of a GGUF file's vocabulary; how they spell bytes is the kind's own. */
abstract class Entries implements TokenBytes {
  readonly #tokens: readonly string[];
  readonly #types: readonly number[];

  /**
   * @param tokens `tokenizer.ggml.tokens`
   * @param types `tokenizer.ggml.token_type`
   */
  constructor(tokens: readonly string[], types: readonly number[]) {
    this.#tokens = tokens;
    this.#types = types;
  }

  bytes(id: number): Uint8Array {
    const type = this.#types[id];
    const token = this.#tokens[id];
    return token === undefined || type === tokenType.control ? new Uint8Array() : this.spelled(token, type);
  }

  protected abstract spelled(token: string, type: number | undefined): Uint8Array;
}

/** SentencePiece vocabularies write spaces as `▁` and single bytes as `<0x0A>` (`tokenizer.ggml.model` is `llama`). */
export class PieceVocabulary extends Entries {
  protected override spelled(token: string, type: number | undefined): Uint8Array {
    const byte = type === tokenType.byte ? /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1] : undefined;
    if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
    return new TextEncoder().encode(token.replaceAll('\u2581', ' '));
  }
}

/**
 * The bytes of the tokens of a byte-level BPE vocabulary (`tokenizer.ggml.model` is `gpt2`), from the GGUF file itself.
 *
 * llama.cpp's own detokenizer is not used: for BPE vocabularies it «cleans up» spaces, so that the tokens ` !` and
 * ` ?` lose theirs and `a !== b` would come out as `a!== b`, unlike with transformers.
 */
export class Vocabulary extends Entries {
  protected override spelled(token: string, type: number | undefined): Uint8Array {
    if (type === tokenType.userDefined) return new TextEncoder().encode(token);
    const bytes = new Uint8Array(token.length);
    // This is done for each token of a reply, and an iterator takes several times as long.
    for (let index = 0; index < bytes.length; index++) bytes[index] = byteOf[token.charCodeAt(index)] ?? unknownByte;
    return bytes;
  }
}

/**
 * Byte-level vocabularies write each byte as one printable character: printable Latin-1 as itself, the other bytes,
 * in their order, from U+0100 on (openai/gpt-2, `bytes_to_unicode`).
 */
const byteOf: readonly (number | undefined)[] = (() => {
  const bytes: number[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 0x100; byte++) {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    bytes[printable ? byte : next++] = byte;
  }
  return bytes;
})();

/** `?`, for a character that stands for no byte. */
const unknownByte = 0x3f;
