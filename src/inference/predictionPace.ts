/** Tokens guessed at a time: few behind a wrong guess, more while all are right. */
const fewest = 2;
/** With the token before them eight: llama.cpp's cards multiply up to eight columns by a kernel of their own (9 take twice as long as 8). */
const most = 7;
/** Guesses after which it is looked whether they pay. */
const judgedAfter = 4;
/** Steps without a guess once they do not; each time twice as many. */
const firstRest = 32;
const longestRest = 1024;
/** Of a new duration, what goes into the mean of those before. */
const weight = 0.1;

/** How the guesses of a reply went, in tokens. */
export interface PredictionCounts {
  readonly guessed: number;
  readonly right: number;
}

/**
 * Decides how many of the next tokens are guessed. What a guess costs is the machine's: on a card eight tokens take little
 * longer than one, on a few cores eight times as long. So a guess goes on while the steps with one give more tokens for
 * their time than the steps without.
 */
export class PredictionPace {
  readonly #now: () => number;
  #length = fewest;
  #rest = firstRest;
  #resting = 0;
  #steps: { readonly at: number; readonly guessed: number } | undefined;
  /** Of the running step. */
  #came = 0;
  /** What was guessed and has not come yet. */
  #open: readonly number[] = [];
  /** Milliseconds of a step without a guess. */
  #plainMs: number | undefined;
  /** Since the last judgement, of steps with a guess. */
  #tried = { steps: 0, tokens: 0, ms: 0 };
  #guessed = 0;
  #right = 0;

  /** @param now milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get counts(): PredictionCounts {
    return { guessed: this.#guessed, right: this.#right };
  }

  /** A step begins. @returns whether it is worth looking for a guess */
  begin(): boolean {
    const at = this.#now();
    if (this.#steps) this.#end(this.#steps.guessed, at - this.#steps.at);
    this.#steps = { at, guessed: 0 };
    this.#came = 0;
    this.#open = [];
    if (this.#resting === 0) return true;
    this.#resting--;
    return false;
  }

  /** @param found the tokens that may come next @returns those of them that are evaluated in this step */
  guess<Token extends number>(found: readonly Token[]): Token[] {
    const guess = found.slice(0, this.#length);
    this.#open = guess;
    if (this.#steps) this.#steps = { ...this.#steps, guessed: guess.length };
    this.#guessed += guess.length;
    return guess;
  }

  /** The token that did come. */
  came(token: number): void {
    this.#came++;
    const [expected, ...others] = this.#open;
    if (expected === undefined) return;
    if (token !== expected) {
      this.#open = [];
      this.#length = fewest;
      return;
    }
    this.#right++;
    this.#open = others;
    if (others.length === 0) this.#length = Math.min(most, this.#length * 2);
  }

  #end(guessed: number, ms: number): void {
    if (guessed === 0) {
      this.#plainMs = this.#plainMs === undefined ? ms : this.#plainMs + weight * (ms - this.#plainMs);
      return;
    }
    const { steps, tokens, ms: before } = this.#tried;
    this.#tried = { steps: steps + 1, tokens: tokens + this.#came, ms: before + ms };
    if (this.#tried.steps < judgedAfter || this.#plainMs === undefined) return;
    const pays = this.#tried.tokens * this.#plainMs > this.#tried.ms;
    this.#tried = { steps: 0, tokens: 0, ms: 0 };
    if (!pays) this.#resting = this.#rest;
    this.#rest = pays ? firstRest : Math.min(longestRest, this.#rest * 2);
  }
}
