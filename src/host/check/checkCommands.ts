/** Check Selection, Check Document and Clear Checks: mathematics that the user wrote is checked, without any model. */
import * as vscode from 'vscode';
import type { CheckedFormula } from '../../core/check/checked.ts';
import { countChecks } from '../../core/check/checkText.ts';
import type { CheckCount } from '../../core/check/checked.ts';
import { failuresOf } from '../../core/check/documentFormulas.ts';
import { Disposables } from '../disposables.ts';
import { documentName } from '../editor/documents.ts';
import type { TextViews } from '../textViews.ts';
import { CheckDiagnostics } from './checkDiagnostics.ts';
import { brokenOff, details, nothingOpen, summary } from './checkMessages.ts';
import { selectedTargets, targetsIn, wholeTargets } from './checkTargets.ts';
import type { CheckTarget } from './checkTargets.ts';
import type { FormulaChecker } from './equationChecker.ts';

/** A check that takes longer shows its progress. Milliseconds. */
const quietMs = 400;

/** Of a check that the user asked for, when it ended. */
export interface CheckOutcome {
  readonly end: 'complete' | 'cancelled' | 'changed';
  readonly count: CheckCount;
  readonly formulas: readonly { readonly formula: CheckedFormula; readonly line: number }[];
}

export class EquationChecks {
  readonly diagnostics = new CheckDiagnostics();
  readonly #checker: FormulaChecker;
  readonly #texts: TextViews;
  readonly #disposables = new Disposables();
  /** Ends the check that runs: one that is asked for later takes its place. */
  #running: vscode.CancellationTokenSource | undefined;

  constructor(checker: FormulaChecker, texts: TextViews) {
    this.#checker = checker;
    this.#texts = texts;
    this.#disposables.add(this.diagnostics);
  }

  async selection(): Promise<void> {
    await this.#ask(selectedTargets(), 'selection');
  }

  async document(): Promise<void> {
    await this.#ask(wholeTargets(), 'document');
  }

  clear(): void {
    this.#running?.cancel();
    this.diagnostics.clear();
  }

  /** Checks a part of a document once more and says nothing: whether its problems are gone is seen by what is reported. */
  async again(document: vscode.TextDocument, range: vscode.Range): Promise<CheckOutcome> {
    const source = new vscode.CancellationTokenSource();
    try {
      return await this.run(targetsIn(document, range), source);
    } finally {
      source.dispose();
    }
  }

  dispose(): void {
    this.#running?.cancel();
    this.#disposables.dispose();
  }

  async #ask(targets: readonly CheckTarget[], where: 'selection' | 'document'): Promise<void> {
    this.#running?.cancel();
    if (targets.length === 0) return void vscode.window.showInformationMessage(nothingOpen());
    const source = new vscode.CancellationTokenSource();
    this.#running = source;
    try {
      const outcome = await withProgress(source, (step) => this.run(targets, source, step));
      // A check that another one has replaced says nothing.
      if (this.#running === source) void this.#tell(outcome, targets, where);
    } finally {
      if (this.#running === source) this.#running = undefined;
      source.dispose();
    }
  }

  /**
   * Checks the formulas one after the other, and reports those that do not hold as they are found. Ends early when one of the
   * documents is changed: the places would be wrong.
   * @param step is told of each formula, and how many there are
   */
  async run(
    targets: readonly CheckTarget[],
    source: vscode.CancellationTokenSource,
    step: (total: number) => void = () => undefined,
  ): Promise<CheckOutcome> {
    const formulas: { formula: CheckedFormula; line: number }[] = [];
    const isChanged = ({ document, version }: CheckTarget): boolean => document.isClosed || document.version !== version;
    const listener = vscode.workspace.onDidChangeTextDocument(() => targets.some(isChanged) && source.cancel());
    const total = targets.reduce((sum, { found }) => sum + found.formulas.length, 0);
    try {
      for (const { document, part } of targets) this.diagnostics.clear(document.uri, part);
      for (const { document, text, found } of targets) {
        for await (const formula of this.#checker.check(found.formulas, source.token)) {
          if (source.token.isCancellationRequested) break;
          for (const { relation, place } of failuresOf(formula, text.text, found.placeOf)) {
            const range = { start: text.positionAt(place.start), end: text.positionAt(place.end) };
            this.diagnostics.add(document.uri, range, relation);
          }
          formulas.push({ formula, line: text.positionAt(found.placeOf(formula).start).line + 1 });
          step(total);
        }
      }
    } finally {
      listener.dispose();
    }
    const end = targets.some(isChanged) ? 'changed' : source.token.isCancellationRequested ? 'cancelled' : 'complete';
    return { end, count: countChecks(formulas.map(({ formula }) => formula)), formulas };
  }

  async #tell({ end, count, formulas }: CheckOutcome, targets: readonly CheckTarget[], where: 'selection' | 'document'): Promise<void> {
    const text = end === 'complete' ? summary(count, where) : brokenOff(count, end);
    const problems = vscode.l10n.t('Show Problems');
    const list = vscode.l10n.t('Show All');
    const whole = vscode.l10n.t('Check Document');
    const total = count.hold + count.fail + count.unchecked;
    const buttons = [
      ...(count.fail > 0 ? [problems] : []),
      ...(total > 0 ? [list] : []),
      ...(end === 'changed' || (total === 0 && where === 'selection' && end === 'complete') ? [whole] : []),
    ];
    const show = count.fail > 0 ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    const chosen = await show(text, ...buttons);
    if (chosen === problems) await vscode.commands.executeCommand('workbench.actions.view.problems');
    else if (chosen === whole) await this.document();
    else if (chosen === list) {
      const name = targets[0] ? documentName(targets[0].document) : '';
      await this.#texts.open(vscode.l10n.t('Checked equations'), details(`${name} · ${text}`, formulas));
    }
  }
}

/** Shown, with a way to cancel, as soon as a check has taken a moment. */
async function withProgress(
  source: vscode.CancellationTokenSource,
  act: (step: (total: number) => void) => Promise<CheckOutcome>,
): Promise<CheckOutcome> {
  let report: ((total: number) => void) | undefined;
  const work = act((total) => report?.(total));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), quietMs)));
  const first = await Promise.race([work, late]);
  clearTimeout(timer);
  if (first !== 'late') return first;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Lemma is checking equations'),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(() => source.cancel());
    report = (total) => progress.report({ increment: 100 / total });
    return work;
  });
}
