import * as vscode from 'vscode';
import { formatGigabytes } from '../core/format.ts';
import type { ModelInfo } from '../shared/inferenceProtocol.ts';
import type { ModelState } from '../shared/modelState.ts';
import { modelLabel } from './modelService.ts';
import { errorNote } from './userMessages.ts';

const { t } = vscode.l10n;

/** Name of the chosen model, or empty. */
export function modelName(state: ModelState): string {
  switch (state.kind) {
    case 'notChosen':
      return '';
    case 'ready':
    case 'busy':
      return modelLabel(state.info.path);
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
      return t('No model yet');
    case 'notStarted':
      return t('Loads with the first question');
    case 'loading':
      return t('Loading {0}, {1} %', state.name, percent(state.fraction));
    case 'ready':
    case 'busy':
      return state.info.device === 'gpu' ? t('Ready on GPU') : t('Ready on CPU');
    case 'failed':
      return state.error.code === 'engineCrashed' ? t('Engine stopped') : t('Model not loaded');
  }
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
      return words('$(symbol-operator) Lemma', t('Lemma: no model is chosen yet. Click for actions.'));
    case 'notStarted':
      return words('$(symbol-operator) Lemma', t('Lemma: {0} is loaded with the first question. Click for actions.', state.name));
    case 'loading':
      return words(
        t('$(loading~spin) Lemma: loading {0} %', percent(state.fraction)),
        t('Lemma is loading {0}. Click for actions.', state.name),
      );
    case 'ready': {
      const slow = wantsGpu && state.info.device === 'cpu';
      const text =
        state.info.device === 'gpu' ? t('$(symbol-operator) Lemma: GPU') : t('{0} Lemma: CPU', slow ? '$(warning)' : '$(symbol-operator)');
      return words(text, modelTooltip(state.info));
    }
    case 'busy': {
      const seconds = Math.max(0, Math.floor((now - state.sinceMs) / 1000));
      return words(busyText(state.activity, seconds), modelTooltip(state.info));
    }
    case 'failed':
      return {
        text: state.error.code === 'engineCrashed' ? t('$(error) Lemma: engine stopped') : t('$(error) Lemma: model not loaded'),
        tooltip: errorNote(state.error).text,
        severity: 'error',
      };
  }
}

function busyText(activity: 'reading' | 'thinking' | 'answering', seconds: number): string {
  switch (activity) {
    case 'reading':
      return t('$(symbol-operator) Lemma: reading');
    case 'thinking':
      return t('$(symbol-operator) Lemma: thinking {0} s', seconds);
    case 'answering':
      return t('$(symbol-operator) Lemma: answering');
  }
}

function modelTooltip(info: ModelInfo): string {
  const device =
    info.device === 'gpu'
      ? t('On {0} ({1}), {2} of {3} layers on the GPU', info.deviceName ?? t('the GPU'), info.backend, info.gpuLayers, info.layers)
      : t('On the processor, {0} threads', info.threads);
  const size = t('{0} GB, context of {1} tokens', formatGigabytes(info.bytes, vscode.env.language), info.contextTokens);
  return [info.name, device, size, t('Click for actions.')].join('\n');
}

function percent(fraction: number): number {
  return Math.round(fraction * 100);
}
