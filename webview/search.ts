/** Where a text occurs in a conversation. Searches the sources, so that folded thoughts cost no page. Pure: no DOM. */
import type { Turn } from '../src/core/conversation.ts';

export type SearchedPart = 'question' | 'thought' | 'answer';

export interface Match {
  readonly turnId: string;
  readonly part: SearchedPart;
  /** In the part's text, UTF-16 units. */
  readonly offset: number;
}

/** More are not counted: nobody steps through them. */
export const mostMatches = 10_000;

/** What is searched of one part. */
export function searchedText({ question, thought, answer }: Turn, part: SearchedPart): string {
  if (part === 'thought') return thought;
  if (part === 'answer') return answer;
  return `${question.text}\n${question.snapshot?.text ?? ''}`;
}

/** Matches in the order of reading, without regard to case; none for an empty query. */
export function searchConversation(turns: readonly Turn[], query: string): readonly Match[] {
  const matches: Match[] = [];
  for (const turn of turns) {
    for (const part of ['question', 'thought', 'answer'] as const) {
      for (const offset of offsetsOf(searchedText(turn, part), query, mostMatches - matches.length)) {
        matches.push({ turnId: turn.question.id, part, offset });
      }
    }
  }
  return matches;
}

/** Offsets of `query`, which do not overlap. */
export function offsetsOf(text: string, query: string, most = Infinity): number[] {
  const offsets: number[] = [];
  const [haystack, needle] = [folded(text), folded(query)];
  if (needle === '') return offsets;
  for (let at = haystack.indexOf(needle); at >= 0 && offsets.length < most; at = haystack.indexOf(needle, at + needle.length)) {
    offsets.push(at);
  }
  return offsets;
}

/** Lower case for comparing; a text that would change its length by it (some Turkish letters) stays. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}
