import * as vscode from 'vscode';
import { isRoomTight } from '../../core/budget.ts';
import type { Turn } from '../../core/conversation.ts';
import { formatCount } from '../../core/format.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { Task } from '../../core/task.ts';
import type { CheckWords, PanelNote, TurnWords } from '../../shared/panelProtocol.ts';
import { placeLabel } from '../../core/place.ts';
import { waitingNote } from '../edits/editWords.ts';
import { endNote } from '../endMessages.ts';
import { voteWords } from '../voteWords.ts';

/** What is known of a turn besides itself. */
export interface TurnExtra {
  /** In place of what is said about its end. */
  readonly note?: PanelNote;
  /** What the last Insert, Replace or Copy came to. */
  readonly editNote?: PanelNote;
  /** What is to be said of the edit that its answer makes; absent: what the turn itself tells. */
  readonly edit?: PanelNote;
  /** The tests of the file that its answer has changed. */
  readonly testNote?: PanelNote;
  /** What came of checking the equations of its answer. */
  readonly check?: CheckWords | undefined;
}

/** What is around a turn. */
export interface TurnSurroundings {
  /** The user took it out of what the model is told. */
  readonly isLeftOut?: boolean | undefined;
  /** Name of a model that is being fetched. */
  readonly fetching?: string | undefined;
}

/** Everything about one turn that is said in words. */
export function turnWords(turn: Turn, extra: TurnExtra = {}, { isLeftOut = false, fetching }: TurnSurroundings = {}): TurnWords {
  const { snapshot, task } = turn.question;
  const leftOutNote = isLeftOut ? vscode.l10n.t('You left this turn out: the model is not told of it.') : '';
  const note = extra.note ?? endNote(turn, fetching);
  const vote = voteWords(turn);
  const edit = 'edit' in extra ? extra.edit : editOf(turn);
  return {
    title: turn.question.title ?? taskTitle(task),
    place: snapshot ? placeLabel(snapshot) : '',
    scopeNote: [leftOutNote, snapshot ? scopeNote(snapshot) : '', droppedNote(turn), budgetNote(turn)]
      .filter((sentence) => sentence !== '')
      .join(' '),
    ...(note ? { note } : {}),
    ...(extra.editNote ? { editNote: extra.editNote } : {}),
    ...(edit ? { edit } : {}),
    ...(vote ? { vote } : {}),
    ...(extra.testNote ? { testNote: extra.testNote } : {}),
    ...(extra.check ? { check: extra.check } : {}),
    canEdit: snapshot === undefined || vscode.workspace.fs.isWritableFileSystem(vscode.Uri.parse(snapshot.uri).scheme) !== false,
  };
}

/** An edit that was not decided on before the window was reloaded can be shown again. */
function editOf(turn: Turn): PanelNote | undefined {
  const { answerUse = 'panel', snapshot } = turn.question;
  if (answerUse === 'panel' || !snapshot || turn.phase !== 'ended' || turn.answer.trim() === '') return undefined;
  return waitingNote(turn, snapshot.fileName);
}

/** For people; empty where the question is the user's own words. */
export function taskTitle(task: Task): string {
  switch (task) {
    case 'solve':
      return vscode.l10n.t('Solve');
    case 'explain':
      return vscode.l10n.t('Explain');
    case 'fix':
      return vscode.l10n.t('Fix');
    case 'improve':
      return vscode.l10n.t('Improve');
    case 'document':
      return vscode.l10n.t('Document');
    case 'tests':
      return vscode.l10n.t('Write Tests');
    case 'simplify':
      return vscode.l10n.t('Simplify');
    case 'translate':
      return vscode.l10n.t('Translate');
    case 'proofStep':
      return vscode.l10n.t('Complete Proof Step');
    case 'convert':
      return vscode.l10n.t('Convert');
    case 'edit':
      return vscode.l10n.t('Edit');
    case 'prompt':
    case 'ask':
      return '';
  }
}

/** Which text was taken when nothing was selected. */
function scopeNote(snapshot: Snapshot): string {
  const name = snapshot.scopeName ?? '';
  switch (snapshot.scope) {
    case 'selection':
      return snapshot.widened ? vscode.l10n.t('The selection was widened to whole formulas.') : '';
    case 'function':
      return name
        ? vscode.l10n.t('Nothing was selected, so the enclosing function {0} was taken.', name)
        : vscode.l10n.t('Nothing was selected, so the enclosing function was taken.');
    case 'environment':
      return name
        ? vscode.l10n.t('Nothing was selected, so the enclosing {0} environment was taken.', name)
        : vscode.l10n.t('Nothing was selected, so the enclosing formula was taken.');
    case 'paragraph':
      return vscode.l10n.t('Nothing was selected, so the paragraph at the cursor was taken.');
    case 'diagnostic': {
      const message = snapshot.diagnostics[0]?.message.trim().replace(/[.\s]+$/, '');
      return message
        ? vscode.l10n.t('The lines around this problem were taken: {0}.', message)
        : vscode.l10n.t('The lines around the problem were taken.');
    }
  }
}

/** The conversation did not fit into the context as a whole. */
function droppedNote({ droppedTurns = 0 }: Turn): string {
  if (droppedTurns === 0) return '';
  return droppedTurns === 1
    ? vscode.l10n.t('The oldest turn did not fit and was left out.')
    : vscode.l10n.t('The {0} oldest turns did not fit and were left out.', formatCount(droppedTurns, vscode.env.language));
}

/** The wished number of tokens did not fit into the context, and that matters. */
function budgetNote({ maxTokens, wantedTokens, thoughtTokens, answerTokens }: Turn): string {
  if (maxTokens === undefined || wantedTokens === undefined) return '';
  if (!isRoomTight({ maxTokens, wantedTokens, writtenTokens: thoughtTokens + answerTokens })) return '';
  const count = (tokens: number): string => formatCount(tokens, vscode.env.language);
  return vscode.l10n.t('The context leaves room for {0} of the {1} tokens wished for.', count(maxTokens), count(wantedTokens));
}
