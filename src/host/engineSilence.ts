import { SilenceLimit } from '../core/silence.ts';
import { Emitter } from './disposables.ts';

/** How often the clock is looked at, in milliseconds. */
const tickMs = 1_000;

/**
 * Listens to what the engine says of its work, and tells when it has said nothing for much longer than before: it may hang,
 * or wait for a busy disk or GPU. Nothing is ended by that.
 */
export class EngineSilence {
  readonly #scale: number;
  readonly #changed = new Emitter<number | undefined>();
  /** Milliseconds of silence when it has become strange; undefined when the engine speaks again or is done. */
  readonly onDidChange = this.#changed.event;
  #limit: SilenceLimit | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Counted by the ticks, so that a computer that slept is not taken for an engine that hangs. */
  #silentMs = 0;
  #tickedAt = 0;
  #strange = false;

  /** @param scale for tests: of all fixed times */
  constructor(scale = 1) {
    this.#scale = scale;
  }

  /** The engine has something to do. */
  begin(): void {
    this.end();
    this.#limit = new SilenceLimit(this.#scale);
    this.#listen();
  }

  /** It said something. */
  heard(): void {
    if (!this.#limit) return;
    this.#count();
    if (this.#timer) this.#limit.heardAfter(this.#silentMs);
    this.#listen();
  }

  /** Its work waits for that of another window. */
  waits(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#silentMs = 0;
    this.#tell(undefined);
  }

  stopAsked(): void {
    this.#limit?.stopAsked();
  }

  /** It is done. */
  end(): void {
    this.waits();
    this.#limit = undefined;
  }

  #listen(): void {
    this.#silentMs = 0;
    this.#tickedAt = performance.now();
    this.#tell(undefined);
    if (this.#timer) return;
    this.#timer = setInterval(() => this.#tick(), tickMs * this.#scale);
    this.#timer.unref();
  }

  #tick(): void {
    this.#count();
    if (!this.#strange && this.#limit && this.#silentMs > this.#limit.ms) this.#tell(this.#silentMs);
  }

  #count(): void {
    const now = performance.now();
    this.#silentMs += Math.min(now - this.#tickedAt, 2 * tickMs);
    this.#tickedAt = now;
  }

  #tell(silentMs: number | undefined): void {
    if (silentMs === undefined && !this.#strange) return;
    this.#strange = silentMs !== undefined;
    this.#changed.fire(silentMs);
  }
}
