/** How many tokens of a prompt are evaluated in one go. */
import type { LlamaModel } from 'node-llama-cpp';
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

/** For a context of so many tokens, of a model that is loaded. */
export async function batchTokensFor(model: LlamaModel, contextTokens: number): Promise<number> {
  if (!isOnGpu(model)) return sizes.cpu;
  const { free } = await model.llama.getVramState();
  const { gpuVram } = await model.fileInsights.estimateContextResourceRequirementsV2({
    ...{ contextSize: contextTokens, sequences: 1, modelGpuLayers: model.gpuLayers, batchSize: sizes.gpu },
  });
  return gpuVram + roomBytes <= free && contextTokens > sizes.roomyGpu ? sizes.roomyGpu : sizes.gpu;
}
