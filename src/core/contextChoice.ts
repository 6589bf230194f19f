/**
 * What goes along with a question without being asked for: pieces with a relevance, chosen under a budget of tokens. What the
 * prompt has anyway is left out: the selection, the lines around it, and what the user attached.
 */
import type { Attachment } from './attachment.ts';
import { normalizeEol } from './documentText.ts';
import type { TurnQuestion } from './conversation.ts';
import { showsSurroundings } from './prompt.ts';
import type { Range } from './snapshot.ts';

/** How much a piece says about the selection, 0 to 1. A definition that is used more often comes before one used once. */
export const relevance = {
  problems: 1,
  macro: 0.95,
  reference: 0.9,
  enclosing: 0.85,
  definition: 0.7,
  type: 0.65,
  imports: 0.5,
  hover: 0.4,
} as const;

export interface ContextPiece {
  readonly attachment: Attachment;
  readonly relevance: number;
}

export interface CountedPiece extends ContextPiece {
  readonly tokens: number;
}

/** More pieces are neither looked at before they are sent nor of use to the model. */
const mostPieces = 8;
/** Tokens of the line that names a file and of its fence. */
const headerTokens = 20;

/**
 * The most relevant pieces that fit; one that is too long makes room for the next.
 * @param budgetTokens 0 for none
 * @returns in the order of the prompt: other files first, the question's own last, each from top to bottom
 */
export function chooseContext(pieces: readonly CountedPiece[], budgetTokens: number, ownUri: string): readonly Attachment[] {
  const ranked = [...pieces].sort((one, other) => other.relevance - one.relevance || one.tokens - other.tokens);
  const files = new Set<string>();
  const chosen: Attachment[] = [];
  let left = budgetTokens;
  for (const { attachment, tokens } of ranked) {
    const cost = tokens + (files.has(attachment.uri) ? 0 : headerTokens);
    if (cost > left || chosen.length >= mostPieces) continue;
    left -= cost;
    files.add(attachment.uri);
    chosen.push({ ...attachment, tokens });
  }
  const place = ({ uri }: Attachment): number => (uri === ownUri ? 1 : 0);
  const line = ({ range }: Attachment): number => range?.start.line ?? 0;
  return chosen.sort(
    (one, other) => place(one) - place(other) || (one.uri < other.uri ? -1 : one.uri > other.uri ? 1 : line(one) - line(other)),
  );
}

/** The pieces that say something which the prompt does not have already, each once. */
export function newToPrompt(pieces: readonly ContextPiece[], question: Omit<TurnQuestion, 'id'>): ContextPiece[] {
  const known = knownStretches(question);
  const kept: ContextPiece[] = [];
  const texts = new Set<string>();
  // The wider piece first, so that what lies in it is seen to be there; of the same text the more relevant.
  for (const piece of [...pieces].sort((one, other) => lineCount(other) - lineCount(one) || other.relevance - one.relevance)) {
    const { uri, range, kind } = piece.attachment;
    const text = normalizeEol(piece.attachment.text).trim();
    if (text === '' || texts.has(text)) continue;
    const isKnown =
      kind !== 'problems' && known.some((each) => each.uri === uri && (each.range === undefined || (range && holds(each.range, range))));
    if (isKnown) continue;
    const around = kept.findIndex(
      ({ attachment }) => attachment.uri === uri && attachment.range && range && holds(attachment.range, range),
    );
    const wider = kept[around];
    if (wider && wider.attachment.text.includes(text)) {
      kept[around] = { ...wider, relevance: Math.max(wider.relevance, piece.relevance) };
      continue;
    }
    texts.add(text);
    kept.push(piece);
  }
  return kept;
}

interface Stretch {
  readonly uri: string;
  /** Absent: all of the file. */
  readonly range?: Range;
}

/** What the prompt holds of documents: whole lines. */
export function knownStretches(question: Omit<TurnQuestion, 'id'>): Stretch[] {
  const { snapshot, attachments = [] } = question;
  const attached = attachments.filter(({ kind }) => kind !== 'problems').map(({ uri, range }) => ({ uri, ...(range ? { range } : {}) }));
  if (!snapshot) return attached;
  const { uri, range, before, after } = snapshot;
  const shown = showsSurroundings(question);
  const start = { line: range.start.line - (shown ? before.split('\n').length - 1 : 0), character: 0 };
  const end = { line: range.end.line + (shown ? after.split('\n').length - 1 : 0), character: Number.MAX_SAFE_INTEGER };
  return [{ uri, range: { start, end } }, ...attached];
}

function holds(outer: Range, inner: Range): boolean {
  return outer.start.line <= inner.start.line && inner.end.line <= outer.end.line;
}

function lineCount({ attachment: { range } }: ContextPiece): number {
  return range ? range.end.line - range.start.line : 0;
}
