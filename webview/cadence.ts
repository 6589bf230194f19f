/**
 * How often the page is drawn while text arrives. A frame of a long thought costs a few milliseconds (script, style,
 * layout, paint), whatever arrived in it, so the pause between two draws is a multiple of what a draw costs: reading
 * along never takes more than a small share of the main thread, on a slow machine too. Pure; times in milliseconds.
 */

/** Of the time, what drawing may take. */
const share = 1 / 16;

/** Text is shown at least this often. */
const longestPauseMs = 200;

export class Cadence {
  private drawnAt = -Infinity;
  private costMs = 0;

  /** @returns how long text that came now has to wait before it is drawn */
  waitMs(now: number): number {
    return Math.max(0, this.drawnAt + Math.min(longestPauseMs, this.costMs / share) - now);
  }

  /** @param at when the draw began @param costMs until its frame was finished; one long draw is no rule for the next */
  drawn(at: number, costMs: number): void {
    this.drawnAt = at;
    this.costMs = this.costMs === 0 ? costMs : (this.costMs + costMs) / 2;
  }
}
