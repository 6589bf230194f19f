/**
 * With how many threads a model is evaluated on a processor: which counts are worth a try, and which of them is taken.
 * docs/design/0003-engine-and-threads.md has the reasons. Pure: the caller measures.
 */

/** Counts of threads that are tried, and the one that is taken without a measurement. */
export interface ThreadPlan {
  readonly usual: number;
  /** Ascending, with `usual` among them; that one alone where there is nothing to choose. */
  readonly ladder: readonly number[];
}

/** Milliseconds of a token. */
export interface ThreadSpeed {
  readonly writtenMs: number;
  readonly readMs: number;
}

export interface ThreadChoice {
  readonly threads: number;
  /** False: the usual count won only when it was measured again and was much faster, so something had disturbed the measurement. */
  readonly isCertain: boolean;
}

/** Another count has to take less than this part of the usual one's time, so that chance does not change the threads. */
const betterThan = 0.95;

/** So many times as long the usual count may take first as when it is measured again. */
const mostSpread = 1.25;

/**
 * The count that is taken by default: llama.cpp's threads wait for each other by spinning, so one without a core of its own
 * stalls all others, and a core is left to the event loops of this process and the editor.
 * @param cores that the process may use. @param mathCores physical ones, of a mixed processor the fast ones
 */
export function usualThreads(cores: number, mathCores: number): number {
  return Math.max(1, Math.min(mathCores, cores - 1));
}

/**
 * Quarters of the usual count, since a model that waits for memory gains nothing by more threads; and above it what there is
 * of further cores, which are slower ones or second threads of a core. Never all of them: where other work runs too, one
 * token then takes a second in place of a millisecond, and llama.cpp cannot be stopped within a token.
 */
export function threadPlan(cores: number, mathCores: number): ThreadPlan {
  const usual = usualThreads(cores, mathCores);
  const most = Math.max(usual, cores - 1);
  const counts = [usual / 4, usual / 2, (usual * 3) / 4, usual, (usual + most) / 2, most].map(Math.ceil);
  return { usual, ladder: [...new Set(counts)].toSorted((one, other) => one - other) };
}

/** What one token costs in a turn. As much weight for reading as for writing: of a question mostly fewer are read than written, and fewer threads harm reading more. */
export function turnMs({ writtenMs, readMs }: ThreadSpeed): number {
  return writtenMs + readMs;
}

/**
 * Goes from the usual count down the ladder while that gets better, and up where down was no better. The winner has to beat
 * the usual count by 5 %, also once that has been measured again: what disturbed one of the two seldom disturbs the other.
 * @param measure undefined: there is no time for it. Its errors are passed on
 * @returns undefined when not even the usual count was measured
 */
export async function chooseThreads(
  { usual, ladder }: ThreadPlan,
  measure: (threads: number, best: ThreadSpeed | undefined) => Promise<ThreadSpeed | undefined>,
  again: (threads: number) => Promise<ThreadSpeed>,
): Promise<ThreadChoice | undefined> {
  const first = await measure(usual, undefined);
  if (!first) return undefined;
  let best = { threads: usual, speed: first };
  const place = ladder.indexOf(usual);
  for (const way of [ladder.slice(0, place).toReversed(), ladder.slice(place + 1)]) {
    for (const threads of way) {
      const speed = await measure(threads, best.speed);
      if (!speed || turnMs(speed) >= turnMs(best.speed)) break;
      best = { threads, speed };
    }
    if (best.threads !== usual) break;
  }
  if (!beats(best.speed, first)) return { threads: usual, isCertain: true };
  const second = await again(usual);
  if (beats(best.speed, second)) return { threads: best.threads, isCertain: true };
  return { threads: usual, isCertain: turnMs(first) <= turnMs(second) * mostSpread };
}

function beats(one: ThreadSpeed, other: ThreadSpeed): boolean {
  return turnMs(one) < turnMs(other) * betterThan;
}
