/**
 * Runs one task at a time: those of one owner in the order they came, and the owners in turn, so that a long queue of
 * one window keeps no other one waiting for longer than one task. What runs is never interrupted.
 *
 * A task that is aborted while it waits still runs: it finds its signal aborted and ends at once, so that every task
 * has one way to end.
 */
export class FairQueue<Owner> {
  /** What waits, by owner; the owner at the front is served next. */
  readonly #waiting = new Map<Owner, (() => Promise<void>)[]>();
  #running = false;

  run<Result>(owner: Owner, task: () => Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const tasks = this.#waiting.get(owner) ?? [];
      tasks.push(() => Promise.resolve().then(task).then(resolve, reject));
      this.#waiting.set(owner, tasks);
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#next(); next; next = this.#next()) await next();
    this.#running = false;
  }

  /** Takes the front owner's first task and puts the owner at the end. */
  #next(): (() => Promise<void>) | undefined {
    for (const [owner, tasks] of this.#waiting) {
      const [next, ...rest] = tasks;
      this.#waiting.delete(owner);
      if (rest.length > 0) this.#waiting.set(owner, rest);
      return next;
    }
    return undefined;
  }
}
