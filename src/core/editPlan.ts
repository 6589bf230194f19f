/**
 * From the trimmed answer to an edit of the document as it is now, or a reason not to make it. The document may have
 * changed while the model was thinking: a replacement goes only to the very text that was asked about, wherever that
 * stands now, and is refused when it is gone or cannot be told from another place with the same text.
 */
import type { AnswerText, EditKind, RefusedAnswer, TrimmedAnswer } from './answer.ts';
import { DocumentText, normalizeEol } from './documentText.ts';
import type { LemmaError } from './errors.ts';
import { isProse } from './prompt.ts';
import type { Position, Range, Snapshot } from './snapshot.ts';

export interface EditRequest {
  readonly kind: EditKind;
  readonly answer: TrimmedAnswer;
  /** What was asked about. A replacement needs it. */
  readonly snapshot: Snapshot | undefined;
  /** The document that is edited, as it is now, with its line ends. */
  readonly currentText: string;
  /** `TextDocument.version` now. */
  readonly currentVersion: number;
  /** Where to insert. Absent: behind the text that was asked about. */
  readonly cursor?: Position;
}

export type EditPlan =
  { readonly ok: true; readonly range: Range; readonly newText: string } | { readonly ok: false; readonly reason: LemmaError };

export function planEdit(request: EditRequest): EditPlan {
  const { kind, answer, snapshot, cursor } = request;
  const document = new DocumentText(request.currentText);
  const eol = request.currentText.includes('\r\n') ? '\r\n' : '\n';
  const done = (range: Range, text: string): EditPlan => ({ ok: true, range, newText: normalizeEol(text).replaceAll('\n', eol) });

  if (answer.kind === 'refused') return { ok: false, reason: refusal(answer, snapshot?.fileName ?? '') };
  if (kind === 'insert' && cursor) return done({ start: cursor, end: cursor }, atCursor(document, cursor, answer, snapshot));
  if (!snapshot) return { ok: false, reason: { code: 'noEditor' } };
  if (kind === 'replace' && answer.kind === 'prose' && !isProse(snapshot)) {
    return { ok: false, reason: { code: 'noCodeInAnswer', fileName: snapshot.fileName } };
  }
  const range = findSnapshot(document, request.currentVersion, snapshot);
  if (!range) return { ok: false, reason: { code: 'documentChanged', fileName: snapshot.fileName } };
  if (kind === 'replace') return done(range, answer.text);
  return done({ start: range.end, end: range.end }, atCursor(document, range.end, answer, snapshot));
}

/** The reason as the user is told it. */
export function refusal({ because }: RefusedAnswer, fileName: string): LemmaError {
  return because === 'controlToken' ? { code: 'controlTokenInAnswer', fileName } : { code: 'partialAnswer', fileName, because };
}

/**
 * The inserted text with the line ends that keep it apart from its neighbours. Within a line it is left as it is; at the
 * end of a line it begins a new one, unless a blank there shows that one goes on; prose gets empty lines around it.
 */
function atCursor(document: DocumentText, cursor: Position, answer: AnswerText, snapshot: Snapshot | undefined): string {
  const text = normalizeEol(answer.text);
  const line = document.line(cursor.line);
  const before = line.slice(0, cursor.character);
  const after = line.slice(cursor.character);
  const startsLine = before.trim() === '';
  const endsLine = after.trim() === '';
  const several = text.includes('\n');
  if (!startsLine && !endsLine) return text;
  if (!startsLine && !several && /\s$/.test(before)) return text;
  const apart = answer.kind === 'prose' && (!snapshot || isProse(snapshot));
  const filled = (index: number): boolean => document.line(index).trim() !== '';

  if (!startsLine) return (apart ? '\n\n' : '\n') + text + (apart && filled(cursor.line + 1) ? '\n' : '');
  // The white space before the cursor is already there.
  const body = before !== '' && text.startsWith(before) ? text.slice(before.length) : text;
  const above = apart && cursor.line > 0 && filled(cursor.line - 1) ? `\n${before}` : '';
  if (endsLine) return above + body + (apart && filled(cursor.line + 1) ? '\n' : '');
  return above + body + (apart ? '\n\n' : '\n') + before;
}

/** Places with the same text that are compared; in a document with more the selection is no landmark. */
const mostPlaces = 500;

/** Where the text of the snapshot stands now, or undefined when it is gone or the place is not certain. */
export function findSnapshot(document: DocumentText, version: number, snapshot: Snapshot): Range | undefined {
  const text = normalizeEol(snapshot.text);
  const start = document.offsetAt(snapshot.range.start);
  const at = (offset: number): Range => ({ start: document.positionAt(offset), end: document.positionAt(offset + text.length) });
  const rest = { before: normalizeEol(snapshot.before).split('\n').at(-1) ?? '', after: normalizeEol(snapshot.after).split('\n')[0] ?? '' };
  // Something typed right before or behind the text, on its own lines, changes it too: `b = 2` is not in `b = 20`.
  const untouched = (offset: number): boolean => {
    const { start, end } = at(offset);
    return (
      document.line(start.line).slice(0, start.character) === rest.before && document.line(end.line).slice(end.character) === rest.after
    );
  };
  if (version === snapshot.version && document.text.startsWith(text, start) && untouched(start)) return at(start);
  if (text.trim() === '') return undefined;

  const places: number[] = [];
  for (let index = document.text.indexOf(text); index >= 0; index = document.text.indexOf(text, index + 1)) {
    if (untouched(index)) places.push(index);
    if (places.length > mostPlaces) return undefined;
  }
  const [only] = places;
  if (only === undefined) return undefined;
  // It was the only one, it is the only one, and it is long enough not to be typed again by chance.
  if (places.length === 1 && snapshot.copies === 0 && isDistinct(text)) return at(only);

  const ranked = places.map((offset) => ({ offset, likeness: likeness(document.text, offset, text.length, snapshot) }));
  ranked.sort((one, other) => other.likeness - one.likeness);
  const [first, second] = ranked;
  if (!first || first.likeness < enoughLikeness) return undefined;
  if (second && second.likeness > first.likeness * farBehind) return undefined;
  return at(first.offset);
}

/** The surroundings of a place count as found again when at least this share of their lines is there. */
const enoughLikeness = 0.6;
/** The next best place may have at most this share of the best one's likeness. */
const farBehind = 0.5;

function isDistinct(text: string): boolean {
  return text.trim().includes('\n') || text.replace(/\s/g, '').length >= 24;
}

/** Lines on either side that are looked through beyond those of the snapshot, for lines that were added meanwhile. */
const slackLines = 8;

/**
 * How much of the snapshot's surroundings stands around a place, 0 to 1: the share of its lines that are found there in
 * the same order, nearest first. Short lines, such as a closing brace, count less, since they are everywhere.
 */
function likeness(text: string, offset: number, length: number, snapshot: Snapshot): number {
  const end = offset + length;
  const wantedBefore = normalizeEol(snapshot.before).split('\n').reverse();
  const wantedAfter = normalizeEol(snapshot.after).split('\n');
  const before = text
    .slice(linesBack(text, offset, wantedBefore.length + slackLines), offset)
    .split('\n')
    .reverse();
  const after = text.slice(end, linesAhead(text, end, wantedAfter.length + slackLines)).split('\n');
  const wanted = totalWeight(wantedBefore) + totalWeight(wantedAfter);
  return (commonWeight(wantedBefore, before) + commonWeight(wantedAfter, after)) / wanted;
}

function linesBack(text: string, offset: number, count: number): number {
  let start = offset;
  for (let line = 0; line < count && start > 0; line += 1) start = text.lastIndexOf('\n', start - 1) + (line + 1 < count ? 0 : 1);
  return Math.max(0, start);
}

function linesAhead(text: string, offset: number, count: number): number {
  let end = offset - 1;
  for (let line = 0; line < count; line += 1) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) return text.length;
  }
  return end;
}

/** Length in characters from which a line counts fully. */
const tellingLength = 10;

/** The rest of the line that the place itself stands on (`index` 0) is equal already; there, nothing is telling too. */
function lineWeight(line: string, index: number): number {
  return Math.max(index === 0 ? 0.3 : 0.05, Math.min(1, line.trim().length / tellingLength));
}

function totalWeight(lines: readonly string[]): number {
  return lines.reduce((sum, line, index) => sum + lineWeight(line, index), 0);
}

/** Weight of the heaviest common subsequence. The first lines of both are equal. */
function commonWeight(wanted: readonly string[], found: readonly string[]): number {
  let row = new Array<number>(found.length).fill(0);
  for (let index = 1; index < wanted.length; index += 1) {
    const line = wanted[index] ?? '';
    const next = [0];
    for (let other = 1; other < found.length; other += 1) {
      const together = line === found[other] ? (row[other - 1] ?? 0) + lineWeight(line, index) : 0;
      next.push(Math.max(together, row[other] ?? 0, next[other - 1] ?? 0));
    }
    row = next;
  }
  return lineWeight(wanted[0] ?? '', 0) + (row.at(-1) ?? 0);
}
