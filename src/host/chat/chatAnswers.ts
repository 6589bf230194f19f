/** The buttons under an answer in VS Code's chat: into the file by the same way as the panel's, trimmed, in one undo step. */
import * as vscode from 'vscode';
import type { EditKind } from '../../core/answer.ts';
import { toLemmaError } from '../../core/errors.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { answerText, applyAnswer } from '../editor/applyEdit.ts';
import { errorNote } from '../userMessages.ts';

/** What the buttons carry. */
export interface ChatAnswer {
  readonly answer: string;
  readonly snapshot?: Snapshot;
}

/** Where the answer cannot go, it is offered for the clipboard. @param argument a `ChatAnswer` */
export async function putChatAnswer(argument: unknown, kind: EditKind): Promise<void> {
  const { answer, snapshot } = (argument ?? {}) as Partial<ChatAnswer>;
  if (typeof answer !== 'string') return;
  const edit = { answer, kind, ...(snapshot ? { snapshot } : {}) };
  try {
    await applyAnswer(edit);
  } catch (thrown) {
    const copy = vscode.l10n.t('Copy Answer');
    const chosen = await vscode.window.showWarningMessage(errorNote(toLemmaError(thrown)).text, copy);
    if (chosen === copy) await vscode.env.clipboard.writeText(answerText(edit) ?? answer);
  }
}
