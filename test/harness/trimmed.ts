import type { TrimmedAnswer } from '../../src/core/answer.ts';

/** The text of an answer that can go into a document; undefined for one that is refused, too. */
export function textOf(trimmed: TrimmedAnswer | undefined): string | undefined {
  return trimmed?.kind === 'refused' ? undefined : trimmed?.text;
}
