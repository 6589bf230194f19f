/** How much may be evaluated in advance: what nobody asks for in the end costs electricity, and a fan. */

/** Tokens in any minute: ten selections of 2,000 tokens, a few seconds of a card's time. */
export const prefetchTokensPerMinute = 20_000;

const minuteMs = 60_000;

export class PrefetchBudget {
  readonly #tokens: number;
  #spent: readonly { readonly tokens: number; readonly at: number }[] = [];

  /** @param tokens in any minute */
  constructor(tokens = prefetchTokensPerMinute) {
    this.#tokens = tokens;
  }

  /** @param now milliseconds */
  left(now: number): number {
    this.#spent = this.#spent.filter(({ at }) => now - at < minuteMs);
    return Math.max(0, this.#tokens - this.#spent.reduce((sum, { tokens }) => sum + tokens, 0));
  }

  spend(tokens: number, now: number): void {
    if (tokens > 0) this.#spent = [...this.#spent, { tokens, at: now }];
  }
}
