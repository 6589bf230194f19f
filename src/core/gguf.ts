/**
 * The header of a GGUF file: its metadata and where its tensors lie (ggml-org/ggml, docs/gguf.md). Read before any native
 * code sees the file, so that one that was cut short is named instead of crashing the engine.
 */

import { DistinctTexts } from './distinctTexts.ts';

export type GgufScalar = string | number | bigint | boolean;

export interface GgufTensor {
  readonly name: string;
  /** From the start of the file. */
  readonly offset: number;
  /** Undefined for a type that this version does not know. */
  readonly bytes: number | undefined;
}

export interface GgufHeader {
  readonly version: number;
  /** Arrays are left out: a vocabulary has hundred thousands of entries. */
  readonly metadata: ReadonlyMap<string, GgufScalar>;
  /** Lengths of the arrays, by their keys. */
  readonly arrays: ReadonlyMap<string, number>;
  readonly tensors: readonly GgufTensor[];
  /** Bytes that the file needs for its last tensor. */
  readonly neededBytes: number;
}

export type GgufReading =
  | { readonly kind: 'header'; readonly header: GgufHeader }
  /** The header goes on behind these bytes. */
  | { readonly kind: 'more' }
  | { readonly kind: 'bad'; readonly reason: string };

/** First bytes of every GGUF file. */
export const ggufMagic = 'GGUF';

/** More than any model has; a damaged count must not fill the memory. */
const maxTensors = 100_000;
const maxMetadata = 100_000;
const maxKeyBytes = 65_535;
/** GGML_MAX_DIMS and GGML_MAX_NAME, less the zero behind a name (ggml.h). */
const maxDimensions = 4;
const maxTensorNameBytes = 63;
const defaultAlignment = 32;
const uint32Type = 4;

/** Bytes of the value types that are plain numbers, by their number in the file. */
const scalarBytes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
/** The vocabulary. */
const tokensKey = 'tokenizer.ggml.tokens';
/** What tensors begin at multiples of, in bytes. */
const alignmentKey = 'general.alignment';
const stringType = 8;
const arrayType = 9;

/** Elements and bytes of one block of each tensor type (ggml.h, ggml-common.h). */
const blocks: Readonly<Record<number, readonly [elements: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
};

/** Thrown inside this file alone. */
class EndOfBytes extends Error {}
class BadHeader extends Error {}

/** @param bytes the file's beginning. Never throws. */
export function readGgufHeader(bytes: Uint8Array): GgufReading {
  return attempt(() => ({ kind: 'header', header: read(new Cursor(bytes)) }));
}

export type GgufMetadataReading =
  { readonly kind: 'metadata'; readonly metadata: GgufHeader['metadata'] } | Exclude<GgufReading, { readonly kind: 'header' }>;

/** The metadata alone, without the tensors behind it. @param bytes the file's beginning. Never throws. */
export function readGgufMetadata(bytes: Uint8Array): GgufMetadataReading {
  return attempt(() => ({ kind: 'metadata', metadata: readMetadata(new Cursor(bytes)).metadata }));
}

function attempt<Read>(reader: () => Read): Read | Exclude<GgufReading, { readonly kind: 'header' }> {
  try {
    return reader();
  } catch (error) {
    if (error instanceof EndOfBytes) return { kind: 'more' };
    if (error instanceof BadHeader) return { kind: 'bad', reason: error.message };
    throw error;
  }
}

function readMetadata(cursor: Cursor): Pick<GgufHeader, 'version' | 'metadata' | 'arrays'> & { readonly tensorCount: number } {
  for (const letter of ggufMagic) if (cursor.byte() !== letter.charCodeAt(0)) throw new BadHeader('it does not begin with GGUF');
  const version = cursor.uint32();
  if (version !== 2 && version !== 3) throw new BadHeader(`its GGUF version is ${version}`);
  const tensorCount = cursor.count(maxTensors, 'tensors');
  const metadataCount = cursor.count(maxMetadata, 'metadata entries');
  const metadata = new Map<string, GgufScalar>();
  const arrays = new Map<string, number>();
  for (let index = 0; index < metadataCount; index++) {
    const key = cursor.name(maxKeyBytes, 'a key');
    if (metadata.has(key) || arrays.has(key)) throw new BadHeader('a key is there twice');
    const type = cursor.uint32();
    if (key === alignmentKey && type !== uint32Type) throw new BadHeader('its alignment is no number of 32 bits');
    if (type === arrayType) arrays.set(key, passArray(cursor, key === tokensKey));
    else metadata.set(key, readValue(cursor, type));
  }
  return { version, metadata, arrays, tensorCount };
}

function read(cursor: Cursor): GgufHeader {
  const { version, metadata, arrays, tensorCount } = readMetadata(cursor);
  const unit = alignmentOf(metadata);
  const placed = Array.from({ length: tensorCount }, () => readTensor(cursor));
  checkPlaces(placed, unit);
  const dataStart = Math.ceil(cursor.position / unit) * unit;
  const tensors = placed.map((tensor) => ({ ...tensor, offset: dataStart + tensor.offset }));
  const neededBytes = tensors.reduce(
    (most, { offset, bytes }) => Math.max(most, offset + (bytes ?? 0)),
    tensors.length > 0 ? dataStart : 0,
  );
  return { version, metadata, arrays, tensors, neededBytes };
}

function alignmentOf(metadata: GgufHeader['metadata']): number {
  const alignment = metadata.get(alignmentKey) ?? defaultAlignment;
  if (typeof alignment !== 'number' || alignment < 1 || !Number.isInteger(Math.log2(alignment))) {
    throw new BadHeader('its alignment is no power of two');
  }
  return alignment;
}

/** No two of a name, none beside its alignment, and none that reaches into the next. */
function checkPlaces(tensors: readonly GgufTensor[], alignment: number): void {
  if (new Set(tensors.map(({ name }) => name)).size < tensors.length) throw new BadHeader('two tensors have one name');
  if (tensors.some(({ offset }) => offset % alignment !== 0)) throw new BadHeader('a tensor is not aligned');
  let end = 0;
  for (const { offset, bytes } of tensors.toSorted((one, other) => one.offset - other.offset)) {
    if (offset < end) throw new BadHeader('two tensors overlap');
    end = offset + (bytes ?? 0);
    if (!Number.isSafeInteger(end)) throw new BadHeader('a tensor is larger than any file');
  }
}

function readTensor(cursor: Cursor): GgufTensor {
  const name = cursor.name(maxTensorNameBytes, 'the name of a tensor');
  const dimensions = cursor.uint32();
  if (dimensions > maxDimensions) throw new BadHeader(`a tensor has ${dimensions} dimensions`);
  let elements = 1;
  let row = 1;
  for (let index = 0; index < dimensions; index++) {
    const length = cursor.count(Number.MAX_SAFE_INTEGER, 'elements');
    if (length === 0) throw new BadHeader('a tensor has no elements');
    if (index === 0) row = length;
    elements *= length;
  }
  if (!Number.isSafeInteger(elements)) throw new BadHeader('a tensor has more elements than any file holds');
  const block = blocks[cursor.uint32()];
  if (block && row % block[0] !== 0) throw new BadHeader('the rows of a tensor are no whole blocks');
  const offset = cursor.count(Number.MAX_SAFE_INTEGER, 'bytes before a tensor');
  return { name, offset, bytes: block && (elements / block[0]) * block[1] };
}

function readValue(cursor: Cursor, type: number): GgufScalar {
  return type === stringType ? cursor.string(Number.MAX_SAFE_INTEGER, 'a text') : cursor.scalar(type);
}

/** @param distinct whether no two texts may be the same: llama.cpp ends its process over a vocabulary with such @returns its length */
function passArray(cursor: Cursor, distinct: boolean): number {
  const of = cursor.uint32();
  const length = cursor.count(Number.MAX_SAFE_INTEGER, 'entries');
  const bytes = scalarBytes[of];
  if (bytes !== undefined) cursor.skip(length * bytes);
  // Arrays of arrays are no part of any model.
  else if (of !== stringType) throw new BadHeader(`it has an array of the unknown type ${of}`);
  else if (distinct) passDistinct(cursor, length);
  else for (let index = 0; index < length; index++) cursor.skip(cursor.count(Number.MAX_SAFE_INTEGER, 'bytes'));
  return length;
}

/** No text is made of any of them: there are 150,000, and a user waits. */
function passDistinct(cursor: Cursor, length: number): void {
  // Each has its length before it, so that a damaged count fills no memory.
  cursor.expect(length * 8);
  const texts = new DistinctTexts(cursor.bytes, length);
  for (let index = 0; index < length; index++) {
    const bytes = cursor.count(Number.MAX_SAFE_INTEGER, 'bytes');
    if (!texts.add(cursor.skip(bytes), bytes)) throw new BadHeader('a token is there twice');
  }
}

/** Reads little-endian values one after another. */
class Cursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.#view.getUint8(this.skip(1));
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** A number of 64 bits that counts something. */
  count(most: number, of: string): number {
    const at = this.skip(8);
    // Half a million of them are read, and a BigInt is an object.
    const count = this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
    if (count > most) throw new BadHeader(`it claims ${this.#view.getBigUint64(at, true)} ${of}`);
    return count;
  }

  /** A text that llama.cpp takes for a C string. */
  name(mostBytes: number, of: string): string {
    const name = this.string(mostBytes, of);
    if (name === '' || name.includes('\0')) throw new BadHeader(`${of} is empty or holds a zero`);
    return name;
  }

  string(mostBytes: number, of: string): string {
    const length = this.count(mostBytes, `bytes in ${of}`);
    const start = this.skip(length);
    return utf8(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length));
  }

  scalar(type: number): GgufScalar {
    const bytes = scalarBytes[type];
    if (bytes === undefined) throw new BadHeader(`it has a value of the unknown type ${type}`);
    const at = this.skip(bytes);
    switch (type) {
      case 0:
        return this.#view.getUint8(at);
      case 1:
        return this.#view.getInt8(at);
      case 2:
        return this.#view.getUint16(at, true);
      case 3:
        return this.#view.getInt16(at, true);
      case 4:
        return this.#view.getUint32(at, true);
      case 5:
        return this.#view.getInt32(at, true);
      case 6:
        return this.#view.getFloat32(at, true);
      case 7:
        return this.#view.getUint8(at) !== 0;
      case 10:
        return this.#view.getBigUint64(at, true);
      case 11:
        return this.#view.getBigInt64(at, true);
      default:
        return this.#view.getFloat64(at, true);
    }
  }

  /** So many bytes are still to come. */
  expect(bytes: number): void {
    if (bytes > this.#view.byteLength - this.position) throw new EndOfBytes();
  }

  /** @returns where the skipped bytes begin */
  skip(bytes: number): number {
    this.expect(bytes);
    const at = this.position;
    this.position = at + bytes;
    return at;
  }
}

/** UTF-8, as far as it is valid; the language's own decoder is no part of the language. */
function utf8(bytes: Uint8Array): string {
  let percent = '';
  let plain = '';
  for (const byte of bytes) {
    if (byte < 0x80) plain += String.fromCharCode(byte);
    percent += `%${byte.toString(16).padStart(2, '0')}`;
  }
  if (plain.length === bytes.length) return plain;
  try {
    return decodeURIComponent(percent);
  } catch (error) {
    if (error instanceof URIError) return plain;
    throw error;
  }
}
