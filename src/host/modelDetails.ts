/** How the loaded model really runs, in words: for the hover of the status bar, the panel's footer and «Details». */
import * as vscode from 'vscode';
import { formatCount, formatGigabytes } from '../core/format.ts';
import type { BackendRefusal, GpuBackend, ModelInfo, YarnReport } from '../shared/inferenceProtocol.ts';

/** Everything that is known, one fact a line. */
export function modelDetails(info: ModelInfo): string[] {
  if (info.served) return [info.name];
  const { language } = vscode.env;
  const size = vscode.l10n.t('{0} GB, context of {1} tokens', formatGigabytes(info.bytes, language), count(info.contextTokens));
  return [
    info.name,
    ...deviceTexts(info),
    ...backendReasons(info),
    ...(info.contextTokens < info.wantedContextTokens
      ? [vscode.l10n.t('{0}; {1} were wanted, and memory was short', size, count(info.wantedContextTokens))]
      : [size]),
    ...(info.yarn ? [yarnText(info.yarn)] : []),
    memoryText(info),
    ...(info.profile === 'own' ? [vscode.l10n.t('Outside the tested family: prompted by its own chat template')] : []),
  ];
}

function deviceTexts(info: ModelInfo): string[] {
  if (info.device !== 'gpu') return [processorText(info)];
  const name = info.deviceName ?? vscode.l10n.t('the GPU');
  const onGpu = vscode.l10n.t('On {0} ({1}), {2} of {3} layers on the GPU', name, info.backend, info.gpuLayers, info.layers);
  return info.gpuLayers < info.layers ? [onGpu, processorText(info)] : [onGpu];
}

/** With how many threads, and who says so. */
function processorText({ threads, threadsFrom }: ModelInfo): string {
  switch (threadsFrom) {
    case 'user':
      return vscode.l10n.t('On the processor, {0} threads, as the setting lemma.engine.threads says', threads);
    case 'measured':
      return vscode.l10n.t('On the processor, {0} threads, measured', threads);
    default:
      return vscode.l10n.t('On the processor, {0} threads', threads);
  }
}

/** What was asked for, and why it is not something better. */
export function backendReasons({ askedBackend, backend, refusedBackends }: ModelInfo): string[] {
  if (refusedBackends.length === 0)
    return [
      askedBackend === 'auto'
        ? vscode.l10n.t('{0} is the best backend there is', backendName(backend))
        : vscode.l10n.t('{0}, as the setting lemma.model.gpu says', backendName(backend)),
    ];
  return refusedBackends.map((refusal) => refusalText(refusal));
}

function refusalText({ backend, because, detail }: BackendRefusal): string {
  const name = backendName(backend);
  switch (because) {
    case 'notInstalled':
      return vscode.l10n.t('{0}: its pack is not installed', name);
    case 'noDevice':
      return backend === 'cuda' ? vscode.l10n.t('{0}: no NVIDIA card', name) : vscode.l10n.t('{0}: no device', name);
    case 'otherSystem':
      return vscode.l10n.t('{0}: not on this system', name);
    case 'noMemory':
      return vscode.l10n.t('{0}: its memory has no room for the model; restart the engine when there is more', name);
    case 'failed':
      return detail === undefined
        ? vscode.l10n.t('{0}: it did not start, the log says more', name)
        : vscode.l10n.t('{0}: it did not start ({1})', name, detail);
  }
}

export function backendName(backend: GpuBackend | (string & {})): string {
  switch (backend) {
    case 'cuda':
      return 'CUDA';
    case 'vulkan':
      return 'Vulkan';
    case 'metal':
      return 'Metal';
    default:
      return vscode.l10n.t('The processor');
  }
}

function yarnText({ taken, factor, frequencyScale, originalContextTokens }: YarnReport): string {
  const scale = frequencyScale === undefined ? '?' : String(frequencyScale);
  return taken
    ? vscode.l10n.t('YaRN on: factor {0} over {1} tokens, frequency scale {2}', factor, count(originalContextTokens), scale)
    : vscode.l10n.t('YaRN was asked for and is not in effect: frequency scale {0}', scale);
}

export function memoryText({ memory }: ModelInfo): string {
  const { language } = vscode.env;
  const size = (bytes: number): string => formatGigabytes(bytes, language);
  const ram = vscode.l10n.t('Before loading: {0} of {1} GB of memory free', size(memory.ramFree), size(memory.ramTotal));
  if (memory.vramTotal === undefined || memory.vramFree === undefined) return ram;
  return vscode.l10n.t('{0}, {1} of {2} GB on the GPU', ram, size(memory.vramFree), size(memory.vramTotal));
}

function count(tokens: number): string {
  return formatCount(tokens, vscode.env.language);
}
