/** What is said under a turn about the tests of the file that its answer has changed. */
import * as vscode from 'vscode';
import { formatCount } from '../../core/format.ts';
import type { PanelButton, PanelNote } from '../../shared/panelProtocol.ts';
import { button } from '../panelButtons.ts';

/** How a run of a test task ended. `unknown`: it was stopped, or has no process whose exit code could be known. */
export type TestEnd =
  { readonly kind: 'exited'; readonly code: number } | { readonly kind: 'unknown' } | { readonly kind: 'failed'; readonly why: string };

function note(text: string, ...buttons: PanelButton[]): PanelNote {
  return { tone: 'info', icon: 'beaker', text, buttons };
}

/** @param what the name of the test task, or of the file of tests */
export function testsOffered(what: string): PanelNote {
  return note(vscode.l10n.t('Tests are near by: {0}. Nothing runs before you say so.', what), button('runTests'));
}

export function testsRunning(task: string): PanelNote {
  return note(vscode.l10n.t('The tests are running: {0}.', task));
}

export function testsEnded(task: string, end: TestEnd): PanelNote {
  switch (end.kind) {
    case 'exited': {
      const code = formatCount(end.code, vscode.env.language);
      if (end.code === 0)
        return { ...note(vscode.l10n.t('The tests pass: {0} ended with exit code {1}.', task, code), button('runTests')), icon: 'check' };
      const text = vscode.l10n.t('The tests do not pass: {0} ended with exit code {1}. Its terminal says more.', task, code);
      return { ...note(text, button('runTests')), tone: 'warning', icon: 'warning' };
    }
    case 'unknown':
      return note(vscode.l10n.t('{0} ended without an exit code. Its terminal says more.', task), button('runTests'));
    case 'failed':
      return {
        ...note(vscode.l10n.t('{0} could not be run: {1} Mend the task, then run the tests again.', task, end.why), button('runTests')),
        tone: 'warning',
        icon: 'warning',
      };
  }
}

/** They are run by VS Code's own testing, which shows what came of them. */
export function testsHandedOver(fileName: string): PanelNote {
  return note(
    vscode.l10n.t('The tests in {0} were handed to VS Code; Test Results shows what came of them.', fileName),
    button('runTests'),
  );
}

export function testsGone(): PanelNote {
  return note(
    vscode.l10n.t('The tests are not there any more. Open their folder, or set up a test task, then run them again.'),
    button('runTests'),
  );
}

export function testsNotSaved(fileName: string): PanelNote {
  return {
    ...note(
      vscode.l10n.t('{0} could not be saved, and tests run what is saved. Save it, then run them again.', fileName),
      button('runTests'),
    ),
    tone: 'warning',
    icon: 'warning',
  };
}
