import type { Memory } from '../memory.ts';
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
  private steady: { readonly turn: HTMLElement; readonly top: number; readonly scrollTop: number } | undefined;
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
    const before = element.getBoundingClientRect().top;
    change();
    this.log.scrollTop += element.getBoundingClientRect().top - before;
    this.lastTop = this.log.scrollTop;
    this.setAtEnd(this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < endPx);
  }

  /** What the reader sees stays where it is while turns are drawn, in sight or out of it. @param change ends before the next frame */
  async keepSteady(change: () => Promise<void>): Promise<void> {
    const steady = this.atEnd || this.wanted ? undefined : this.firstTurn();
    await change();
    if (steady?.turn.isConnected === true) {
      const moved = steady.turn.getBoundingClientRect().top - steady.top;
      if (Math.abs(moved) >= 1) this.log.scrollTop += moved;
      this.steady = { ...steady, scrollTop: this.log.scrollTop };
    }
    this.lastTop = this.log.scrollTop;
  }

  /** The turn that is to stay. As long as nobody scrolls, where it was at first: what is rounded must not add up. */
  private firstTurn(): { readonly turn: HTMLElement; readonly top: number } | undefined {
    if (this.steady?.scrollTop === this.log.scrollTop && this.steady.turn.isConnected) return this.steady;
    const { top, bottom } = this.log.getBoundingClientRect();
    const turns = [...this.log.querySelectorAll<HTMLElement>('.turn')];
    const first = turns.findIndex((each) => each.getBoundingClientRect().bottom > top);
    const [turn, next] = [turns[first], turns[first + 1]];
    // Of one that is not drawn and reaches into the view, the end is seen: what follows is to stay.
    const nextTop = next?.getBoundingClientRect().top ?? bottom;
    const stays = next && turn?.matches('.far') === true && turn.getBoundingClientRect().top < top && nextTop < bottom ? next : turn;
    return stays && { turn: stays, top: stays.getBoundingClientRect().top };
  }

  dispose(): void {
    this.observer.disconnect();
    this.log.removeEventListener('scroll', this.onScroll);
    for (const type of ['wheel', 'pointerdown', 'keydown'] as const) this.log.removeEventListener(type, this.release);
  }

  private readonly release = (): void => {
    this.wanted = undefined;
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
