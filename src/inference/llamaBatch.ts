/** How a context is made: with how many tokens evaluated in one go, and with which attention. */
import type { LlamaContextOptions, LlamaModel } from 'node-llama-cpp';
import { isOnGpu } from './llamaModelInfo.ts';

/**
 * Tokens of a batch, which is also how often progress is told and a stop is looked at; always the same for a context, since
 * other batches have other last digits.
 *
 * On a processor 64 cost little speed, keep a stop within a second or two for a 9B model, and keep the attention's work
 * buffer small (heads × context × batch × 4 bytes: 268 MB for the 9B at 32K). On a card 1,024 are read a fifth faster than
 * 512 (docs/performance.md), and take 0.3 GiB more.
 */
const sizes = { cpu: 64, gpu: 512, roomyGpu: 1024 } as const;

/** Video memory that has to be left beside the context for the larger batch, bytes. */
const roomBytes = 1.5 * 2 ** 30;

/** What the context of a model is made with, but for its size, which is so many tokens. */
export async function contextOptions(model: LlamaModel, threads: number, contextTokens: number): Promise<LlamaContextOptions> {
  return { ...evaluationOptions(model, threads), batchSize: await batchTokensFor(model, contextTokens) };
}

async function batchTokensFor(model: LlamaModel, contextTokens: number): Promise<number> {
  if (!isOnGpu(model)) return sizes.cpu;
  const { free } = await model.llama.getVramState();
  const { gpuVram } = await model.fileInsights.estimateContextResourceRequirementsV2({
    ...{ contextSize: contextTokens, sequences: 1, modelGpuLayers: model.gpuLayers, batchSize: sizes.gpu },
  });
  return gpuVram + roomBytes <= free && contextTokens > sizes.roomyGpu ? sizes.roomyGpu : sizes.gpu;
}

/** What all contexts of a model have alike. */
export function evaluationOptions(model: LlamaModel, threads: number): Pick<LlamaContextOptions, 'threads' | 'flashAttention'> {
  // On a processor llama.cpp's flash attention takes 2.4 times as long per new token (docs/design/0003).
  return { threads, flashAttention: isOnGpu(model) ? 'auto' : false };
}
