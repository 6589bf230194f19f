/**
 * The edits that answers make, shown as previews while they are written; nothing of them is in a file. Follows the
 * conversation's events; everything else is made from the turn's answer and the document. What the user decides about them:
 * `editDecisions.ts`.
 */
import * as vscode from 'vscode';
import type { ConversationEvent, Turn } from '../../core/conversation.ts';
import { isRunning, lastTurn, turnById } from '../../core/conversation.ts';
import { pureInsertion } from '../../core/editProposal.ts';
import { LemmaFailure, toLemmaError } from '../../core/errors.ts';
import type { AnswerActions } from '../answerActions.ts';
import type { Conversations } from '../conversations.ts';
import { Disposables, Emitter } from '../disposables.ts';
import { documentName } from '../editor/documents.ts';
import { isReadOnly, openDocument } from '../editor/openDocument.ts';
import type { InferenceLog } from '../inferenceClient.ts';
import type { PanelModel } from '../panel/panelModel.ts';
import { EditPreview } from './editPreview.ts';
import { editNote, filesNote } from './editWords.ts';
import { GhostText } from './ghostText.ts';
import { PreviewDocuments, editScheme } from './previewDocuments.ts';
import { activePreview, closePreview, openPreview, previewTab } from './previewTabs.ts';
import { changedFiles } from './severalFiles.ts';
import type { FileChange } from './severalFiles.ts';

export interface EditPreviewParts {
  readonly conversations: Conversations;
  readonly panel: PanelModel;
  readonly answers: AnswerActions;
  readonly log: InferenceLog;
}

/** How often a preview is drawn anew while its answer is written, milliseconds. */
const drawMs = 100;

export class EditPreviews {
  readonly documents = new PreviewDocuments();
  readonly ghost = new GhostText();
  readonly #parts: EditPreviewParts;
  readonly #disposables = new Disposables();
  readonly #ended = new Emitter<{ readonly turnId: string; readonly files: boolean }>();
  /** The answer has come to its end, and its preview shows that. `files`: it changes several. */
  readonly onDidEnd = this.#ended.event;
  readonly #previews = new Map<string, EditPreview>();
  readonly #files = new Map<string, readonly FileChange[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** What was said last of each turn, so that it is not said again. */
  readonly #said = new Map<string, string>();
  /** What is being done about each turn, one thing after the other. */
  readonly #work = new Map<string, Promise<void>>();
  #context = '';
  /** The cursor is in the panel, so that no editor may take it. */
  panelFocused = false;

  constructor(parts: EditPreviewParts) {
    this.#parts = parts;
    const keep = this.#disposables;
    keep.add(this.documents);
    keep.add(vscode.workspace.registerTextDocumentContentProvider(editScheme, this.documents));
    keep.add(vscode.languages.registerInlineCompletionItemProvider({ scheme: '*' }, this.ghost));
    keep.add(parts.conversations.onDidAppend(({ event }) => this.#see(event)));
    keep.add(parts.conversations.onDidSwitch(() => this.#leave()));
    keep.add(vscode.window.tabGroups.onDidChangeTabs(() => this.#tabsChanged()));
    keep.add(vscode.window.tabGroups.onDidChangeTabGroups(() => this.#updateContext()));
    keep.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0) return;
        for (const turnId of this.ghost.follow(document, contentChanges))
          void vscode.commands.executeCommand('lemma.acceptEdit', turnId, 'inserted');
        for (const preview of this.#previews.values()) if (preview.document === document) this.#drawSoon(preview.turnId);
      }),
    );
  }

  /** The preview of a turn, if it is followed. */
  of(turnId: string): EditPreview | undefined {
    return this.#previews.get(turnId);
  }

  /** Shows what the answer of a turn would do, again. @param turnId the newest turn when absent */
  async show(turnId?: string): Promise<void> {
    const turn = this.turn(turnId);
    if (!turn) return;
    await this.saying(turn, async () => {
      const preview = await this.ofTurn(turn);
      if (!preview) throw new LemmaFailure({ code: 'noAnswerToInsert' });
      if (await this.filesOf(turn)) return this.draw(turn.question.id);
      this.draw(turn.question.id);
      if (preview.state === 'refused' && preview.reason) throw new LemmaFailure(preview.reason);
      if (preview.state === 'ready' && (await this.#showGhost(preview))) return;
      if (preview.hunks.length > 0 || isRunning(turn)) await this.#open(preview, true);
    });
  }

  /** A turn by its id, the newest without one. */
  turn(turnId: string | undefined): Turn | undefined {
    const { current } = this.#parts.conversations;
    return turnId === undefined ? lastTurn(current) : turnById(current, turnId);
  }

  /** Does something about a turn's edit after what is being done; resolves nothing, and what fails is in the log. */
  follow(turnId: string, act: () => Promise<unknown>): void {
    const { log } = this.#parts;
    const work = (this.#work.get(turnId) ?? Promise.resolve())
      .then(act)
      .catch((thrown: unknown) => log.error(`[edit] ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`))
      .then(() => {
        if (this.#work.get(turnId) === work) this.#work.delete(turnId);
      });
    this.#work.set(turnId, work);
  }

  /** Resolves when what followed from the events so far has been done. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work.values());
  }

  /** Does something about a turn's edit; why it was not done is said under the turn. */
  async saying(turn: Turn, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (thrown) {
      const kind = turn.question.answerUse === 'insert' ? 'insert' : 'replace';
      this.#parts.answers.refuse(turn, kind, toLemmaError(thrown));
    }
  }

  /** The edit of this turn is none any more: it was decided on, or its turn is gone. */
  async forget(turnId: string): Promise<void> {
    const preview = this.#previews.get(turnId);
    this.#previews.delete(turnId);
    this.#files.delete(turnId);
    this.#said.delete(turnId);
    await this.ghost.hide(turnId);
    if (!preview) return;
    await closePreview(preview.uri);
    this.documents.delete(preview.uri);
    this.#updateContext();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#disposables.dispose();
  }

  #see(event: ConversationEvent): void {
    switch (event.type) {
      case 'asked': {
        const { replaces, question } = event;
        if (replaces !== undefined) this.follow(replaces, () => this.forget(replaces));
        return this.follow(question.id, () => this.#begin(question.id));
      }
      case 'resumed':
        return this.follow(event.turnId, () => this.#begin(event.turnId));
      case 'delta':
        if (event.part === 'answer') this.#drawSoon(event.turnId);
        return;
      case 'ended':
        return this.follow(event.turnId, () => this.#end(event.turnId));
      case 'turnDeleted':
        return this.follow(event.turnId, () => this.forget(event.turnId));
      default:
    }
  }

  /** A preview that is filled while the answer comes stands there from the question on. */
  async #begin(turnId: string): Promise<void> {
    const turn = this.turn(turnId);
    const preview = turn && (await this.ofTurn(turn).catch(() => undefined));
    if (!preview) return;
    this.draw(turnId);
    if (preview.kind !== 'replace' || (await isReadOnly(preview.document))) return;
    // The preview covers the document; whoever was in it would be nowhere.
    const focus = !this.panelFocused && vscode.window.activeTextEditor?.document === preview.document;
    await this.#open(preview, focus);
  }

  async #end(turnId: string): Promise<void> {
    const turn = this.turn(turnId);
    const preview = this.#previews.get(turnId);
    if (!turn || !preview) return;
    const files = turn.end?.kind === 'complete' ? await this.filesOf(turn) : undefined;
    this.draw(turnId);
    if (turn.answer.trim() === '') this.#parts.panel.note(turnId, { edit: undefined });
    // A preview without a change, or of one file among several, would be in the way.
    if (files || preview.hunks.length === 0) await closePreview(preview.uri);
    else if (preview.kind === 'insert' && preview.state === 'ready') await this.#offerInsertion(preview);
    else if (preview.state === 'unfinished' && previewTab(preview.uri)) {
      await this.#open(preview, activePreview() === turnId && !this.panelFocused);
    }
    this.#ended.fire({ turnId, files: files !== undefined });
  }

  /** Ghost text where the user has stayed at the place, the diff where it cannot be drawn; else the panel offers it alone. */
  async #offerInsertion(preview: EditPreview): Promise<void> {
    const { document, snapshot } = preview;
    const editor = vscode.window.activeTextEditor;
    if (this.panelFocused || editor?.document !== document) return this.#open(preview, false);
    const { range } = snapshot;
    const stayed =
      editor.selections.length === 1 &&
      document.version === snapshot.version &&
      editor.selection.start.line >= range.start.line &&
      editor.selection.end.line <= range.end.line + 1;
    if (stayed && !(await this.#showGhost(preview))) await this.#open(preview, false);
  }

  async #showGhost(preview: EditPreview): Promise<boolean> {
    const insertion = preview.proposal && pureInsertion(preview.proposal);
    if (!insertion || previewTab(preview.uri)) return false;
    return this.ghost.show(preview.turnId, preview.document, insertion);
  }

  async #open(preview: EditPreview, focus: boolean): Promise<void> {
    this.documents.set(preview.uri, preview.text);
    await this.documents.open(preview.uri, preview.document.languageId);
    const start = preview.hunks[0]?.start ?? preview.snapshot.range.start.line;
    const unfinished = preview.state === 'unfinished';
    await openPreview(preview.document, preview.uri, { at: { line: start, character: 0 }, focus, unfinished });
  }

  /** The preview of a turn whose answer is an edit of something. @throws LemmaFailure `documentGone` */
  async ofTurn(turn: Turn): Promise<EditPreview | undefined> {
    const { id, answerUse = 'panel', snapshot } = turn.question;
    if (answerUse === 'panel' || !snapshot) return undefined;
    const known = this.#previews.get(id);
    if (known && !known.document.isClosed) return known;
    const document = await openDocument(vscode.Uri.parse(snapshot.uri, true));
    const preview = this.#previews.get(id);
    if (preview?.document === document) return preview;
    const made = new EditPreview(turn, snapshot, document);
    this.#previews.set(id, made);
    return made;
  }

  /** The files that a turn's answer changes, where these are several. */
  async filesOf(turn: Turn): Promise<readonly FileChange[] | undefined> {
    const preview = await this.ofTurn(turn);
    const files = preview && (await changedFiles(turn.answer, preview.document.uri));
    if (files) this.#files.set(turn.question.id, files);
    else this.#files.delete(turn.question.id);
    return files;
  }

  /** Another conversation is shown; what was not decided on waits in this one. */
  #leave(): void {
    for (const turnId of [...this.#previews.keys()]) this.follow(turnId, () => this.forget(turnId));
  }

  #drawSoon(turnId: string): void {
    if (!this.#previews.has(turnId) || this.#timers.has(turnId)) return;
    this.#timers.set(
      turnId,
      setTimeout(() => this.draw(turnId), drawMs),
    );
  }

  /** Makes the preview anew from the answer and the document as they are now. */
  draw(turnId: string): void {
    clearTimeout(this.#timers.get(turnId));
    this.#timers.delete(turnId);
    const turn = this.turn(turnId);
    const preview = this.#previews.get(turnId);
    if (!turn || !preview) return;
    preview.update(turn);
    this.documents.set(preview.uri, preview.text);
    this.#say(turn, preview);
    this.#updateContext();
  }

  #say(turn: Turn, preview: EditPreview): void {
    const { id } = turn.question;
    const files = this.#files.get(id);
    const note = files ? filesNote(files.length) : editNote(preview, documentName(preview.document), this.#isShown(preview));
    const said = JSON.stringify(note);
    if (this.#said.get(id) === said) return;
    this.#said.set(id, said);
    const { panel, answers } = this.#parts;
    if (preview.state === 'refused' && preview.reason && !files) {
      panel.note(id, { edit: undefined });
      return answers.refuse(turn, preview.kind, preview.reason);
    }
    panel.note(id, { edit: note, editNote: undefined });
  }

  #isShown({ uri, turnId }: EditPreview): boolean {
    return previewTab(uri)?.isActive === true || this.ghost.has(turnId);
  }

  #tabsChanged(): void {
    this.#updateContext();
    for (const preview of this.#previews.values()) {
      const turn = this.turn(preview.turnId);
      if (turn && preview.proposal) this.#say(turn, preview);
    }
  }

  /** For the manifest's `when` clauses: the state of the preview that is the active tab, and whether it has several changes. */
  #updateContext(): void {
    const id = activePreview();
    const preview = id === undefined ? undefined : this.#previews.get(id);
    const [state, several] = [preview?.state ?? '', (preview?.hunks.length ?? 0) > 1];
    if (this.#context === `${state} ${several}`) return;
    this.#context = `${state} ${several}`;
    void vscode.commands.executeCommand('setContext', 'lemma.edit', state);
    void vscode.commands.executeCommand('setContext', 'lemma.editHasSeveral', several);
  }
}
