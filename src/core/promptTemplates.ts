/**
 * Every word that Lemma itself says to the model, in the order it is said. English, whatever the user's language: the
 * model answers in the language of the question. Changing a line changes `test/unit/golden/`.
 */
import type { DiagnosticInfo } from './snapshot.ts';
import type { Task } from './task.ts';

/** `File: src/utils.ts`, `Language: typescript`, `Lines: 10-12`, each on its own line. Lines are one-based, both ends included. */
export function placeHeader(fileName: string, languageId: string, firstLine: number, lastLine: number): string {
  return `File: ${fileName}\nLanguage: ${languageId}\nLines: ${firstLine}-${lastLine}`;
}

/** Like `placeHeader`, without lines for a whole file. */
export function attachmentHeader(fileName: string, languageId: string, firstLine?: number, lastLine?: number): string {
  const lines = firstLine === undefined || lastLine === undefined ? '' : `\nLines: ${firstLine}-${lastLine}`;
  return `Attached file: ${fileName}\nLanguage: ${languageId}${lines}`;
}

/** Above what Lemma itself found, so that nobody takes it for what is asked about. */
export function contextHeader(fileName: string): string {
  return `For reference, from ${fileName}:`;
}

export function attachedProblems(fileName: string): string {
  return `Problems reported in ${fileName}:`;
}

/** Stands for the selection between the lines around it. */
export const selectionMark = '[selection]';
export const surroundingCode = `Surrounding code, with ${selectionMark} in place of the selected lines:`;

export const problemsFound = 'Problems reported in the selected lines:';

/** `- Line 11, error from ts (2322): Type 'string' is not assignable to type 'number'.` */
export function problemLine(diagnostic: DiagnosticInfo): string {
  const source = diagnostic.source ? ` from ${diagnostic.source}` : '';
  const code = diagnostic.code ? ` (${diagnostic.code})` : '';
  const message = diagnostic.message.trim().replace(/\s*\r?\n\s*/g, ' ');
  return `- Line ${diagnostic.range.start.line + 1}, ${diagnostic.severity}${source}${code}: ${message}`;
}

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
