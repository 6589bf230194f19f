/** Where the fields of a GGUF file are, so that a fuzzer changes one on purpose. Written apart from the product's own reader. */

/** A number or text in the header. */
export interface Field {
  readonly kind: FieldKind;
  /** Offset and length in bytes. */
  readonly at: number;
  readonly bytes: number;
}

export type FieldKind =
  | 'magic'
  | 'version'
  | 'count'
  | 'length'
  | 'name'
  | 'valueType'
  | 'number'
  | 'text'
  | 'arrayType'
  | 'arrayLength'
  | 'element'
  | 'dimensionCount'
  | 'dimension'
  | 'tensorType'
  | 'offset';

const scalarBytes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const stringType = 8;
const arrayType = 9;

/** Of a vocabulary the first and some of the others are enough. */
const keptElements = 16;

/** @param model a valid file */
export function ggufFields(model: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const take = (kind: FieldKind, bytes: number): number => {
    fields.push({ kind, at, bytes });
    at += bytes;
    return at - bytes;
  };
  const uint32 = (kind: FieldKind): number => model.readUInt32LE(take(kind, 4));
  const uint64 = (kind: FieldKind): number => Number(model.readBigUInt64LE(take(kind, 8)));
  const text = (kind: FieldKind): void => void take(kind, uint64('length'));
  const array = (): void => {
    const of = uint32('arrayType');
    const length = uint64('arrayLength');
    for (let index = 0; index < length; index++) {
      const before = fields.length;
      if (of === stringType) text('element');
      else take('element', scalarBytes[of] ?? 0);
      if (index >= keptElements && index % 97 !== 0) fields.length = before;
    }
  };
  take('magic', 4);
  uint32('version');
  const tensors = uint64('count');
  const metadata = uint64('count');
  for (let index = 0; index < metadata; index++) {
    text('name');
    const type = uint32('valueType');
    if (type === arrayType) array();
    else if (type === stringType) text('text');
    else take('number', scalarBytes[type] ?? 0);
  }
  for (let index = 0; index < tensors; index++) {
    text('name');
    const dimensions = uint32('dimensionCount');
    for (let dimension = 0; dimension < dimensions; dimension++) uint64('dimension');
    uint32('tensorType');
    uint64('offset');
  }
  return fields;
}
