import { html } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { pushButton } from './pushButton.ts';

/** Told to the panel, which keeps it over reloads; undefined when the edit is over. */
export type ThoughtEditEvent = CustomEvent<{ readonly turnId: string; readonly text: string | undefined }>;

/** A pause in typing after which the edit is kept, in milliseconds: a long thought is not copied at every key. */
const keepPauseMs = 250;

/** A thought as text to be changed, from which the model then goes on. */
export class LemmaThoughtEdit extends PanelElement {
  static override properties = {
    context: { attribute: false },
    turnId: { attribute: false },
    text: { attribute: false },
    busy: { attribute: false },
  };
  declare context: PanelContext;
  declare turnId: string;
  /** What the edit begins with. */
  declare text: string;
  /** Some turn is running, so none can go on. */
  declare busy: boolean;
  private timer: number | undefined;

  private get area(): HTMLTextAreaElement | null {
    return this.querySelector('textarea');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.timer);
  }

  protected override render(): TemplateResult {
    const { strings } = this.context;
    return html`<textarea
        aria-label=${strings.editThought}
        spellcheck="false"
        @input=${this.onInput}
        @blur=${this.keepNow}
        @keydown=${this.onKey}
      ></textarea>
      <p class="small muted">${strings.editThoughtHint}</p>
      <div class="row">
        ${pushButton({ label: strings.continueFromHere, primary: true, disabled: this.busy, onClick: this.go })}
        ${pushButton({ label: strings.cancel, onClick: this.cancel })}
      </div>`;
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    const { area } = this;
    if (!area) return;
    area.value = this.text;
    area.focus({ preventScroll: true });
    area.setSelectionRange(area.value.length, area.value.length);
    area.scrollTop = area.scrollHeight;
  }

  private readonly onInput = (): void => {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(this.keepNow, keepPauseMs);
  };

  /** Escape leaves the field, as Cancel does; it does not stop a turn that runs. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    this.cancel();
  };

  private readonly keepNow = (): void => {
    window.clearTimeout(this.timer);
    if (this.isConnected && this.area) this.tell(this.area.value);
  };

  private readonly go = (): void => {
    const thought = this.area?.value ?? '';
    if (this.busy) return;
    this.context.post({ type: 'editThought', turnId: this.turnId, thought });
    this.tell(undefined);
  };

  private readonly cancel = (): void => this.tell(undefined);

  private tell(text: string | undefined): void {
    const detail = { turnId: this.turnId, text };
    this.dispatchEvent(new CustomEvent('lemma-edit-thought', { detail, bubbles: true }) satisfies ThoughtEditEvent);
  }
}

customElements.define('lemma-thought-edit', LemmaThoughtEdit);
