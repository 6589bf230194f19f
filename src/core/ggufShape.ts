/**
 * Numbers in a model's metadata over which llama.cpp ends its process or never comes back, instead of refusing the file.
 * Each was found by `npm run fuzz`. Only what no sound model has is named here; the engine judges the rest.
 */
import type { GgufHeader } from './gguf.ts';

/** Architectures whose every layer is attention with rotated positions. Others may leave some of these numbers out. */
const plainAttention = ['glm4', 'llama', 'qwen2', 'qwen3'];

/** LLAMA_MAX_LAYERS (llama-hparams.h). */
const maxLayers = 512;

/** @returns what is wrong, as the end of a sentence */
export function shapeFault({ metadata, arrays }: Pick<GgufHeader, 'metadata' | 'arrays'>): string | undefined {
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') return undefined;
  const key = (name: string): string => `${architecture}.${name}`;
  const number = (name: string): number | undefined => {
    const value = metadata.get(key(name));
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
  };
  const rotated = number('rope.dimension_count');
  if (rotated !== undefined && rotated % 2 !== 0) return 'it rotates an odd number of dimensions';
  if ((number('block_count') ?? 0) > maxLayers) return `it has more than ${maxLayers} layers`;
  if (!plainAttention.includes(architecture)) return undefined;
  if (rotated === 0) return 'it rotates no dimensions';
  for (const name of ['block_count', 'embedding_length', 'attention.head_count']) {
    if (!((number(name) ?? 0) >= 1) && !arrays.has(key(name))) return `it has no ${key(name)}`;
  }
  const headSize = number('attention.key_length') ?? Math.floor((number('embedding_length') ?? 0) / (number('attention.head_count') ?? 1));
  if (rotated !== undefined && rotated > headSize) return 'it rotates more dimensions than a head has';
  return undefined;
}
