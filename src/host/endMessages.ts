/** The words under a turn that has ended, and the ways to go on from there. */
import * as vscode from 'vscode';
import type { Turn, TurnPart } from '../core/conversation.ts';
import type { LemmaError } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import type { PanelButton, PanelNote } from '../shared/panelProtocol.ts';
import { attachmentsTooLongText } from './attachmentWords.ts';
import { endingText } from './crashMessages.ts';
import { button } from './panelButtons.ts';
import { errorNote } from './userMessages.ts';

/**
 * What stands under a turn that did not simply end with an answer.
 * @param fetching name of a model that is being downloaded
 */
export function endNote(turn: Turn, fetching?: string): PanelNote | undefined {
  const { end } = turn;
  if (!end) return undefined;
  const answered = turn.answer.trim() !== '';
  switch (end.kind) {
    case 'complete':
      if (answered) return turn.closedAtBudget ? closedAtBudgetNote(turn) : undefined;
      return {
        tone: 'warning',
        icon: 'warning',
        text: vscode.l10n.t('The model ended its reply without an answer. Its thought is kept; it can answer from there.'),
        buttons: [button('answerNow', true), button('thinkMore'), button('askAgain')],
      };
    case 'stopped':
      return { tone: 'info', icon: 'debug-stop', text: stoppedText(turn, answered), buttons: goOn(turn) };
    case 'limit': {
      const text =
        end.by === 'context'
          ? vscode.l10n.t(
              'The answer is not finished: the context is full after {0} new tokens, {1} of them thought. Ask about less, or in a new conversation.',
              count(end.tokens),
              count(turn.thoughtTokens),
            )
          : vscode.l10n.t(
              'The answer is not finished: it reached the limit of {0} tokens, {1} of them thought.',
              count(end.tokens),
              count(turn.thoughtTokens),
            );
      const buttons =
        end.by === 'context'
          ? [button('newConversation', true), button('openModelSettings')]
          : [...goOn(turn).slice(0, 2), button('raiseLimit')];
      return { tone: 'warning', icon: 'warning', text, buttons };
    }
    case 'interrupted':
      return {
        tone: 'info',
        icon: 'debug-stop',
        text: vscode.l10n.t('The window was closed or reloaded before this was finished. What was written is kept.'),
        buttons: goOn(turn),
      };
    case 'repetition':
      return repetitionNote(turn, end.part);
    case 'failed':
      return fetching !== undefined && waitsForModel(turn) ? waitingForDownload(fetching) : failedNote(turn, end.error);
  }
}

/** It had no model; it is asked by itself as soon as there is one. */
export function waitsForModel({ end }: Turn): boolean {
  return end?.kind === 'failed' && end.error.code === 'modelNotChosen';
}

/** How far it is stands in the panel's own note of the download, with what can be done. */
function waitingForDownload(name: string): PanelNote {
  const text = vscode.l10n.t('{0} is being downloaded. Your question is kept, and asked as soon as the model is there.', name);
  return { tone: 'info', icon: 'clockface', text, buttons: [] };
}

/** The answer is there, and the thought before it could go on. */
function closedAtBudgetNote(turn: Turn): PanelNote {
  const text = vscode.l10n.t('The thought was closed at its budget, after {0} tokens.', count(turn.thoughtTokens));
  return { tone: 'info', icon: 'thinking', text, buttons: [button('thinkMore')] };
}

function repetitionNote(turn: Turn, part: TurnPart): PanelNote {
  const goOnAnyway = { ...button('continue'), label: vscode.l10n.t('Continue Anyway') };
  if (part === 'answer')
    return {
      tone: 'warning',
      icon: 'warning',
      text: vscode.l10n.t('The answer only repeated itself and was stopped. What was written is kept.'),
      buttons: [button('askAgain', true), goOnAnyway],
    };
  return {
    tone: 'warning',
    icon: 'warning',
    text: vscode.l10n.t('The thought only repeated itself and was stopped after {0} tokens.', count(turn.thoughtTokens)),
    buttons: [button('answerNow', true), goOnAnyway, button('askAgain')],
  };
}

/** Of a question that is too long the longest part is offered to be cut. */
function failedNote(turn: Turn, error: LemmaError): PanelNote {
  const { attachments = [], snapshot } = turn.question;
  const note = errorNote(error);
  // What a server has written is there to go on from, whatever became of the connection.
  if (error.code.startsWith('server') && begun(turn)) return { ...note, buttons: [...goOn(turn).slice(0, 2), ...note.buttons.slice(0, 1)] };
  const longest = Math.max(0, ...attachments.map(({ text }) => text.length));
  if (error.code === 'engineRestarted') return { ...note, buttons: goOn(turn) };
  if (error.code !== 'promptTooLong' || longest <= (snapshot?.text.length ?? 0)) return note;
  return { ...note, text: attachmentsTooLongText(error), buttons: [button('shortenAttachments', true), button('openModelSettings')] };
}

/** A turn that failed with the engine goes on once the engine runs again. */
export function restartedNote(turn: Turn): PanelNote {
  const error = turn.end?.kind === 'failed' ? turn.end.error : undefined;
  const why = error?.code === 'engineCrashed' || error?.code === 'engineCrashLoop' ? `${endingText(error)} ` : '';
  return {
    tone: 'info',
    icon: 'check',
    text: why + vscode.l10n.t('The engine runs again. What was written so far is kept.'),
    buttons: goOn(turn),
  };
}

function goOn(turn: Turn): PanelButton[] {
  if (!begun(turn)) return [button('askAgain', true)];
  if (turn.answeringAt !== undefined) return [button('continue', true), button('thinkMore'), button('askAgain')];
  return [button('continue', true), button('answerNow'), button('askAgain')];
}

function begun(turn: Turn): boolean {
  return turn.thought.trim() !== '' || turn.answer.trim() !== '';
}

function stoppedText(turn: Turn, answered: boolean): string {
  if (answered) return vscode.l10n.t('You stopped this while it was answering. The answer so far is kept.');
  if (turn.thought.trim() !== '')
    return vscode.l10n.t('You stopped this while it was thinking. The thought so far is kept; there is no answer yet.');
  return vscode.l10n.t('You stopped this before the model began. Your question is kept.');
}

function count(tokens: number): string {
  return formatCount(tokens, vscode.env.language);
}
