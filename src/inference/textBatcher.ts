import { textIntervalMs } from '../shared/inferenceProtocol.ts';
import type { DecodedText } from './detokenizer.ts';

/**
 * Joins the pieces of a reply into messages: the first one goes out at once, later ones at most one an
 * interval. Slow models (more than an interval a token) are not delayed at all.
 */
export class TextBatcher {
  readonly #send: (batch: DecodedText) => void;
  readonly #intervalMs: number;
  #text = '';
  #tokens = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (batch: DecodedText) => void, intervalMs = textIntervalMs) {
    this.#send = send;
    this.#intervalMs = intervalMs;
  }

  add({ text, tokens }: DecodedText): void {
    if (text === '' && tokens === 0) return;
    this.#text += text;
    this.#tokens += tokens;
    const waitMs = this.#sentAt + this.#intervalMs - performance.now();
    if (waitMs <= 0) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), waitMs);
  }

  /** Sends what is there, if anything. Must be called at the end of a reply. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === '' && this.#tokens === 0) return;
    const batch = { text: this.#text, tokens: this.#tokens };
    this.#text = '';
    this.#tokens = 0;
    this.#sentAt = performance.now();
    this.#send(batch);
  }
}
