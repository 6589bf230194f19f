import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { Turn } from '../../src/core/conversation.ts';
import { formatCount } from '../../src/core/format.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { rangesOf } from '../render/findText.ts';
import type { MarkdownView } from '../render/markdown.ts';
import { offsetsOf, searchConversation, searchedText } from '../search.ts';
import type { Match } from '../search.ts';
import { LemmaAnswer } from './answer.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { iconButton } from './pushButton.ts';
import { LemmaQuestion } from './question.ts';
import { showRange } from './showRange.ts';
import { LemmaThought } from './thought.ts';
import type { LemmaTurn } from './turn.ts';

/** Time that finding the matches on the page may take of one frame, and a pause in the stream before they are found anew. */
const sliceMs = 6;
const againMs = 400;

/** What a reader does to read elsewhere; a match is not brought back after it. */
const readersMoves = ['wheel', 'pointerdown', 'keydown', 'touchstart'] as const;

/** The search field of the panel. Matches are counted in the sources and marked on the page without changing it. */
export class LemmaFind extends PanelElement {
  static override properties = {
    context: { attribute: false },
    turns: { attribute: false },
    query: { state: true },
    current: { state: true },
  };
  declare context: PanelContext;
  declare turns: readonly Turn[];
  declare query: string;
  /** Index of the match that is shown; -1 for none. */
  declare current: number;
  private found: readonly Match[] = [];
  /** Counts the runs of `markAll` and of `showCurrent`: an older one gives way. */
  private round = 0;
  private shows = 0;
  private timer: number | undefined;
  /** The reader has done nothing since the match was shown, so it is to stay in sight. */
  private keeps = false;
  private readonly all = new Highlight();
  private readonly one = new Highlight();

  constructor() {
    super();
    this.turns = [];
    this.query = '';
    this.current = -1;
    this.one.priority = 1;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    CSS.highlights.set('lemma-found', this.all);
    CSS.highlights.set('lemma-current', this.one);
    for (const type of readersMoves) document.addEventListener(type, this.letGo, { capture: true, passive: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.timer);
    this.round += 1;
    this.shows += 1;
    for (const type of readersMoves) document.removeEventListener(type, this.letGo, { capture: true });
    CSS.highlights.delete('lemma-found');
    CSS.highlights.delete('lemma-current');
  }

  /** Puts the cursor into the field. @param query replaces what is searched for, unless it is empty */
  async open(query: string): Promise<void> {
    await this.updateComplete;
    const input = this.querySelector('input');
    if (input && query !== '') {
      input.value = query;
      this.search(query);
    }
    input?.focus();
    input?.select();
  }

  /** @param by 1 for the next match, -1 for the one before; round the ends */
  step(by: 1 | -1): void {
    const { length } = this.found;
    if (length === 0) return;
    const from = this.current < 0 && by < 0 ? 0 : this.current;
    this.current = (from + by + length) % length;
    void this.showCurrent();
  }

  protected override render(): TemplateResult {
    const { strings } = this.context;
    const none = this.found.length === 0;
    return html`<div class="find" role="search" @keydown=${this.onKey}>
      <input type="text" aria-label=${strings.find} placeholder=${strings.find} spellcheck="false" @input=${this.onInput} />
      <span class="small num ${none && this.query !== '' ? 'none' : 'muted'}" role="status">${this.count()}</span>
      ${iconButton('arrow-up', strings.findPrevious, () => this.step(-1), { disabled: none })}
      ${iconButton('arrow-down', strings.findNext, () => this.step(1), { disabled: none })}
      ${iconButton('close', strings.findClose, this.close)}
    </div>`;
  }

  private count(): string | typeof nothing {
    const { strings, locale } = this.context;
    if (this.query === '') return nothing;
    if (this.found.length === 0) return strings.findNone;
    return fill(strings.findCount, formatCount(this.current + 1, locale), formatCount(this.found.length, locale));
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('turns')) this.refreshSoon();
  }

  /** What is on the page has changed: after a pause it is searched and marked anew. */
  refreshSoon(): void {
    if (this.query === '' || this.timer !== undefined) return;
    this.timer = window.setTimeout(() => {
      this.timer = undefined;
      this.searchAgain();
    }, againMs);
  }

  private readonly onInput = (event: Event): void => this.search((event.target as HTMLInputElement).value);

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) this.step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('lemma-find-close', { bubbles: true }));
  };

  private search(query: string): void {
    this.query = query;
    this.found = searchConversation(this.turns, query);
    this.current = this.firstVisible();
    this.requestUpdate();
    void this.showCurrent();
  }

  /** What was found stays the current one while text arrives. */
  private searchAgain(): void {
    const shown = this.found[this.current];
    this.found = searchConversation(this.turns, this.query);
    this.current = shown ? this.found.findIndex((each) => sameMatch(each, shown)) : -1;
    this.requestUpdate();
    void (shown && this.keeps && !this.isInSight() ? this.showCurrent() : this.markAll());
  }

  private readonly letGo = (): void => {
    this.keeps = false;
  };

  /** Turns that were drawn since may have moved the match away, or have drawn it anew. */
  private isInSight(): boolean {
    const [range] = this.one;
    const log = document.querySelector('.log')?.getBoundingClientRect();
    if (!(range instanceof Range) || range.collapsed || !log) return false;
    const { top, bottom, height } = range.getBoundingClientRect();
    return height > 0 && bottom > log.top && top < log.bottom;
  }

  /** The first match in a turn that ends below the log's top edge: the search goes on from where the reader is. */
  private firstVisible(): number {
    const edge = document.querySelector('.log')?.getBoundingClientRect().top ?? 0;
    const elements = turnElements();
    const index = this.found.findIndex(({ turnId }) => (elements.get(turnId)?.getBoundingClientRect().bottom ?? edge) > edge);
    return index < 0 ? this.found.length - 1 : index;
  }

  private async showCurrent(): Promise<void> {
    const show = (this.shows += 1);
    const match = this.found[this.current];
    this.keeps = true;
    this.one.clear();
    if (match) {
      const range = await this.rangeOf(match);
      if (show !== this.shows) return;
      if (range) {
        this.one.add(range);
        await showRange(range);
      }
    }
    if (show === this.shows) await this.markAll();
  }

  /** Opens what hides the match. */
  private async rangeOf(match: Match): Promise<Range | undefined> {
    const turn = this.turns.find(({ question }) => question.id === match.turnId);
    const element = turnElements().get(match.turnId);
    if (!turn || !element) return undefined;
    await element.draw();
    // The blocks above the match come in slices; they would move it after it was shown.
    const answer = element.querySelector('lemma-answer');
    if (answer instanceof LemmaAnswer) await answer.view?.settled();
    const text = searchedText(turn, match.part);
    if (match.part === 'question') {
      const question = element.querySelector('lemma-question');
      if (question instanceof LemmaQuestion) question.all = true;
      const nth = offsetsOf(text.slice(0, match.offset), this.query).length;
      return nthRange(question ? [...question.querySelectorAll('.typed, pre')] : [], this.query, nth);
    }
    const thought = element.querySelector('lemma-thought');
    if (match.part === 'thought' && thought instanceof LemmaThought) await thought.open();
    const view = viewOf(element, match);
    view?.nodeAt(match.offset);
    const block = view?.blockAt(match.offset);
    if (!block) return undefined;
    return nthRange(block.nodes, this.query, offsetsOf(text.slice(block.start, match.offset), this.query).length);
  }

  /** Marks every match that is on the page, a few milliseconds a frame. */
  private async markAll(): Promise<void> {
    const round = (this.round += 1);
    this.all.clear();
    let start = performance.now();
    let elements = turnElements();
    let done: unknown;
    const drawing = new Set<MarkdownView>();
    for (const match of this.found) {
      const element = elements.get(match.turnId);
      const view = match.part === 'question' ? undefined : viewOf(element, match);
      if (view?.drawing === true) drawing.add(view);
      const nodes = match.part === 'question' ? questionNodes(element) : view?.blockAt(match.offset).nodes;
      if (!nodes?.[0] || nodes[0] === done) continue;
      done = nodes[0];
      for (const range of rangesOf(nodes, this.query)) this.all.add(range);
      if (performance.now() - start < sliceMs) continue;
      await new Promise((next) => requestAnimationFrame(next));
      if (round !== this.round) return;
      elements = turnElements();
      start = performance.now();
    }
    if (drawing.size === 0) return;
    // A thought that was just opened is on the page only in part; what it still lacks is marked when it is there.
    await Promise.all([...drawing].map((view) => view.settled()));
    if (round === this.round) await this.markAll();
  }
}

function sameMatch(a: Match, b: Match): boolean {
  return a.turnId === b.turnId && a.part === b.part && a.offset === b.offset;
}

/** Those on the page now, by the ids of their turns: a search may have thousands of matches in hundreds of turns. */
function turnElements(): ReadonlyMap<string | undefined, LemmaTurn> {
  return new Map([...document.querySelectorAll<LemmaTurn>('lemma-turn')].map((element) => [element.dataset.turn, element]));
}

function questionNodes(turn: HTMLElement | undefined): readonly Node[] {
  return [...(turn?.querySelectorAll('.question .typed, .question pre') ?? [])];
}

/** Undefined while the part is not on the page. */
function viewOf(turn: HTMLElement | undefined, { part }: Match): MarkdownView | undefined {
  const element = turn?.querySelector(part === 'thought' ? 'lemma-thought' : 'lemma-answer');
  return element instanceof LemmaThought || element instanceof LemmaAnswer ? element.view : undefined;
}

/** The nth match in these nodes; where marks of Markdown hide it, all of the first node. */
function nthRange(nodes: readonly Node[], query: string, nth: number): Range | undefined {
  const ranges = rangesOf(nodes, query);
  const found = ranges[Math.min(nth, ranges.length - 1)];
  if (found || !nodes[0]) return found;
  const range = document.createRange();
  range.selectNodeContents(nodes[0]);
  return range;
}

customElements.define('lemma-find', LemmaFind);
