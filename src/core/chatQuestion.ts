/** What is asked of `@lemma` in VS Code's chat, as a question like those of the panel. */
import type { Attachment } from './attachment.ts';
import type { TurnQuestion } from './conversation.ts';
import * as template from './prompts/index.ts';
import type { Snapshot } from './snapshot.ts';

/** Behind the slash, as the manifest has them. */
export const chatCommands = ['solve', 'explain', 'fix', 'prove'] as const;
export type ChatCommand = (typeof chatCommands)[number];

export interface ChatQuestionParts {
  /** Absent: what was typed says what is wanted. */
  readonly command: ChatCommand | undefined;
  readonly text: string;
  readonly snapshot?: Snapshot;
  readonly attachments?: readonly Attachment[];
}

/** Of a proof there is no task of its own: what is to be proved is typed, or selected. */
export function chatQuestion({ command, text, snapshot, attachments = [] }: ChatQuestionParts): TurnQuestion {
  const together = { id: '', ...(snapshot ? { snapshot } : {}), ...(attachments.length > 0 ? { attachments } : {}) };
  if (command === undefined) return { ...together, task: 'ask', text };
  if (command !== 'prove' && snapshot) return { ...together, task: command, text };
  const wanted = { solve: template.solveText, explain: template.explainText, fix: template.fixText, prove: template.proveText }[command];
  return { ...together, task: 'ask', text: [text.trim(), wanted].filter((part) => part !== '').join('\n\n') };
}
