/** The words for an engine that ended by itself or was ended. */
import * as vscode from 'vscode';
import type { LemmaError } from '../core/errors.ts';
import type { PanelNote } from '../shared/panelProtocol.ts';
import { button } from './panelButtons.ts';

interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** What a Windows process ends with, as an unsigned number. */
const windowsCodes: Readonly<Record<number, 'memory' | 'missing' | 'instruction' | 'noMemory'>> = {
  0xc0000005: 'memory',
  0xc0000409: 'memory',
  0xc0000135: 'missing',
  0xc000007b: 'missing',
  0xc000001d: 'instruction',
  0xc0000017: 'noMemory',
};

/** Signals by the exit code that a shell or a container makes of them. */
const signalNumbers: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** How it ended, for people: the likely cause, and the number for a search. */
export function endingText({ exitCode, signal }: Ending): string {
  switch (signal ?? signalNumbers[(exitCode ?? 0) - 128]) {
    case 'SIGKILL':
      return vscode.l10n.t('The engine was ended from outside, most often because the computer ran out of memory.');
    case 'SIGTERM':
      return vscode.l10n.t('The engine was ended from outside, as by a shutdown or another program.');
    case 'SIGSEGV':
      return vscode.l10n.t(
        'The engine crashed in its native code (SIGSEGV), most often because of a graphics driver or a damaged model file.',
      );
    case 'SIGBUS':
      return vscode.l10n.t('The engine crashed while it read the model file (SIGBUS): the file may have been cut off or its disk removed.');
    case 'SIGABRT':
      return vscode.l10n.t('The engine gave up by itself (SIGABRT), most often because the GPU failed or its memory ran out.');
    case 'SIGILL':
      return vscode.l10n.t('The engine uses instructions that this processor does not have (SIGILL).');
    case undefined:
      break;
    default:
      return vscode.l10n.t('The engine stopped unexpectedly ({0}).', signal ?? '?');
  }
  if (exitCode === null) return vscode.l10n.t('The engine stopped unexpectedly.');
  const hex = `0x${(exitCode >>> 0).toString(16).toUpperCase()}`;
  switch (windowsCodes[exitCode >>> 0]) {
    case 'memory':
      return vscode.l10n.t('The engine crashed in its native code ({0}), most often because of a graphics driver.', hex);
    case 'missing':
      return vscode.l10n.t('A library that the engine needs is missing or not for this system ({0}).', hex);
    case 'instruction':
      return vscode.l10n.t('The engine uses instructions that this processor does not have ({0}).', hex);
    case 'noMemory':
      return vscode.l10n.t('The engine ran out of memory ({0}).', hex);
    default:
      return vscode.l10n.t('The engine stopped unexpectedly (exit code {0}).', exitCode);
  }
}

const kept = (): string => vscode.l10n.t('Everything written so far is kept, and so is your draft.');

export function crashNote(error: Extract<LemmaError, { code: 'engineCrashed' }>): PanelNote {
  return {
    ...{ tone: 'error', icon: 'error', text: `${endingText(error)} ${kept()}` },
    buttons: [button('restartEngine', true), button('showLog')],
  };
}

export function crashLoopNote(error: Extract<LemmaError, { code: 'engineCrashLoop' }>): PanelNote {
  const text = vscode.l10n.t('The engine has stopped {0} times in a row, so it is not started again by itself.', error.crashes);
  return {
    ...{ tone: 'error', icon: 'error', text: `${endingText(error)} ${text} ${kept()}` },
    buttons: [button('chooseSmaller', true), ...(error.onGpu ? [button('useCpu')] : []), button('restartEngine'), button('showLog')],
  };
}

export function silentNote({ seconds }: Extract<LemmaError, { code: 'engineSilent' }>): PanelNote {
  return {
    tone: 'warning',
    icon: 'warning',
    text: vscode.l10n.t(
      'The engine has said nothing for {0} seconds, much longer than before. Wait, or restart it; everything written so far is kept.',
      seconds,
    ),
    buttons: [button('restartEngine', true), button('showLog'), button('dismissNotice')],
  };
}
