/**
 * Which of the paths that texts name are files of the workspace. The host is asked for each path once, for all that one
 * frame drew together; until it has said yes a path is text like any other.
 */
export class PlaceBook {
  private readonly ask: (paths: readonly string[]) => void;
  private readonly known = new Map<string, boolean>();
  private readonly listeners = new Set<(paths: readonly string[]) => void>();
  private unasked: string[] = [];

  /** @param ask the answer comes through `found` */
  constructor(ask: (paths: readonly string[]) => void) {
    this.ask = ask;
  }

  /** @param final the text that names it does not grow any more, so it is worth asking */
  isPlace(path: string, final: boolean): boolean {
    const known = this.known.get(path);
    if (known === undefined && final && this.known.size < mostPaths) {
      this.known.set(path, false);
      if (this.unasked.length === 0) requestAnimationFrame(this.flush);
      this.unasked.push(path);
    }
    return known === true;
  }

  found(paths: readonly string[]): void {
    const fresh = paths.filter((path) => this.known.get(path) !== true);
    for (const path of fresh) this.known.set(path, true);
    if (fresh.length > 0) for (const listener of this.listeners) listener(fresh);
  }

  /** What was not there may be there by now: it is asked for when a text names it again. */
  forgetMissing(): void {
    for (const [path, there] of this.known) if (!there && !this.unasked.includes(path)) this.known.delete(path);
  }

  /** @returns ends it */
  onFound(listener: (paths: readonly string[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private readonly flush = (): void => {
    const paths = this.unasked;
    this.unasked = [];
    for (let from = 0; from < paths.length; from += mostAtOnce) this.ask(paths.slice(from, from + mostAtOnce));
  };
}

/** Paths that one page asks for; a text that names more files than this names none that a reader would look for. */
const mostPaths = 2_000;

/** Paths in one message; the host looks for no more. */
const mostAtOnce = 100;
