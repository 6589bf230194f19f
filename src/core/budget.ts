/**
 * What fits into the context: the room for a reply, a selection trimmed around the cursor, the turns that the
 * model still remembers. Pure arithmetic over token counts that the caller has measured; nothing is estimated here.
 */

/**
 * Least room for a reply, in tokens. A prompt that leaves less counts as too long: the model would be cut off
 * inside its thought. Small contexts ask for an eighth of themselves instead.
 */
export const minReplyTokens = 1024;

/** Least room for a reply in a context of `contextTokens`. */
export function replyReserve(contextTokens: number): number {
  return Math.min(minReplyTokens, Math.ceil(contextTokens / 8));
}

export interface BudgetRequest {
  /** Of the whole rendered prompt. */
  readonly promptTokens: number;
  /** Wish for new tokens. */
  readonly wantedTokens: number;
  readonly contextTokens: number;
}

export type BudgetPlan =
  /** `clamped`: fewer new tokens than wanted, which the user is told. */
  | { readonly ok: true; readonly maxTokens: number; readonly clamped: boolean }
  /** The prompt must lose `overTokens`; `limitTokens` is the longest prompt possible. */
  | { readonly ok: false; readonly overTokens: number; readonly limitTokens: number };

/**
 * Shares the context between prompt and reply. 30,000 new tokens and more than 2,768 of prompt do not fit
 * into GLM-Z1's 32,768, so clamping is the usual case for long selections.
 */
export function planBudget({ promptTokens, wantedTokens, contextTokens }: BudgetRequest): BudgetPlan {
  const wanted = Math.max(1, wantedTokens);
  const limitTokens = Math.max(0, contextTokens - Math.min(wanted, replyReserve(contextTokens)));
  if (promptTokens > limitTokens) return { ok: false, overTokens: promptTokens - limitTokens, limitTokens };
  const maxTokens = Math.min(wanted, contextTokens - promptTokens);
  return { ok: true, maxTokens, clamped: maxTokens < wanted };
}

/**
 * Whether the user has to know that a reply has less room than was wished for. With the recommended 30,000 tokens in
 * GLM-Z1's context nearly every reply has a little less; it counts where less than half of the wish is left, or where the
 * reply has come into the last eighth of its room.
 */
export function isRoomTight(room: { readonly maxTokens: number; readonly wantedTokens: number; readonly writtenTokens: number }): boolean {
  const { maxTokens, wantedTokens, writtenTokens } = room;
  if (maxTokens >= wantedTokens) return false;
  return maxTokens < wantedTokens / 2 || writtenTokens > maxTokens * (7 / 8);
}

export interface TrimmedText {
  readonly text: string;
  /** Where `text` lies in the original: UTF-16 offsets, end-exclusive. */
  readonly start: number;
  readonly end: number;
}

/**
 * The whole lines around the cursor that fit into `keepChars`. The cursor's line comes first, then lines are
 * added on both sides in turn, on one side alone where the other has ended. A cursor's line that is too long by
 * itself is cut around the cursor, never inside a surrogate pair.
 * @param focusOffset of the cursor, UTF-16 code units; outside the text it counts as its nearest end
 */
export function trimSnapshotText(text: string, focusOffset: number, keepChars: number): TrimmedText {
  const keep = Math.max(0, Math.floor(keepChars));
  if (text.length <= keep) return { text, start: 0, end: text.length };
  const focus = Math.min(Math.max(0, focusOffset), text.length);
  let start = lineStart(text, focus);
  let end = lineEnd(text, focus);
  if (end - start > keep) return cutLine(text, start, end, focus, keep);
  let upOpen = true;
  let downOpen = true;
  while (upOpen || downOpen) {
    if (upOpen) {
      const above = start > 0 ? lineStart(text, start - 1) : start;
      upOpen = above < start && end - above <= keep;
      if (upOpen) start = above;
    }
    if (downOpen) {
      const below = end < text.length ? lineEnd(text, end) : end;
      downOpen = below > end && below - start <= keep;
      if (downOpen) end = below;
    }
  }
  return { text: text.slice(start, end), start, end };
}

/** First offset of the line that holds `offset`. */
function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset behind the line that holds `offset`, its line end included. */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at < 0 ? text.length : at + 1;
}

function cutLine(text: string, lineFrom: number, lineTo: number, focus: number, keep: number): TrimmedText {
  let start = Math.min(Math.max(lineFrom, focus - Math.floor(keep / 2)), lineTo - keep);
  let end = start + keep;
  if (splitsPair(text, start)) start++;
  if (splitsPair(text, end)) end--;
  end = Math.max(start, end);
  return { text: text.slice(start, end), start, end };
}

/** The offset lies between the two halves of one character. */
function splitsPair(text: string, offset: number): boolean {
  return offset > 0 && isHighSurrogate(text.charCodeAt(offset - 1)) && isLowSurrogate(text.charCodeAt(offset));
}

function isHighSurrogate(codeUnit: number): boolean {
  return codeUnit >= 0xd800 && codeUnit <= 0xdbff;
}

function isLowSurrogate(codeUnit: number): boolean {
  return codeUnit >= 0xdc00 && codeUnit <= 0xdfff;
}

/**
 * How many characters to keep when a prompt is `overTokens` too long, for the caller's next try: its share of the
 * text by the text's own rate of tokens, less 2 %, since tokens are not spread evenly. Always fewer than now.
 * @param textTokens of the text alone
 */
export function charsToKeep(text: string, textTokens: number, overTokens: number): number {
  const share = textTokens > 0 ? Math.max(0, textTokens - overTokens) / textTokens : 0;
  return Math.min(Math.floor(text.length * share * 0.98), Math.max(0, text.length - 1));
}

export interface ConversationFit<Message> extends HistoryFit<Message> {
  /** For the prompt without the turns that are left out; not ok when not even the question fits. */
  readonly plan: BudgetPlan;
}

/**
 * What of the conversation goes with the next question: all of it where that fits, else without its oldest turns. The
 * panel shows by it what will be left out, and the question is asked by it.
 * @param messageTokens see `fitHistory`, as `restTokens`
 */
export function fitConversation<Message>(
  history: readonly Message[],
  messageTokens: readonly number[],
  restTokens: number,
  { wantedTokens, contextTokens }: Omit<BudgetRequest, 'promptTokens'>,
): ConversationFit<Message> {
  const historyTokens = sum(messageTokens);
  const plan = planBudget({ promptTokens: restTokens + historyTokens, wantedTokens, contextTokens });
  if (plan.ok) return { kept: history, droppedTurns: 0, plan };
  const fit = fitHistory(history, messageTokens, restTokens, plan.limitTokens);
  const promptTokens = restTokens + sum(messageTokens.slice(2 * fit.droppedTurns));
  return { ...fit, plan: planBudget({ promptTokens, wantedTokens, contextTokens }) };
}

/** How the context would be used by the next question. All in tokens. */
export interface ContextShares {
  /** What Lemma itself adds: the prompt's frame. */
  readonly instructions: number;
  /** Earlier questions and answers that are kept. */
  readonly conversation: number;
  readonly attachments: number;
  readonly question: number;
  readonly together: number;
  readonly left: number;
  readonly droppedTurns: number;
  /** Of the turns that are left out. */
  readonly leftOut: number;
  /** Share of the context that all would take if nothing were left out; may be above 1. */
  readonly filled: number;
  /** Tokens by which the question alone is too long; 0 when it fits. */
  readonly overTokens: number;
}

export interface ContextParts {
  readonly contextTokens: number;
  readonly wantedTokens: number;
  readonly instructions: number;
  /** Of each earlier message, question and answer in turn. */
  readonly history: readonly number[];
  readonly attachments: number;
  readonly question: number;
}

/** The shares of the next question's context, by `fitConversation`, which later also decides what is sent. */
export function contextShares(parts: ContextParts): ContextShares {
  const { contextTokens, instructions, history, attachments, question } = parts;
  const rest = instructions + attachments + question;
  const { droppedTurns, plan } = fitConversation(history, history, rest, parts);
  const conversation = sum(history.slice(2 * droppedTurns));
  const together = rest + conversation;
  return {
    ...{ instructions, conversation, attachments, question, together, droppedTurns },
    leftOut: sum(history) - conversation,
    left: Math.max(0, contextTokens - together),
    filled: contextTokens > 0 ? (rest + sum(history)) / contextTokens : 0,
    overTokens: plan.ok ? 0 : plan.overTokens,
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, tokens) => total + tokens, 0);
}

export interface HistoryFit<Message> {
  readonly kept: readonly Message[];
  /** Oldest turns (question and answer) that were left out. */
  readonly droppedTurns: number;
}

/**
 * Leaves out the oldest turns until the prompt fits. The history alternates question and answer, as
 * `historyMessages` gives it, and is only ever cut between turns.
 * @param messageTokens tokens of each message in the rendered prompt, its role token included
 * @param restTokens of everything else: start of the prompt, the new question, the generation prompt
 * @param limitTokens longest prompt possible, see `planBudget`
 * @returns nothing kept when not even the new question fits; the caller then reports that
 */
export function fitHistory<Message>(
  history: readonly Message[],
  messageTokens: readonly number[],
  restTokens: number,
  limitTokens: number,
): HistoryFit<Message> {
  let total = restTokens + messageTokens.reduce((sum, tokens) => sum + tokens, 0);
  let first = 0;
  while (total > limitTokens && first < history.length) {
    total -= (messageTokens[first] ?? 0) + (messageTokens[first + 1] ?? 0);
    first += 2;
  }
  return { kept: history.slice(first), droppedTurns: Math.min(first, history.length) / 2 };
}
