/** The samples of one turn: several replies to its question, of which a vote chooses the one that becomes its answer. */
import type { Turn, TurnEnd, TurnPart } from './conversation.ts';
import type { Ballot, Vote } from './votes.ts';
import { tally } from './votes.ts';

/** One reply among several to the same question. */
export interface Sample {
  readonly thought: string;
  readonly answer: string;
  readonly thoughtTokens: number;
  readonly answerTokens: number;
  /** Absent while it is written. */
  readonly end?: TurnEnd;
  /** A check of its answer found something false. */
  readonly failed?: true;
}

export type SampleEvent =
  /** So many samples are wished for in all, of which so many are written at once. */
  | { readonly type: 'sampled'; readonly turnId: string; readonly samples: number; readonly atOnce: number }
  | {
      readonly type: 'sampleDelta';
      readonly turnId: string;
      readonly sample: number;
      readonly part: TurnPart;
      readonly text: string;
      readonly tokens: number;
    }
  | { readonly type: 'sampleEnded'; readonly turnId: string; readonly sample: number; readonly end: TurnEnd; readonly failed?: true }
  /** The vote is done: this one's thought and answer are the turn's from now on. */
  | { readonly type: 'sampleChosen'; readonly turnId: string; readonly sample: number; readonly at: number };

const empty: Sample = { thought: '', answer: '', thoughtTokens: 0, answerTokens: 0 };

/** Samples a turn may hold in all, those of votes that were stopped and taken up again included: a bound on what a damaged journal asks for. */
const mostKept = 256;

/** The turn after one event of its samples, while it runs. An event that does not fit leaves it as it is, the same object. */
export function applySampleEvent(turn: Turn, event: SampleEvent): Turn {
  if (event.type === 'sampled') {
    // Those that an earlier vote was stopped in are not gone on with.
    const samples = (turn.samples ?? []).map((each): Sample => (each.end ? each : { ...each, end: { kind: 'interrupted' } }));
    return { ...turn, samples, samplesWanted: event.samples, samplesAtOnce: event.atOnce };
  }
  const { samples } = turn;
  const { sample: index } = event;
  if (!samples || turn.chosenSample !== undefined || !Number.isInteger(index) || index < 0 || index >= mostKept) return turn;
  const sample = samples[index] ?? empty;
  switch (event.type) {
    case 'sampleDelta': {
      if (sample.end) return turn;
      const changed =
        event.part === 'thought'
          ? { ...sample, thought: sample.thought + event.text, thoughtTokens: sample.thoughtTokens + event.tokens }
          : { ...sample, answer: sample.answer + event.text, answerTokens: sample.answerTokens + event.tokens };
      // While the vote runs the turn's own count is that of all samples: what has been written so far.
      return { ...turn, samples: placed(samples, index, changed), thoughtTokens: turn.thoughtTokens + event.tokens };
    }
    case 'sampleEnded': {
      const failed = event.failed ? { failed: true as const } : {};
      return { ...turn, samples: placed(samples, index, { ...sample, end: event.end, ...failed }) };
    }
    case 'sampleChosen': {
      const { thought, answer, thoughtTokens, answerTokens } = sample;
      return { ...turn, thought, answer, thoughtTokens, answerTokens, answeringAt: event.at, chosenSample: index };
    }
  }
}

/** Samples may begin in any order. */
function placed(samples: readonly Sample[], index: number, sample: Sample): readonly Sample[] {
  const all = [...samples];
  while (all.length < index) all.push(empty);
  all[index] = sample;
  return all;
}

/** The samples that have come to their end by themselves, for the vote. */
export function ballotsOf({ samples = [] }: Pick<Turn, 'samples'>): Ballot[] {
  return samples.flatMap(({ answer, end, failed = false }, sample) => (end?.kind === 'complete' ? [{ sample, answer, failed }] : []));
}

export function voteOf(turn: Turn): Vote {
  return tally(ballotsOf(turn));
}

/** The question is answered by a vote that has not come to its end. */
export function isVoting(turn: Turn): boolean {
  // A thought that is gone on with is one reply.
  return (turn.question.samples ?? 1) > 1 && turn.chosenSample === undefined && turn.thought === '' && turn.answer === '';
}
