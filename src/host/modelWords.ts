import * as vscode from 'vscode';
import type { LemmaError } from '../core/errors.ts';
import type { ModelInfo, ServedBy } from '../shared/inferenceProtocol.ts';
import type { ModelState } from '../shared/modelState.ts';
import { modelDetails } from './modelDetails.ts';
import { modelLabel } from './modelService.ts';
import { errorNote } from './userMessages.ts';
/** Name of the chosen model, or empty. */
export function modelName(state: ModelState): string {
  switch (state.kind) {
    case 'notChosen':
      return '';
    case 'ready':
    case 'busy':
      return modelLabel(state.info.path, state.info.name);
    case 'notStarted':
    case 'loading':
    case 'failed':
      return state.name;
  }
}

/** The state in the panel's status line: «Ready on GPU», «Loading 42 %». */
export function modelStatus(state: ModelState): string {
  switch (state.kind) {
    case 'notChosen':
      return state.server ? vscode.l10n.t('No server yet') : vscode.l10n.t('No model yet');
    case 'notStarted':
      if (state.server !== undefined) return vscode.l10n.t('Answers on {0}', state.server);
      if (state.unloaded === 'idle') return vscode.l10n.t('Unloaded while idle; loads when you type');
      return state.unloaded === 'asked'
        ? vscode.l10n.t('Unloaded; loads with the next question')
        : vscode.l10n.t('Loads with the first question');
    case 'loading':
      if (state.server !== undefined) return vscode.l10n.t('Connecting to {0}', state.server);
      return loadingText(state);
    case 'ready':
    case 'busy':
      if (state.info.served) return servedStatus(state.info.served);
      return state.info.device === 'gpu' ? vscode.l10n.t('Ready on GPU') : vscode.l10n.t('Ready on CPU');
    case 'failed':
      if (state.error.code.startsWith('server')) return vscode.l10n.t('Server does not answer');
      return isEngineEnd(state.error) ? vscode.l10n.t('Engine stopped') : vscode.l10n.t('Model not loaded');
  }
}

function isEngineEnd({ code }: LemmaError): boolean {
  return code === 'engineCrashed' || code === 'engineCrashLoop';
}

function loadingText({ name, fraction, again }: Extract<ModelState, { readonly kind: 'loading' }>): string {
  switch (again) {
    case undefined:
      return vscode.l10n.t('Loading {0}, {1} %', name, percent(fraction));
    case 'longInput':
      return vscode.l10n.t('Loading again for long input, {0} %', percent(fraction));
    case 'shortInput':
      return vscode.l10n.t('Loading again for short input, {0} %', percent(fraction));
    case 'context':
      return vscode.l10n.t('Making room for a longer context');
    case 'changed':
      return vscode.l10n.t('Its file has changed: loading it again, {0} %', percent(fraction));
  }
}

/** The loaded model's facts, for the hover over its status; empty while none is loaded. */
export function modelHover(state: ModelState): string {
  return 'info' in state ? modelDetails(state.info).join('\n') : '';
}

/** Where it is answered, and what that means for what is sent there. */
function servedStatus({ host, encrypted }: ServedBy): string {
  return encrypted ? vscode.l10n.t('Ready on SERVER {0}', host) : vscode.l10n.t('Ready on SERVER, not encrypted: {0}', host);
}

export interface StatusBarWords {
  readonly text: string;
  readonly tooltip: string;
  readonly severity: 'none' | 'error';
}

/** @param wantsGpu the settings ask for a GPU, so that running on the processor is worth a warning */
export function statusBarWords(state: ModelState, wantsGpu: boolean, now: number): StatusBarWords {
  const words = (text: string, tooltip: string): StatusBarWords => ({ text, tooltip, severity: 'none' });
  switch (state.kind) {
    case 'notChosen':
      return words(
        '$(symbol-operator) Lemma',
        state.server
          ? vscode.l10n.t('Lemma: no server is chosen yet. Click for actions.')
          : vscode.l10n.t('Lemma: no model is chosen yet. Click for actions.'),
      );
    case 'notStarted':
      return words(
        '$(symbol-operator) Lemma',
        state.server === undefined
          ? state.unloaded
            ? [state.name, modelStatus(state), vscode.l10n.t('Click for actions.')].join('\n')
            : vscode.l10n.t('Lemma: {0} is loaded with the first question. Click for actions.', state.name)
          : vscode.l10n.t('Lemma: questions are answered on {0}, not on this computer. Click for actions.', state.server),
      );
    case 'loading':
      if (state.server !== undefined) {
        return words(
          vscode.l10n.t('$(loading~spin) Lemma: connecting'),
          vscode.l10n.t('Lemma is connecting to {0}. Click for actions.', state.server),
        );
      }
      return words(
        vscode.l10n.t('$(loading~spin) Lemma: loading {0} %', percent(state.fraction)),
        state.again === undefined
          ? vscode.l10n.t('Lemma is loading {0}. Click for actions.', state.name)
          : [state.name, loadingText(state), vscode.l10n.t('Click for actions.')].join('\n'),
      );
    case 'ready': {
      if (state.info.served)
        return words(vscode.l10n.t('{0} Lemma: SERVER', serverIcon(state.info.served)), servedTooltip(state.info, state.info.served));
      const slow = wantsGpu && state.info.device === 'cpu';
      const text =
        state.info.device === 'gpu'
          ? vscode.l10n.t('$(symbol-operator) Lemma: GPU')
          : vscode.l10n.t('{0} Lemma: CPU', slow ? '$(warning)' : '$(symbol-operator)');
      return words(text, modelTooltip(state.info));
    }
    case 'busy': {
      const seconds = Math.max(0, Math.floor((now - state.sinceMs) / 1000));
      return words(busyText(state.activity, seconds), modelTooltip(state.info));
    }
    case 'failed':
      return {
        text: isEngineEnd(state.error)
          ? vscode.l10n.t('$(error) Lemma: engine stopped')
          : state.error.code.startsWith('server')
            ? vscode.l10n.t('$(error) Lemma: no server')
            : vscode.l10n.t('$(error) Lemma: model not loaded'),
        tooltip: errorNote(state.error).text,
        severity: 'error',
      };
  }
}

function busyText(activity: 'reading' | 'thinking' | 'answering', seconds: number): string {
  switch (activity) {
    case 'reading':
      return vscode.l10n.t('$(symbol-operator) Lemma: reading');
    case 'thinking':
      return vscode.l10n.t('$(symbol-operator) Lemma: thinking {0} s', seconds);
    case 'answering':
      return vscode.l10n.t('$(symbol-operator) Lemma: answering');
  }
}

function serverIcon({ encrypted }: ServedBy): string {
  return encrypted ? '$(server)' : '$(unlock)';
}

function servedTooltip(info: ModelInfo, { host, encrypted, contextKnown }: ServedBy): string {
  const count = String(info.contextTokens);
  return [
    info.name,
    vscode.l10n.t('On the server {0} ({1}), not on this computer', host, info.backend),
    ...(encrypted ? [] : [vscode.l10n.t('The connection is not encrypted: what you ask can be read on its way.')]),
    contextKnown
      ? vscode.l10n.t('Context of {0} tokens', count)
      : vscode.l10n.t('Context of {0} tokens by the settings, since the server does not say its own', count),
    vscode.l10n.t('Click for actions.'),
  ].join('\n');
}

function modelTooltip(info: ModelInfo): string {
  if (info.served) return servedTooltip(info, info.served);
  return [...modelDetails(info), vscode.l10n.t('Click for actions.')].join('\n');
}

function percent(fraction: number): number {
  return Math.round(fraction * 100);
}
