import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { formatContext, formatCount, formatTokens, formatTokensShort } from '../../src/core/format.ts';
import type { ContextUse } from '../../src/shared/panelProtocol.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { shareBar, sizeShares } from './contextNotice.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';

/** How full the context would be with the next question, and on a click what it would consist of. */
export class LemmaMeter extends PanelElement {
  static override properties = {
    context: { attribute: false },
    use: { attribute: false },
    open: { state: true },
  };
  declare context: PanelContext;
  declare use: ContextUse;
  declare open: boolean;

  constructor() {
    super();
    this.open = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.onOutside);
    this.open = false;
  }

  protected override render(): TemplateResult {
    const { strings, locale } = this.context;
    const { together, contextTokens, estimated } = this.use;
    const shown = `${estimated ? '~' : ''}${formatTokensShort(together, locale)} / ${formatContext(contextTokens, locale)}`;
    const title = fill(strings.tokensOf, this.about(formatCount(together, locale)), formatCount(contextTokens, locale));
    return html`<button
        type="button"
        class="icon meter"
        aria-label=${fill(strings.contextMeter, shown)}
        title=${title}
        aria-haspopup="dialog"
        aria-expanded=${this.open}
        @click=${this.toggle}
        @keydown=${this.onKey}
        @focusout=${this.onFocusOut}
      >
        <span class="num">${shown}</span>${shareBar([together / contextTokens])}</button
      >${this.open ? this.details() : nothing}`;
  }

  protected override updated(changed: PropertyValues): void {
    sizeShares(this);
    if (!changed.has('open')) return;
    if (this.open) document.addEventListener('pointerdown', this.onOutside);
    else document.removeEventListener('pointerdown', this.onOutside);
  }

  private details(): TemplateResult {
    const { strings, locale } = this.context;
    const { contextTokens, instructions, conversation, attachments, attachmentCount, question, together, left, leftOut, droppedTurns } =
      this.use;
    const { automatic = { tokens: 0, count: 0 } } = this.use;
    const chosen = automatic.count === 1 ? strings.oneAutomatic : fill(strings.manyAutomatic, formatCount(automatic.count, locale));
    const attached = attachmentCount === 1 ? strings.oneAttachment : fill(strings.manyAttachments, formatCount(attachmentCount, locale));
    const dropped = droppedTurns === 1 ? strings.leftOutTurn : fill(strings.leftOutTurns, formatCount(droppedTurns, locale));
    return html`<div class="details" role="dialog" aria-label=${strings.contextTitle} @keydown=${this.onKey} @focusout=${this.onFocusOut}>
      <h3>${strings.contextTitle}</h3>
      ${shareBar([instructions, conversation, attachments + automatic.tokens, question].map((tokens) => tokens / contextTokens))}
      <dl class="facts">
        ${this.fact(strings.contextInstructions, instructions)} ${this.fact(strings.contextConversation, conversation)}
        ${attachmentCount === 0 ? nothing : this.fact(attached, attachments)}
        ${automatic.count === 0 ? nothing : this.fact(chosen, automatic.tokens)} ${this.fact(strings.contextQuestion, question)}
        ${this.fact(strings.contextTogether, together, 'sum')} ${this.fact(strings.contextLeft, left)}
        ${droppedTurns === 0 ? nothing : this.fact(dropped, leftOut, 'warn')}
      </dl>
      <div class="ways">
        <button type="button" class="link" @click=${this.openPrompt}>${strings.openAsText}</button>
        ${
          this.use.answeredTurns === 0
            ? nothing
            : html`<button type="button" class="link" @click=${this.chooseTurns}>${strings.chooseTurns}</button>`
        }
      </div>
    </div>`;
  }

  private fact(name: string, tokens: number, kind = ''): TemplateResult {
    const count = formatTokens(tokens, this.context.locale);
    const value = tokens === 0 ? count : this.about(count);
    return html`<dt class=${kind}>${name}</dt>
      <dd class="num ${kind}">${value}</dd>`;
  }

  private about(count: string): string {
    return this.use.estimated ? fill(this.context.strings.about, count) : count;
  }

  private readonly toggle = (): void => {
    this.open = !this.open;
  };

  private readonly openPrompt = (): void => {
    this.open = false;
    this.context.post({ type: 'openPrompt' });
  };

  private readonly chooseTurns = (): void => {
    this.open = false;
    this.context.post({ type: 'action', action: 'chooseTurns' });
  };

  /** Escape closes this before it would stop a reply. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.open) return;
    event.stopPropagation();
    this.querySelector<HTMLElement>('.meter')?.focus();
    this.open = false;
  };

  private readonly onOutside = (event: Event): void => {
    if (event.target instanceof Node && !this.contains(event.target)) this.open = false;
  };

  private readonly onFocusOut = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Node && !this.contains(relatedTarget)) this.open = false;
  };
}

customElements.define('lemma-meter', LemmaMeter);
