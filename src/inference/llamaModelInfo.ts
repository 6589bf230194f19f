import { basename } from 'node:path';
import type { LlamaModel } from 'node-llama-cpp';
import type { LoadParams, MemoryReport, ModelInfo, YarnReport } from '../shared/inferenceProtocol.ts';
import type { Fitted } from './llamaFit.ts';
import type { StartedLlama } from './llamaSetup.ts';
import type { Speech } from './llamaSpeech.ts';

export interface LoadedFacts {
  readonly started: StartedLlama;
  readonly params: LoadParams;
  /** Of the file. */
  readonly bytes: number;
  /** `performance.now()` at the wish. */
  readonly begunAt: number;
  readonly memory: MemoryReport;
  readonly fitted: Fitted;
  readonly threadsFrom: ModelInfo['threadsFrom'];
  /** Of a model that was loaded with YaRN, or was to be. */
  readonly report: YarnReport | undefined;
  readonly speech: Speech;
}

/** What windows are told of a model that was just loaded. */
export async function modelInfoOf(facts: LoadedFacts): Promise<ModelInfo> {
  const { started, params, bytes, memory, fitted, report, speech } = facts;
  const { model, context } = fitted;
  const onGpu = isOnGpu(model);
  const [deviceName] = onGpu ? await model.llama.getGpuDeviceNames() : [];
  return {
    name: model.fileInfo.metadata.general.name ?? basename(params.modelPath),
    path: params.modelPath,
    architecture: model.architecture,
    bytes,
    ...(speech.family ? { familyId: speech.family.id } : {}),
    profile: speech.profile,
    replyStart: speech.prompt.replyStart,
    device: onGpu ? 'gpu' : 'cpu',
    backend: onGpu ? String(model.llama.gpu) : 'cpu',
    askedBackend: params.instead?.asked ?? params.gpu,
    refusedBackends: params.instead?.refused ?? started.refused,
    ...(deviceName === undefined ? {} : { deviceName }),
    gpuLayers: model.gpuLayers,
    layers: model.fileInsights.totalLayers,
    contextTokens: context.contextSize,
    wantedContextTokens: fitted.wantedContextTokens,
    trainedContextTokens: report?.taken ? report.originalContextTokens : model.trainContextSize,
    ...(report ? { yarn: report } : {}),
    memory,
    stepDowns: fitted.stepDowns,
    threads: context.currentThreads,
    ...(facts.threadsFrom ? { threadsFrom: facts.threadsFrom } : {}),
    loadMs: Math.round(performance.now() - facts.begunAt),
  };
}

export function isOnGpu(model: LlamaModel): boolean {
  return model.llama.gpu !== false && model.gpuLayers > 0;
}
