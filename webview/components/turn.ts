import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { Turn } from '../../src/core/conversation.ts';
import type { PanelNote, PanelToHost, TurnWords } from '../../src/shared/panelProtocol.ts';
import type { Fold } from '../memory.ts';
import type { Pulse } from '../pulse.ts';
import './answer.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { endNote } from './notes.ts';
import './question.ts';
import type { EditEvent, EditedPart, LemmaTextEdit, TextEdit } from './textEdit.ts';
import type { LemmaThought } from './thought.ts';
import './thought.ts';
import './vote.ts';
import { turnActions } from './turnActions.ts';

/** How long a button says that it has copied, in milliseconds. */
export const copiedMs = 1500;

/** One question with its thought, its answer, how it ended and what can be done with it. */
export class LemmaTurn extends PanelElement {
  static override properties = {
    context: { attribute: false },
    turn: { attribute: false },
    words: { attribute: false },
    fold: { attribute: false },
    questionEdit: { attribute: false },
    thoughtEdit: { attribute: false },
    contents: { attribute: false },
    pulse: { attribute: false },
    newest: { attribute: false },
    busy: { attribute: false },
    editedInPanel: { attribute: false },
    far: { attribute: false },
    onDraw: { attribute: false },
    copied: { state: true },
    opened: { state: true },
  };
  declare context: PanelContext;
  declare turn: Turn;
  declare words: TurnWords | undefined;
  declare fold: Fold | undefined;
  /** What was typed, and the thought, as they are being edited. */
  declare questionEdit: string | undefined;
  declare thoughtEdit: string | undefined;
  /** The thought's contents are shown. */
  declare contents: boolean;
  /** Of this turn, while it runs. */
  declare pulse: Pulse | undefined;
  declare newest: boolean;
  /** Some turn is running, so no other can be asked. */
  declare busy: boolean;
  /** Some text is being edited, in this turn or another, so the next step is there and no other button is filled. */
  declare editedInPanel: boolean;
  /** Height in pixels while only the question is drawn; undefined when all of the turn is. */
  declare far: number | undefined;
  /** Asks for a turn that is not drawn; resolves when it is. */
  declare onDraw: (turn: LemmaTurn) => Promise<void>;
  /** The answer was put on the clipboard a moment ago. */
  declare copied: boolean;
  /** What the user has opened for editing on this page, and where the focus was then. */
  declare opened: EditedPart | undefined;
  private openedFrom: HTMLElement | undefined;
  private edits!: Readonly<Record<EditedPart, TextEdit>>;

  constructor() {
    super();
    this.copied = false;
  }

  /** Resolves when all of the turn is on the page, before the next frame. */
  async draw(): Promise<void> {
    if (this.far !== undefined) await this.onDraw(this);
    await this.querySelector<LemmaThought>('lemma-thought')?.updateComplete;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('far')) {
      this.classList.toggle('far', this.far !== undefined);
      this.style.blockSize = this.far === undefined ? '' : `${this.far}px`;
      // Also of one that was drawn while it was out of sight, until it is seen.
      if (this.far !== undefined) this.style.setProperty('--lm-far', `${this.far}px`);
    }
    // The same objects while text streams, so that the question is not drawn at every frame.
    if (changed.has('busy') || changed.has('opened') || changed.has('context'))
      this.edits = { question: this.textEdit('question'), thought: this.textEdit('thought') };
  }

  protected override render(): TemplateResult {
    const { turn, words, context } = this;
    const { strings } = context;
    const { id, text } = turn.question;
    if (this.far !== undefined) return html`<p class="question"><span class="typed">${text === '' ? words?.title : text}</span></p>`;
    const answering = turn.phase === 'answering' || turn.answer !== '';
    const ended = turn.phase === 'ended';
    const voting = turn.samples !== undefined && turn.chosenSample === undefined && turn.thought === '';
    return html`
      <lemma-question
        class="question"
        role="group"
        aria-label=${strings.question}
        .context=${context}
        .question=${turn.question}
        .branch=${turn.branch}
        .tokens=${turn.questionTokens}
        .words=${words}
        .edit=${this.questionEdit}
        .editing=${this.edits.question}
        .onEdit=${this.editQuestion}
      ></lemma-question>
      ${
        (turn.thought.trim() === '' && answering) || voting
          ? nothing
          : html`<lemma-thought
              class="thought"
              role="group"
              aria-label=${strings.thought}
              ?hidden=${ended && turn.thought.trim() === ''}
              .context=${context}
              .turn=${turn}
              .fold=${this.fold}
              .edit=${this.thoughtEdit}
              .contents=${this.contents}
              .editing=${this.edits.thought}
              .pulse=${this.pulse}
            ></lemma-thought>`
      }
      ${
        answering
          ? html`<lemma-answer
              class="answer ${ended ? '' : 'first busy'} ${words?.canEdit === false ? 'fixed' : ''}"
              role="group"
              aria-label=${strings.answer}
              aria-description=${strings.browseHint}
              tabindex="0"
              .content=${{ turnId: id, text: turn.answer, complete: ended, marks: ended ? words?.check?.marks : undefined, context }}
            ></lemma-answer>`
          : nothing
      }
      ${
        turn.samples && words?.vote
          ? html`<lemma-vote
              class="vote"
              role="group"
              aria-label=${strings.vote}
              .context=${context}
              .samples=${turn.samples}
              .chosen=${turn.chosenSample}
              .words=${words.vote}
              .running=${!ended}
            ></lemma-vote>`
          : nothing
      }
      ${ended && words?.check ? html`<div class="checked">${endNote(words.check.note, id, context, false)}</div>` : nothing}
      ${ended && words?.note ? endNote(words.note, id, context, !this.editedInPanel) : nothing}
      ${words?.edit ? endNote(words.edit, id, context, !this.editedInPanel) : nothing}
      ${ended ? this.actions() : answering ? html`<div class="actions" aria-hidden="true"></div>` : nothing}
      ${words?.editNote ? endNote(words.editNote, id, context) : nothing}
      ${words?.testNote ? endNote(words.testNote, id, context) : nothing}
    `;
  }

  private actions(): TemplateResult {
    const { turn, words, newest, busy, copied } = this;
    const leads = (note: PanelNote | undefined): boolean => note?.buttons.some((button) => button.primary === true) === true;
    const ledElsewhere = this.editedInPanel || leads(words?.note) || leads(words?.edit);
    const onEditThought = (): void => this.edit('thought');
    return turnActions({ turn, words, newest, busy, copied, ledElsewhere, onCopy: this.copy, onEditThought }, this.context);
  }

  private readonly editQuestion = (): void => this.edit('question');

  /** Opens the question or the thought as text to be changed, with the cursor in it. */
  edit(part: EditedPart): void {
    if (this.busy) return;
    if (this.far !== undefined) return void this.draw().then(() => this.edit(part));
    const field = this.querySelector<LemmaTextEdit>(`lemma-${part} lemma-text-edit`);
    if (field) return field.focusText();
    this.opened = part;
    this.openedFrom = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    this.tellEdit(part, part === 'question' ? this.turn.question.text : this.turn.thought);
  }

  private textEdit(part: EditedPart): TextEdit {
    const { strings } = this.context;
    const common = {
      busy: this.busy,
      opened: this.opened === part,
      keep: (text: string) => this.tellEdit(part, text),
      cancel: () => this.endEdit(part),
    };
    if (part === 'thought')
      return {
        ...common,
        label: strings.editThought,
        hint: strings.editThoughtHint,
        action: strings.continueFromHere,
        enterSends: false,
        mayBeEmpty: true,
        send: (thought) => this.sendEdit({ type: 'editThought', turnId: this.turnId, thought }),
      };
    const isTask = this.turn.question.task !== 'ask';
    return {
      ...common,
      label: strings.editQuestion,
      ...(isTask ? { placeholder: strings.editQuestionAdded } : {}),
      hint: strings.editQuestionHint,
      action: strings.send,
      enterSends: true,
      mayBeEmpty: isTask,
      send: (text) => this.sendEdit({ type: 'editQuestion', turnId: this.turnId, text }),
    };
  }

  private get turnId(): string {
    return this.turn.question.id;
  }

  private sendEdit(message: Extract<PanelToHost, { readonly type: 'editQuestion' | 'editThought' }>): void {
    this.endEdit(message.type === 'editQuestion' ? 'question' : 'thought');
    this.context.post(message);
  }

  /** The focus goes back to where the edit was opened from, before its field goes. */
  private endEdit(part: EditedPart): void {
    const opener = this.querySelector<HTMLElement>(part === 'question' ? 'lemma-question .bar button:last-child' : 'lemma-menu button');
    const target = this.openedFrom?.isConnected === true ? this.openedFrom : opener;
    target?.focus({ preventScroll: true });
    this.opened = undefined;
    this.openedFrom = undefined;
    this.tellEdit(part, undefined);
  }

  private tellEdit(part: EditedPart, text: string | undefined): void {
    const detail = { part, turnId: this.turnId, text };
    this.dispatchEvent(new CustomEvent('lemma-edit', { detail, bubbles: true }) satisfies EditEvent);
  }

  private readonly copy = (): void => {
    this.context.post({ type: 'copy', turnId: this.turnId });
    this.dispatchEvent(new CustomEvent('lemma-copied', { bubbles: true }));
    this.copied = true;
    window.setTimeout(() => (this.copied = false), copiedMs);
  };
}

customElements.define('lemma-turn', LemmaTurn);
