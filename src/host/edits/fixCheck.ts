import * as vscode from 'vscode';
import type { CheckCount } from '../../core/check/checked.ts';
import type { DiagnosticInfo, Range } from '../../core/snapshot.ts';
import { isOwnProblem } from '../check/checkProblem.ts';
import { diagnosticInfo } from '../editor/convert.ts';

/**
 * `undecided`: of a formula that could not be checked as it stands now.
 * `unreported`: the tool that reported the problem has said nothing since, perhaps since it waits for the file to be saved.
 */
export type FixResult =
  | { readonly kind: 'gone' }
  | { readonly kind: 'undecided' }
  | { readonly kind: 'still'; readonly problem: DiagnosticInfo }
  | { readonly kind: 'unreported'; readonly problem: DiagnosticInfo };

/** How long problems are waited for, and how long they have to stay gone: tools take them away before they report anew. Milliseconds. */
const waitMs = 5_000;
const settleMs = 400;

/** Lines beside the edit in which the same problem is still that one. */
const nearLines = 2;

/**
 * Whether the problems that an edit was to mend have gone. After `unreported`, the next report is told too.
 * @param near where the edit stands in the document
 * @returns what ends the check
 */
export function checkFix(
  document: vscode.TextDocument,
  problems: readonly DiagnosticInfo[],
  near: Range,
  tell: (result: FixResult) => void,
): vscode.Disposable {
  const uri = document.uri.toString();
  let reported = false;
  let settling: NodeJS.Timeout | undefined;
  const end = (result: FixResult): void => {
    check.dispose();
    tell(result);
  };
  const look = (): void => {
    const left = remaining(document.uri, problems, near);
    if (!left) settling ??= setTimeout(() => end({ kind: 'gone' }), settleMs);
    else {
      clearTimeout(settling);
      settling = undefined;
      if (late) end({ kind: 'still', problem: left });
    }
  };
  let late = false;
  const listener = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    if (!uris.some((each) => each.toString() === uri)) return;
    reported = true;
    look();
  });
  const waiting = setTimeout(() => {
    late = true;
    const left = remaining(document.uri, problems, near);
    if (!left) return;
    if (reported) end({ kind: 'still', problem: left });
    else tell({ kind: 'unreported', problem: left });
  }, waitMs);
  const check = new vscode.Disposable(() => {
    listener.dispose();
    clearTimeout(settling);
    clearTimeout(waiting);
  });
  look();
  return check;
}

/** The same of formulas that Lemma itself has just checked again. @param count of those that the edit touches */
export function checkedFix(document: vscode.TextDocument, problems: readonly DiagnosticInfo[], near: Range, count: CheckCount): FixResult {
  const problem = remaining(document.uri, problems, near);
  if (problem) return { kind: 'still', problem };
  return { kind: count.unchecked > 0 && count.hold === 0 ? 'undecided' : 'gone' };
}

function remaining(uri: vscode.Uri, problems: readonly DiagnosticInfo[], near: Range): DiagnosticInfo | undefined {
  const isNear = ({ range }: DiagnosticInfo): boolean =>
    range.end.line >= near.start.line - nearLines && range.start.line <= near.end.line + nearLines;
  // A formula that is wrong in another way now is still wrong.
  const same = (one: DiagnosticInfo, other: DiagnosticInfo): boolean =>
    (one.message === other.message || isOwnProblem(one)) && one.source === other.source && one.code === other.code;
  return vscode.languages
    .getDiagnostics(uri)
    .map(diagnosticInfo)
    .find((each) => isNear(each) && problems.some((problem) => same(each, problem)));
}
