import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { thoughtMs } from '../../src/core/conversation.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { formatCount, formatDuration, formatSpan, formatTokens } from '../../src/core/format.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { thoughtMode, toggled } from '../foldState.ts';
import type { ThoughtMode } from '../foldState.ts';
import { icon } from '../icons.ts';
import type { Fold } from '../memory.ts';
import type { Pulse } from '../pulse.ts';
import { MarkdownView } from '../render/markdown.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';

/** Blocks that a preview keeps on the page: its four lines never reach further back. */
const previewBlocks = 6;

/** Told to the panel, which keeps it over reloads. */
export type FoldEvent = CustomEvent<{ readonly turnId: string; readonly fold: Fold }>;

/** The thought under its heading: folded, as a preview of its last four lines, or open. */
export class LemmaThought extends PanelElement {
  static override properties = {
    context: { attribute: false },
    turn: { attribute: false },
    fold: { attribute: false },
    pulse: { attribute: false },
  };
  declare context: PanelContext;
  declare turn: Turn;
  declare fold: Fold | undefined;
  /** Undefined once the turn has ended. */
  declare pulse: Pulse | undefined;
  private view: MarkdownView | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.clear();
  }

  private get mode(): ThoughtMode {
    return thoughtMode(this.turn, this.fold);
  }

  protected override render(): TemplateResult {
    const { mode } = this;
    this.classList.toggle('open', mode === 'open');
    return html`<header>${this.turn.thoughtTokens === 0 && isBeforeThought(this.turn) ? this.waiting() : this.heading(mode)}</header>
      <div
        class="flow ${mode === 'preview' ? 'preview' : ''}"
        aria-hidden=${mode === 'preview' ? 'true' : nothing}
        ?hidden=${mode === 'folded'}
      ></div>`;
  }

  private waiting(): TemplateResult {
    const { strings } = this.context;
    const now = this.pulse?.now ?? this.turn.askedAt;
    return html`<span class="fold"
      >${icon('clockface')}<span>${this.turn.phase === 'reading' ? strings.readingQuestion : strings.waitingForModel}</span
      ><span class="fact num">· ${this.duration(now - this.turn.askedAt)}</span></span
    >`;
  }

  private heading(mode: ThoughtMode): TemplateResult {
    return html`<button type="button" class="fold" aria-expanded=${mode === 'open'} @click=${this.toggle} @keydown=${this.onKey}>
      ${icon(mode === 'open' ? 'chevron-down' : 'chevron-right')}${this.turn.phase === 'thinking' ? this.running() : this.summary()}
    </button>`;
  }

  private running(): TemplateResult {
    const { strings, locale } = this.context;
    const tokens = this.pulse?.thoughtTokens ?? this.turn.thoughtTokens;
    const ms = thoughtMs(this.turn, this.pulse?.now ?? 0) ?? 0;
    return html`<span>${strings.thinking}</span
      ><span class="fact num"
        >· ${this.duration(ms)}${tokens > 0 ? ` · ${fill(strings.thoughtTokens, formatCount(tokens, locale))}` : ''}</span
      >`;
  }

  private summary(): TemplateResult {
    const { strings, locale } = this.context;
    const ms = thoughtMs(this.turn, this.pulse?.now ?? 0) ?? 0;
    const time = fill(strings.thoughtFor, formatSpan(ms, strings, locale));
    return html`<span class="num">${time} · ${fill(strings.thoughtTokens, formatTokens(this.turn.thoughtTokens, locale))}</span>`;
  }

  private duration(ms: number): string {
    return formatDuration(ms, this.context.strings, this.context.locale);
  }

  private readonly toggle = (): void => {
    this.tell(toggled(this.mode));
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowRight') this.tell('open');
    else if (event.key === 'ArrowLeft') this.tell('closed');
  };

  private tell(fold: Fold): void {
    const detail = { turnId: this.turn.question.id, fold };
    this.dispatchEvent(new CustomEvent('lemma-fold', { detail, bubbles: true }) satisfies FoldEvent);
  }

  protected override updated(): void {
    const { mode, turn } = this;
    if (mode === 'folded' || turn.thought === '') {
      this.clear();
      return;
    }
    const flow = this.querySelector<HTMLElement>('.flow');
    if (!flow) return;
    this.view ??= new MarkdownView(flow, {
      words: this.context.strings,
      math: 'mathml',
      grouped: true,
      onError: (error) => this.context.post({ type: 'error', message: `Drawing a thought failed: ${String(error)}` }),
    });
    const complete = turn.phase === 'answering' || turn.phase === 'ended';
    this.view.update(turn.thought, complete, mode === 'preview' ? previewBlocks : Infinity);
  }

  /** A folded thought costs no memory on the page. */
  private clear(): void {
    if (!this.view) return;
    this.view.dispose();
    this.view = undefined;
    this.querySelector('.flow')?.replaceChildren();
  }
}

function isBeforeThought({ phase }: Turn): boolean {
  return phase === 'waiting' || phase === 'reading';
}

customElements.define('lemma-thought', LemmaThought);
