import { readFileSync, writeFileSync } from 'node:fs';

/** Bytes of the scalar types of GGUF metadata, by their number (ggml-org/ggml, docs/gguf.md). */
const scalarBytes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const stringType = 8;
const arrayType = 9;
const alignment = 32;

/** A copy of a GGUF file whose metadata has other strings, of any length. Keys that it does not have yet are added. */
export function withMetadata(from: string, to: string, strings: Readonly<Record<string, string>>): string {
  const file = readFileSync(from);
  const tensorCount = Number(file.readBigUInt64LE(8));
  const keyCount = Number(file.readBigUInt64LE(16));
  let at = 24;
  const text = (): string => {
    const length = Number(file.readBigUInt64LE(at));
    at += 8 + length;
    return file.toString('utf8', at - length, at);
  };
  const skip = (type: number): void => {
    if (type === stringType) text();
    else if (type === arrayType) {
      const itemType = file.readUInt32LE(at);
      const length = Number(file.readBigUInt64LE(at + 4));
      at += 12;
      if (itemType === stringType) for (let index = 0; index < length; index++) text();
      else at += length * (scalarBytes[itemType] ?? 0);
    } else at += scalarBytes[type] ?? 0;
  };
  const left = new Map(Object.entries(strings));
  const entries: Buffer[] = [];
  for (let index = 0; index < keyCount; index++) {
    const begin = at;
    const key = text();
    const type = file.readUInt32LE(at);
    at += 4;
    skip(type);
    const value = left.get(key);
    entries.push(value === undefined ? file.subarray(begin, at) : stringEntry(key, value));
    left.delete(key);
  }
  for (const [key, value] of left) entries.push(stringEntry(key, value));
  const tensorsBegin = at;
  for (let index = 0; index < tensorCount; index++) {
    text();
    at += 4 + 8 * file.readUInt32LE(at) + 4 + 8;
  }
  const head = Buffer.from(file.subarray(0, 24));
  head.writeBigUInt64LE(BigInt(entries.length), 16);
  const before = Buffer.concat([head, ...entries, file.subarray(tensorsBegin, at)]);
  const data = file.subarray(Math.ceil(at / alignment) * alignment);
  writeFileSync(to, Buffer.concat([before, Buffer.alloc((alignment - (before.length % alignment)) % alignment), data]));
  return to;
}

function stringEntry(key: string, value: string): Buffer {
  const type = Buffer.alloc(4);
  type.writeUInt32LE(stringType);
  return Buffer.concat([lengthAndText(key), type, lengthAndText(value)]);
}

function lengthAndText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
}
