import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { thoughtMs } from '../../src/core/conversation.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { formatClock, formatCount, formatDuration, formatSpan, formatTokens, formatTokensShort } from '../../src/core/format.ts';
import { entryAt, ThoughtOutliner } from '../../src/core/thoughtOutline.ts';
import type { OutlineEntry } from '../../src/core/thoughtOutline.ts';
import { msAtOffset } from '../../src/core/thoughtTimes.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { followingFold, thoughtMode, toggled } from '../foldState.ts';
import type { ThoughtMode } from '../foldState.ts';
import { icon } from '../icons.ts';
import type { Fold } from '../memory.ts';
import type { Pulse } from '../pulse.ts';
import { MarkdownView } from '../render/markdown.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { outline } from './outline.ts';
import { iconButton } from './pushButton.ts';
import { showRange } from './showRange.ts';
import './textEdit.ts';
import type { TextEdit } from './textEdit.ts';
import './toolbar.ts';

/** Blocks that a preview keeps on the page: its four lines never reach further back. */
const previewBlocks = 6;

/** Told to the panel, which keeps it over reloads. */
export type FoldEvent = CustomEvent<{
  readonly turnId: string;
  readonly fold: Fold;
  /** How later thoughts begin; absent when it was not the user's wish. */
  readonly following?: Fold;
}>;

/** Told to the panel, which keeps it over reloads. */
export type ContentsEvent = CustomEvent<{ readonly turnId: string; readonly shown: boolean }>;

/** The thought under its heading: folded, as a preview of its last four lines, or open. */
export class LemmaThought extends PanelElement {
  static override properties = {
    context: { attribute: false },
    turn: { attribute: false },
    fold: { attribute: false },
    pulse: { attribute: false },
    edit: { attribute: false },
    contents: { attribute: false },
    editing: { attribute: false },
    current: { state: true },
  };
  declare context: PanelContext;
  declare turn: Turn;
  declare fold: Fold | undefined;
  /** Undefined once the turn has ended. */
  declare pulse: Pulse | undefined;
  /** The thought as it is being edited. */
  declare edit: string | undefined;
  declare editing: TextEdit;
  /** The contents are shown, where the thought is open. */
  declare contents: boolean;
  /** Index of the entry that is being read. */
  declare current: number;
  /** Undefined while the thought is folded. */
  view: MarkdownView | undefined;
  private readonly outliner = new ThoughtOutliner();
  private entries: readonly OutlineEntry[] = [];
  /** Listened to while the contents are shown. */
  private log: Element | undefined;
  private frame: number | undefined;

  constructor() {
    super();
    this.contents = false;
    this.current = -1;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.followScroll(false);
    this.clear();
  }

  private get mode(): ThoughtMode {
    return thoughtMode(this.turn, this.fold);
  }

  protected override render(): TemplateResult {
    const { mode } = this;
    const editing = this.edit !== undefined && this.turn.phase === 'ended';
    const contents = this.contents && mode === 'open' && !editing && this.entries.length > 0;
    this.classList.toggle('open', mode === 'open');
    this.classList.toggle('listed', contents);
    return html`<header>
        ${this.turn.thoughtTokens === 0 && isBeforeThought(this.turn) ? this.waiting() : html`${this.heading(mode)}${this.tools(contents)}`}
      </header>
      ${contents ? outline(this.entries, this.times(), this.current, this.context.strings.contents, this.jump) : nothing}
      ${
        editing
          ? html`<lemma-text-edit class="edit" .context=${this.context} .text=${this.edit} .edit=${this.editing}></lemma-text-edit>`
          : nothing
      }
      <div
        class="flow ${mode === 'preview' ? 'preview' : ''}"
        role=${mode === 'open' ? 'group' : nothing}
        aria-label=${mode === 'open' ? this.context.strings.thought : nothing}
        aria-description=${mode === 'open' ? this.context.strings.browseHint : nothing}
        tabindex=${mode === 'open' ? '0' : nothing}
        aria-hidden=${mode === 'preview' ? 'true' : nothing}
        ?inert=${mode === 'preview'}
        ?hidden=${mode === 'folded' || editing}
      ></div>`;
  }

  private waiting(): TemplateResult {
    const { strings } = this.context;
    const now = this.pulse?.now ?? this.turn.askedAt;
    return html`<span class="fold"
      >${icon('clockface')}<span>${this.turn.phase === 'reading' ? this.readingWords() : strings.waitingForModel}</span
      ><span class="fact num">· ${this.duration(now - this.turn.askedAt)}</span></span
    >`;
  }

  /** «Reading the question and 2 attachments» */
  private readingWords(): string {
    const { strings, locale } = this.context;
    const count = this.turn.question.attachments?.length ?? 0;
    if (count === 0) return strings.readingQuestion;
    return count === 1 ? strings.readingAttachment : fill(strings.readingAttachments, formatCount(count, locale));
  }

  private heading(mode: ThoughtMode): TemplateResult {
    return html`<button type="button" class="fold" aria-expanded=${mode === 'open'} @click=${this.toggle} @keydown=${this.onKey}>
      ${icon(mode === 'open' ? 'chevron-down' : 'chevron-right')}${this.turn.phase === 'thinking' ? this.running() : this.summary()}
    </button>`;
  }

  private tools(contents: boolean): TemplateResult {
    const { strings } = this.context;
    return html`<lemma-toolbar class="bar" aria-label=${strings.thought}
      ><button
        type="button"
        class="icon contents"
        aria-label=${strings.contents}
        title=${strings.contents}
        aria-expanded=${contents}
        @click=${this.toggleContents}
      >
        ${icon('list-tree')}</button
      ><span class="extra"
        >${iconButton('search', strings.searchThought, () => this.dispatchEvent(new CustomEvent('lemma-find', { bubbles: true })))}</span
      ></lemma-toolbar
    >`;
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
    const rate = ms >= 1000 ? Math.round((this.turn.thoughtTokens * 1000) / ms) : 0;
    const tokens = this.turn.thoughtTokens;
    return html`<span class="num"
      ><span class="time">${time}</span> · <span class="full">${fill(strings.thoughtTokens, formatTokens(tokens, locale))}</span
      ><span class="short">${fill(strings.thoughtTokens, formatTokensShort(tokens, locale))}</span>${
        rate > 0 ? html`<span class="rate"> · ${fill(strings.tokensPerSecond, formatCount(rate, locale))}</span>` : nothing
      }</span
    >`;
  }

  private duration(ms: number): string {
    return formatDuration(ms, this.context.strings, this.context.locale);
  }

  private readonly toggle = (): void => {
    const thinking = this.turn.phase === 'thinking';
    const fold = toggled(this.mode, thinking);
    this.tell(fold, followingFold(fold, thinking));
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const thinking = this.turn.phase === 'thinking';
    if (event.key === 'ArrowRight') this.tell('open', 'open');
    else if (event.key === 'ArrowLeft') {
      const fold = this.mode === 'open' ? toggled('open', thinking) : 'closed';
      this.tell(fold, followingFold(fold, thinking));
    }
  };

  /** Unfolds the thought; resolves when it is on the page. */
  async open(): Promise<void> {
    if (this.edit === undefined && this.mode !== 'open') this.tell('open');
    await new Promise((done) => requestAnimationFrame(done));
    await this.updateComplete;
  }

  /** Shows the contents and puts the focus on the entry that is being read, unless the user has moved it meanwhile. */
  async openContents(): Promise<void> {
    const focused = document.activeElement;
    this.showContents(true);
    await this.open();
    if (document.activeElement !== focused && document.activeElement !== document.body) return;
    this.querySelector<HTMLElement>('.outline [tabindex="0"]')?.focus();
  }

  private readonly toggleContents = (): void => {
    if (this.contents && this.mode === 'open') this.showContents(false);
    else void this.openContents();
  };

  private showContents(shown: boolean): void {
    this.contents = shown;
    const detail = { turnId: this.turn.question.id, shown };
    this.dispatchEvent(new CustomEvent('lemma-contents', { detail, bubbles: true }) satisfies ContentsEvent);
  }

  private times(): string[] {
    return this.entries.map(({ offset }) => {
      const ms = msAtOffset(this.turn, offset, this.pulse?.now ?? 0);
      return ms === undefined ? '' : formatClock(ms);
    });
  }

  private readonly jump = ({ offset }: OutlineEntry): void => {
    const node = this.view?.nodeAt(offset);
    if (node instanceof Element) void showRange(node, true);
  };

  /** Only where there is an entry to mark: a thousand thoughts that listen to each scrolling cost more than the scrolling. */
  private followScroll(on: boolean): void {
    if (on === (this.log !== undefined)) return;
    this.log?.removeEventListener('scroll', this.onScroll);
    this.log = on ? (this.closest('.log') ?? undefined) : undefined;
    this.log?.addEventListener('scroll', this.onScroll, { passive: true });
  }

  private readonly onScroll = (): void => {
    if (!this.contents || this.mode !== 'open') return;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      const offset = this.view?.offsetAt((this.log?.getBoundingClientRect().top ?? 0) + 40);
      this.current = offset === undefined ? -1 : entryAt(this.entries, offset);
    });
  };

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.contents || this.mode !== 'open') return;
    if (changed.has('turn') || this.entries.length === 0) this.entries = this.outliner.entries(this.turn.thought.replace(/\r\n?/g, '\n'));
  }

  private tell(fold: Fold, following?: Fold): void {
    const detail = { turnId: this.turn.question.id, fold, ...(following ? { following } : {}) };
    this.dispatchEvent(new CustomEvent('lemma-fold', { detail, bubbles: true }) satisfies FoldEvent);
  }

  protected override updated(): void {
    const { mode, turn } = this;
    this.followScroll(this.contents && mode === 'open');
    if (this.contents && this.current < 0) this.onScroll();
    if (mode === 'folded' || turn.thought === '') {
      this.clear();
      return;
    }
    const flow = this.querySelector<HTMLElement>('.flow');
    if (!flow) return;
    this.view ??= new MarkdownView(flow, {
      words: this.context.strings,
      math: 'mathml',
      places: this.context.places,
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
