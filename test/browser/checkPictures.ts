import type { CheckMark } from '../../src/shared/panelProtocol.ts';
import { solve, wordsOf } from './conversations.ts';
import type { Picture } from './pictures.ts';

const answer = String.raw`Write $n$ for the number of terms. The sum is

\[ 1 + 2 + \dots + n = \frac{n(n+1)}{2} \]

so for ten terms $\frac{10 \cdot 11}{2} = 55$, and for a hundred

\[ \begin{aligned} \frac{100 \cdot 101}{2} &= 50 \cdot 101 \\ &= 5000 \end{aligned} \]

Let $S_n$ be that sum. Then $S_n \approx \frac{n^2}{2}$, and $x = 3$ is given.`;

const mark = (latex: string, holds: boolean, reason: string): CheckMark => ({ latex, holds, reason });

/** An answer with a mistake in its last step. */
export const marks: readonly CheckMark[] = [
  mark(String.raw`1 + 2 + \dots + n = \frac{n(n+1)}{2}`, true, 'It holds at 12 random points; it was not proved.'),
  mark(String.raw`\frac{10 \cdot 11}{2} = 55`, true, 'It holds: both sides are 55.'),
  mark(
    String.raw`\begin{aligned} \frac{100 \cdot 101}{2} &= 50 \cdot 101 \\ &= 5000 \end{aligned}`,
    false,
    String.raw`50 \cdot 101 = 5000 · It does not hold: the left side is 5050, the right side 5000.`,
  ),
];

export const checkNote = {
  tone: 'warning',
  icon: 'warning',
  text: '5 equations checked: 3 hold, 1 does not, 1 could not be checked.',
  buttons: [
    { action: 'showModelError', label: 'Show the Model Its Error' },
    { action: 'showChecks', label: 'Details' },
    { action: 'checkThought', label: 'Check the Thought' },
  ],
} as const;

export function checkedAnswer(): Picture {
  const check = { note: checkNote, marks };
  return {
    state: solve()
      .answered('Hm, $1+1=2$.', answer)
      .state({ words: { turn1: { ...wordsOf('solve'), title: 'Solve', check } } }),
  };
}
