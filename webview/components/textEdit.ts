import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { isPlainEnter } from '../keys.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { pushButton } from './pushButton.ts';

/** Told to the panel, which keeps it over reloads; without text the edit is over. */
export type EditEvent = CustomEvent<{ readonly part: EditedPart; readonly turnId: string; readonly text: string | undefined }>;

/** What of a turn can be edited. */
export type EditedPart = 'question' | 'thought';

/** How one text is edited. */
export interface TextEdit {
  /** Name of the field. */
  readonly label: string;
  readonly placeholder?: string;
  /** What comes of it, under the field. */
  readonly hint: string;
  /** Label of the button that ends the edit with the new text. */
  readonly action: string;
  /** Enter does the action, as in the chat box; else it breaks the line. */
  readonly enterSends: boolean;
  /** An empty text means something too. */
  readonly mayBeEmpty: boolean;
  /** Some turn is running, so that none can be asked. */
  readonly busy: boolean;
  /** The user has just opened it, so it takes the focus; one that a reload brings back does not. */
  readonly opened: boolean;
  /** Called at pauses of typing, to keep the text. */
  readonly keep: (text: string) => void;
  readonly send: (text: string) => void;
  readonly cancel: () => void;
}

/** Characters from which a text is not kept at every key, but after a pause in typing, in milliseconds. */
const longText = 4000;
const keepPauseMs = 250;

/** A question or a thought as text to be changed, in the place of what was there. */
export class LemmaTextEdit extends PanelElement {
  static override properties = {
    context: { attribute: false },
    text: { attribute: false },
    edit: { attribute: false },
    blank: { state: true },
  };
  declare context: PanelContext;
  /** What the edit begins with. */
  declare text: string;
  declare edit: TextEdit;
  /** Nothing is in the field. */
  declare blank: boolean;
  /** It was sent or cancelled: that the field then loses the focus is no pause of typing. */
  private over = false;
  private timer: number | undefined;

  /** Puts the cursor behind the text. */
  focusText(): void {
    this.area?.focus({ preventScroll: true });
    this.area?.scrollIntoView({ block: 'nearest' });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.timer);
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated) this.blank = this.text.trim() === '';
  }

  protected override render(): TemplateResult {
    const { label, placeholder, hint, action } = this.edit;
    return html`<textarea
        rows="1"
        aria-label=${label}
        placeholder=${placeholder ?? nothing}
        spellcheck="false"
        @input=${this.onInput}
        @blur=${this.keepNow}
        @keydown=${this.onKey}
      ></textarea>
      <p class="small muted">${hint}</p>
      <div class="row">
        ${pushButton({ label: action, primary: true, disabled: !this.sendable, onClick: this.send })}
        ${pushButton({ label: this.context.strings.cancel, onClick: this.cancel })}
      </div>`;
  }

  protected override firstUpdated(): void {
    const { area } = this;
    if (!area) return;
    area.value = this.text;
    area.setSelectionRange(area.value.length, area.value.length);
    area.scrollTop = area.scrollHeight;
    if (this.edit.opened) this.focusText();
  }

  private get area(): HTMLTextAreaElement | null {
    return this.querySelector('textarea');
  }

  private get sendable(): boolean {
    return !this.edit.busy && (this.edit.mayBeEmpty || !this.blank);
  }

  private readonly onInput = (): void => {
    this.blank = this.area?.value.trim() === '';
    window.clearTimeout(this.timer);
    if ((this.area?.textLength ?? 0) < longText) this.keepNow();
    else this.timer = window.setTimeout(this.keepNow, keepPauseMs);
  };

  /** Escape leaves the field, as Cancel does; it does not stop a turn that runs. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.isComposing) {
      event.stopPropagation();
      this.cancel();
    } else if (this.edit.enterSends && isPlainEnter(event)) {
      event.preventDefault();
      this.send();
    }
  };

  private readonly keepNow = (): void => {
    window.clearTimeout(this.timer);
    if (!this.over && this.isConnected && this.area) this.edit.keep(this.area.value);
  };

  private readonly send = (): void => {
    if (!this.sendable) return;
    const text = this.area?.value ?? '';
    this.over = true;
    this.edit.send(text);
  };

  private readonly cancel = (): void => {
    this.over = true;
    this.edit.cancel();
  };
}

customElements.define('lemma-text-edit', LemmaTextEdit);
