import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { lastTurn } from '../../src/core/conversation.ts';
import type { Turn } from '../../src/core/conversation.ts';
import type { PanelState } from '../../src/shared/panelProtocol.ts';
import { icon } from '../icons.ts';
import { liveWord } from '../liveWord.ts';
import { rememberFocus } from '../focusKeeper.ts';
import type { Edits, Fold, Memory, ShownHistory } from '../memory.ts';
import { Nearness } from '../nearness.ts';
import { beat, pulseMs } from '../pulse.ts';
import type { Pulse } from '../pulse.ts';
import { isNewQuestion, runningTurn, shownIds } from '../store.ts';
import type { Store } from '../store.ts';
import './composer.ts';
import type { LemmaComposer } from './composer.ts';
import { contextNotice, cutAfter, cutLine, sizeShares } from './contextNotice.ts';
import { acceptDrops } from './dropTarget.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import './find.ts';
import type { LemmaFind } from './find.ts';
import { FollowEnd } from './follow.ts';
import './history.ts';
import type { LemmaHistory } from './history.ts';
import type { LemmaMenu } from './menu.ts';
import './menu.ts';
import { downloadNotice, notice, welcome } from './notes.ts';
import { Pieces } from './pieces.ts';
import type { PieceHost } from './pieces.ts';
import { statusLine } from './statusLine.ts';
import { LemmaThought } from './thought.ts';
import { copiedMs, LemmaTurn } from './turn.ts';

/** The whole panel: log, notice, status line, composer. Draws the store and holds nothing that could not be drawn again. */
export class LemmaPanel extends PanelElement implements PieceHost {
  static override properties = {
    context: { attribute: false },
    store: { attribute: false },
    folds: { attribute: false },
    contents: { attribute: false },
    edits: { attribute: false },
    history: { attribute: false },
    finding: { state: true },
    pulse: { state: true },
    atEnd: { state: true },
    live: { state: true },
    dropping: { state: true },
  };
  declare context: PanelContext;
  declare store: Store;
  declare folds: Readonly<Record<string, Fold>>;
  /** Turns of which the thought's contents are shown. */
  declare contents: readonly string[];
  /** Questions and thoughts that are being edited, by turn. */
  declare edits: Edits;
  /** The list of conversations is shown in the place of the conversation. */
  declare history: ShownHistory | undefined;
  /** The search field is shown. */
  declare finding: boolean;
  declare pulse: Pulse | undefined;
  declare atEnd: boolean;
  /** What the polite region says. */
  declare live: string;
  /** Files are dragged over the panel. */
  declare dropping: boolean;
  /** Of the log; undefined before the first draw. */
  follow: FollowEnd | undefined;
  /** Called when the reader scrolls. */
  onScrolled: () => void = () => undefined;
  private ticker: number | undefined;
  private said = '';
  private readonly pieces = new Pieces(this);
  private refuseDrops: (() => void) | undefined;
  private readonly nearness = new Nearness(
    (change) => this.follow?.keepSteady(change) ?? change(),
    () => this.querySelector<LemmaFind>('lemma-find')?.refreshSoon(),
  );

  constructor() {
    super();
    this.folds = {};
    this.contents = [];
    this.edits = { question: {}, thought: {} };
    this.finding = false;
    this.atEnd = true;
    this.live = '';
    this.dropping = false;
  }

  get composer(): LemmaComposer | null {
    return this.querySelector('lemma-composer');
  }

  /** Shown while `history` is. */
  get historyList(): LemmaHistory | null {
    return this.querySelector('lemma-history');
  }

  /** Opens where a formula, table or code box is. */
  get menu(): LemmaMenu | null {
    return this.querySelector<LemmaMenu>(':scope > lemma-menu');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.refuseDrops = acceptDrops(this, {
      onDrag: (over) => (this.dropping = over),
      onUris: (uris) => this.context.post({ type: 'dropped', uris }),
      onText: (text) => this.composer?.insert(text),
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.refuseDrops?.();
    window.clearInterval(this.ticker);
    this.ticker = undefined;
    this.follow?.dispose();
    this.nearness.dispose();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('store')) return;
    rememberFocus(this);
    this.nearness.meet(this.store.host?.conversation?.turns ?? [], (id) => this.folds[id] === 'open');
    const turn = runningTurn(this.store);
    if (!turn) {
      window.clearInterval(this.ticker);
      this.ticker = undefined;
      this.pulse = undefined;
    } else if (this.ticker === undefined || this.pulse?.turnId !== turn.question.id || this.pulse.phase !== turn.phase) {
      this.pulse = beat(this.pulse, turn, this.now());
      this.ticker ??= window.setInterval(this.tick, pulseMs);
    }
    this.announce(changed.get('store') as Store | undefined);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { store, context } = this;
    const { host } = store;
    if (!host) return nothing;
    const { strings } = context;
    const turn = runningTurn(store);
    const turns = host.conversation?.turns ?? [];
    const edited = this.isEdited(host);
    const cut = cutAfter(host, turn);
    // The context comes last: what is wrong now matters more than what the next question leaves out.
    const contextWarning = host.context && !turn && !this.history ? contextNotice(host.context, context) : nothing;
    return html`
      ${this.finding && !this.history ? html`<lemma-find .context=${context} .turns=${turns} @lemma-find-close=${this.closeFind}></lemma-find>` : nothing}
      <div class="middle ${this.history ? 'listing' : ''}">
        <div class="log" role="log" aria-live="off" aria-busy=${turn !== undefined} aria-label=${strings.conversation} tabindex="0">
          <div
            class="turns"
            @click=${this.onClick}
            @keydown=${this.onKey}
            @contextmenu=${this.pieces.onContextMenu}
            @lemma-copied=${() => this.sayCopied()}
          >
            ${
              turns.length === 0
                ? welcome(host.welcome, host.selection, context)
                : repeat(
                    turns,
                    ({ question }) => question.id,
                    (each, index) =>
                      html`${this.turn(each, index, host, turn, edited)}${each.question.id === cut ? cutLine(context, turn !== undefined) : nothing}`,
                  )
            }
          </div>
        </div>
        ${this.history ? this.conversations(this.history) : nothing}
      </div>
      <div class="sr" role="status" aria-live="polite">${this.live}</div>
      ${
        this.atEnd || this.history
          ? nothing
          : html`<div class="latest">
              <button type="button" class="btn small" @click=${() => this.follow?.toEnd()}>
                ${icon('chevron-down')}${strings.jumpToLatest}
              </button>
            </div>`
      }
      ${host.download ? downloadNotice(host.download, context) : nothing} ${host.notice ? notice(host.notice, context) : contextWarning}
      ${statusLine(store, host, turn, this.pulse, context)}
      <lemma-composer
        class="composer"
        role="form"
        aria-label=${strings.askLemma}
        .context=${context}
        .placeholder=${this.history && host.model.kind !== 'notChosen' ? strings.composerNew : placeholder(host)}
        .fresh=${this.history !== undefined}
        .hostDraft=${host.draft}
        .selection=${host.selection}
        .attached=${host.selectionAttached}
        .attachments=${host.attachments}
        .thinking=${host.thinking}
        .samples=${host.samples}
        .use=${this.history ? undefined : host.context}
        .dropping=${this.dropping}
        .canSend=${turn === undefined && host.model.kind !== 'notChosen'}
        @lemma-edit-last=${this.editLast}
      ></lemma-composer>
      <lemma-menu bare></lemma-menu>
    `;
  }

  private conversations({ query }: ShownHistory): TemplateResult {
    return html`<lemma-history
      class="history"
      role="region"
      aria-label=${this.context.strings.conversations}
      .context=${this.context}
      .list=${this.store.history}
      .query=${query}
      .menu=${() => this.menu}
      .onCopied=${() => this.sayCopied()}
    ></lemma-history>`;
  }

  private turn(turn: Turn, index: number, host: PanelState, running: Turn | undefined, edited: boolean): TemplateResult {
    const { id } = turn.question;
    return html`<lemma-turn
      class="turn"
      role="article"
      aria-label=${this.context.strings.questionAndAnswer}
      aria-posinset=${index + 1}
      aria-setsize=${host.conversation?.turns.length ?? 0}
      tabindex="-1"
      data-turn=${id}
      .context=${this.context}
      .turn=${turn}
      .words=${host.words[id]}
      .fold=${this.folds[id]}
      .contents=${this.contents.includes(id)}
      .questionEdit=${this.edits.question[id]}
      .thoughtEdit=${this.edits.thought[id]}
      .pulse=${running === turn ? this.pulse : undefined}
      .newest=${turn === host.conversation?.turns.at(-1)}
      .busy=${running !== undefined}
      .editedInPanel=${edited}
      .far=${this.nearness.heightOf(id)}
      .onDraw=${this.drawTurn}
    ></lemma-turn>`;
  }

  /** Some text of the turns shown is being edited. */
  private isEdited({ conversation }: PanelState): boolean {
    const { question, thought } = this.edits;
    const ids = new Set([...Object.keys(question), ...Object.keys(thought)]);
    return ids.size > 0 && (conversation?.turns ?? []).some((turn) => ids.has(turn.question.id));
  }

  protected override updated(changed: PropertyValues): void {
    const [log, content] = [this.querySelector<HTMLElement>('.log'), this.querySelector<HTMLElement>('.turns')];
    if (log && content && !this.follow) {
      this.follow = new FollowEnd(log, content, () => {
        this.atEnd = this.follow?.atEnd ?? true;
        this.onScrolled();
      });
    }
    sizeShares(this);
    if (log && changed.has('store')) this.nearness.watch(log, () => this.querySelectorAll<LemmaTurn>('lemma-turn'));
    const before = changed.get('store') as Store | undefined;
    if (!before?.host || before.host.conversation?.id !== this.store.host?.conversation?.id) return;
    // Asking is the reader's own move, and so is a new version of what was asked: the new turn is what they want to see.
    // What they walk to begins where they are.
    if (isNewQuestion(this.store, before)) this.follow?.toEnd();
    else if (shownIds(this.store) !== shownIds(before)) this.follow?.hold();
  }

  /** With its neighbours, so that nothing in sight of it moves when they are drawn. */
  private readonly drawTurn = (turn: LemmaTurn | undefined): Promise<void> => {
    const turns = [...this.querySelectorAll<LemmaTurn>('lemma-turn')];
    const at = turn ? turns.indexOf(turn) : -1;
    return at < 0 ? Promise.resolve() : this.nearness.draw(turns.slice(Math.max(0, at - 1), at + 2));
  };

  /** Puts the reader back where a reload found them. */
  async restore(scroll: Memory['scroll']): Promise<void> {
    const { turnId } = scroll.place ?? {};
    await this.drawTurn([...this.querySelectorAll<LemmaTurn>('lemma-turn')].find(({ dataset }) => dataset.turn === turnId));
    this.follow?.restore(scroll);
  }

  private readonly editLast = (): void => {
    if (this.history) return;
    const last = [...this.querySelectorAll('lemma-turn')].at(-1);
    if (last instanceof LemmaTurn) last.edit('question');
  };

  /** Shows the search field, with the selected words in it. */
  async openFind(): Promise<void> {
    const selected = window.getSelection()?.toString().trim() ?? '';
    this.finding = true;
    await this.updateComplete;
    await this.querySelector<LemmaFind>('lemma-find')?.open(selected.includes('\n') ? '' : selected);
  }

  /** Ctrl+F, F3, Shift+F3 and Ctrl+Shift+O. @returns the key was one of them */
  findKey({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
    const control = (ctrlKey || metaKey) && !altKey;
    if (this.history) return control && !shiftKey && key.toLowerCase() === 'f' && this.searchHistory();
    if (control && shiftKey && key.toLowerCase() === 'o') void this.openContents();
    else if ((control && !shiftKey && key.toLowerCase() === 'f') || (key === 'F3' && !this.finding)) void this.openFind();
    else if (key === 'F3') this.querySelector<LemmaFind>('lemma-find')?.step(shiftKey ? -1 : 1);
    else return false;
    return true;
  }

  private searchHistory(): boolean {
    void this.historyList?.focusSearch();
    return true;
  }

  /** Of the thought that has the focus, else of the last one. */
  private async openContents(): Promise<void> {
    const turns = [...this.querySelectorAll<LemmaTurn>('lemma-turn')];
    const thinks = ({ turn }: LemmaTurn): boolean => turn.thought.trim() !== '' || turn.phase !== 'ended';
    const turn = turns.find((each) => each.contains(document.activeElement) && thinks(each)) ?? turns.findLast(thinks);
    await turn?.draw();
    const thought = turn?.querySelector('lemma-thought');
    if (thought instanceof LemmaThought) void thought.openContents();
  }

  private readonly closeFind = (): void => {
    this.finding = false;
    this.querySelector<HTMLElement>('.log')?.focus({ preventScroll: true });
  };

  /** Milliseconds since 1970 by the host's clock. */
  private now(): number {
    return Date.now() - this.store.clockAheadMs;
  }

  private readonly tick = (): void => {
    const turn = runningTurn(this.store);
    if (turn) this.pulse = beat(this.pulse, turn, this.now());
  };

  /** Each phase is said once, and only as it begins: what is there when the panel opens is read, not announced. */
  private announce(before: Store | undefined): void {
    const turn = lastTurn(this.store.host?.conversation);
    const word = turn ? liveWord(turn, this.store.host?.model.kind === 'loading', this.context.strings) : '';
    const moment = `${turn?.question.id ?? ''} ${word}`;
    if (moment === this.said) return;
    this.said = moment;
    this.live = before?.host ? word : '';
  }

  private readonly onClick = (event: Event): void => {
    if (!(event.target instanceof Element)) return;
    const link = event.target.closest<HTMLElement>('[data-href]');
    if (link) {
      event.preventDefault();
      this.context.post({ type: 'openLink', href: link.dataset.href ?? '' });
      return;
    }
    this.pieces.click(event.target);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.matches('a[data-href]')) this.onClick(event);
    if (this.pieces.key(event)) event.preventDefault();
  };

  keepInPlace(element: HTMLElement, change: () => void): void {
    this.follow?.keepInPlace(element, change);
  }

  sayCopied(button?: HTMLElement): void {
    const { copied } = this.context.strings;
    const title = button?.title === copied ? undefined : button?.title;
    this.live = copied;
    if (button) button.title = copied;
    window.setTimeout(() => {
      if (button && title !== undefined) button.title = title;
      if (this.live === copied) this.live = '';
    }, copiedMs);
  }
}

function placeholder(host: PanelState): string {
  if (host.model.kind === 'notChosen') return host.strings.composerNoModel;
  return (host.conversation?.turns.length ?? 0) > 0 ? host.strings.composerFollowUp : host.strings.composerPlaceholder;
}

customElements.define('lemma-panel', LemmaPanel);

declare global {
  interface HTMLElementTagNameMap {
    'lemma-panel': LemmaPanel;
    'lemma-composer': LemmaComposer;
    'lemma-history': LemmaHistory;
  }
}
