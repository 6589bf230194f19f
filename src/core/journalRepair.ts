/**
 * What becomes of a journal that is damaged: the lines that cannot be read are taken out of it, to be kept beside it,
 * and what the rest needs to be shown is put in their place.
 */
import type { ConversationEvent } from './conversation.ts';
import { journalVersion } from './conversation.ts';
import type { ByteRange, DecodedJournal } from './journal.ts';

/** Stands for a question whose line was lost, so that its answer can be read. */
const lostQuestion = '…';

/**
 * The events of a damaged journal with a beginning, and with a question before each answer, where those were lost.
 * @param id of the conversation, as its file is named
 * @returns the same array when nothing was missing, or when there is nothing to make up a conversation of
 */
export function completeEvents(events: readonly ConversationEvent[], id: string): readonly ConversationEvent[] {
  const known = new Set<string>();
  const complete: ConversationEvent[] = [];
  if (events[0]?.type !== 'created' && events.some(isAboutTurn)) {
    complete.push({ type: 'created', version: journalVersion, id, at: timeOf(events) });
  }
  for (const [index, event] of events.entries()) {
    if (event.type === 'asked') known.add(event.question.id);
    else if (holdsText(event) && !known.has(event.turnId)) {
      known.add(event.turnId);
      complete.push({ type: 'asked', question: { id: event.turnId, task: 'ask', text: lostQuestion }, at: timeOf(events.slice(index)) });
    }
    complete.push(event);
  }
  return complete.length === events.length ? events : complete;
}

/** The journal without what cannot be read in it, and that. */
export interface SortedJournal {
  readonly journal: Uint8Array;
  /** Each line, or piece of one, with a line end. */
  readonly unreadable: Uint8Array;
}

/**
 * Takes out of a journal what cannot be read, a torn last line included.
 * @returns undefined when every byte was read
 */
export function sortJournal(bytes: Uint8Array, decoded: DecodedJournal): SortedJournal | undefined {
  const ranges = [...decoded.unreadable];
  if (decoded.validBytes < bytes.length) ranges.push({ from: decoded.validBytes, to: bytes.length });
  if (ranges.length === 0) return undefined;
  const kept = ranges.map((range, index) => bytes.subarray(ranges[index - 1]?.to ?? 0, range.from));
  kept.push(bytes.subarray(ranges.at(-1)?.to));
  return { journal: concat(kept), unreadable: concat(ranges.flatMap((range) => pieceOf(bytes, range))) };
}

/**
 * Lines that are worth telling the user about. A last line that was merely cut off, as a crash leaves it, is none of them:
 * it held a moment's text, or nothing yet.
 */
export function lostLines(bytes: Uint8Array, { unreadable, validBytes }: DecodedJournal): number {
  const torn = bytes.subarray(validBytes);
  return unreadable.length + (torn.length > 0 && torn[0] !== openingBrace ? 1 : 0);
}

const lineFeed = 0x0a;
const openingBrace = 0x7b;

function pieceOf(bytes: Uint8Array, { from, to }: ByteRange): Uint8Array[] {
  const piece = bytes.subarray(from, to);
  return piece.at(-1) === lineFeed ? [piece] : [piece, new Uint8Array([lineFeed])];
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

type TextEvent = Extract<ConversationEvent, { readonly type: 'phase' | 'budget' | 'delta' | 'ended' | 'resumed' | 'thoughtEdited' }>;

function isAboutTurn(event: ConversationEvent): boolean {
  return event.type === 'asked' || holdsText(event);
}

const pointing: ReadonlySet<string> = new Set<ConversationEvent['type']>(['editDecided', 'branchSelected', 'turnDeleted', 'turnRestored']);

/** It makes or changes a turn's text or state; what only points to a turn makes none. */
function holdsText(event: ConversationEvent): event is TextEvent {
  return 'turnId' in event && !pointing.has(event.type);
}

/** Milliseconds since 1970 of the first event that has a time. */
function timeOf(events: readonly ConversationEvent[]): number {
  for (const event of events) if ('at' in event && event.at !== undefined) return event.at;
  return 0;
}
