/**
 * The light bulb: what can be asked about a selection and about a reported problem. Loaded at activation: keep it small.
 */
import * as vscode from 'vscode';
import { isOwnProblem } from '../check/checkProblem.ts';
import type { CommandId } from '../commandIds.ts';
import { fittingPrompts } from '../../core/userPrompt.ts';
import type { UserPrompt } from '../../core/userPrompt.ts';
import { diagnosticInfo } from './convert.ts';
import { isInputField, mayBeWritten } from './documents.ts';

const selectionKind = vscode.CodeActionKind.Refactor.append('lemma');
const rewriteKind = vscode.CodeActionKind.RefactorRewrite.append('lemma');
const fixKind = vscode.CodeActionKind.QuickFix.append('lemma');

/** Prompts beyond these are in the list of Run Prompt alone. */
const mostPrompts = 10;
/** Of the selection, as much is looked at to tell which prompts fit: to join thousands of lines takes milliseconds. */
const mostLines = 50;
const mostChars = 2_000;

/**
 * Reads next to nothing, so that it costs next to nothing while the cursor moves. The commands are made at once: to make them
 * when one is chosen saves nothing that can be measured, and VS Code runs none of a list that it has replaced meanwhile.
 * `lemma.fixDiagnostic` and `lemma.explainDiagnostic` get the document's URI as a string and the problem as a `DiagnosticInfo`.
 */
export class LemmaCodeActions implements vscode.CodeActionProvider {
  readonly #prompts: () => readonly UserPrompt[];

  /** @param prompts the user's own, as they are known now */
  constructor(prompts: () => readonly UserPrompt[]) {
    this.#prompts = prompts;
  }

  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [fixKind, selectionKind, rewriteKind] };

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range, context: vscode.CodeActionContext): vscode.CodeAction[] {
    if (isInputField(document) || document.uri.scheme === 'output') return [];
    const wanted = (kind: vscode.CodeActionKind): boolean => context.only === undefined || context.only.contains(kind);
    const writable = mayBeWritten(document);
    const actions: vscode.CodeAction[] = [];
    if (wanted(fixKind)) {
      for (const diagnostic of context.diagnostics) {
        const title = isOwnProblem(diagnostic) ? vscode.l10n.t('Repair with Lemma') : vscode.l10n.t('Fix with Lemma');
        if (writable) actions.push(aboutProblem(title, 'lemma.fixDiagnostic', document, diagnostic));
        actions.push(aboutProblem(vscode.l10n.t('Explain with Lemma'), 'lemma.explainDiagnostic', document, diagnostic));
      }
    }
    // The hover over a problem asks for the problem's range; that is no selection.
    const selected =
      !range.isEmpty && (range instanceof vscode.Selection || !context.diagnostics.some((each) => each.range.isEqual(range)));
    if (!selected) return actions;
    if (wanted(selectionKind)) {
      if (context.diagnostics.length === 0)
        actions.push(commandAction(vscode.l10n.t('Explain with Lemma'), selectionKind, 'lemma.explainSelection'));
      actions.push(commandAction(vscode.l10n.t('Solve with Lemma'), selectionKind, 'lemma.solveSelection'));
    }
    if (writable && wanted(rewriteKind)) actions.push(commandAction(vscode.l10n.t('Edit with Lemma…'), rewriteKind, 'lemma.editSelection'));
    const offered = this.#prompts().slice(0, mostPrompts);
    if (offered.length === 0) return actions;
    const start = range.start;
    const looked = range.end.line - start.line < mostLines ? range : new vscode.Range(start, start.translate(mostLines, -start.character));
    const subject = { languageId: document.languageId, text: document.getText(looked).slice(0, mostChars) };
    for (const { id, title, answer } of fittingPrompts(offered, subject)) {
      const kind = answer === 'panel' ? selectionKind : rewriteKind;
      if (wanted(kind) && (writable || answer === 'panel'))
        actions.push(commandAction(vscode.l10n.t('{0} with Lemma', title), kind, 'lemma.runPrompt', id));
    }
    return actions;
  }
}

function commandAction(title: string, kind: vscode.CodeActionKind, command: CommandId, ...args: readonly unknown[]): vscode.CodeAction {
  const action = new vscode.CodeAction(title, kind);
  action.command = { title, command, arguments: [...args] };
  return action;
}

function aboutProblem(title: string, command: CommandId, document: vscode.TextDocument, diagnostic: vscode.Diagnostic): vscode.CodeAction {
  const action = commandAction(title, fixKind, command, document.uri.toString(), diagnosticInfo(diagnostic));
  action.diagnostics = [diagnostic];
  return action;
}

/** @returns the registration, for every language and scheme; the caller disposes of it */
export function registerCodeActions(library: { readonly prompts: readonly UserPrompt[] }): vscode.Disposable {
  const provider = new LemmaCodeActions(() => library.prompts);
  return vscode.languages.registerCodeActionsProvider({ scheme: '*' }, provider, LemmaCodeActions.metadata);
}
