/**
 * What the user wants done. `ask` is the chat box; its text is the instruction. `edit` is the same for a selection that is to
 * be changed, `prompt` a prompt of the user's own, whose text is its instruction too.
 */
export type Task =
  | 'solve'
  | 'explain'
  | 'fix'
  | 'ask'
  | 'improve'
  | 'document'
  | 'tests'
  | 'simplify'
  | 'translate'
  | 'proofStep'
  | 'convert'
  | 'edit'
  | 'prompt';

/** Where the answer is meant to go: in place of the selection, beside it, or nowhere but the panel. */
export type AnswerUse = 'replace' | 'insert' | 'panel';

/** The answer was put into the file as its preview showed it, or was not wanted there. */
export type EditOutcome = 'accepted' | 'discarded';

/** Where the answer to a task is meant to go, unless the question says otherwise. */
export function answerUseOf(task: Task): AnswerUse {
  switch (task) {
    case 'fix':
    case 'improve':
    case 'document':
    case 'simplify':
    case 'translate':
    case 'convert':
    case 'edit':
      return 'replace';
    case 'tests':
    case 'proofStep':
      return 'insert';
    case 'solve':
    case 'explain':
    case 'ask':
    case 'prompt':
      return 'panel';
  }
}
