import * as vscode from 'vscode';
import type { EditKind, TrimmedAnswer } from '../../core/answer.ts';
import type { Turn } from '../../core/conversation.ts';
import { isRunning } from '../../core/conversation.ts';
import { normalizeEol } from '../../core/documentText.ts';
import { editText, proposeEdit, withHunk, withoutHunk } from '../../core/editProposal.ts';
import type { EditProposal } from '../../core/editProposal.ts';
import type { LemmaError } from '../../core/errors.ts';
import { importsLeftOut } from '../../core/importsUsed.ts';
import type { LineHunk } from '../../core/lineHunks.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { fromPosition, toRange } from '../editor/convert.ts';
import { previewUri } from './previewDocuments.ts';

/**
 * What has become of an edit. `unfinished`: the answer was cut off, and what is there of it can be taken. `nothing`: the
 * answer holds nothing that could be put in place. `unchanged`: it is what stands there already. `refused`: see `reason`.
 */
export type EditState = 'writing' | 'ready' | 'unfinished' | 'nothing' | 'unchanged' | 'refused';

/** Lines beside the text that is edited, to find it again by. */
const surroundingLines = 20;

/**
 * The edit that one turn's answer makes of one document. Made from the trimmed answer and the document as it is now, again
 * whenever one of them changes, so that what is shown is what Accept does.
 */
export class EditPreview {
  readonly turnId: string;
  readonly document: vscode.TextDocument;
  readonly kind: EditKind;
  readonly uri: vscode.Uri;
  state: EditState = 'writing';
  /** Present unless the document does not take the answer, or there is none. */
  proposal: EditProposal | undefined;
  /** Why it is refused. */
  reason: LemmaError | undefined;
  /** Where it goes, once some of its hunks have been taken: those have changed the text that was asked about. */
  #snapshot: Snapshot;
  /** What goes there, once some of its hunks have been decided on. */
  #rest: TrimmedAnswer | undefined;
  /** Hunks taken out of it one by one. */
  taken = 0;
  /** Import statements of the answer that the edit uses and does not bring along. */
  importsLeftOut: readonly string[] = [];

  constructor(turn: Turn, snapshot: Snapshot, document: vscode.TextDocument) {
    this.turnId = turn.question.id;
    this.document = document;
    this.kind = turn.question.answerUse === 'insert' ? 'insert' : 'replace';
    this.uri = previewUri(this.turnId, document.uri);
    this.#snapshot = snapshot;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  get hunks(): readonly LineHunk[] {
    return this.proposal?.hunks ?? [];
  }

  /** The document as it would be, with its line ends. */
  get text(): string {
    const text = this.proposal?.after ?? normalizeEol(this.document.getText());
    return this.document.eol === vscode.EndOfLine.CRLF ? text.replaceAll('\n', '\r\n') : text;
  }

  /** Makes it anew. The answer alone is read of the turn. */
  update(turn: Turn): void {
    const { document } = this;
    const running = isRunning(turn);
    const complete = turn.end?.kind === 'complete';
    const answer = this.#rest ?? editText(turn.answer, this.#snapshot, this.kind, complete);
    this.proposal = undefined;
    this.reason = undefined;
    this.importsLeftOut = [];
    this.state = running ? 'writing' : 'nothing';
    if (!answer) return;
    const proposed = proposeEdit({
      kind: this.#rest ? 'replace' : this.kind,
      answer,
      snapshot: this.#snapshot,
      currentText: document.getText(),
      currentVersion: document.version,
      complete: complete || this.#rest !== undefined,
    });
    if (!proposed.ok) {
      this.reason = proposed.reason;
      this.state = 'refused';
      return;
    }
    this.proposal = proposed.proposal;
    if (running) return;
    this.importsLeftOut = importsLeftOut(turn.answer, proposed.proposal.newText, proposed.proposal.after);
    this.state = this.hunks.length === 0 ? 'unchanged' : complete ? 'ready' : 'unfinished';
  }

  /** One hunk has been put into the document: the rest goes beside it. */
  took(proposal: EditProposal, hunk: LineHunk): void {
    const { range } = withHunk(proposal, hunk);
    this.#rest = { kind: 'code', text: proposal.newText };
    this.#snapshot = snapshotAt(this.document, toRange(range), this.#snapshot);
    this.taken += 1;
  }

  /** One hunk is not wanted. */
  leave(hunk: LineHunk): void {
    const { proposal } = this;
    if (!proposal) return;
    this.#rest = { kind: 'code', text: withoutHunk(proposal, hunk) };
    this.#snapshot = snapshotAt(this.document, toRange(proposal.range), this.#snapshot);
  }
}

/** The same question about the text that stands there now. */
function snapshotAt(document: vscode.TextDocument, range: vscode.Range, asked: Snapshot): Snapshot {
  const { copies: _copies, ...rest } = asked;
  const above = new vscode.Position(Math.max(0, range.start.line - surroundingLines), 0);
  const below = document.lineAt(Math.min(document.lineCount - 1, range.end.line + surroundingLines)).range.end;
  return {
    ...rest,
    version: document.version,
    range: { start: fromPosition(range.start), end: fromPosition(range.end) },
    text: document.getText(range),
    before: document.getText(new vscode.Range(above, range.start)),
    after: document.getText(new vscode.Range(range.end, below)),
  };
}
