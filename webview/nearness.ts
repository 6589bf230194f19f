/**
 * Which turns of a long conversation are drawn. Of many turns that come at once only the first and the last few are;
 * the others keep their place with an estimated height and are drawn when the reader comes near, or when something asks
 * for them (search, contents, a selection). What is drawn stays: out of sight it costs nothing (styles/4-turn.css).
 */
import type { Turn } from '../src/core/conversation.ts';

/** A turn that can be left undrawn, on the page. */
export interface FarElement extends HTMLElement {
  readonly turn: Turn;
  /** Its height in pixels while it is not drawn; setting undefined draws it. */
  far: number | undefined;
  readonly updateComplete: Promise<boolean>;
}

/** Turns at either end of many new ones that are drawn at once: more than a view and what is near it. */
const atEnds = 6;

/** Time that drawing turns may take of one frame, in milliseconds: while the reader scrolls, and of what is selected, which is waited for. */
const sliceMs = 8;
const selectedSliceMs = 32;

export class Nearness {
  private known = new Set<string>();
  private readonly far = new Map<string, number>();
  private readonly queue = new Set<FarElement>();
  /** Selected turns are in the queue. */
  private hasSelected = false;
  private readonly keepPlace: (change: () => Promise<void>) => Promise<void>;
  private readonly onDrawn: () => void;
  private observer: IntersectionObserver | undefined;
  private log: HTMLElement | undefined;
  private frame: number | undefined;

  /**
   * @param keepPlace does what it is given, which changes heights anywhere, and leaves what the reader sees where it is
   * @param onDrawn some turns are on the page that were not
   */
  constructor(keepPlace: (change: () => Promise<void>) => Promise<void>, onDrawn: () => void) {
    this.keepPlace = keepPlace;
    this.onDrawn = onDrawn;
  }

  /** Called before `turns` are drawn. @param isOpen whether a turn shows its whole thought */
  meet(turns: readonly Turn[], isOpen: (turnId: string) => boolean): void {
    const fresh = turns.filter(({ question }) => !this.known.has(question.id));
    if (fresh.length > 2 * atEnds) {
      const widthPx = Math.min(720, window.innerWidth) - 28;
      for (const turn of fresh.slice(atEnds, -atEnds)) {
        this.far.set(turn.question.id, estimatedHeight(turn, isOpen(turn.question.id), widthPx));
      }
    }
    if (fresh.length > 0 || turns.length !== this.known.size) this.known = new Set(turns.map(({ question }) => question.id));
    for (const id of this.far.keys()) if (!this.known.has(id)) this.far.delete(id);
  }

  /** Estimated height in pixels of a turn that is not drawn; undefined for the others. */
  heightOf(turnId: string): number | undefined {
    return this.far.get(turnId);
  }

  /** Called after the turns were put on the page, at every draw. @param elements the turns, looked for only while some are not drawn */
  watch(log: HTMLElement, elements: () => Iterable<FarElement>): void {
    if (this.far.size === 0) return;
    if (!this.observer) {
      this.log = log;
      this.observer = new IntersectionObserver(this.onNear, { root: log, rootMargin: '100% 0px' });
      document.addEventListener('selectionchange', this.onSelection);
    }
    for (const element of elements()) if (element.far !== undefined) this.observer.observe(element);
  }

  /** Draws these turns now. Resolves when they are on the page, before the next frame. */
  async draw(elements: readonly FarElement[]): Promise<void> {
    const undrawn = elements.filter(({ far }) => far !== undefined);
    if (undrawn.length === 0) return;
    await this.keepPlace(async () => {
      for (const element of undrawn) await this.drawOne(element);
    });
    this.onDrawn();
  }

  dispose(): void {
    this.observer?.disconnect();
    this.observer = undefined;
    document.removeEventListener('selectionchange', this.onSelection);
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.frame = undefined;
    this.queue.clear();
  }

  private async drawOne(element: FarElement): Promise<void> {
    this.far.delete(element.turn.question.id);
    this.queue.delete(element);
    this.observer?.unobserve(element);
    element.far = undefined;
    await element.updateComplete;
  }

  private readonly onNear = (entries: readonly IntersectionObserverEntry[]): void => {
    for (const { target, isIntersecting } of entries) {
      const element = target as FarElement;
      if (isIntersecting && element.far !== undefined) this.queue.add(element);
      else this.queue.delete(element);
    }
    void this.drawSome();
  };

  /** What is selected may be copied, so it has to be there. */
  private readonly onSelection = (): void => {
    const selection = window.getSelection();
    if (!this.log || this.far.size === 0 || !selection || selection.isCollapsed) return;
    for (const element of this.log.querySelectorAll<FarElement>('.turn.far')) {
      if (!selection.containsNode(element, true)) continue;
      this.queue.add(element);
      this.hasSelected = true;
    }
    void this.drawSome();
  };

  /** The nearest first, as many as a frame has time for, the rest in the next one. */
  private async drawSome(): Promise<void> {
    if (this.queue.size === 0 || this.frame !== undefined || !this.log) return;
    const view = this.log.getBoundingClientRect();
    const distance = (element: FarElement): number => {
      const { top, bottom } = element.getBoundingClientRect();
      return Math.max(0, top - view.bottom, view.top - bottom);
    };
    const waiting = [...this.queue].map((element) => ({ element, pixels: distance(element) }));
    waiting.sort((one, other) => one.pixels - other.pixels);
    const deadline = performance.now() + (this.hasSelected ? selectedSliceMs : sliceMs);
    await this.keepPlace(async () => {
      for (const { element } of waiting) {
        await this.drawOne(element);
        if (performance.now() > deadline) break;
      }
    });
    this.onDrawn();
    this.hasSelected &&= this.queue.size > 0;
    if (this.queue.size === 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = undefined;
      void this.drawSome();
    });
  }
}

/** What a turn has besides its texts: card, headings, buttons and the room between them, in pixels. */
const framePx = 120;
const linePx = 20;
const characterPx = 7;

/** In pixels, without looking at the page: right within a third for most turns, which is what a scroll bar can show. */
export function estimatedHeight({ question, thought, answer }: Turn, isOpen: boolean, widthPx: number): number {
  const perLine = Math.max(1, Math.floor(widthPx / characterPx));
  const lines = (text: string): number => text.split('\n').reduce((sum, line) => sum + Math.ceil(line.length / perLine), 0);
  const source = question.snapshot ? 3 : 0;
  return framePx + linePx * (lines(question.text) + source + lines(answer) + (isOpen ? lines(thought) : 0));
}
