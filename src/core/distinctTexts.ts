/**
 * Texts among bytes, of which no two are the same; each ends at its first zero, since llama.cpp reads them as C strings. A hash
 * table over the bytes themselves.
 */
export class DistinctTexts {
  readonly #bytes: Uint8Array;
  /** By hash: number of a text and 1, or 0. */
  readonly #table: Int32Array;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  #count = 0;

  /** @param most how many there are at most */
  constructor(bytes: Uint8Array, most: number) {
    this.#bytes = bytes;
    // Half of it stays free.
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
    this.#starts = new Int32Array(most);
    this.#lengths = new Int32Array(most);
  }

  /** @returns false where it is there already; an empty one never is, as it is given a name of its own */
  add(start: number, bytes: number): boolean {
    let length = 0;
    // FNV-1a, 32 bits.
    let hash = 0x811c9dc5;
    for (let byte = this.#bytes[start]; length < bytes && byte !== 0; byte = this.#bytes[start + ++length]) {
      hash = Math.imul(hash ^ (byte ?? 0), 0x01000193);
    }
    if (length === 0) return true;
    const mask = this.#table.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let found = this.#table[slot]; found; found = this.#table[slot]) {
      if (this.#isAt(found - 1, start, length)) return false;
      slot = (slot + 1) & mask;
    }
    this.#starts[this.#count] = start;
    this.#lengths[this.#count] = length;
    this.#table[slot] = ++this.#count;
    return true;
  }

  #isAt(index: number, start: number, length: number): boolean {
    if (this.#lengths[index] !== length) return false;
    const other = this.#starts[index] ?? 0;
    for (let at = 0; at < length; at++) if (this.#bytes[other + at] !== this.#bytes[start + at]) return false;
    return true;
  }
}
