/** The light bulb: Explain and Solve on a selection, Fix on a reported problem. Loaded at activation: keep it small. */
import * as vscode from 'vscode';
import { diagnosticInfo } from './convert.ts';
import { isInputField } from './documents.ts';

const selectionKind = vscode.CodeActionKind.Refactor.append('lemma');
const fixKind = vscode.CodeActionKind.QuickFix.append('lemma');

/**
 * Offers commands only and reads no document, so it costs nothing while the cursor moves. `lemma.fixDiagnostic` gets the document's
 * URI as a string and the problem as a `DiagnosticInfo`.
 */
export class LemmaCodeActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [fixKind, selectionKind] };

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range, context: vscode.CodeActionContext): vscode.CodeAction[] {
    if (isInputField(document)) return [];
    const wanted = (kind: vscode.CodeActionKind): boolean => context.only === undefined || context.only.contains(kind);
    const actions: vscode.CodeAction[] = [];
    if (wanted(fixKind)) {
      for (const diagnostic of context.diagnostics) {
        const action = commandAction(
          vscode.l10n.t('Fix with Lemma'),
          fixKind,
          'lemma.fixDiagnostic',
          document.uri.toString(),
          diagnosticInfo(diagnostic),
        );
        action.diagnostics = [diagnostic];
        actions.push(action);
      }
    }
    // The hover over a problem asks for the problem's range; that is no selection.
    const selected =
      !range.isEmpty && (range instanceof vscode.Selection || !context.diagnostics.some((each) => each.range.isEqual(range)));
    if (selected && wanted(selectionKind)) {
      actions.push(
        commandAction(vscode.l10n.t('Explain with Lemma'), selectionKind, 'lemma.explainSelection'),
        commandAction(vscode.l10n.t('Solve with Lemma'), selectionKind, 'lemma.solveSelection'),
      );
    }
    return actions;
  }
}

function commandAction(title: string, kind: vscode.CodeActionKind, command: string, ...args: readonly unknown[]): vscode.CodeAction {
  const action = new vscode.CodeAction(title, kind);
  action.command = { title, command, arguments: [...args] };
  return action;
}

/** @returns the registration, for every language and scheme; the caller disposes of it */
export function registerCodeActions(): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider({ scheme: '*' }, new LemmaCodeActions(), LemmaCodeActions.metadata);
}
