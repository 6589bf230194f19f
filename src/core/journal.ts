/**
 * The journal of a conversation: one event a line, JSON in UTF-8, each line ended by `\n`. Only appended to.
 *
 * Reading never fails. A line counts only with its line end, so a write that was cut at any byte (inside a
 * character too) loses that event alone. A line in the middle that cannot be read is left out and reported, and
 * the good lines after it are kept: a gap in a text is better than the rest of a conversation lost, and the
 * fold ignores events that no longer fit. An event behind garbage on the same line (zeros of a power failure, the
 * beginning of a line that was cut) is read too. `journalRepair.ts` says what becomes of the rest.
 */
import type { ConversationEvent } from './conversation.ts';

/** One line, with its line end. JSON escapes every line break inside. */
export function encodeEvent(event: ConversationEvent): string {
  return JSON.stringify(event) + '\n';
}

/** Bytes `from` (first) to `to` (exclusive) of a file. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

export interface DecodedJournal {
  readonly events: ConversationEvent[];
  /** Bytes of the whole lines. Cut the file here before appending: behind it is at most one torn line. */
  readonly validBytes: number;
  /** Of the first `created` event. A version above `journalVersion` was written by a newer Lemma. */
  readonly version: number | undefined;
  /** Lines of a type that this version does not know: a newer version wrote them. */
  readonly unknownEvents: number;
  /** Lines, or beginnings of lines, that are no event at all: one range each, in order. A torn last line is not among them. */
  readonly unreadable: readonly ByteRange[];
  /** What is wrong, for the log, or undefined when every byte was read. */
  readonly damaged: string | undefined;
}

/** @param journal the file's bytes, or its text */
export function decodeJournal(journal: Uint8Array | string): DecodedJournal {
  const bytes = typeof journal === 'string' ? new TextEncoder().encode(journal) : journal;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const events: ConversationEvent[] = [];
  const badLines: number[] = [];
  const unreadable: ByteRange[] = [];
  let unknownEvents = 0;
  let validBytes = 0;
  let line = 0;
  for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, validBytes)) {
    line++;
    let from = validBytes;
    validBytes = end + 1;
    let found = readLine(decoder, bytes.subarray(from, end));
    if (found === 'damaged') {
      badLines.push(line);
      const whole = from;
      from = lastEventStart(bytes, from, end);
      found = from < end ? readLine(decoder, bytes.subarray(from, end)) : 'damaged';
      unreadable.push({ from: whole, to: found === 'damaged' ? validBytes : from });
    }
    if (found === 'unknown') unknownEvents++;
    else if (found !== 'blank' && found !== 'damaged') events.push(found);
  }
  return {
    events,
    validBytes,
    version: events.find((event) => event.type === 'created')?.version,
    unknownEvents,
    unreadable,
    damaged: describeDamage(badLines, bytes.length - validBytes),
  };
}

const lineFeed = 0x0a;
const openingBrace = 0x7b;
/** Nothing inside an event looks like this: in its texts the quotes are escaped. */
const eventStart = new TextEncoder().encode('{"type":"');

/** Where the last event of a line begins behind other bytes; `end` when there is none. */
function lastEventStart(bytes: Uint8Array, from: number, end: number): number {
  for (let at = bytes.lastIndexOf(openingBrace, end - 1); at > from; at = bytes.lastIndexOf(openingBrace, at - 1)) {
    if (eventStart.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return end;
}

function readLine(decoder: Decoder, bytes: Uint8Array): ConversationEvent | 'blank' | 'unknown' | 'damaged' {
  try {
    const text = decoder.decode(bytes);
    return text.trim() === '' ? 'blank' : asEvent(JSON.parse(text));
  } catch {
    // Neither UTF-8 nor JSON; both report it by throwing, and the caller counts it.
    return 'damaged';
  }
}

function describeDamage(badLines: readonly number[], tornBytes: number): string | undefined {
  const parts: string[] = [];
  if (badLines.length > 0) {
    const shown = badLines.slice(0, 5).join(', ') + (badLines.length > 5 ? ', …' : '');
    parts.push(`${badLines.length} of its lines cannot be read (${shown})`);
  }
  if (tornBytes > 0) parts.push(`its last line is cut off after ${tornBytes} bytes`);
  return parts.length > 0 ? parts.join('; ') : undefined;
}

type FieldKind = 'string' | 'number' | 'boolean' | 'object';

/** Fields that the fold relies on, by event type. */
const eventFields: { readonly [Type in ConversationEvent['type']]: Readonly<Record<string, FieldKind>> } = {
  created: { version: 'number', id: 'string', at: 'number' },
  asked: { question: 'object', at: 'number' },
  phase: { turnId: 'string', phase: 'string', at: 'number' },
  budget: { turnId: 'string', promptTokens: 'number', maxTokens: 'number', wantedTokens: 'number' },
  delta: { turnId: 'string', part: 'string', text: 'string', tokens: 'number' },
  ended: { turnId: 'string', end: 'object', at: 'number' },
  sampled: { turnId: 'string', samples: 'number', atOnce: 'number' },
  sampleDelta: { turnId: 'string', sample: 'number', part: 'string', text: 'string', tokens: 'number' },
  sampleEnded: { turnId: 'string', sample: 'number', end: 'object' },
  sampleChosen: { turnId: 'string', sample: 'number', at: 'number' },
  resumed: { turnId: 'string', at: 'number' },
  thoughtEdited: { turnId: 'string', thought: 'string', at: 'number' },
  editDecided: { turnId: 'string', outcome: 'string', at: 'number' },
  branchSelected: { turnId: 'string', at: 'number' },
  turnDeleted: { turnId: 'string', at: 'number' },
  turnRestored: { turnId: 'string', at: 'number' },
  leftOut: { turnIds: 'object', at: 'number' },
  renamed: { title: 'string', at: 'number' },
  pinned: { pinned: 'boolean', at: 'number' },
};

function asEvent(value: unknown): ConversationEvent | 'unknown' | 'damaged' {
  if (!hasFields(value, { type: 'string' })) return 'damaged';
  const type = String(value['type']);
  if (!isEventType(type)) return 'unknown';
  if (!hasFields(value, eventFields[type])) return 'damaged';
  if (type === 'asked' && !hasFields(value['question'], { id: 'string', task: 'string', text: 'string' })) return 'damaged';
  if (type === 'leftOut' && !(Array.isArray(value['turnIds']) && value['turnIds'].every((id) => typeof id === 'string'))) return 'damaged';
  if ((type === 'delta' || type === 'sampleDelta') && value['part'] !== 'thought' && value['part'] !== 'answer') return 'damaged';
  if ((type === 'ended' || type === 'sampleEnded') && !hasFields(value['end'], { kind: 'string' })) return 'damaged';
  return value as unknown as ConversationEvent;
}

function isEventType(type: string): type is ConversationEvent['type'] {
  return Object.hasOwn(eventFields, type);
}

function hasFields(value: unknown, fields: Readonly<Record<string, FieldKind>>): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  return Object.entries(fields).every(([name, kind]) => typeof record[name] === kind && record[name] !== null);
}

/** The part of the WHATWG Encoding standard used here. Node and browsers have it; core's type libraries do not. */
interface Decoder {
  decode(bytes: Uint8Array): string;
}
declare const TextDecoder: new (label: string, options: { readonly fatal: boolean; readonly ignoreBOM: boolean }) => Decoder;
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
