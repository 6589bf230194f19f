import type { TurnPart } from '../core/conversation.ts';
import { endsSentence, thoughtClosing } from '../core/thinkingBudget.ts';
import type { ThinkingPlan } from '../core/thinkingBudget.ts';
import { ThoughtSplitter } from '../core/thoughtSplitter.ts';
import type { DecodedText } from './detokenizer.ts';

/** Follows a reply, and says when its thought has used up its budget. */
export class ThoughtWatch {
  readonly #plan: ThinkingPlan;
  readonly #splitter: ThoughtSplitter;
  /** The reply up to the end of its thought. */
  #text = '';
  /** New ones of the thought. */
  #tokens = 0;

  /** @param start part in which replies start @param beginning what this one begins with */
  constructor(plan: ThinkingPlan, start: TurnPart, beginning: string) {
    this.#plan = plan;
    this.#splitter = new ThoughtSplitter({ start });
    this.add({ text: beginning, tokens: 0 });
  }

  /** Text of the reply, whoever wrote it. */
  add({ text, tokens }: DecodedText): void {
    if (this.#splitter.closed) return;
    this.#splitter.push(text, tokens);
    this.#text += text;
    if (this.#splitter.part === 'thought') this.#tokens += tokens;
  }

  /**
   * @param textOf the token that the model would go on with
   * @returns the text to go on with instead, which closes the thought; undefined while the thought may go on
   */
  closingBefore(textOf: () => string): string | undefined {
    const { limitTokens, sentenceTokens } = this.#plan;
    const over = this.#tokens - limitTokens;
    if (this.#splitter.part !== 'thought' || over < 0) return undefined;
    const next = textOf();
    // The model is about to close it by itself.
    const closes = next.trimStart().startsWith('</');
    if (over < sentenceTokens && (closes || !endsSentence(this.#text, next))) return undefined;
    return thoughtClosing(this.#text);
  }
}
