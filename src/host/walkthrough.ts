/**
 * The walkthrough «Get Started with Lemma» (`contributes.walkthroughs`): its steps complete by what was really done.
 * VS Code watches one context key for each step and remembers by itself which steps are complete.
 */
import * as vscode from 'vscode';
import type { ConversationEvent, Turn } from '../core/conversation.ts';
import { columnBesideTab } from './editor/openDocument.ts';

/** Context key of each step; `completionEvents` of the manifest name them. */
export const walkthroughKeys = {
  chooseModel: 'lemma.hasModel',
  solve: 'lemma.hasSolved',
  putBack: 'lemma.hasPutBack',
  ask: 'lemma.hasAsked',
} as const;

export type WalkthroughStep = keyof typeof walkthroughKeys;

export class Walkthrough {
  readonly #done = new Set<WalkthroughStep>();

  /** Steps that were completed since the window was opened. */
  get done(): ReadonlySet<WalkthroughStep> {
    return this.#done;
  }

  complete(step: WalkthroughStep): void {
    if (this.#done.has(step)) return;
    this.#done.add(step);
    void vscode.commands.executeCommand('setContext', walkthroughKeys[step], true);
  }

  /** Says again what is done: a page that opens now looks only at what changes from now on. */
  repeat(): void {
    for (const step of this.#done) {
      void vscode.commands.executeCommand('setContext', walkthroughKeys[step], false);
      void vscode.commands.executeCommand('setContext', walkthroughKeys[step], true);
    }
  }

  /** @param turn the one that the event belongs to */
  see(event: ConversationEvent, turn: Turn | undefined): void {
    if (event.type === 'asked' && event.question.task === 'ask') this.complete('ask');
    if (event.type === 'ended' && event.end.kind === 'complete' && turn?.question.task === 'solve') this.complete('solve');
  }
}

/** Opens the walkthrough; VS Code does so by itself only after an installation. */
export async function openWalkthrough(walkthrough: Walkthrough): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'lemma-editor.lemma#start', false);
  walkthrough.repeat();
}

/** The problem of the model card of GLM-Z1-9B-0414. */
const problem = 'Let a, b be positive real numbers such that ab = a + b + 3. Determine the range of possible values for a + b.';

/** Opens a new document with a problem to solve, selected. */
export async function openSample(): Promise<void> {
  const heading = `# ${vscode.l10n.t('A problem to try')}\n\n`;
  const note = vscode.l10n.t('The problem is selected. Press Ctrl+K L (Cmd+K L on a Mac) to have it solved.');
  const before = `${heading}${note}\n\n`;
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: `${before}${problem}\n` });
  const start = document.positionAt(before.length);
  const selection = new vscode.Range(start, start.translate(0, problem.length));
  await vscode.window.showTextDocument(document, { viewColumn: columnBesideTab(document.uri), preview: false, selection });
}
