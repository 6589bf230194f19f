/** `lemma_solve`: other agents hand a hard step to the local reasoner and get its answer, without the thought. */
import * as vscode from 'vscode';
import { toLemmaError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { solveText } from '../../core/prompts/tasks.ts';
import type { LemmaApp } from '../app.ts';
import { chatErrorText, cutOffText } from './chatWords.ts';
import { withSignal } from './convertMessages.ts';

/** As the manifest's schema has it. */
export interface SolveInput {
  readonly problem: string;
  readonly context?: string;
  readonly maxTokens?: number;
}

/** Of the problem, as much is shown before it is asked. */
const shownChars = 600;

export const solveToolName = 'lemma_solve';

/** VS Code asks the user before the model is put to work, which may take minutes. */
export function prepareSolve({ problem }: SolveInput): vscode.PreparedToolInvocation {
  const shown = problem.length > shownChars ? `${problem.slice(0, shownChars)} …` : problem;
  const message = new vscode.MarkdownString();
  message.appendText(vscode.l10n.t('The local model is to work on this, which can take minutes:'));
  message.appendCodeblock(shown, 'text');
  return {
    invocationMessage: vscode.l10n.t('Lemma is solving the problem on this computer'),
    confirmationMessages: { title: vscode.l10n.t('Let Lemma Solve a Problem?'), message },
  };
}

/** @throws Error in words, where there is no answer; `CancellationError` when it was cancelled */
export async function solve(
  app: LemmaApp,
  { problem, context = '', maxTokens }: SolveInput,
  token: vscode.CancellationToken,
): Promise<vscode.LanguageModelToolResult> {
  const content = [context.trim(), problem.trim(), solveText].filter((part) => part !== '').join('\n\n');
  const end = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Lemma' }, async (progress) => {
    let tokens = 0;
    let told = 0;
    const count = (more: number): void => {
      tokens += more;
      if (Date.now() - told < 1000) return;
      told = Date.now();
      progress.report({ message: vscode.l10n.t('{0} tokens of a tool’s problem', formatCount(tokens, vscode.env.language)) });
    };
    const request = { messages: [{ role: 'user' as const, content }], ...(maxTokens === undefined ? {} : { maxTokens }) };
    try {
      return await withSignal(token, (signal) => app.replies.reply(request, (delta) => count(delta.tokens), signal));
    } catch (thrown) {
      throw new Error(chatErrorText(toLemmaError(thrown), app.panel.fetching), { cause: thrown });
    }
  });
  if (end.stop === 'cancelled') throw new vscode.CancellationError();
  const cut = cutOffText(end);
  if (cut !== undefined && end.answer.trim() === '') throw new Error(cut);
  const parts = [end.answer.trim(), cut].filter((part) => part !== undefined);
  return new vscode.LanguageModelToolResult(parts.map((part) => new vscode.LanguageModelTextPart(part)));
}
