import * as vscode from 'vscode';
import type { Attachment } from '../core/attachment.ts';
import { charsToKeep, trimSnapshotText } from '../core/budget.ts';
import type { Turn, TurnQuestion } from '../core/conversation.ts';
import { toLemmaError } from '../core/errors.ts';
import { endOf } from '../core/movedRange.ts';
import type { DiagnosticInfo, Snapshot } from '../core/snapshot.ts';
import { answerUseOf } from '../core/task.ts';
import type { Task } from '../core/task.ts';
import type { Attachments } from './attachments.ts';
import type { AutomaticContext } from './context/automaticContext.ts';
import { openDocument } from './editor/openDocument.ts';
import { readSnapshot, requireEditor, selectionOffer } from './editor/readSnapshot.ts';
import type { PanelModel } from './panel/panelModel.ts';
import type { TurnRunner } from './turn.ts';

/** What is said of a task besides its name. */
export type TaskWish = Partial<Pick<TurnQuestion, 'text' | 'into' | 'title' | 'answerUse' | 'selectionInText' | 'samples'>> & {
  /** Makes the text once the selection is known. */
  readonly fill?: (snapshot: Snapshot) => Promise<string>;
};

/** Most rounds of trimming a selection until it fits; each measures real tokens, so one or two are enough. */
const trimRounds = 6;

/** From what the user points at or types to a question. Failures become the panel's notice, where the user looks. */
export class Questions {
  readonly #turns: TurnRunner;
  readonly #panel: PanelModel;
  readonly #attachments: Attachments;
  readonly #automatic: () => AutomaticContext;
  readonly #reveal: () => Promise<void>;
  readonly #samples: () => number;
  /** The editor whose selection is offered. */
  #offered: vscode.TextEditor | undefined;

  /**
   * @param automatic asks in turn what would be asked, so that it comes later
   * @param samples how many times a question is answered whose answer stays in the panel
   */
  constructor(
    turns: TurnRunner,
    panel: PanelModel,
    attachments: Attachments,
    automatic: () => AutomaticContext,
    reveal: () => Promise<void>,
    samples: () => number,
  ) {
    this.#turns = turns;
    this.#panel = panel;
    this.#attachments = attachments;
    this.#automatic = automatic;
    this.#reveal = reveal;
    this.#samples = samples;
  }

  /** Asks about the selection, or about what encloses the cursor. @param wish what else is said of the task */
  async aboutSelection(task: Task, wish: TaskWish = {}): Promise<boolean> {
    const { text = '', ...more } = wish;
    return this.#ask(task, text, () => readSnapshot(requireEditor()), more);
  }

  /** What `aboutSelection` would ask now. @throws LemmaFailure what that would say */
  async foreseen(task: Task, editor: vscode.TextEditor): Promise<Omit<TurnQuestion, 'id'>> {
    const question = await this.#question(task, '', await readSnapshot(editor));
    const context = await this.#automatic().foresee(question);
    return { ...question, ...(context.length > 0 ? { context } : {}) };
  }

  /** Asks about a part of a document. @param uri of the document, as a string */
  async aboutRange(task: Task, uri: string, range: vscode.Range): Promise<void> {
    await this.#ask(task, '', async () => {
      const document = await openDocument(vscode.Uri.parse(uri, true));
      return readSnapshot({ document, selection: new vscode.Selection(range.start, range.end) });
    });
  }

  /** Asks for a repair of a reported problem, or what it means. @param uri of the document, as a string */
  async aboutDiagnostic(uri: string, diagnostic: DiagnosticInfo, task: 'fix' | 'explain' = 'fix'): Promise<void> {
    await this.#ask(task, '', async () => {
      const document = await openDocument(vscode.Uri.parse(uri, true));
      return readSnapshot({ document, selection: new vscode.Selection(0, 0, 0, 0) }, { diagnostic });
    });
  }

  /** Sends what was typed into the panel, with the selection if it is attached. The draft is kept until it was sent. */
  async typed(text: string): Promise<void> {
    const asked = await this.#ask('ask', text, this.#attachedSelection());
    if (!asked) {
      await this.#panel.returnDraft(text);
      return;
    }
    this.#panel.attachSelection(false);
    await this.#panel.saveDraft('');
  }

  /** While the cursor is in the panel no editor is active; the one that the chip names is still visible. */
  get editor(): vscode.TextEditor | undefined {
    return vscode.window.activeTextEditor ?? this.#offered;
  }

  /** What `typed` would ask now with the present draft. */
  async next(): Promise<TurnQuestion> {
    const question = await this.nextAlone();
    const context = question.snapshot ? this.#automatic().shown : [];
    return context.length > 0 ? { ...question, context } : question;
  }

  /** The same without what Lemma would send along. */
  async nextAlone(): Promise<TurnQuestion> {
    // What cannot be read now is said when it is asked.
    const snapshot = await this.#attachedSelection()?.().catch(() => undefined);
    return { id: '', task: 'ask', text: this.#panel.draft, ...(snapshot ? { snapshot } : {}), attachments: this.#attachments.current };
  }

  /** Offers what the editor has selected as a chip; nothing selected, nothing offered. */
  offer(editor: vscode.TextEditor | undefined): void {
    this.#offered = editor;
    this.#panel.offerSelection(editor && selectionOffer(editor));
  }

  /** A question in words that Lemma wrote, without the selection; what is typed stays. */
  async about(text: string): Promise<void> {
    await this.#ask('ask', text, undefined);
  }

  /** Asks the same question anew, or with other words, beside the earlier answer. */
  async again(turn: Turn, text = turn.question.text): Promise<void> {
    void this.#turns.askInstead(turn.question.id, { text });
    await this.#reveal();
  }

  /** Asks again with as many lines around the cursor as the context can take. */
  async trimmed(turn: Turn): Promise<void> {
    const { snapshot } = turn.question;
    if (snapshot) await this.#shortened(turn.question, snapshot, trimSnapshot, (part) => ({ snapshot: part }));
  }

  /** Asks again with only the beginning of the attachment that is longest. */
  async withShorterAttachments(turn: Turn): Promise<void> {
    const { attachments = [] } = turn.question;
    const longest = attachments.reduce<Attachment | undefined>(
      (best, each) => (best && best.text.length >= each.text.length ? best : each),
      undefined,
    );
    if (!longest) return;
    const among = (part: Attachment): Pick<TurnQuestion, 'attachments'> => ({
      attachments: attachments.map((each) => (each === longest ? part : each)),
    });
    await this.#shortened(turn.question, longest, beginningOf, among);
  }

  /** Asks again with a part cut until the question fits. */
  async #shortened<Part extends { readonly text: string }>(
    question: TurnQuestion,
    whole: Part,
    cut: (part: Part, keepChars: number) => Part,
    change: (part: Part) => Partial<TurnQuestion>,
  ): Promise<void> {
    let part = whole;
    for (let round = 0; round < trimRounds; round++) {
      const measured = await this.#turns.measure({ ...question, ...change(part), context: [] }, part.text);
      if (!measured) return;
      if (measured.overTokens <= 0) break;
      part = cut(part, charsToKeep(part.text, measured.textTokens, measured.overTokens));
    }
    // What nobody asked for makes room first.
    void this.#turns.askInstead(question.id, { ...change(part), context: [] });
  }

  #attachedSelection(): (() => Promise<Snapshot>) | undefined {
    if (!this.#panel.selectionAttached || this.#panel.selection === undefined) return undefined;
    const { editor } = this;
    return async () => readSnapshot(editor ?? requireEditor());
  }

  /** With the user's attachments, without what Lemma sends along. */
  async #question(
    task: Task,
    text: string,
    snapshot: Snapshot | undefined,
    wish: Omit<TaskWish, 'text'> = {},
  ): Promise<Omit<TurnQuestion, 'id'>> {
    const attachments = await this.#attachments.read();
    const { answerUse = answerUseOf(task), fill, samples = votes(task) ? this.#samples() : 1, ...more } = wish;
    return {
      task,
      text: snapshot && fill ? await fill(snapshot) : text,
      ...more,
      ...(answerUse === 'panel' ? {} : { answerUse }),
      ...(samples > 1 ? { samples } : {}),
      ...(snapshot ? { snapshot } : {}),
      ...(attachments.length > 0 ? { attachments } : {}),
    };
  }

  /** @returns whether the question was asked */
  async #ask(task: Task, text: string, read: (() => Promise<Snapshot>) | undefined, wish: Omit<TaskWish, 'text'> = {}): Promise<boolean> {
    const revealed = this.#reveal();
    try {
      const question = await this.#question(task, text, await read?.(), wish);
      const context = await this.#automatic().of(question);
      this.#panel.showNotice(undefined);
      void this.#attachments.set([]);
      void this.#turns.ask({ ...question, ...(context.length > 0 ? { context } : {}) });
      return true;
    } catch (thrown) {
      this.#panel.showNotice(toLemmaError(thrown));
      return false;
    } finally {
      await revealed;
    }
  }
}

/** A result that can be compared is what these ask for. An explanation or an edit is never the same twice. */
function votes(task: Task): boolean {
  return task === 'solve' || task === 'ask';
}

/** The first lines of an attachment. */
function beginningOf(attachment: Attachment, keepChars: number): Attachment {
  const { tokens: _tokens, ...rest } = attachment;
  const { text } = trimSnapshotText(attachment.text, 0, keepChars);
  const start = attachment.range?.start ?? { line: 0, character: 0 };
  return { ...rest, text, range: { start, end: endOf(start, text) } };
}

/** The lines around the cursor, or the first ones when it is elsewhere. */
function trimSnapshot(snapshot: Snapshot, keepChars: number): Snapshot {
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === snapshot.uri);
  const start = new vscode.Position(snapshot.range.start.line, snapshot.range.start.character);
  const offset = (position: vscode.Position): number => editor?.document.offsetAt(position) ?? 0;
  const focus = editor ? offset(editor.selection.active) - offset(start) : 0;
  const kept = trimSnapshotText(snapshot.text, focus, keepChars);
  return {
    ...snapshot,
    scope: 'selection',
    text: kept.text,
    range: { start: endOf(start, snapshot.text.slice(0, kept.start)), end: endOf(start, snapshot.text.slice(0, kept.end)) },
    // The lines beside a part are the whole's own; what they would add is what had to go.
    before: '',
    after: '',
  };
}
