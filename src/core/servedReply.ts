/**
 * Thought and answer of a reply that a server streams. Servers tell it in three ways:
 * - the thought in a field of its own (`reasoning_content`, later named `reasoning`), since a parser runs there;
 * - all of it as text, `<think>` and `</think>` included;
 * - all of it as text that begins inside the thought, because the server's chat template has written `<think>` already.
 * The last two are one matter for `ThoughtSplitter`; which part such a text begins in has to be known, or found out.
 */
import type { TurnPart } from './conversation.ts';
import { thoughtOpenTag } from './glmPrompt.ts';
import type { PartDelta } from './thoughtSplitter.ts';
import { ThoughtSplitter } from './thoughtSplitter.ts';

/** The part in which a reply begins where no field and no tag says it. */
export type ReplyStart = TurnPart | 'unknown';

/** What a reply has shown about the next one of the same model. `fields`: a parser runs, so text is answer. */
export type ReplyHabit = 'fields' | TurnPart;

export interface ServedText {
  /** From the server's own field for the thought. */
  readonly thought?: string;
  readonly text?: string;
  /** Tokens that both stand for. */
  readonly tokens: number;
}

/**
 * Splits a served reply while it streams; deltas as of `ThoughtSplitter`. A reply whose start is unknown counts as thought
 * until a tag says otherwise, for a thought must never pass for an answer; see `end`.
 */
export class ServedReplySplitter {
  readonly #splitter: ThoughtSplitter;
  /** Of the text beside fields: there are servers that leave a copy of the thought in it, with its tags. */
  readonly #beside = new ThoughtSplitter({ start: 'answer' });
  readonly #start: ReplyStart;
  #fields = false;
  /** Of the last field. */
  #part: TurnPart = 'thought';
  /** What came as text, until it is clear how the reply begins. */
  #text = '';
  #closed = false;

  /** @param thoughtSoFar see `SplitterOptions`, for going on with a reply */
  constructor(start: ReplyStart, thoughtSoFar?: string) {
    this.#start = start;
    this.#splitter = new ThoughtSplitter({
      start: start === 'unknown' ? 'thought' : start,
      ...(thoughtSoFar === undefined ? {} : { thoughtSoFar }),
    });
  }

  push({ thought = '', text = '', tokens }: ServedText): PartDelta[] {
    const deltas: PartDelta[] = [];
    if (thought !== '') {
      // White space that a server sends before its first thought is held by the splitter.
      if (!this.#fields) deltas.push(...this.#splitter.end().map((delta): PartDelta => ({ ...delta, part: 'thought' })));
      this.#fields = true;
      this.#part = 'thought';
      deltas.push({ part: 'thought', text: thought, tokens: text === '' ? tokens : 0 });
    }
    if (this.#fields) {
      if (text !== '') {
        deltas.push(...this.#beside.push(text, tokens));
        this.#part = this.#beside.part;
      } else if (thought === '') {
        // Tokens without text are those of the part that is being written.
        deltas.push({ part: this.#part, text, tokens });
      }
    } else if (text !== '' || tokens > 0) {
      if (this.#start === 'unknown' && !this.#closed) this.#text += text;
      deltas.push(...this.#splitter.push(text, tokens));
      this.#closed ||= this.#splitter.part === 'answer';
    }
    return deltas.filter(isSome);
  }

  /**
   * The rest. A whole reply of unknown start without any tag was an answer after all: it is given once more, as that; what
   * was shown as thought stays, since nothing that was shown is taken back.
   * @param complete the model itself ended the reply
   */
  end(complete: boolean): PartDelta[] {
    if (this.#fields) return this.#beside.end().filter(isSome);
    const rest = this.#splitter.end();
    if (!complete || this.habit !== 'answer' || this.#start !== 'unknown' || this.#opened) return rest;
    return [...rest, { part: 'answer', text: this.#text, tokens: 0 }];
  }

  /** How the next reply of this model will begin, as far as this one shows it. Ask when it is complete. */
  get habit(): ReplyHabit | undefined {
    if (this.#fields) return 'fields';
    if (this.#start !== 'unknown') return undefined;
    if (this.#opened) return 'answer';
    return this.#closed ? 'thought' : 'answer';
  }

  get #opened(): boolean {
    return this.#text.trimStart().startsWith(thoughtOpenTag);
  }
}

function isSome({ text, tokens }: PartDelta): boolean {
  return text !== '' || tokens > 0;
}
