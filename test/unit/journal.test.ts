import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { foldEvents, lastTurn } from '../../src/core/conversation.ts';
import { decodeJournal, encodeEvent } from '../../src/core/journal.ts';

const events: readonly ConversationEvent[] = [
  { type: 'created', version: 1, id: 'c', at: 1 },
  { type: 'asked', question: { id: 'a', task: 'ask', text: 'Löse 𝔸\r\n\u2028“x”?' }, at: 2 },
  { type: 'phase', turnId: 'a', phase: 'reading', at: 3 },
  { type: 'budget', turnId: 'a', promptTokens: 9, maxTokens: 100, wantedTokens: 30_000 },
  { type: 'phase', turnId: 'a', phase: 'thinking', at: 4 },
  { type: 'delta', turnId: 'a', part: 'thought', text: '\n≤ 😀 "quoted" \\ \t', tokens: 3 },
  { type: 'delta', turnId: 'a', part: 'answer', text: '答案 `</think>`\n', tokens: 2 },
  { type: 'ended', turnId: 'a', end: { kind: 'failed', error: { code: 'engineCrashed', exitCode: null, signal: 'SIGKILL' } }, at: 6 },
  { type: 'resumed', turnId: 'a', at: 7 },
];
const encode = (list: readonly ConversationEvent[]): Uint8Array => new TextEncoder().encode(list.map(encodeEvent).join(''));
const deltaOf = (text: string): ConversationEvent => ({ type: 'delta', turnId: 'a', part: 'thought', text, tokens: 1 });

describe('The journal', () => {
  it('gives back every event that was written, from bytes and from text', () => {
    const bytes = encode(events);
    for (const journal of [bytes, new TextDecoder().decode(bytes)]) {
      const decoded = decodeJournal(journal);
      assert.deepEqual(decoded, { events, validBytes: bytes.length, version: 1, unknownEvents: 0, unreadable: [], damaged: undefined });
    }
    assert.deepEqual(decodeJournal('').events, []);
  });

  it('writes one line an event, whatever the text holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = encodeEvent(deltaOf(text));
        assert.equal(line.indexOf('\n'), line.length - 1);
        assert.deepEqual(decodeJournal(line).events, [deltaOf(text)]);
      }),
    );
  });

  it('loses at most the last event when it is cut at any byte', () => {
    const bytes = encode(events);
    for (let length = 0; length <= bytes.length; length++) {
      const decoded = decodeJournal(bytes.subarray(0, length));
      assert.deepEqual(decoded.events, events.slice(0, decoded.events.length));
      const whole = encode(decoded.events).length;
      assert.equal(decoded.validBytes, whole);
      assert.ok(length - whole < encode(events.slice(decoded.events.length, decoded.events.length + 1)).length || length === bytes.length);
      assert.equal(decoded.damaged, length === whole ? undefined : `its last line is cut off after ${length - whole} bytes`);
      assert.deepEqual(decoded.unreadable, []);
    }
  });

  it('loses at most the last event of any journal cut at any byte, and can be gone on with', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), fc.nat(), (texts, at) => {
        const list = texts.map(deltaOf);
        const bytes = encode(list);
        const { events: kept, validBytes } = decodeJournal(bytes.subarray(0, at % (bytes.length + 1)));
        assert.deepEqual(kept, list.slice(0, kept.length));
        const next = encode([deltaOf('next')]);
        const continued = new Uint8Array([...bytes.subarray(0, validBytes), ...next]);
        assert.deepEqual(decodeJournal(continued).events, [...kept, deltaOf('next')]);
      }),
    );
  });

  it('leaves out a damaged line in the middle, names it and keeps the rest', () => {
    const lines = events.map(encodeEvent);
    const bytes = encode(events);
    const start = new TextEncoder().encode(lines.slice(0, 5).join('')).length;
    for (const damage of [0x00, 0xff, 0x7b]) {
      const spoilt = bytes.slice();
      spoilt.fill(damage, start, start + 12);
      const decoded = decodeJournal(spoilt);
      assert.deepEqual(
        decoded.events,
        events.filter((_, index) => index !== 5),
      );
      assert.deepEqual(decoded.unreadable, [{ from: start, to: start + encode(events.slice(5, 6)).length }]);
      assert.equal(decoded.damaged, '1 of its lines cannot be read (6)');
      assert.equal(lastTurn(foldEvents(decoded.events))?.answer, '答案 `</think>`\n');
    }
  });

  it('never throws, whatever the file holds', () => {
    const whatever = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.json().map((json) => new TextEncoder().encode(`${json}\n`)),
    );
    fc.assert(
      fc.property(fc.array(whatever, { maxLength: 6 }), (pieces) => {
        const bytes = new Uint8Array([...encode(events.slice(0, 2)), ...pieces.flatMap((piece) => [...piece])]);
        const { events: decoded, validBytes } = decodeJournal(bytes);
        assert.deepEqual(decoded.slice(0, 2), events.slice(0, 2));
        assert.ok(validBytes <= bytes.length);
        foldEvents(decoded);
      }),
    );
  });

  it('counts events of a newer version and leaves them out', () => {
    const journal =
      encodeEvent({ type: 'created', version: 2, id: 'c', at: 1 }) + '{"type":"branched","turnId":"a"}\n\n' + encodeEvent(events[1]!);
    const decoded = decodeJournal(journal);
    assert.equal(decoded.version, 2);
    assert.equal(decoded.unknownEvents, 1);
    assert.equal(decoded.damaged, undefined);
    assert.equal(decoded.events.length, 2);
  });

  it('takes no line for an event that lacks what the fold needs', () => {
    const lines = [
      'null',
      '7',
      '[]',
      '{}',
      '{"type":7}',
      '{"type":"delta","turnId":"a","part":"thought","text":null,"tokens":1}',
      '{"type":"delta","turnId":"a","part":"other","text":"x","tokens":1}',
      '{"type":"asked","at":1,"question":null}',
      '{"type":"asked","at":1,"question":{"id":"a"}}',
      '{"type":"ended","turnId":"a","at":1,"end":{}}',
    ];
    const decoded = decodeJournal(lines.join('\n') + '\n');
    assert.deepEqual(decoded.events, []);
    assert.equal(decoded.unreadable.length, lines.length);
    assert.equal(decoded.damaged, '10 of its lines cannot be read (1, 2, 3, 4, 5, …)');
    assert.equal(decodeJournal('{"type":"toString"}\n').unknownEvents, 1);
  });
});
