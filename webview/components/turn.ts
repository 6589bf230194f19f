import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Turn } from '../../src/core/conversation.ts';
import type { TurnWords } from '../../src/shared/panelProtocol.ts';
import type { Fold } from '../memory.ts';
import type { Pulse } from '../pulse.ts';
import './answer.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { endNote } from './notes.ts';
import { iconButton, pushButton } from './pushButton.ts';
import type { PushButton } from './pushButton.ts';
import './question.ts';
import './thought.ts';

/** One question with its thought, its answer, how it ended and what can be done with it. */
export class LemmaTurn extends PanelElement {
  static override properties = {
    context: { attribute: false },
    turn: { attribute: false },
    words: { attribute: false },
    fold: { attribute: false },
    thoughtEdit: { attribute: false },
    contents: { attribute: false },
    pulse: { attribute: false },
    newest: { attribute: false },
    busy: { attribute: false },
  };
  declare context: PanelContext;
  declare turn: Turn;
  declare words: TurnWords | undefined;
  declare fold: Fold | undefined;
  /** The thought as it is being edited. */
  declare thoughtEdit: string | undefined;
  /** The thought's contents are shown. */
  declare contents: boolean;
  /** Of this turn, while it runs. */
  declare pulse: Pulse | undefined;
  declare newest: boolean;
  /** Some turn is running, so no other can be asked. */
  declare busy: boolean;

  protected override render(): TemplateResult {
    const { turn, words, context } = this;
    const { strings } = context;
    const { id } = turn.question;
    const answering = turn.phase === 'answering' || turn.answer !== '';
    const ended = turn.phase === 'ended';
    return html`
      <lemma-question
        class="question"
        role="group"
        aria-label=${strings.question}
        .context=${context}
        .question=${turn.question}
        .branch=${turn.branch}
        .words=${words}
      ></lemma-question>
      ${
        turn.thought.trim() === '' && answering
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
              .busy=${this.busy}
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
              .content=${{ turnId: id, text: turn.answer, complete: ended, context }}
            ></lemma-answer>`
          : nothing
      }
      ${ended && words?.note ? endNote(words.note, id, context) : nothing}
      ${answering ? (ended ? this.actions() : html`<div class="actions" aria-hidden="true"></div>`) : nothing}
      ${words?.editNote ? endNote(words.editNote, id, context) : nothing}
    `;
  }

  private actions(): TemplateResult | typeof nothing {
    const { strings, post } = this.context;
    const { turn, words } = this;
    if (turn.answer.trim() === '') return nothing;
    const turnId = turn.question.id;
    return html`<div class="actions" role="toolbar" aria-label=${strings.answer}>
      ${this.newest && words?.canEdit !== false ? this.edits().map(pushButton) : nothing}
      <span class="push"
        >${iconButton('copy', strings.copy, () => post({ type: 'copy', turnId }), { text: strings.copy })}${iconButton(
          'refresh',
          strings.askAgain,
          () => post({ type: 'action', action: 'askAgain', turnId }),
          { text: strings.askAgain, disabled: this.busy },
        )}</span
      >
    </div>`;
  }

  /** Insert and Replace, the fitting one first and filled, unless the note under the answer has the next step. */
  private edits(): PushButton[] {
    const { strings, post } = this.context;
    const { question, answer } = this.turn;
    const turnId = question.id;
    const noteLeads = this.words?.note?.buttons.some((button) => button.primary === true) === true;
    const insert = { label: strings.insertAtCursor, shortLabel: strings.insert, onClick: () => post({ type: 'insert', turnId }) };
    if (!question.snapshot) return [{ ...insert, primary: !noteLeads }];
    const replace = { label: strings.replaceSelection, shortLabel: strings.replace, onClick: () => post({ type: 'replace', turnId }) };
    const ordered = question.task === 'fix' || /^ {0,3}(?:```|~~~)/m.test(answer) ? [replace, insert] : [insert, replace];
    return ordered.map((button, index) => ({ ...button, primary: index === 0 && !noteLeads }));
  }
}

customElements.define('lemma-turn', LemmaTurn);
