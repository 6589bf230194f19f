import { randomFrom } from '../soak/random.ts';
import type { Field, FieldKind } from './ggufFields.ts';
import { ggufFields } from './ggufFields.ts';

/** A damaged copy of a model, and what was done to it. */
export interface Mutation {
  readonly bytes: Buffer;
  readonly what: string;
}

/** Values at which readers go wrong. */
const edges = [0n, 1n, 2n, 3n, 7n, 31n, 63n, 255n, 65_536n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n];

/** @returns copies of the model, each by its seed; the same seed makes the same copy */
export function ggufMutations(model: Buffer): (seed: number) => Mutation {
  const fields = ggufFields(model);
  const headerEnd = fields.reduce((end, { at, bytes }) => Math.max(end, at + bytes), 0);
  const byKind = new Map<FieldKind, Field[]>();
  for (const field of fields) byKind.set(field.kind, [...(byKind.get(field.kind) ?? []), field]);
  // By kind first: elements of the vocabulary would be all there is.
  const kinds = [...byKind.keys()];
  return (seed) => {
    const random = randomFrom(seed);
    // Neighbouring seeds begin alike.
    random();
    const below = (end: number): number => Math.floor(random() * end);
    const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;
    const roll = random();
    if (roll < 0.08) {
      const length = roll < 0.04 ? below(headerEnd) : below(model.length);
      return { bytes: Buffer.from(model.subarray(0, length)), what: `cut to ${length} bytes` };
    }
    const bytes = Buffer.from(model);
    if (roll < 0.16) {
      const places = Array.from({ length: 1 + below(20) }, () => below(roll < 0.14 ? headerEnd : model.length));
      for (const place of places) bytes[place] = below(256);
      return { bytes, what: `random bytes at ${places.join(', ')}` };
    }
    const changes: string[] = [];
    for (let left = roll < 0.8 ? 1 : 2 + below(3); left > 0; left--) {
      const field = pick(byKind.get(pick(kinds)) ?? fields);
      changes.push(changeField(bytes, field, below, pick));
    }
    return { bytes, what: changes.join('; ') };
  };
}

function changeField(bytes: Buffer, field: Field, below: (end: number) => number, pick: <Value>(of: readonly Value[]) => Value): string {
  const { kind, at, bytes: size } = field;
  const where = `${kind} at ${at}`;
  if (isText(kind) || ![1, 2, 4, 8].includes(size)) {
    if (size === 0) return `${where} (empty, unchanged)`;
    const place = at + below(size);
    bytes[place] = pick([0, 0xff, 0x80, below(256)]);
    return `${where}: byte ${place} is ${bytes[place]}`;
  }
  const old = bytes.readUIntLE(at, Math.min(size, 6));
  const value = pick([
    pick(edges),
    BigInt(old) + 1n,
    BigInt(old) - 1n,
    BigInt(old) * 2n,
    BigInt(below(2 ** 32)),
    BigInt(old) ^ (1n << BigInt(below(size * 8))),
  ]);
  const fitted = BigInt.asUintN(size * 8, value);
  for (let index = 0; index < size; index++) bytes[at + index] = Number((fitted >> BigInt(index * 8)) & 0xffn);
  return `${where}: ${old} is ${fitted}`;
}

function isText(kind: FieldKind): boolean {
  return kind === 'magic' || kind === 'name' || kind === 'text';
}
