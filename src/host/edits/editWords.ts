/** What is said under a turn about the edit that its answer makes. */
import * as vscode from 'vscode';
import type { Turn } from '../../core/conversation.ts';
import { formatCount } from '../../core/format.ts';
import type { DiagnosticInfo } from '../../core/snapshot.ts';
import type { PanelButton, PanelNote } from '../../shared/panelProtocol.ts';
import { button } from '../panelButtons.ts';
import { errorNote } from '../userMessages.ts';
import type { EditPreview } from './editPreview.ts';
import type { FixResult } from './fixCheck.ts';

function note(text: string, ...buttons: PanelButton[]): PanelNote {
  return { tone: 'info', icon: 'diff', text, buttons };
}

/** @param shown its preview is in sight, so that it need not be offered */
export function editNote(preview: EditPreview, fileName: string, shown: boolean): PanelNote {
  const show = shown ? [] : [button('showEdit')];
  switch (preview.state) {
    case 'writing':
      return note(vscode.l10n.t('The edit of {0} is being written. Nothing is in the file before you accept it.', fileName), ...show);
    case 'ready':
      return note(
        [readyText(preview, fileName), importsText(preview)].filter(Boolean).join('. '),
        button('acceptEdit', true),
        button('discardEdit'),
        ...show,
        button('askAgain'),
      );
    case 'unfinished':
      return {
        ...note(
          vscode.l10n.t(
            'The edit of {0} is unfinished: the preview has the lines that were written, and the old text behind them. Continue for the rest, or take it as it is.',
            fileName,
          ),
          button('acceptUnfinishedEdit'),
          button('discardEdit'),
          ...show,
        ),
        tone: 'warning',
      };
    case 'nothing':
      return {
        ...note(vscode.l10n.t('The answer has no text to put into {0}. Read it above, or ask again.', fileName), button('askAgain', true)),
        tone: 'warning',
      };
    case 'unchanged':
      return note(
        vscode.l10n.t('The answer leaves {0} as it is. Ask again, or say what is to change.', fileName),
        button('askAgain', true),
      );
    case 'refused':
      return errorNote(preview.reason ?? { code: 'documentChanged', fileName });
  }
}

function readyText({ hunks, taken }: EditPreview, fileName: string): string {
  const count = formatCount(hunks.length, vscode.env.language);
  if (taken > 0) return vscode.l10n.t('Edit of {0}: some changes are in the file, {1} to decide on', fileName, count);
  return hunks.length === 1 ? vscode.l10n.t('Edit of {0}: 1 change', fileName) : vscode.l10n.t('Edit of {0}: {1} changes', fileName, count);
}

/** The edit is of the selection alone, and imports stand at the top of the file. */
function importsText({ importsLeftOut }: EditPreview): string {
  if (importsLeftOut.length === 0) return '';
  return vscode.l10n.t('The answer also imports what the edit needs; add it at the top of the file: {0}', importsLeftOut.join(' · '));
}

export function filesNote(count: number): PanelNote {
  return note(
    vscode.l10n.t('The answer changes {0} files. Look at each change, and confirm those that you want.', String(count)),
    button('reviewEdit', true),
    button('discardEdit'),
    button('askAgain'),
  );
}

/** Which of them were confirmed, VS Code does not tell. */
export function filesAcceptedNote(): PanelNote {
  return { ...note(vscode.l10n.t('The changes that you confirmed are made.')), icon: 'check' };
}

/** After the window was reloaded: what is known of the turn alone. */
export function waitingNote({ edit }: Turn, fileName: string): PanelNote | undefined {
  if (edit === 'accepted') return acceptedNote(fileName);
  return edit === 'discarded' ? undefined : note(vscode.l10n.t('Edit of {0}', fileName), button('showEdit', true), button('discardEdit'));
}

/** @param result of the check whether what was to be fixed is fixed */
export function acceptedNote(fileName: string, result?: FixResult): PanelNote {
  const accepted = vscode.l10n.t('The edit is in {0}.', fileName);
  switch (result?.kind) {
    case undefined:
      return { ...note(accepted), icon: 'check' };
    case 'gone':
      return { ...note(`${accepted} ${vscode.l10n.t('The problem is gone.')}`), icon: 'check' };
    case 'undecided':
      return note(`${accepted} ${vscode.l10n.t('The check could not decide whether it holds now; read it over.')}`);
    case 'still':
      return { ...note(`${accepted} ${stillText(result.problem)}`, button('fixAgain', true)), tone: 'warning', icon: 'warning' };
    case 'unreported':
      return note(`${accepted} ${unreportedText(result.problem)}`, button('fixAgain'));
  }
}

function stillText(problem: DiagnosticInfo): string {
  return vscode.l10n.t('{0} still reports it: {1}', reporter(problem), problem.message);
}

function unreportedText(problem: DiagnosticInfo): string {
  return vscode.l10n.t('{0} has not looked at it again yet; save the file if it does so only then.', reporter(problem));
}

/** Short names as diagnostics carry them, and what people call those tools. */
const reporters: Readonly<Record<string, string>> = { ts: 'TypeScript', js: 'TypeScript', eslint: 'ESLint' };

function reporter({ source = '' }: DiagnosticInfo): string {
  return reporters[source] ?? (source === '' ? vscode.l10n.t('The editor') : source);
}

export function discardedNote(fileName: string): PanelNote {
  return note(vscode.l10n.t('The edit was discarded; {0} is as it was.', fileName), button('showEdit'));
}
