import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { TurnBranch, TurnQuestion } from '../../src/core/conversation.ts';
import { formatCount, formatTokens } from '../../src/core/format.ts';
import type { TurnWords } from '../../src/shared/panelProtocol.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { chipRow } from './chips.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { iconButton } from './pushButton.ts';
import './textEdit.ts';
import type { TextEdit } from './textEdit.ts';
import './toolbar.ts';

/** Lines of the source that are shown before Show all. */
const shownLines = 3;

/** The card at the head of a turn: what was asked, about which place, and the text it was about. */
export class LemmaQuestion extends PanelElement {
  static override properties = {
    context: { attribute: false },
    question: { attribute: false },
    words: { attribute: false },
    branch: { attribute: false },
    edit: { attribute: false },
    editing: { attribute: false },
    onEdit: { attribute: false },
    tokens: { attribute: false },
    all: { state: true },
  };
  declare context: PanelContext;
  declare question: TurnQuestion;
  declare words: TurnWords | undefined;
  /** This turn among the versions of its question; undefined for the only one. */
  declare branch: TurnBranch | undefined;
  /** What was typed, as it is being edited. */
  declare edit: string | undefined;
  declare editing: TextEdit;
  /** Opens what was typed for editing. */
  declare onEdit: () => void;
  /** Of the question and its attachments, once the model has counted them. */
  declare tokens: number | undefined;
  /** All lines are shown. */
  declare all: boolean;
  /** The shown lines are cut off, counted as they wrap. */
  private cut = false;

  constructor() {
    super();
    this.all = false;
  }

  protected override render(): TemplateResult {
    const { context } = this;
    const { snapshot, text, id, attachments = [], context: chosen = [] } = this.question;
    const sent = [...attachments, ...chosen.map((each) => ({ ...each, automatic: true }))];
    const { title = '', place = '', scopeNote = '' } = this.words ?? {};
    const isEdited = this.edit !== undefined;
    const heading = title === '' && place === '' && isEdited ? context.strings.editQuestion : title;
    return html`
      <header class=${heading === '' && place === '' ? 'bare' : ''}>
        ${heading === '' ? nothing : html`<strong>${heading}</strong>`} ${place === '' ? nothing : this.place(place)}
        ${this.tools(isEdited)}
      </header>
      ${scopeNote === '' ? nothing : html`<p class="muted small">${scopeNote}</p>`}
      ${
        isEdited
          ? html`<lemma-text-edit class="edit" .context=${context} .text=${this.edit} .edit=${this.editing}></lemma-text-edit>`
          : text === ''
            ? nothing
            : html`<p class="typed">${text}</p>`
      }
      ${snapshot ? this.source(snapshot.text, snapshot.range.start.character > 0) : nothing}
      ${chipRow(
        sent.map((each, index) => ({ ...each, onOpen: () => context.post({ type: 'reveal', turnId: id, attachment: index }) })),
        context,
      )}
    `;
  }

  private place(place: string): TemplateResult {
    const { strings, post } = this.context;
    return html`<button
      type="button"
      class="link"
      title=${fill(strings.openPlace, place)}
      @click=${() => post({ type: 'reveal', turnId: this.question.id })}
    >
      ${place}
    </button>`;
  }

  private tools(isEdited: boolean): TemplateResult {
    const { strings } = this.context;
    return html`<lemma-toolbar class="bar" aria-label=${strings.question}
      >${this.branch ? this.branches(this.branch) : nothing}${iconButton('edit', strings.editQuestion, this.onEdit, {
        disabled: this.editing.busy,
        expanded: isEdited,
      })}</lemma-toolbar
    >`;
  }

  /** `‹ 2 of 3 ›`: earlier versions of the question, each with its answer. */
  private branches({ index, ids }: TurnBranch): TemplateResult {
    const { strings, locale, post } = this.context;
    const step = (name: string, label: string, turnId: string | undefined): TemplateResult =>
      iconButton(name, label, () => turnId !== undefined && post({ type: 'selectBranch', turnId }), { disabled: turnId === undefined });
    return html`<span class="branch"
      >${step('chevron-left', strings.previousBranch, ids[index - 1])}<span class="num"
        >${fill(strings.branchOf, formatCount(index + 1, locale), formatCount(ids.length, locale))}</span
      >${step('chevron-right', strings.nextBranch, ids[index + 1])}</span
    >`;
  }

  private source(text: string, startsInsideLine: boolean): TemplateResult {
    const { strings, locale } = this.context;
    const shown = withoutIndent(text, startsInsideLine);
    const lines = shown.split('\n').length;
    return html`<pre class=${this.all ? 'all' : ''} tabindex="0" aria-label=${strings.code}>${shown}</pre>
      <div class="more small">
        <button type="button" class="link" aria-expanded=${this.all} ?hidden=${lines <= shownLines && !this.cut} @click=${this.toggle}>
          ${this.all ? strings.showLess : strings.showAll}</button
        ><span class="muted num">${lines === 1 ? strings.oneLine : fill(strings.lines, formatCount(lines, locale))}${this.counts()}</span>
      </div>`;
  }

  /** « · 62 tokens · 2 attachments · 3 pieces chosen by Lemma» */
  private counts(): string {
    const { strings, locale } = this.context;
    const { attachments = [], context = [] } = this.question;
    const counted = (count: number, one: string, many: string): string[] =>
      count === 0 ? [] : [count === 1 ? one : fill(many, formatCount(count, locale))];
    const parts = [
      ...(this.tokens === undefined ? [] : [fill(strings.tokens, formatTokens(this.tokens, locale))]),
      ...counted(attachments.length, strings.oneAttachment, strings.manyAttachments),
      ...counted(context.length, strings.oneAutomatic, strings.manyAutomatic),
    ];
    return parts.map((part) => ` · ${part}`).join('');
  }

  private readonly toggle = (): void => {
    this.all = !this.all;
  };

  /** A few long lines wrap to more than three: whether they are cut is known only once they are laid out. */
  protected override updated(changed: PropertyValues): void {
    const pre = this.querySelector('pre');
    if (!pre || this.all || !changed.has('question')) return;
    const cut = pre.scrollHeight > pre.clientHeight + 1;
    if (cut === this.cut) return;
    this.cut = cut;
    this.requestUpdate();
  }
}

/**
 * The text without the white space that all of its lines begin with.
 * @param startsInsideLine the first line's own indentation may have been left out of the selection, so it does not count
 */
function withoutIndent(text: string, startsInsideLine: boolean): string {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n');
  const counted = lines.slice(startsInsideLine ? 1 : 0).filter((line) => line.trim() !== '');
  const indent = Math.min(...counted.map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0));
  if (counted.length === 0 || indent === 0) return lines.join('\n');
  return lines.map((line) => line.slice(Math.min(indent, /^[ \t]*/.exec(line)?.[0].length ?? 0))).join('\n');
}

customElements.define('lemma-question', LemmaQuestion);
