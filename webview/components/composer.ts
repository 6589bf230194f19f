import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { SelectionOffer } from '../../src/shared/panelProtocol.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { icon } from '../icons.ts';
import { isPlainEnter } from '../keys.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { iconButton } from './pushButton.ts';

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
    canSend: { attribute: false },
    text: { state: true },
  };
  declare context: PanelContext;
  declare placeholder: string;
  declare hostDraft: string;
  declare selection: SelectionOffer | undefined;
  declare attached: boolean;
  /** A model is chosen and no turn runs. */
  declare canSend: boolean;
  /** What is typed. Set before the first update to restore a draft. */
  declare text: string;
  private known = '';
  private timer: number | undefined;

  constructor() {
    super();
    this.text = '';
  }

  async focusText(): Promise<void> {
    await this.updateComplete;
    this.querySelector('textarea')?.focus();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('hostDraft') || this.hostDraft === this.known) return;
    if (this.text === this.known) this.text = this.hostDraft;
    this.known = this.hostDraft;
  }

  protected override render(): TemplateResult {
    const { strings } = this.context;
    const { selection } = this;
    return html`${selection && this.attached ? this.chip(selection) : nothing}
      <textarea
        rows="1"
        placeholder=${this.placeholder}
        aria-label=${this.placeholder}
        .value=${this.text}
        @input=${this.onInput}
        @keydown=${this.onKey}
        @blur=${this.postDraft}
      ></textarea>
      <div class="tools">
        ${
          selection && !this.attached
            ? html`<button
                type="button"
                class="icon attach"
                aria-label="${strings.attachSelection}: ${selection.label}"
                title=${strings.attachSelection}
                @click=${() => this.attach(true)}
              >
                ${icon('attach')}<span class="offer">${selection.label}</span>
              </button>`
            : nothing
        }
        <span class="grow"></span>
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

  private chip(selection: SelectionOffer): TemplateResult {
    const { strings } = this.context;
    return html`<div class="chips" role="list" aria-label=${strings.attachments}>
      <span class="chip" role="listitem" title=${selection.label}
        >${icon('list-selection')}<span>${selection.label}</span>${iconButton('close', fill(strings.removeAttachment, selection.label), () => this.attach(false))}</span
      >
    </div>`;
  }

  private get sendable(): boolean {
    return this.canSend && this.text.trim() !== '';
  }

  private attach(attached: boolean): void {
    this.context.post({ type: 'attachSelection', attached });
  }

  private readonly onInput = (event: Event): void => {
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
    this.context.post({ type: 'send', text });
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
