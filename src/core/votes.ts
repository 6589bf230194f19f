/**
 * A vote among several answers to one question: answers whose final answers say the same stand together, and the
 * largest group leads. «Self-consistency» (Wang et al., 2022, arXiv:2203.11171) with the equality of `sameAnswer`.
 */
import { finalAnswerOf, sameAnswer } from './check/finalAnswer.ts';

/** What an answer counts in which a check found a relation that does not hold; any other answer counts 1. */
export const failedWeight = 0.5;

/** One whole answer, without its thought. */
export interface Ballot {
  /** Which of the samples it is. */
  readonly sample: number;
  readonly answer: string;
  /** A check of it found something false. */
  readonly failed?: boolean;
}

/** Answers that say the same. */
export interface VoteGroup {
  /** Their final answer as the first of them writes it, in LaTeX; absent where they have none and are the same text. */
  readonly latex?: string;
  /** In the order of the ballots. */
  readonly samples: readonly number[];
  /** Of `samples`, those that a check found something false in. */
  readonly failed: readonly number[];
  /** Sum of what its answers count. */
  readonly weight: number;
  /** Part of all answers, 0 to 1, each counted as one. */
  readonly share: number;
}

export interface Vote {
  /** The heaviest first; of equal ones the one with more answers, then the one whose first answer came first. */
  readonly groups: readonly VoteGroup[];
  /** Groups that are as heavy as the first one, itself included: more than 1 is a tie. 0 without ballots. */
  readonly leaders: number;
  /** Ballots counted. */
  readonly counted: number;
}

/**
 * Groups the ballots. Equality is tried with the first answer of each group alone, so that a group never holds two
 * answers that are both near a third. Never throws.
 */
export function tally(ballots: readonly Ballot[], same: (a: string, b: string) => boolean = sameAnswer): Vote {
  const boxes: { readonly latex: string | undefined; readonly text: string; readonly ballots: Ballot[] }[] = [];
  for (const ballot of ballots) {
    const latex = finalAnswerOf(ballot.answer)?.latex;
    const text = ballot.answer.trim().replace(/\s+/g, ' ');
    const box = boxes.find((each) => agree(each, { latex, text }, same));
    if (box) box.ballots.push(ballot);
    else boxes.push({ latex, text, ballots: [ballot] });
  }
  const groups = boxes
    .map(({ latex, ballots: members }): VoteGroup => {
      const failed = members.filter((member) => member.failed).map(({ sample }) => sample);
      return {
        ...(latex === undefined ? {} : { latex }),
        samples: members.map(({ sample }) => sample),
        failed,
        weight: members.length - failed.length * (1 - failedWeight),
        share: members.length / ballots.length,
      };
    })
    // The sort is stable, so the first to come stays first.
    .sort((a, b) => b.weight - a.weight || b.samples.length - a.samples.length);
  const leaders = groups.filter((group) => group.weight === groups[0]?.weight).length;
  return { groups, leaders, counted: ballots.length };
}

interface Said {
  readonly latex: string | undefined;
  readonly text: string;
}

function agree(a: Said, b: Said, same: (a: string, b: string) => boolean): boolean {
  if (a.latex === undefined || b.latex === undefined) return a.latex === b.latex && a.text === b.text;
  return a.latex === b.latex || same(a.latex, b.latex);
}

/** The answer that stands for a group: its first one in which no check found anything false, else its first one. */
export function spokesman({ samples, failed }: VoteGroup): number | undefined {
  return samples.find((sample) => !failed.includes(sample)) ?? samples[0];
}

/**
 * No further answers can change which group leads: even if all of those to come stood together with the second group,
 * or in a group of their own, the first one would stay ahead.
 * @param toCome answers that are not counted yet
 */
export function isDecided({ groups, counted }: Vote, toCome: number): boolean {
  if (counted === 0) return false;
  const [first, second] = groups;
  return toCome <= 0 || (first?.weight ?? 0) - (second?.weight ?? 0) > toCome;
}
