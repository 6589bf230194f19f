import type { Memory, ReadingPlace } from '../memory.ts';
import { distanceTo, placeAt } from './readingPlace.ts';

type Scroll = Memory['scroll'];

/** A reader who is nearer to the end than this, in pixels, is at the end. */
const endPx = 24;

/**
 * Keeps the log at its end while text arrives, but only for a reader who is there; one who has scrolled up is never
 * moved. Also puts a reader back where a reload found them.
 */
export class FollowEnd {
  /** The reader is at the end, so new text scrolls into view. */
  atEnd = true;
  private readonly log: HTMLElement;
  private readonly onChange: () => void;
  private readonly observer: ResizeObserver;
  private lastTop = 0;
  /** What grows now was opened by the reader, whose place is where they clicked. */
  private held = false;
  /** What a reader who has scrolled up sees first, and where the log stood: kept until they act or the log is scrolled. */
  private steady: { readonly place: ReadingPlace; scrollTop: number } | undefined;
  /** Where to return to, until the reader moves: formulas and code arrive late and change heights. */
  private wanted: Scroll | undefined;

  /** @param content all that the log shows, in one element @param onChange after each change of `atEnd` or of the position */
  constructor(log: HTMLElement, content: HTMLElement, onChange: () => void) {
    this.log = log;
    this.onChange = onChange;
    this.observer = new ResizeObserver(() => this.settle());
    this.observer.observe(content);
    this.observer.observe(log);
    log.addEventListener('scroll', this.onScroll, { passive: true });
    for (const type of ['wheel', 'pointerdown', 'keydown'] as const) log.addEventListener(type, this.release, { passive: true });
    window.addEventListener('keydown', this.beforeKey, true);
  }

  /** What to keep for `restore`. */
  get position(): Scroll {
    const { atEnd } = this;
    return { top: this.log.scrollTop, atEnd, place: atEnd ? undefined : placeAt(this.log) };
  }

  /** Nobody reads the position while it is being put back. */
  get restoring(): boolean {
    return this.wanted !== undefined;
  }

  restore(scroll: Scroll): void {
    this.atEnd = scroll.atEnd;
    this.wanted = scroll.atEnd ? undefined : scroll;
    this.settle();
  }

  toEnd(): void {
    this.wanted = undefined;
    this.setAtEnd(true);
    this.settle();
  }

  /** The reader opens something: it unfolds downwards from where it is, whether or not the log was at its end. */
  hold(): void {
    this.held = true;
    this.steady = undefined;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.held = false;
        const { scrollTop, scrollHeight, clientHeight } = this.log;
        this.setAtEnd(scrollHeight - scrollTop - clientHeight < endPx);
      }),
    );
  }

  /** Keeps `element` where it is in sight while a change of the reader's own makes other things higher or lower. */
  keepInPlace(element: HTMLElement, change: () => void): void {
    this.wanted = undefined;
    this.steady = undefined;
    const before = element.getBoundingClientRect().top;
    change();
    this.log.scrollTop += element.getBoundingClientRect().top - before;
    this.lastTop = this.log.scrollTop;
    this.setAtEnd(this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < endPx);
  }

  /** What the reader sees stays where it is while turns are drawn, in sight or out of it. @param change ends before the next frame */
  async keepSteady(change: () => Promise<void>): Promise<void> {
    this.holdPlace();
    await change();
    this.steadyPlace();
    this.lastTop = this.log.scrollTop;
  }

  /** As long as nobody scrolls, the place is where it was at first: what is rounded must not add up. */
  private holdPlace(): void {
    if (this.atEnd || this.wanted) this.steady = undefined;
    else if (this.steady?.scrollTop !== this.log.scrollTop) {
      const place = this.firstPlace();
      this.steady = place && { place, scrollTop: this.log.scrollTop };
    }
  }

  /**
   * Formulas of turns that were just drawn are typeset later, and a selection lays out all that is in it. The browser's
   * own scroll anchoring leaves out many of these changes, and those it does see are found here as done.
   */
  private steadyPlace(): void {
    if (!this.steady || this.held) return;
    const moved = distanceTo(this.log, this.steady.place);
    if (moved === undefined) return void (this.steady = undefined);
    // The browser scrolled by itself, or the reader did: theirs is where it is now.
    if (Math.abs(moved) >= 1 && this.steady.scrollTop !== this.log.scrollTop) return void (this.steady = undefined);
    if (Math.abs(moved) >= 1) this.log.scrollTop += moved;
    this.steady.scrollTop = this.log.scrollTop;
  }

  private firstPlace(): ReadingPlace | undefined {
    const { top, bottom } = this.log.getBoundingClientRect();
    const turns = [...this.log.querySelectorAll<HTMLElement>('.turn')];
    const first = turns.findIndex((each) => each.getBoundingClientRect().bottom > top);
    const [turn, next] = [turns[first], turns[first + 1]];
    // Of one that is not drawn and reaches into the view, the end is seen: what follows is to stay.
    const nextTop = next?.getBoundingClientRect().top ?? bottom;
    if (next && turn?.matches('.far') === true && turn.getBoundingClientRect().top < top && nextTop < bottom)
      return { turnId: next.dataset.turn ?? '', part: 'turn', block: 0, offset: nextTop - top };
    return placeAt(this.log);
  }

  dispose(): void {
    this.observer.disconnect();
    this.log.removeEventListener('scroll', this.onScroll);
    for (const type of ['wheel', 'pointerdown', 'keydown'] as const) this.log.removeEventListener(type, this.release);
    window.removeEventListener('keydown', this.beforeKey, true);
  }

  private readonly release = ({ type }: Event): void => {
    this.wanted = undefined;
    if (type !== 'keydown') this.steady = undefined;
  };

  /** Select All lays out every turn before anyone is told of it, so the place is noted before. */
  private readonly beforeKey = ({ key, ctrlKey, metaKey }: KeyboardEvent): void => {
    this.steady = undefined;
    if ((ctrlKey || metaKey) && key.toLowerCase() === 'a') this.holdPlace();
  };

  private readonly onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    // Text that grew since we scrolled leaves a gap below without the reader having moved: only going up lets go.
    if (scrollHeight - scrollTop - clientHeight < endPx) this.setAtEnd(true);
    else if (scrollTop < this.lastTop - 1) this.setAtEnd(false);
    this.lastTop = scrollTop;
    this.onChange();
  };

  private setAtEnd(atEnd: boolean): void {
    if (this.wanted !== undefined || this.atEnd === atEnd) return;
    this.atEnd = atEnd;
    this.onChange();
  }

  private settle(): void {
    if (this.wanted) this.goTo(this.wanted);
    else if (this.atEnd && !this.held) this.log.scrollTop = this.log.scrollHeight;
    else this.steadyPlace();
    this.lastTop = this.log.scrollTop;
  }

  private goTo({ top, place }: Scroll): void {
    if (!place) {
      this.log.scrollTop = top;
      return;
    }
    // Blocks that come into sight get their exact heights, which may move the place once more.
    for (let round = 0; round < 4; round += 1) {
      const distance = distanceTo(this.log, place);
      if (distance === undefined || Math.abs(distance) < 1) return;
      this.log.scrollTop += distance;
    }
  }
}
