import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { readGgufHeader } from '../../src/core/gguf.ts';
import { shapeFault } from '../../src/core/ggufShape.ts';
import { smallGguf } from '../harness/ggufFile.ts';

describe('The header of a GGUF file', () => {
  const model = readFileSync(path.join(import.meta.dirname, '../fixtures/model/glm-z1-tiny-f16.gguf'));
  const read = (bytes: Uint8Array) => {
    const reading = readGgufHeader(bytes);
    assert.ok(reading.kind === 'header', reading.kind);
    return reading.header;
  };

  it('tells name, shape and template of a real model, also beyond ASCII', () => {
    const { metadata } = read(model);
    assert.equal(metadata.get('general.name'), 'GLM-Z1-Tiny (test model)');
    assert.equal(metadata.get('general.architecture'), 'glm4');
    assert.equal(metadata.get('glm4.block_count'), 6);
    assert.match(String(metadata.get('tokenizer.chat_template')), /智谱/);
  });

  it('tells the bytes that the file needs, to the last one', () => {
    assert.equal(read(model).neededBytes, model.length);
    assert.equal(read(smallGguf(100)).neededBytes, smallGguf(100).length);
  });

  it('of a file that was cut in the header asks for more, at every place', () => {
    const bytes = smallGguf(1);
    const header = bytes.length - 4;
    for (let length = 4; length < header - 32; length++) assert.equal(readGgufHeader(bytes.subarray(0, length)).kind, 'more');
  });

  it('says of what is none why', () => {
    assert.deepEqual(readGgufHeader(Buffer.from('<html>')), { kind: 'bad', reason: 'it does not begin with GGUF' });
    const version = Buffer.from(model.subarray(0, 64));
    version.writeUInt32LE(9, 4);
    assert.deepEqual(readGgufHeader(version), { kind: 'bad', reason: 'its GGUF version is 9' });
  });

  it('never throws and never hangs, whatever bytes follow the magic', () => {
    const head = Buffer.from('GGUF\x03\0\0\0', 'latin1');
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void readGgufHeader(Buffer.concat([head, bytes]))));
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = Buffer.from(model);
        changed[at] = byte;
        readGgufHeader(changed);
      }),
      { numRuns: 50 },
    );
  });
});

describe('A damaged header of a GGUF file', () => {
  const model = readFileSync(path.join(import.meta.dirname, '../fixtures/model/glm-z1-tiny-f16.gguf'));
  /** Why the model is refused after `change` was made behind the first place of `behind`. */
  const reasonFor = (behind: string, change: (bytes: Buffer, at: number) => void): string => {
    const bytes = Buffer.from(model);
    const at = bytes.indexOf(behind);
    assert.ok(at > 0, behind);
    change(bytes, at + behind.length);
    const reading = readGgufHeader(bytes);
    return reading.kind === 'bad' ? reading.reason : reading.kind;
  };

  it('is named by what no sound one holds', () => {
    const tensor = 'blk.0.attn_q.weight';
    const uint32At =
      (value: number, more = 0) =>
      (bytes: Buffer, at: number) =>
        bytes.writeUInt32LE(value, at + more);
    const uint64At = (value: bigint, more: number) => (bytes: Buffer, at: number) => bytes.writeBigUInt64LE(value, at + more);
    assert.equal(reasonFor(tensor, uint32At(9)), 'a tensor has 9 dimensions');
    assert.equal(reasonFor(tensor, uint64At(0n, 4)), 'a tensor has no elements');
    assert.equal(reasonFor(tensor, uint64At(2n ** 52n, 4)), 'a tensor has more elements than any file holds');
    assert.equal(reasonFor(tensor, uint64At(2n ** 60n, 4)), `it claims ${2n ** 60n} elements`);
    assert.equal(reasonFor(tensor, uint64At(1n, 24)), 'a tensor is not aligned');
    assert.equal(reasonFor(tensor, uint64At(32n, 24)), 'two tensors overlap');
    assert.equal(
      reasonFor(tensor, (bytes, at) => bytes.write('blk.1', at - tensor.length)),
      'two tensors have one name',
    );
    assert.equal(reasonFor('general.archi', uint32At(0)), 'a key is empty or holds a zero');
    assert.equal(
      reasonFor('tokenizer.ggml.tokens', (bytes, at) => bytes.copy(bytes, at + 4 + 4 + 8 + 8 + 1 + 8, at + 4 + 4 + 8 + 8, at + 25)),
      'a token is there twice',
    );
  });
});

describe('The numbers of a model', () => {
  const sound: readonly [string, string | number][] = [
    ['general.architecture', 'glm4'],
    ['glm4.block_count', 6],
    ['glm4.embedding_length', 192],
    ['glm4.attention.head_count', 6],
    ['glm4.attention.key_length', 32],
    ['glm4.rope.dimension_count', 16],
  ];
  const fault = (...changes: [string, string | number | undefined][]): string | undefined => {
    const metadata = new Map<string, string | number>(sound);
    for (const [key, value] of changes) {
      if (value === undefined) metadata.delete(key);
      else metadata.set(key, value);
    }
    return shapeFault({ metadata, arrays: new Map() });
  };

  it('over which the engine would end its process are named', () => {
    assert.equal(fault(), undefined);
    assert.equal(fault(['glm4.rope.dimension_count', 17]), 'it rotates an odd number of dimensions');
    assert.equal(fault(['glm4.rope.dimension_count', 0]), 'it rotates no dimensions');
    assert.equal(fault(['glm4.rope.dimension_count', 64]), 'it rotates more dimensions than a head has');
    assert.equal(fault(['glm4.block_count', 513]), 'it has more than 512 layers');
    assert.equal(fault(['glm4.attention.head_count', undefined]), 'it has no glm4.attention.head_count');
  });

  it('of other architectures are the engine’s to judge', () => {
    assert.equal(fault(['general.architecture', 'mamba']), undefined);
    assert.equal(fault(['general.architecture', undefined]), undefined);
  });
});
