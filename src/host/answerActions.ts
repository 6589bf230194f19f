import * as vscode from 'vscode';
import type { Turn } from '../core/conversation.ts';
import { turnById, lastTurn } from '../core/conversation.ts';
import { toLemmaError } from '../core/errors.ts';
import type { LemmaError } from '../core/errors.ts';
import type { Conversations } from './conversations.ts';
import { answerBlocks } from '../core/answer.ts';
import { replyMarkdown } from '../core/exportMarkdown.ts';
import { answerText, applyAnswer } from './editor/applyEdit.ts';
import type { AnswerEdit } from './editor/applyEdit.ts';
import { toRange } from './editor/convert.ts';
import { placeLabel } from '../core/place.ts';
import { Emitter } from './disposables.ts';
import { columnBesideTab, openDocument } from './editor/openDocument.ts';
import type { InferenceLog } from './inferenceClient.ts';
import type { PanelModel } from './panel/panelModel.ts';
import type { TextViews } from './textViews.ts';
import { errorNote } from './userMessages.ts';

/** The way back into the file: Insert, Replace and Copy, always of the trimmed answer. What came of it is said under the turn. */
export class AnswerActions {
  readonly #conversations: Conversations;
  readonly #panel: PanelModel;
  readonly #texts: TextViews;
  readonly #log: InferenceLog;
  readonly #edited = new Emitter<{ readonly turnId: string }>();
  /** An answer was put into a file. */
  readonly onDidEdit = this.#edited.event;
  /** By turn: the last edit that was refused, whose text its note offers for the clipboard. */
  readonly #refused = new Map<string, AnswerEdit>();

  constructor(conversations: Conversations, panel: PanelModel, texts: TextViews, log: InferenceLog) {
    this.#conversations = conversations;
    this.#panel = panel;
    this.#texts = texts;
    this.#log = log;
  }

  /**
   * @param turnId the newest turn when absent
   * @param block only this fenced block of the answer, counted from 0
   */
  async edit(kind: 'insert' | 'replace', turnId?: string, block?: number): Promise<void> {
    const turn = this.#turn(turnId);
    if (!turn) return;
    const { snapshot, id } = turn.question;
    const request: AnswerEdit = { snapshot, answer: turn.answer, kind, block };
    try {
      await applyAnswer(request);
      this.#refused.delete(id);
      this.#panel.note(id, { editNote: undefined });
      this.#edited.fire({ turnId: id });
    } catch (thrown) {
      this.#refuse(id, request, toLemmaError(thrown));
    }
  }

  /** Says under the turn why its answer was not put into the file, and offers what would have been for the clipboard. */
  refuse({ question, answer }: Turn, kind: 'insert' | 'replace', error: LemmaError): void {
    this.#refuse(question.id, { snapshot: question.snapshot, answer, kind }, error);
  }

  #refuse(turnId: string, request: AnswerEdit, error: LemmaError): void {
    const { kind, snapshot } = request;
    this.#refused.set(turnId, request);
    this.#log.info(`[edit] ${kind} refused: ${JSON.stringify(error)}${snapshot ? ` at ${placeLabel(snapshot)}` : ''}`);
    this.#panel.note(turnId, { editNote: errorNote(error) });
  }

  /** Puts the answer as Markdown, or one code block of it, on the clipboard; the thought only where it was asked for. */
  async copy(turnId?: string, part: { readonly block?: number; readonly withThought?: boolean } = {}): Promise<void> {
    const turn = this.#turn(turnId);
    if (!turn) return;
    const { block, withThought = false } = part;
    const text = block === undefined ? replyMarkdown(turn, withThought) : answerBlocks(turn.answer)[block]?.code;
    if (text === undefined || text === '') this.#panel.note(turn.question.id, { editNote: errorNote({ code: 'noAnswerToInsert' }) });
    else await vscode.env.clipboard.writeText(text);
  }

  /** Puts on the clipboard what the last refused edit would have written, else the answer. */
  async copyRefused(turnId?: string): Promise<void> {
    const turn = this.#turn(turnId);
    const refused = turn && this.#refused.get(turn.question.id);
    const text = refused && answerText(refused);
    if (!turn || text === undefined) return this.copy(turnId);
    await vscode.env.clipboard.writeText(text);
    this.#panel.note(turn.question.id, { editNote: undefined });
  }

  /**
   * Shows the place that the question was about, or the one of its attachment. An attachment whose document is gone is shown
   * as the model saw it.
   */
  async revealPlace(turnId: string, attachmentIndex?: number): Promise<void> {
    const question = this.#turn(turnId)?.question;
    const shown = [...(question?.attachments ?? []), ...(question?.context ?? [])];
    const attachment = attachmentIndex === undefined ? undefined : shown[attachmentIndex];
    const place = attachmentIndex === undefined ? question?.snapshot : attachment;
    if (!place) return;
    try {
      const document = await openDocument(vscode.Uri.parse(place.uri, true));
      await vscode.window.showTextDocument(document, {
        ...(place.range ? { selection: document.validateRange(toRange(place.range)) } : {}),
        viewColumn: columnBesideTab(document.uri),
      });
    } catch (thrown) {
      if (attachment) return this.#texts.open(attachment.label, attachment.text, attachment.languageId);
      const error = toLemmaError(thrown);
      this.#log.warn(`[panel] ${place.uri} cannot be opened: ${JSON.stringify(error)}`);
      this.#panel.note(turnId, { editNote: errorNote(error) });
    }
  }

  #turn(turnId: string | undefined): Turn | undefined {
    const { current } = this.#conversations;
    return turnId === undefined ? lastTurn(current) : turnById(current, turnId);
  }
}
