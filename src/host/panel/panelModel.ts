import * as vscode from 'vscode';
import type { Turn } from '../../core/conversation.ts';
import { allTurns, turnById } from '../../core/conversation.ts';
import { justDeleted } from '../../core/conversationTree.ts';
import type { LemmaError } from '../../core/errors.ts';
import type {
  AttachmentOffer,
  ContextUse,
  PanelDownload,
  PanelFonts,
  ReadingHabits,
  PanelNote,
  PanelState,
  SelectionOffer,
  SamplesOffer,
  ThinkingOffer,
  TurnWords,
} from '../../shared/panelProtocol.ts';
import type { ModelState } from '../../shared/modelState.ts';
import type { Conversations } from '../conversations.ts';
import { Emitter } from '../disposables.ts';
import type { ModelService } from '../modelService.ts';
import { modelHover, modelName, modelStatus } from '../modelWords.ts';
import { button } from '../panelButtons.ts';
import { waitsForModel } from '../endMessages.ts';
import { deletedNote } from '../conversationMessages.ts';
import { errorNote } from '../userMessages.ts';
import { panelStrings } from './panelStrings.ts';
import { turnWords } from './turnWords.ts';
import type { TurnExtra } from './turnWords.ts';

const habitsKey = 'lemma.readingHabits';

/** What changed outside the conversation, for the view to send on. */
export type PanelChange =
  | { readonly kind: 'words'; readonly turnId: string }
  | {
      readonly kind:
        | 'notice'
        | 'download'
        | 'fetching'
        | 'fonts'
        | 'habits'
        | 'thinking'
        | 'samples'
        | 'selection'
        | 'attachments'
        | 'automatic'
        | 'context'
        | 'draft'
        | 'draftReturned';
    };

/**
 * The state of the panel that is not in the conversation: notice, notes, draft and attached selection. Lives in the host,
 * so that hiding, moving or reloading the view loses none of it.
 */
export class PanelModel {
  readonly #conversations: Conversations;
  readonly #model: ModelService;
  readonly #drafts: vscode.Memento;
  readonly #userMemory: vscode.Memento;
  readonly #changed = new Emitter<PanelChange>();
  readonly onDidChange = this.#changed.event;
  /** What turns say besides their text, kept while the window lives. */
  readonly #extras = new Map<string, TurnExtra>();
  #notice: PanelNote | undefined;
  #download: PanelDownload | undefined;
  /** Name of a model that is being fetched, by this window or another. */
  #fetching: string | undefined;
  /** Saving fails. Stays, under any other notice, until everything is saved. */
  #unsaved: PanelNote | undefined;
  /** The user has put that away; the next question, which is not saved either, brings it back. */
  #unsavedDismissed = false;
  /** The turns that say they are left out. */
  #leftOut: readonly string[] = [];
  /** The user does not want the last deletion undone, or something newer has to be said. */
  #undoDismissed = false;
  #selection: SelectionOffer | undefined;
  #selectionAttached = false;
  #fonts: PanelFonts = {};
  #attachments: readonly AttachmentOffer[] = [];
  #automatic: readonly AttachmentOffer[] = [];
  #context: ContextUse | undefined;
  #thinking: ThinkingOffer | undefined;
  #samples: SamplesOffer | undefined;

  /**
   * @param drafts keeps the text in the composer over a reload of the window
   * @param userMemory keeps how the user reads, for all windows
   */
  constructor(conversations: Conversations, model: ModelService, drafts: vscode.Memento, userMemory: vscode.Memento) {
    this.#conversations = conversations;
    this.#model = model;
    this.#drafts = drafts;
    this.#userMemory = userMemory;
    conversations.onDidAppend(({ event }) => {
      if (event.type === 'leftOut') this.#leftOutChanged();
      if (event.type === 'turnDeleted') this.#undoDismissed = false;
      if (event.type === 'asked') this.#unsavedDismissed = false;
      if (event.type === 'turnDeleted' || event.type === 'turnRestored' || event.type === 'asked') this.#changed.fire({ kind: 'notice' });
    });
    // What waits for a model is asked at once, and says what becomes of it.
    model.onDidChange(({ kind }) => {
      if (kind !== 'notChosen') this.#fetching = undefined;
    });
    conversations.onDidSwitch(() => {
      this.#undoDismissed = false;
      this.#leftOut = conversations.current?.leftOut ?? [];
    });
  }

  /** What was deleted last can be put back as long as nothing else has to be said, also after the window was reloaded. */
  get notice(): PanelNote | undefined {
    const deleted = this.#undoDismissed ? 0 : justDeleted(this.#conversations.current).length;
    if (deleted > 0) return deletedNote(deleted);
    return this.#notice ?? (this.#unsavedDismissed ? undefined : this.#unsaved);
  }

  get download(): PanelDownload | undefined {
    return this.#download;
  }

  /** Name of the model that questions without one wait for. */
  get fetching(): string | undefined {
    return this.#fetching;
  }

  /** What an empty conversation says. */
  get welcome(): PanelNote {
    return welcome(this.#model.state, this.#fetching);
  }

  get selection(): SelectionOffer | undefined {
    return this.#selection;
  }

  get selectionAttached(): boolean {
    return this.#selectionAttached;
  }

  get fonts(): PanelFonts {
    return this.#fonts;
  }

  /** Undefined before the user's first choice. */
  get habits(): ReadingHabits | undefined {
    return this.#userMemory.get<ReadingHabits>(habitsKey);
  }

  /** What the user attached, then what Lemma chose. */
  get attachments(): readonly AttachmentOffer[] {
    return [...this.#attachments, ...this.#automatic];
  }

  get context(): ContextUse | undefined {
    return this.#context;
  }

  get thinking(): ThinkingOffer | undefined {
    return this.#thinking;
  }

  get samples(): SamplesOffer | undefined {
    return this.#samples;
  }

  /** What the user has typed and not sent. */
  get draft(): string {
    return this.#drafts.get<string>(draftKey, '');
  }

  /** Everything, for drawing the panel anew. */
  snapshot(): PanelState {
    const conversation = this.#conversations.current;
    const model = this.#model.state;
    return {
      conversation,
      eventCount: this.#conversations.eventCount,
      // Of branches that are not shown too: walking to one sends an event alone.
      words: Object.fromEntries((conversation ? allTurns(conversation) : []).map((turn) => [turn.question.id, this.#words(turn)])),
      model,
      modelLabel: modelName(model),
      modelStatus: modelStatus(model),
      modelHover: modelHover(model),
      notice: this.notice,
      welcome: this.welcome,
      download: this.#download,
      selection: this.#selection,
      selectionAttached: this.#selectionAttached,
      fonts: this.#fonts,
      ...(this.habits ? { habits: this.habits } : {}),
      attachments: this.attachments,
      context: this.#context,
      draft: this.draft,
      thinking: this.#thinking,
      ...(this.#samples ? { samples: this.#samples } : {}),
      strings: panelStrings(),
      locale: vscode.env.language,
    };
  }

  words(turnId: string): TurnWords | undefined {
    const turn = turnById(this.#conversations.current, turnId);
    return turn && this.#words(turn);
  }

  /** Replaces what the turn says about its end, or about its last edit. */
  note(turnId: string, extra: TurnExtra): void {
    this.#extras.set(turnId, { ...this.#extras.get(turnId), ...extra });
    this.#changed.fire({ kind: 'words', turnId });
  }

  /** A turn that goes on has not ended, so what was said about its end goes. */
  clearNotes(turnId: string): void {
    if (this.#extras.delete(turnId)) this.#changed.fire({ kind: 'words', turnId });
  }

  showNotice(notice: PanelNote | LemmaError | undefined): void {
    this.#notice = notice && 'code' in notice ? errorNote(notice) : notice;
    if (notice) this.#undoDismissed = true;
    this.#changed.fire({ kind: 'notice' });
  }

  /** @param error why the conversation cannot be saved; undefined when all of it is saved again */
  showUnsaved(error: LemmaError | undefined): void {
    this.#unsaved = error && errorNote(error);
    if (error) {
      this.#unsavedDismissed = false;
      this.#undoDismissed = true;
    }
    this.#changed.fire({ kind: 'notice' });
  }

  /** Takes away the notice that is shown; another one may have waited under it. */
  dismissNotice(): void {
    const shown = this.notice;
    if (shown && shown === this.#notice) return this.showNotice(undefined);
    if (shown && shown === this.#unsaved) this.#unsavedDismissed = true;
    else this.#undoDismissed = true;
    this.#changed.fire({ kind: 'notice' });
  }

  showDownload(download: PanelDownload | undefined): void {
    if (JSON.stringify(download) === JSON.stringify(this.#download)) return;
    this.#download = download;
    this.#changed.fire({ kind: 'download' });
  }

  /** @param name of a model that is being fetched; where none is chosen, questions wait for it, and say so */
  showFetching(name: string | undefined): void {
    const awaited = this.#model.state.kind === 'notChosen' ? name : undefined;
    if (awaited === this.#fetching) return;
    this.#fetching = awaited;
    this.#changed.fire({ kind: 'fetching' });
    const { current } = this.#conversations;
    for (const turn of current ? allTurns(current) : []) {
      if (waitsForModel(turn)) this.#changed.fire({ kind: 'words', turnId: turn.question.id });
    }
  }

  setFonts(fonts: PanelFonts): void {
    this.#fonts = fonts;
    this.#changed.fire({ kind: 'fonts' });
  }

  async saveHabits({ nextFold, wrapCode }: ReadingHabits): Promise<void> {
    await this.#userMemory.update(habitsKey, { nextFold, wrapCode });
    this.#changed.fire({ kind: 'habits' });
  }

  offerSelection(selection: SelectionOffer | undefined): void {
    if (JSON.stringify(selection) === JSON.stringify(this.#selection)) return;
    this.#selection = selection;
    this.#changed.fire({ kind: 'selection' });
  }

  attachSelection(attached: boolean): void {
    this.#selectionAttached = attached;
    this.#changed.fire({ kind: 'selection' });
  }

  showAttachments(attachments: readonly AttachmentOffer[]): void {
    this.#attachments = attachments;
    this.#changed.fire({ kind: 'attachments' });
  }

  showAutomatic(automatic: readonly AttachmentOffer[]): void {
    if (JSON.stringify(automatic) === JSON.stringify(this.#automatic)) return;
    this.#automatic = automatic;
    this.#changed.fire({ kind: 'automatic' });
  }

  showContext(context: ContextUse | undefined): void {
    if (JSON.stringify(context) === JSON.stringify(this.#context)) return;
    this.#context = context;
    this.#changed.fire({ kind: 'context' });
  }

  /** @param thinking undefined for a model that does not think */
  showThinking(thinking: ThinkingOffer | undefined): void {
    if (JSON.stringify(thinking) === JSON.stringify(this.#thinking)) return;
    this.#thinking = thinking;
    this.#changed.fire({ kind: 'thinking' });
  }

  showSamples(samples: SamplesOffer): void {
    this.#samples = samples;
    this.#changed.fire({ kind: 'samples' });
  }

  /** Puts what could not be asked back into the chat box. */
  async returnDraft(text: string): Promise<void> {
    await this.saveDraft(text);
    this.#changed.fire({ kind: 'draftReturned' });
  }

  async saveDraft(text: string): Promise<void> {
    await this.#drafts.update(draftKey, text === '' ? undefined : text);
    this.#changed.fire({ kind: 'draft' });
  }

  #leftOutChanged(): void {
    const before = this.#leftOut;
    this.#leftOut = this.#conversations.current?.leftOut ?? [];
    const changed = [...before, ...this.#leftOut].filter((id) => !(before.includes(id) && this.#leftOut.includes(id)));
    for (const turnId of changed) this.#changed.fire({ kind: 'words', turnId });
  }

  #words(turn: Turn): TurnWords {
    const { id } = turn.question;
    const isLeftOut = this.#conversations.current?.leftOut?.includes(id);
    return turnWords(turn, this.#extras.get(id), { isLeftOut, fetching: this.#fetching });
  }
}

const draftKey = 'lemma.draft';

function welcome(model: ModelState, fetching: string | undefined): PanelNote {
  if (model.kind === 'notChosen' && model.server) {
    return {
      tone: 'info',
      icon: 'symbol-operator',
      text: vscode.l10n.t(
        'Select code or mathematics, press Ctrl+K L, and read along while a reasoning model works on it. The settings ask for a server: what you ask goes there. First choose the server and its model.',
      ),
      buttons: [button('testConnection', true)],
    };
  }
  if (model.kind === 'notChosen' && fetching !== undefined) {
    return {
      tone: 'info',
      icon: 'symbol-operator',
      text: vscode.l10n.t(
        'Select code or mathematics, press Ctrl+K L, and read along while a reasoning model works on it. It runs on this computer. Nothing you select leaves it. {0} is being downloaded; what you ask until then is answered when it is there.',
        fetching,
      ),
      buttons: [],
    };
  }
  if (model.kind === 'notChosen') {
    return {
      tone: 'info',
      icon: 'symbol-operator',
      text: vscode.l10n.t(
        'Select code or mathematics, press Ctrl+K L, and read along while a reasoning model works on it. It runs on this computer. Nothing you select leaves it. First choose a model: Lemma looks at what fits here.',
      ),
      buttons: [button('chooseModel', true)],
    };
  }
  return {
    tone: 'info',
    icon: 'symbol-operator',
    text: vscode.l10n.t('Select code or mathematics in the editor, or start here.'),
    buttons: [button('solveSelection'), button('explainSelection')],
  };
}
