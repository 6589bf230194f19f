import * as vscode from 'vscode';
import type { LemmaError } from '../core/errors.ts';

/** Why this user's windows cannot meet in a folder, and what to do about it. */
export function engineFolderText({ path, because }: Extract<LemmaError, { code: 'engineFolderRefused' }>): string {
  switch (because) {
    case 'owner':
      return vscode.l10n.t(
        '{0} belongs to another user, so the engine was not started through it. Remove it, or name another folder in LEMMA_RUNTIME_DIR.',
        path,
      );
    case 'mode':
      return vscode.l10n.t(
        'Other users can open {0}, so the engine was not started through it. Allow it to yourself alone (mode 0700), then restart the engine.',
        path,
      );
    case 'notFolder':
      return vscode.l10n.t('{0} is not a folder, so the engine was not started through it. Remove it, then restart the engine.', path);
    case 'tooLong':
      return vscode.l10n.t(
        'The path {0} is too long for a socket, so the engine was not started. Name a shorter folder in LEMMA_RUNTIME_DIR.',
        path,
      );
  }
}
