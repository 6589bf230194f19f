/**
 * How long a thought may be, and how it is closed where it has to be. Pure; tokens are the caller's.
 *
 * GLM-Z1 closes a thought by itself with `\n</think>\n\n`. A thought that is closed for it (at its budget, or because
 * the user wants the answer now) is closed with the same text, so that the answer follows as it always does.
 */
import type { ChatProfile } from './chatMessage.ts';
import { thoughtCloseTag } from './glmPrompt.ts';
import { suffixThatBegins } from './thoughtSplitter.ts';

/** Whether a model's replies can have a thought. */
export function thinks(profile: ChatProfile): boolean {
  return profile !== 'glm-4';
}

/** The budgets that the panel offers, in tokens; 0 is no limit. */
export const thinkingChoices: readonly number[] = [0, 1024, 4096, 16_384];

/** Those and the one of the user's setting, in order. */
export function choicesWith(settingTokens: number): readonly number[] {
  return [...new Set([...thinkingChoices, Math.max(0, settingTokens)])].sort((a, b) => a - b);
}

/** How far a thought may go beyond its budget to end its sentence, in tokens; an eighth of a small reply instead. */
const sentenceTokens = 64;

/** What is kept for the answer, in tokens; a quarter of a small reply instead. */
const answerTokens = 1024;

/** A shorter reply has no room for a closing tag and an answer, so its thought is not closed. */
const leastReplyTokens = 32;

export interface ThinkingPlan {
  /** New tokens of the thought after which it is closed at the next end of a sentence. */
  readonly limitTokens: number;
  /** New tokens after that within which the sentence has to end; then the thought is closed where it is. */
  readonly sentenceTokens: number;
}

/**
 * When to close a thought, so that the answer has its room even where the budget is larger than the reply may be.
 * @param budgetTokens that the thought may still take; 0 or less closes it at the end of its sentence
 * @param maxTokens new tokens of the whole reply, see `planBudget`
 * @returns undefined for a reply too short to hold both
 */
export function planThinking(budgetTokens: number, maxTokens: number): ThinkingPlan | undefined {
  if (maxTokens < leastReplyTokens) return undefined;
  const sentence = Math.min(sentenceTokens, Math.ceil(maxTokens / 8));
  const answer = Math.min(answerTokens, Math.ceil(maxTokens / 4));
  return { limitTokens: Math.max(0, Math.min(budgetTokens, maxTokens - answer - sentence)), sentenceTokens: sentence };
}

/**
 * Whether a thought may be closed behind this text: it ends a line, a sentence or a displayed formula, and no formula or
 * fence is open.
 * @param next how the text would go on; a full stop ends a sentence only where white space follows, unlike that in 3.14
 */
export function endsSentence(thought: string, next: string): boolean {
  if (thought.trim() === '') return true;
  if (isInsideBlock(thought)) return false;
  if (/\n[ \t]*$|[。！？][”’」』）)]*$/u.test(thought)) return true;
  const spaced = /[ \t]$/.test(thought) || /^\s/.test(next);
  // «1.» at the start of a line numbers what follows.
  return spaced && /(?:[.!?…]["'”’)\]*`]*|\\\]|\$\$)[ \t]*$/u.test(thought) && !/(?:^|\n)[ \t]*\d+\.[ \t]*$/.test(thought);
}

/** A displayed formula or a fence has begun and not ended. */
function isInsideBlock(text: string): boolean {
  let open: string | undefined;
  // `\\` first: in `\\[2pt]` it breaks a line and opens nothing.
  for (const [mark] of text.matchAll(/\\\\|\\\[|\\\]|\$\$|(?<=^[ \t]*)(?:```|~~~)/gm)) {
    if (open !== undefined) open = mark === (open === '\\[' ? '\\]' : open) ? undefined : open;
    else if (mark !== '\\\\' && mark !== '\\]') open = mark;
  }
  return open !== undefined;
}

/** What closes a thought that is cut off here: the model's own closing text, or the rest of it where the model has begun with it. */
export function thoughtClosing(thought: string): string {
  const begun = suffixThatBegins(thought, thoughtCloseTag);
  // A `<` alone may be a sign of the thought's own.
  if (begun > 1) return `${thoughtCloseTag.slice(begun)}\n\n`;
  return `${thought.endsWith('\n') ? '' : '\n'}${thoughtCloseTag}\n\n`;
}
