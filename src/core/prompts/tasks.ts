/** What is wanted of a selection, said behind it. Changing a line changes `test/unit/golden/`. */
import type { Task } from '../task.ts';

export const wholeReplacement =
  'Return the complete replacement for the selected lines in one fenced code block. Keep the indentation and the style.';

export const explainCode = 'Explain the selected code. Say what it does and how, and name anything in it that is surprising or wrong.';
export const explainProblem =
  'Explain the problems that are reported in the selected code: what they mean, why they appear here, and how to fix them.';
export const explainText = 'Explain this text step by step.';

export const solveCode = `Complete or fix the selected code so that it works. ${wholeReplacement}`;
/** From the model card of GLM-Z1-9B-0414, for mathematics. */
export const solveText = 'Please reason step by step, and put your final answer within \\boxed{}.';

export const proveText = 'Prove this, and say in each step what it follows from.';

export const fixCode = `Fix the bug in the selected code. ${wholeReplacement}`;

/** Asked for when an answer could not be put together with the selection. */
export const allOfIt = 'Return the complete text, with no line left out, and not as a diff.';

export const wholeText = 'Return the complete replacement for the text in one fenced code block, and nothing that is not part of it.';

export const fixText = `Correct the errors in this text: its mathematics, its wording and its markup. ${wholeText}`;

/** What is wanted of the selection. @param into the language or notation, where one is wanted */
export function instruction(
  task: Exclude<Task, 'solve' | 'explain' | 'fix' | 'ask' | 'edit' | 'prompt'>,
  prose: boolean,
  into: string,
): string {
  const whole = prose ? wholeText : wholeReplacement;
  switch (task) {
    case 'improve':
      return prose ? `Improve the wording of this text. ${whole}` : `Improve the selected code without changing what it does. ${whole}`;
    case 'document':
      return `Document the selected code in the usual form of its language. ${whole}`;
    case 'tests':
      return 'Write tests for the selected code, in the usual form of its language. Return them in one fenced code block.';
    case 'simplify':
      return prose ? `Simplify this text. ${whole}` : `Simplify the selected code without changing what it does. ${whole}`;
    case 'translate':
      return prose ? `Translate this text into ${into}. ${whole}` : `Translate the selected code into ${into}. ${whole}`;
    case 'proofStep':
      return 'Give the next step of this proof, in the notation of the text. Return it in one fenced code block.';
    case 'convert':
      return `Convert this text into ${into}. ${whole}`;
  }
}
