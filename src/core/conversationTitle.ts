import type { Conversation, TurnQuestion } from './conversation.ts';
import { placeLabel } from './place.ts';

/** Most characters of a title that is made from a question. */
const longestTitle = 60;

/**
 * What a conversation is called: the user's title, else the beginning of what was typed first, else the place and
 * first line of what was asked about (`poly.py:8–15 · def horner(p, x):`).
 * @returns one line; empty for a conversation without a turn
 */
export function conversationTitle(conversation: Conversation): string {
  const [first] = conversation.turns;
  return conversation.title ?? (first ? questionTitle(first.question) : '');
}

/** A turn by its question, in one line. */
export function questionTitle({ text, snapshot }: TurnQuestion): string {
  const typed = firstLine(text);
  if (typed !== '' || !snapshot) return shorten(typed);
  const line = firstLine(snapshot.text);
  return line === '' ? placeLabel(snapshot) : `${placeLabel(snapshot)} · ${shorten(line)}`;
}

/** The first line with a letter or digit in it: not a fence, a rule or a bracket alone. */
function firstLine(text: string): string {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.replace(/\s+/g, ' ').trim());
  return lines.find((line) => /[\p{L}\p{N}]/u.test(line)) ?? lines.find((line) => line !== '') ?? '';
}

/** Cut at a word where one ends in the last third, never inside a character. */
function shorten(line: string): string {
  const characters = Array.from(line);
  if (characters.length <= longestTitle) return line;
  const cut = characters.slice(0, longestTitle - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > (cut.length * 2) / 3 ? cut.slice(0, space) : cut}…`;
}
