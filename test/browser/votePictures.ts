import type { ConversationEvent } from '../../src/core/conversation.ts';
import type { VoteWords } from '../../src/shared/panelProtocol.ts';
import { modelInfo, solve, wordsOf } from './conversations.ts';
import type { Picture } from './pictures.ts';

const turnId = 'turn1';
const label = (sample: number): string => `Answer ${sample + 1}`;
const at = (...samples: number[]): { sample: number; label: string }[] => samples.map((sample) => ({ sample, label: label(sample) }));

function written(sample: number, result: string): ConversationEvent[] {
  const answer = `By substitution the result is\n\n\\[ \\boxed{${result}} \\]`;
  return [
    { type: 'sampleDelta', turnId, sample, part: 'thought', text: 'Let me substitute $u = x^2$.\n', tokens: 1200 + 31 * sample },
    { type: 'sampleDelta', turnId, sample, part: 'answer', text: answer, tokens: 24 },
    { type: 'sampleEnded', turnId, sample, end: { kind: 'complete' } },
  ];
}

function begun(sample: number): ConversationEvent[] {
  return [{ type: 'sampleDelta', turnId, sample, part: 'thought', text: 'Let me substitute $u = x^2$ and see.', tokens: 800 }];
}

const results = ['\\frac{1}{2}', '2', '\\frac{1}{2}', '0.5', '\\frac{2}{3}'];

/** Five of eight answers are there. */
export function voteRunning(): Picture {
  const script = solve().phase('reading').budget(62, 24_000).phase('thinking');
  script.events.push({ type: 'sampled', turnId, samples: 8, atOnce: 4 });
  for (const [sample, result] of results.entries()) script.events.push(...written(sample, result));
  for (const sample of [5, 6, 7]) script.events.push(...begun(sample));
  const vote: VoteWords = {
    summary: '5 of 8 answers so far. Memory holds 4 at once; the others follow. 3 agree on this: 1/2',
    groups: [
      { result: '1/2', detail: '3 of 5 · 60 %', samples: at(0, 2, 3) },
      { result: '2', detail: '1 of 5 · 20 % · a check found something false in 1', samples: at(1) },
      { result: '2/3', detail: '1 of 5 · 20 %', samples: at(4) },
      { result: 'Being written', detail: '', samples: at(5, 6, 7) },
    ],
  };
  const now = Date.now();
  return {
    state: script.state({
      words: { turn1: { ...wordsOf('solve'), title: 'Solve', place: 'sample.tex:12–14', vote } },
      model: { kind: 'busy', info: modelInfo, activity: 'thinking', sinceMs: now },
      samples: { samples: 8, choices: [1, 3, 5, 8, 16] },
    }),
  };
}

/** Decided early: the other two were not waited for. */
export function voteEnded(): Picture {
  const script = solve().phase('reading').budget(62, 24_000).phase('thinking');
  script.events.push({ type: 'sampled', turnId, samples: 8, atOnce: 8 });
  for (const sample of [0, 2, 3, 4, 5]) script.events.push(...written(sample, '\\frac{1}{2}'));
  script.events.push(...written(1, '2'));
  for (const sample of [6, 7]) script.events.push(...begun(sample), { type: 'sampleEnded', turnId, sample, end: { kind: 'stopped' } });
  script.at += 41_000;
  script.events.push({ type: 'sampleChosen', turnId, sample: 0, at: script.at });
  script.end();
  const vote: VoteWords = {
    summary: '6 of 8 answers came to their end. 5 agree on this: 1/2',
    groups: [
      { result: '1/2', detail: '5 of 6 · 83 %', samples: at(0, 2, 3, 4, 5) },
      { result: '2', detail: '1 of 6 · 17 %', samples: at(1) },
      {
        result: 'Not counted',
        detail: '',
        samples: [6, 7].map((sample) => ({ sample, label: `${label(sample)}: it was stopped.` })),
      },
    ],
  };
  return {
    state: script.state({
      words: { turn1: { ...wordsOf('solve'), title: 'Solve', place: 'sample.tex:12–14', vote } },
      samples: { samples: 8, choices: [1, 3, 5, 8, 16] },
    }),
  };
}
