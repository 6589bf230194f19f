import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { readGgufHeader } from '../../src/core/gguf.ts';
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
