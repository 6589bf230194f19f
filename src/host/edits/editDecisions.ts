/** What the user decides about an edit that is shown: it goes into the file, whole or change by change, or it does not. */
import * as vscode from 'vscode';
import type { Turn } from '../../core/conversation.ts';
import { isRunning } from '../../core/conversation.ts';
import type { EditProposal } from '../../core/editProposal.ts';
import { LemmaFailure } from '../../core/errors.ts';
import { hunkAt } from '../../core/lineHunks.ts';
import type { LineHunk } from '../../core/lineHunks.ts';
import { endOf } from '../../core/movedRange.ts';
import type { DiagnosticInfo, Range } from '../../core/snapshot.ts';
import type { EditOutcome } from '../../core/task.ts';
import type { EquationChecks } from '../check/checkCommands.ts';
import { isOwnProblem } from '../check/checkProblem.ts';
import type { Conversations } from '../conversations.ts';
import { Disposables, Emitter } from '../disposables.ts';
import { toRange } from '../editor/convert.ts';
import { documentName } from '../editor/documents.ts';
import { openDocument } from '../editor/openDocument.ts';
import type { PanelModel } from '../panel/panelModel.ts';
import type { Questions } from '../questions.ts';
import type { TurnRunner } from '../turn.ts';
import type { EditPreview } from './editPreview.ts';
import type { EditPreviews } from './editPreviews.ts';
import { acceptedNote, discardedNote, filesAcceptedNote } from './editWords.ts';
import { checkFix, checkedFix } from './fixCheck.ts';
import type { FixResult } from './fixCheck.ts';
import { insertText, makeHunks } from './makeEdit.ts';
import { activePreview, cursorInPreview, showEdited } from './previewTabs.ts';
import { reviewFiles } from './severalFiles.ts';

export interface EditDecisionParts {
  readonly previews: EditPreviews;
  readonly conversations: Conversations;
  readonly panel: PanelModel;
  readonly turns: TurnRunner;
  readonly questions: Questions;
  readonly checks: EquationChecks;
}

/** An edit that was made. */
interface MadeEdit {
  readonly preview: EditPreview;
  readonly proposal: EditProposal;
  /** Where the new text stands. */
  readonly range: Range;
}

export class EditDecisions {
  readonly #parts: EditDecisionParts;
  readonly #disposables = new Disposables();
  readonly #decided = new Emitter<{ readonly turnId: string; readonly outcome: EditOutcome }>();
  /** An edit was accepted or discarded, and its preview is gone. */
  readonly onDidDecide = this.#decided.event;
  /** Problems that an accepted edit has left, by turn. */
  readonly #left = new Map<string, { readonly uri: string; readonly problem: DiagnosticInfo }>();
  /** Turns that were discarded while they ran. */
  readonly #unwanted = new Set<string>();

  constructor(parts: EditDecisionParts) {
    this.#parts = parts;
    const { previews } = parts;
    this.#disposables.add(
      previews.onDidEnd(({ turnId, files }) => {
        if (this.#unwanted.delete(turnId)) previews.follow(turnId, () => this.#decide(turnId, 'discarded'));
        else if (files) void this.accept(turnId);
      }),
    );
  }

  /**
   * Puts the edit into the file as its preview shows it: one edit, one undo step.
   * @param turnId that of the preview in sight, else the newest, when absent
   * @param how `inserted`: the ghost text was taken, so that it is there; `unfinished`: what there is of an answer that was cut off
   */
  async accept(turnId?: string, how?: 'inserted' | 'unfinished'): Promise<void> {
    const turn = this.#turn(turnId);
    if (!turn || isRunning(turn)) return;
    const { id, snapshot } = turn.question;
    const { previews } = this.#parts;
    // Told twice, by the document and by VS Code's own command.
    if (how === 'inserted') return previews.ghost.has(id) ? this.#decide(id, 'accepted') : undefined;
    await previews.saying(turn, async () => {
      const begun = previews.ghost.rest(id);
      if (begun) {
        await insertText(begun.document, begun.position, begun.text);
        return this.accept(id, 'inserted');
      }
      const files = await previews.filesOf(turn);
      if (files && snapshot) {
        if (!(await reviewFiles(files, snapshot))) return;
        await this.#decide(id, 'accepted');
        this.#parts.panel.note(id, { edit: filesAcceptedNote() });
        return;
      }
      const wanted = how === 'unfinished' ? ['ready', 'unfinished'] : ['ready'];
      const made = await this.#make(turn, ({ state, hunks }) => (wanted.includes(state) ? hunks : undefined), true);
      await this.#decide(id, 'accepted');
      await showEdited(made.preview.document, made.range.start);
      await this.#checkFix(turn, made);
    });
  }

  /** Leaves the file as it is. An answer that is still being written is stopped. */
  async discard(turnId?: string): Promise<void> {
    const turn = this.#turn(turnId);
    if (!turn) return;
    const { id } = turn.question;
    if (!isRunning(turn)) return this.#decide(id, 'discarded');
    this.#unwanted.add(id);
    this.#parts.turns.stop(id);
  }

  /** Asks the question anew; its preview takes this one's place. */
  async askAgain(turnId?: string): Promise<void> {
    const turn = this.#turn(turnId);
    if (turn && !isRunning(turn)) await this.#parts.questions.again(turn);
  }

  /** Puts the change at the cursor of the preview into the file, and leaves the others to be decided on. */
  async acceptHunk(): Promise<void> {
    const turn = this.#turn(activePreview());
    const cursor = cursorInPreview();
    if (!turn || !cursor || isRunning(turn)) return;
    await this.#parts.previews.saying(turn, async () => {
      let taken: LineHunk | undefined;
      const { preview, proposal } = await this.#make(turn, ({ hunks }) => {
        taken = hunkAt(hunks, cursor.line, cursor.side);
        return taken && [taken];
      });
      if (taken) preview.took(proposal, taken);
      await this.#hunkDecided(turn, preview);
    });
  }

  /** Takes the change at the cursor out of the preview. */
  async discardHunk(): Promise<void> {
    const turn = this.#turn(activePreview());
    const cursor = cursorInPreview();
    const preview = turn && this.#parts.previews.of(turn.question.id);
    if (!preview || !cursor || isRunning(turn)) return;
    preview.update(turn);
    const hunk = hunkAt(preview.hunks, cursor.line, cursor.side);
    if (hunk) preview.leave(hunk);
    await this.#hunkDecided(turn, preview);
  }

  /** Asks for a repair of the problem that an edit has left. */
  async fixAgain(turnId: string): Promise<void> {
    const left = this.#left.get(turnId);
    if (left) await this.#parts.questions.aboutDiagnostic(left.uri, left.problem);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #turn(turnId: string | undefined): Turn | undefined {
    return this.#parts.previews.turn(turnId ?? activePreview());
  }

  /**
   * Makes the hunks of the edit that are picked from it as it is at that moment.
   * @param inOwnEditor shows the document in an editor of its own before
   */
  async #make(turn: Turn, pick: (preview: EditPreview) => readonly LineHunk[] | undefined, inOwnEditor = false): Promise<MadeEdit> {
    const preview = await this.#parts.previews.ofTurn(turn);
    if (!preview) throw new LemmaFailure({ code: 'noAnswerToInsert' });
    await requireFile(preview.document);
    let made: EditProposal | undefined;
    const plan = (): readonly LineHunk[] => {
      preview.update(turn);
      const hunks = preview.proposal && pick(preview);
      if (!hunks || hunks.length === 0) throw new LemmaFailure(preview.reason ?? { code: 'noAnswerToInsert' });
      made = preview.proposal;
      return hunks;
    };
    // A refusal leaves the preview where it is.
    plan();
    await makeHunks(preview.document, plan, inOwnEditor);
    if (!made) throw new LemmaFailure({ code: 'noAnswerToInsert' });
    const proposal = made;
    const { start } = proposal.range;
    const first = { line: proposal.hunks[0]?.newStart ?? start.line, character: 0 };
    return { preview, proposal, range: { start: first, end: endOf(start, proposal.newText) } };
  }

  async #hunkDecided(turn: Turn, preview: EditPreview): Promise<void> {
    this.#parts.previews.draw(turn.question.id);
    if (preview.hunks.length > 0 || preview.state === 'refused') return;
    await this.#decide(turn.question.id, preview.taken > 0 ? 'accepted' : 'discarded');
  }

  async #decide(turnId: string, outcome: EditOutcome): Promise<void> {
    const { conversations, panel, previews } = this.#parts;
    const preview = previews.of(turnId);
    const fileName = preview ? documentName(preview.document) : (previews.turn(turnId)?.question.snapshot?.fileName ?? '');
    conversations.append({ type: 'editDecided', turnId, outcome, at: Date.now() });
    const forgotten = previews.forget(turnId);
    if (outcome === 'accepted') panel.note(turnId, { edit: acceptedNote(fileName), editNote: undefined });
    else panel.note(turnId, { edit: undefined, editNote: discardedNote(fileName) });
    await forgotten;
    this.#decided.fire({ turnId, outcome });
  }

  async #checkFix(turn: Turn, { preview, range }: MadeEdit): Promise<void> {
    const { id, task, snapshot } = turn.question;
    const problems = snapshot?.diagnostics ?? [];
    if (task !== 'fix' || problems.length === 0) return;
    const { document } = preview;
    const tell = (result: FixResult): void => {
      if (result.kind === 'still' || result.kind === 'unreported')
        this.#left.set(id, { uri: document.uri.toString(), problem: result.problem });
      this.#parts.panel.note(id, { edit: acceptedNote(documentName(document), result) });
    };
    if (problems.every(isOwnProblem)) {
      // What was reported of a formula went with its text; what stands there now is checked anew.
      const { count } = await this.#parts.checks.again(document, toRange(range));
      return tell(checkedFix(document, problems, range, count));
    }
    const check = checkFix(document, problems, range, tell);
    this.#disposables.add(check);
  }
}

/** A file that was deleted stays open as long as an editor shows it. @throws LemmaFailure `documentGone` */
async function requireFile(document: vscode.TextDocument): Promise<void> {
  if (document.isClosed) await openDocument(document.uri);
  const { scheme } = document.uri;
  if (document.isDirty || document.isUntitled || vscode.workspace.fs.isWritableFileSystem(scheme) === undefined) return;
  try {
    await vscode.workspace.fs.stat(document.uri);
  } catch (cause) {
    throw Object.assign(new LemmaFailure({ code: 'documentGone', fileName: documentName(document) }), { cause });
  }
}
