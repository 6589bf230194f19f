import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ReplyMemory } from '../../../src/inference/replyMemory.ts';

const encoder = new TextEncoder();

/** Tokens are their place in this list, as bytes. */
class Pieces {
  readonly bytes: Uint8Array[] = [];
  readonly of = (token: number): Uint8Array => this.bytes[token] ?? new Uint8Array();
  add(...pieces: readonly (string | Uint8Array)[]): number[] {
    return pieces.map((piece) => this.bytes.push(typeof piece === 'string' ? encoder.encode(piece) : piece) - 1);
  }
}

const fox = encoder.encode('🦊');

describe('The tokens of a reply that goes on', () => {
  let pieces: Pieces;
  let memory: ReplyMemory<number>;
  beforeEach(() => {
    pieces = new Pieces();
    memory = new ReplyMemory(pieces.of);
  });
  const write = (...texts: readonly (string | Uint8Array)[]): number[] => memory.begin(pieces.add(...texts));
  /** As a tokenizer that gives what it was asked for. */
  const asked: string[] = [];
  const recall = (text: string, withHeld?: boolean): { ids: readonly number[]; held: number } => {
    asked.length = 0;
    const tokenize = (rest: string): number[] => {
      asked.push(rest);
      return [-1];
    };
    return memory.recall(text, tokenize, withHeld);
  };

  it('are those that were written', () => {
    const ids = write('\nSo', ' it', ' is', ' 4', '2');
    assert.deepEqual(recall('\nSo it is 42'), { ids, held: 0 });
    assert.deepEqual(asked, []);
  });

  it('are those that were written up to where the text is another one', () => {
    const [first, second] = write('\nSo', ' it', ' is', ' 42');
    assert.deepEqual(recall('\nSo it was 42'), { ids: [first, second, -1], held: 0 });
    assert.deepEqual(asked, [' was 42']);
    const whole = write('\nSo', ' then', '.\n');
    assert.deepEqual(recall('\nSo then.\nWait'), { ids: [...whole, -1], held: 0 });
    assert.deepEqual(asked, ['Wait']);
  });

  it('are those that were added after it began', () => {
    const begun = memory.begin(pieces.add('\nSo'));
    begun.push(...pieces.add(' it', ' is'));
    assert.deepEqual(recall('\nSo it is'), { ids: begun, held: 0 });
  });

  it('are new ones where nothing is remembered', () => {
    assert.deepEqual(recall('\nSo'), { ids: [-1], held: 0 });
    assert.deepEqual(recall(''), { ids: [], held: 0 });
  });

  it('are those of the reply that fits best, of two alike the newer one', () => {
    write('\nSo', ' it', ' is');
    const long = write('\nSo', ' it', ' is', ' 42');
    write('\nSo', ' it');
    assert.deepEqual(recall('\nSo it is 42').ids, long);
    const again = write('\nSo it', ' is 4', '2', new Uint8Array());
    assert.deepEqual(recall('\nSo it is 42').ids, again, 'a token without text belongs to what stands before it');
  });

  it('go on inside a character that was cut off, of which the text knows nothing', () => {
    const ids = write('\nA ', fox.subarray(0, 1), fox.subarray(1, 3));
    assert.deepEqual(recall('\nA '), { ids, held: 2 });
    assert.deepEqual(recall('\nA ', false), { ids: ids.slice(0, 1), held: 0 });
    assert.deepEqual(recall('\nA fox'), { ids: [ids[0], -1], held: 0 });
  });

  it('are cut between characters', () => {
    const [first] = write('\nA ', fox.subarray(0, 2), fox.subarray(2), ' runs');
    // U+1F98B has the same first two bytes.
    assert.deepEqual(recall('\nA 🦋'), { ids: [first, -1], held: 0 });
    assert.deepEqual(asked, ['🦋']);
  });

  it('are those that were written, also where they are no text', () => {
    const ids = write('\nA', Uint8Array.of(0xff), ' b');
    assert.deepEqual(recall('\nA\uFFFD b'), { ids, held: 0 });
  });

  it('stand for the whole text, whatever was written before', () => {
    const part = fc.constantFrom('a', 'ab', ' ', '🦊', '中', 'é', '\n');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.array(part, { maxLength: 8 }), fc.nat(20), (wrote, wanted, at) => {
        const bytes = encoder.encode(wrote.join(''));
        const cut = at % (bytes.length + 1);
        const one = new Pieces();
        const known = new ReplyMemory<number>(one.of);
        known.begin(one.add(bytes.subarray(0, cut), bytes.subarray(cut)));
        const text = wanted.join('');
        const { ids, held } = known.recall(text, (rest) => one.add(rest));
        const told = ids.slice(0, ids.length - held).flatMap((id) => [...one.of(id)]);
        assert.equal(Buffer.from(told).toString('utf8'), text);
      }),
    );
  });

  it('are found at the end of a sequence, with those that were not evaluated any more', () => {
    const ids = write('\n', 'a', 'b', 'c');
    write('c');
    assert.deepEqual(memory.atEndOf([100, 101, ...ids]), { from: 2, more: [] });
    assert.deepEqual(memory.atEndOf([100, 101, ...ids.slice(0, -1)]), { from: 2, more: ids.slice(-1) });
    assert.equal(memory.atEndOf([100, ...ids, 101]), undefined);
    assert.equal(memory.atEndOf([]), undefined);
  });

  it('are forgotten in the end', () => {
    const ids = write('\nfirst');
    for (let count = 0; count < 7; count++) write(`\n${count}`);
    assert.deepEqual(recall('\nfirst').ids, ids);
    write('\nlast');
    assert.deepEqual(recall('\nfirst').ids.at(-1), -1);
  });
});
