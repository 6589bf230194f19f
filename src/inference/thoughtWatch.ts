import { endsSentence, thoughtClosing } from '../core/thinkingBudget.ts';
import type { ThinkingPlan } from '../core/thinkingBudget.ts';
import { ThoughtSplitter } from '../core/thoughtSplitter.ts';
import type { DecodedText } from './detokenizer.ts';

/** Follows a reply that is inside its thought, and says when the thought has used up its budget. */
export class ThoughtWatch {
  readonly #plan: ThinkingPlan;
  readonly #splitter: ThoughtSplitter;
  #thought: string;
  #tokens = 0;
  #open = true;

  /** @param thoughtSoFar what the reply begins with */
  constructor(plan: ThinkingPlan, thoughtSoFar: string) {
    this.#plan = plan;
    this.#thought = thoughtSoFar;
    this.#splitter = new ThoughtSplitter(thoughtSoFar === '' ? { start: 'thought' } : { start: 'thought', thoughtSoFar });
  }

  /** Text that the model has written. */
  add({ text, tokens }: DecodedText): void {
    if (!this.#open) return;
    this.#tokens += tokens;
    this.#thought += text;
    this.#splitter.push(text, tokens);
    this.#open = this.#splitter.part === 'thought';
  }

  /**
   * @param next text of the token that the model would go on with
   * @returns the text to go on with instead, which closes the thought; undefined while the thought may go on
   */
  closingBefore(next: string): string | undefined {
    const { limitTokens, sentenceTokens } = this.#plan;
    const over = this.#tokens - limitTokens;
    if (!this.#open || over < 0) return undefined;
    // The model is about to close it by itself.
    const closes = next.trimStart().startsWith('</');
    if (over < sentenceTokens && (closes || !endsSentence(this.#thought, next))) return undefined;
    this.#open = false;
    return thoughtClosing(this.#thought);
  }
}
