/** Everything before the data of `smallGguf`. */
export function ggufHead(values: number): Buffer {
  const text = (value: string): Buffer => Buffer.concat([uint64(value.length), Buffer.from(value)]);
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(1),
    uint64(1),
    text('general.architecture'),
    uint32(8),
    text('glm4'),
    text('output.weight'),
    uint32(1),
    uint64(values),
    uint32(0),
    uint64(0),
  ]);
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32)]);
}

/** A valid GGUF of one tensor with so many values of 32 bits, for tests that need a model file and never run it. */
export function smallGguf(values: number, seed = 1): Buffer {
  const data = Buffer.alloc(values * 4);
  // Bytes that differ from place to place, so that a part in the wrong one is seen.
  for (let index = 0; index < values; index++) data.writeUInt32LE(Math.imul(index + seed, 2_654_435_761) >>> 0, index * 4);
  return Buffer.concat([ggufHead(values), data]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
