/**
 * What the preview of an edit shows: the document as it is now, and as it would be. Made from the trimmed answer alone,
 * so that nothing else the model wrote can come into a file.
 */
import { trimAnswer } from './answer.ts';
import type { EditKind, TrimmedAnswer } from './answer.ts';
import { DocumentText, normalizeEol } from './documentText.ts';
import { planEdit } from './editPlan.ts';
import type { LemmaError } from './errors.ts';
import { applyHunks, lineHunks } from './lineHunks.ts';
import type { LineHunk } from './lineHunks.ts';
import { endOf } from './movedRange.ts';
import { isProse } from './prompt.ts';
import type { Position, Range, Snapshot } from './snapshot.ts';

/** Both texts have `\n` as their only line end. */
export interface EditProposal {
  readonly before: string;
  readonly after: string;
  /** What gives way to the answer, in `before`. */
  readonly range: Range;
  /** What takes its place. */
  readonly newText: string;
  /** None when the answer changes nothing. */
  readonly hunks: readonly LineHunk[];
}

export type ProposedEdit = { readonly ok: true; readonly proposal: EditProposal } | { readonly ok: false; readonly reason: LemmaError };

export interface ProposalRequest {
  readonly kind: EditKind;
  readonly answer: TrimmedAnswer;
  readonly snapshot: Snapshot;
  /** The document as it is now, with any line ends. */
  readonly currentText: string;
  /** `TextDocument.version` now. */
  readonly currentVersion: number;
  /** The answer has come to its end. Else what it has not reached yet stays as it is. */
  readonly complete: boolean;
}

/**
 * What of an answer can go into the document; of one that is still being written, or was stopped, its whole lines.
 * @returns undefined while there is nothing, also where code was asked for and the answer has none; a refusal as `planEdit` takes it
 */
export function editText(answer: string, snapshot: Snapshot, kind: EditKind, complete: boolean): TrimmedAnswer | undefined {
  const trimmed = trimAnswer(complete ? answer : answer.slice(0, answer.lastIndexOf('\n') + 1), snapshot, { kind });
  // What is put together with the selection is shown when it is whole.
  if (!complete && (trimmed?.kind === 'refused' || trimmed?.merged)) return undefined;
  // What cannot be put together yet may be when more of it is there.
  if (trimmed?.kind === 'refused') return complete ? trimmed : undefined;
  if (!trimmed || (trimmed.kind === 'prose' && !isProse(snapshot))) return undefined;
  return trimmed.text.trim() === '' ? undefined : trimmed;
}

export function proposeEdit({ kind, answer, snapshot, currentText, currentVersion, complete }: ProposalRequest): ProposedEdit {
  const plan = planEdit({ kind, answer, snapshot, currentText, currentVersion });
  if (!plan.ok) return plan;
  const { range } = plan;
  const document = new DocumentText(currentText);
  const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  const written = normalizeEol(plan.newText);
  const newText = complete || kind === 'insert' ? written : withUnreached(document.text.slice(from, to), written);
  return { ok: true, proposal: proposalOf(document.text, range, from, to, newText) };
}

function proposalOf(before: string, range: Range, from: number, to: number, newText: string): EditProposal {
  const after = before.slice(0, from) + newText + before.slice(to);
  // Only the lines of the range are compared, so that no line outside of it counts as changed.
  const lines = before.split('\n').slice(range.start.line, range.end.line + 1);
  const end = endOf(range.start, newText);
  const newLines = after.split('\n').slice(range.start.line, end.line + 1);
  return { before, after, range, newText, hunks: lineHunks(lines, newLines, range.start.line) };
}

/**
 * The lines written so far, and those of the old text that they have not reached: the old lines behind the last one that
 * was written again. So lines are not shown as deleted, and then as back, while an answer is written.
 */
export function withUnreached(old: string, written: string): string {
  const oldLines = old.split('\n');
  const newLines = written.trimEnd() === '' ? [] : written.trimEnd().split('\n');
  let reached = 0;
  let line = 0;
  let newLine = 0;
  for (const { start, newStart, removed, added } of [...lineHunks(oldLines, newLines), endHunk(oldLines, newLines)]) {
    for (; line < start && newLine < newStart; line += 1, newLine += 1) {
      // A brace or an empty line is everywhere.
      if ((newLines[newLine] ?? '').trim().length > 2) reached = line + 1;
    }
    line = start + removed.length;
    newLine = newStart + added.length;
  }
  return [...newLines, ...oldLines.slice(reached)].join('\n');
}

function endHunk(oldLines: readonly string[], newLines: readonly string[]): LineHunk {
  return { start: oldLines.length, removed: [], newStart: newLines.length, added: [] };
}

/** The part of the document that was asked about, when only this hunk has been put into it. */
export function withHunk({ before, range }: EditProposal, hunk: LineHunk): { readonly range: Range; readonly text: string } {
  const text = regionOf(before, range, applyHunks(before, [hunk]));
  return { range: { start: range.start, end: endOf(range.start, text) }, text };
}

/** What takes the range's place when this hunk is left out. */
export function withoutHunk({ before, range, hunks }: EditProposal, hunk: LineHunk): string {
  const others = hunks.filter((each) => each !== hunk);
  return regionOf(before, range, applyHunks(before, others));
}

/** What stands in place of the range in a text that differs from `before` there alone. */
function regionOf(before: string, range: Range, text: string): string {
  const document = new DocumentText(before);
  const behind = before.length - document.offsetAt(range.end);
  return text.slice(document.offsetAt(range.start), text.length - behind);
}

/** Text that only comes in, at one place. */
export interface PureInsertion {
  readonly position: Position;
  readonly text: string;
}

/**
 * The edit as text that comes in at one place, where it can be drawn as ghost text: within a line, or behind the end of
 * one. Undefined for all other edits.
 */
export function pureInsertion({ before, after }: Pick<EditProposal, 'before' | 'after'>): PureInsertion | undefined {
  const length = after.length - before.length;
  if (length <= 0) return undefined;
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let same = 0;
  while (same < before.length && before[before.length - 1 - same] === after[after.length - 1 - same]) same += 1;
  const earliest = before.length - same;
  if (earliest > start) return undefined;
  const at = (offset: number): PureInsertion => ({
    position: new DocumentText(before).positionAt(offset),
    text: after.slice(offset, offset + length),
  });
  // The same text can come in at any place between these two; several lines are drawn behind the end of a line alone,
  // best without an empty one at their end.
  const places: PureInsertion[] = [];
  for (let offset = start; offset >= earliest; offset -= 1) {
    if (offset === before.length || before[offset] === '\n') places.push(at(offset));
  }
  const best = places.find(({ text }) => !text.endsWith('\n')) ?? places[0];
  if (best) return best;
  const inserted = at(start);
  return inserted.text.includes('\n') ? undefined : inserted;
}
