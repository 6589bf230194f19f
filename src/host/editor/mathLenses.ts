/** Solve and Explain above displayed formulas, where `lemma.codeLens.math` is on. */
import * as vscode from 'vscode';
import { DocumentText } from '../../core/documentText.ts';
import { findFormulas, mathFlavour } from '../../core/formulas.ts';
import type { CommandId } from '../commandIds.ts';
import { toRange } from './convert.ts';

/** Cells of notebooks are among them: their text is Markdown. */
const languages = ['latex', 'tex', 'markdown', 'mdx', 'quarto', 'rmd', 'typst'];

/** A longer document gets none: finding formulas must not be felt while typing. Characters. */
const longest = 500_000;

/** `lemma.aboutFormula` gets the task, the document's URI as a string and the formula's range. */
class MathLenses implements vscode.CodeLensProvider {
  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const flavour = mathFlavour(document.languageId);
    const whole = document.getText();
    if (!flavour || whole.length > longest) return [];
    const lines = new DocumentText(whole);
    return findFormulas(lines.text, flavour)
      .filter(({ display }) => display)
      .flatMap(({ start, end }) => {
        const range = toRange({ start: lines.positionAt(start), end: lines.positionAt(end) });
        const lens = (title: string, task: 'solve' | 'explain'): vscode.CodeLens => {
          const command: CommandId = 'lemma.aboutFormula';
          return new vscode.CodeLens(range, { title, command, arguments: [task, document.uri.toString(), range] });
        };
        return [lens(vscode.l10n.t('Solve'), 'solve'), lens(vscode.l10n.t('Explain'), 'explain')];
      });
  }
}

/** Shows and hides them as the setting says. */
export function registerMathLenses(): vscode.Disposable {
  let registration: vscode.Disposable | undefined;
  const follow = (): void => {
    registration?.dispose();
    const wanted = vscode.workspace.getConfiguration('lemma').get('codeLens.math', false);
    registration = wanted ? vscode.languages.registerCodeLensProvider(languages, new MathLenses()) : undefined;
  };
  follow();
  const listener = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('lemma.codeLens')) follow();
  });
  return new vscode.Disposable(() => {
    listener.dispose();
    registration?.dispose();
  });
}
