import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { AttachmentOffer, ContextUse, SamplesOffer, SelectionOffer, ThinkingOffer } from '../../src/shared/panelProtocol.ts';
import { icon } from '../icons.ts';
import { isPlainEnter } from '../keys.ts';
import { chipRow } from './chips.ts';
import type { Chip } from './chips.ts';
import './contextMeter.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { samplesMenu } from './samples.ts';
import { thinkingBudget } from './thinkingBudget.ts';

/** While typing, the host is given the draft at the first key and then once in so many milliseconds. */
const draftEveryMs = 300;

/** The text changed; the panel keeps it over reloads at once. */
export type DraftEvent = CustomEvent<string>;

/**
 * The chat box. It owns the text while the user types; the host's draft is taken over only where the user has typed
 * nothing that the host does not know.
 */
export class LemmaComposer extends PanelElement {
  static override properties = {
    context: { attribute: false },
    placeholder: { attribute: false },
    hostDraft: { attribute: false },
    selection: { attribute: false },
    attached: { attribute: false },
    attachments: { attribute: false },
    thinking: { attribute: false },
    samples: { attribute: false },
    use: { attribute: false },
    dropping: { attribute: false },
    fresh: { attribute: false },
    canSend: { attribute: false },
    text: { state: true },
  };
  declare context: PanelContext;
  declare placeholder: string;
  declare hostDraft: string;
  declare selection: SelectionOffer | undefined;
  declare attached: boolean;
  declare attachments: readonly AttachmentOffer[];
  /** Undefined for a model that does not think. */
  declare thinking: ThinkingOffer | undefined;
  declare samples: SamplesOffer | undefined;
  declare use: ContextUse | undefined;
  /** Files are dragged over the panel: says where they will go. */
  declare dropping: boolean;
  /** What is sent begins a new conversation. */
  declare fresh: boolean;
  /** A model is chosen and no turn runs. */
  declare canSend: boolean;
  /** What is typed. Set before the first update to restore a draft. */
  declare text: string;
  private known = '';
  /** What was sent last, unless something was typed since. */
  private sent: string | undefined;
  private timer: number | undefined;

  constructor() {
    super();
    this.text = '';
    this.attachments = [];
    this.dropping = false;
    this.fresh = false;
  }

  async focusText(): Promise<void> {
    await this.updateComplete;
    this.querySelector('textarea')?.focus();
  }

  /** Puts back what was sent and not asked, unless something else is typed by now. */
  takeBack(text: string): void {
    if (this.text !== '') return;
    this.known = text;
    this.sent = undefined;
    this.setText(text);
  }

  /** Puts text behind what is typed, on a line of its own. */
  insert(text: string): void {
    const before = this.text === '' || this.text.endsWith('\n') ? this.text : `${this.text}\n`;
    this.setText(before + text);
    this.postDraft();
    void this.focusText();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('hostDraft') || this.hostDraft === this.known || this.isStale(this.hostDraft)) return;
    if (this.text === this.known) this.text = this.hostDraft;
    this.known = this.hostDraft;
  }

  /** What the host had when it sent this may be older than what was typed or sent here, and must not take its place. */
  private isStale(draft: string): boolean {
    const typing = document.hasFocus() && this.querySelector('textarea') === document.activeElement;
    return (typing && this.text !== '') || draft === this.sent;
  }

  protected override render(): TemplateResult {
    const { strings } = this.context;
    const { selection } = this;
    return html`${chipRow(this.chips(), this.context)}
      <textarea
        rows="1"
        placeholder=${this.placeholder}
        aria-label=${this.placeholder}
        .value=${this.text}
        @input=${this.onInput}
        @keydown=${this.onKey}
        @blur=${this.postDraft}
      ></textarea>
      ${this.dropping ? html`<div class="dropping">${icon('attach')}${strings.dropToAttach}</div>` : nothing}
      <div class="tools">
        <button
          type="button"
          class="icon add"
          aria-label=${strings.attach}
          title=${strings.attachHint}
          aria-haspopup="menu"
          @click=${() => this.context.post({ type: 'attach' })}
        >
          ${icon('attach')}<span class="t">${strings.attach}</span>
        </button>
        ${
          selection && !this.attached
            ? html`<button
                type="button"
                class="icon attach"
                aria-label="${strings.attachSelection}: ${selection.label}"
                title=${strings.attachSelection}
                @click=${() => this.attach(true)}
              >
                ${icon('list-selection')}<span class="offer">${selection.label}</span>
              </button>`
            : nothing
        }
        <span class="grow"></span>
        ${this.samples ? samplesMenu(this.samples, this.context) : nothing}
        ${this.thinking ? thinkingBudget(this.thinking, this.context) : nothing}
        ${this.use ? html`<lemma-meter .context=${this.context} .use=${this.use}></lemma-meter>` : nothing}
        <button
          type="button"
          class="icon send"
          aria-label=${strings.send}
          title=${strings.sendHint}
          ?disabled=${!this.sendable}
          @click=${this.send}
        >
          ${icon('send')}
        </button>
      </div>`;
  }

  /** The selection as it is when the question is sent, then what was attached, in that order. */
  private chips(): Chip[] {
    const { post } = this.context;
    const { selection } = this;
    const selected: Chip[] =
      selection && this.attached ? [{ kind: 'selection', label: selection.label, onRemove: () => this.attach(false) }] : [];
    return [...selected, ...this.attachments.map((each) => ({ ...each, onRemove: () => post({ type: 'detach', id: each.id }) }))];
  }

  private get sendable(): boolean {
    return this.canSend && this.text.trim() !== '';
  }

  private attach(attached: boolean): void {
    this.context.post({ type: 'attachSelection', attached });
  }

  private readonly onInput = (event: Event): void => {
    this.sent = undefined;
    this.setText((event.target as HTMLTextAreaElement).value);
    if (this.timer !== undefined) return;
    this.postDraft();
    this.timer = window.setTimeout(this.postLater, draftEveryMs);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (isPlainEnter(event)) {
      event.preventDefault();
      this.send();
    } else if (event.key === 'ArrowUp' && this.text === '' && !event.altKey && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent('lemma-edit-last', { bubbles: true }));
    }
  };

  private readonly send = (): void => {
    if (!this.sendable) return;
    const { text } = this;
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.setText('');
    this.known = '';
    this.sent = text;
    this.context.post({ type: 'send', text, ...(this.fresh ? { fresh: true } : {}) });
  };

  private readonly postLater = (): void => {
    this.timer = undefined;
    this.postDraft();
  };

  private readonly postDraft = (): void => {
    if (this.text === this.known) return;
    this.known = this.text;
    this.context.post({ type: 'draft', text: this.text });
  };

  private setText(text: string): void {
    this.text = text;
    this.dispatchEvent(new CustomEvent('lemma-draft', { detail: text, bubbles: true }) satisfies DraftEvent);
  }
}

customElements.define('lemma-composer', LemmaComposer);
