/**
 * What GGUF files say of themselves, read from their headers alone: no model is loaded and no native code runs. In the
 * inference process, because headers of models are ten megabytes of vocabulary, and the editor's host must not wait.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { LemmaFailure } from '../core/errors.ts';
import type { GgufScalar } from '../core/gguf.ts';
import { readGgufMetadata } from '../core/gguf.ts';
import type { ModelHeader } from '../core/models/header.ts';
import type { ModelDescription } from '../shared/inferenceProtocol.ts';
import { checkGgufFile } from './ggufFile.ts';

/** Bytes read of a file until its metadata is complete: that of the 9B takes 10 MB. */
const attempts = [2 ** 20, 2 ** 24, 2 ** 26];

/** Of one number in the KV cache, which Lemma keeps at 16 bits. */
const bytesOfF16 = 2;

/** `general.file_type` by number (llama.h, `llama_ftype`). */
const quantisations: Readonly<Record<number, string>> = {
  ...{ 0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 7: 'Q8_0', 8: 'Q5_0', 9: 'Q5_1', 10: 'Q2_K', 11: 'Q3_K_S', 12: 'Q3_K_M', 13: 'Q3_K_L' },
  ...{ 14: 'Q4_K_S', 15: 'Q4_K_M', 16: 'Q5_K_S', 17: 'Q5_K_M', 18: 'Q6_K', 19: 'IQ2_XXS', 20: 'IQ2_XS', 21: 'Q2_K_S', 22: 'IQ3_XS' },
  ...{
    23: 'IQ3_XXS',
    24: 'IQ1_S',
    25: 'IQ4_NL',
    26: 'IQ3_S',
    27: 'IQ3_M',
    28: 'IQ2_S',
    29: 'IQ2_M',
    30: 'IQ4_XS',
    31: 'IQ1_M',
    32: 'BF16',
  },
};

/** @param paths of first files, where a model is split @returns in the order of the paths; a file that cannot be read has an error */
export async function describeModels(paths: readonly string[], signal: AbortSignal): Promise<ModelDescription[]> {
  const described: ModelDescription[] = [];
  for (const path of paths) {
    // A reply that is being written and other requests come in between.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    described.push(describe(path));
  }
  return described;
}

function describe(path: string): ModelDescription {
  try {
    checkGgufFile(path);
    return { path, ...shapeOf(metadataOf(path)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { path, error: error instanceof LemmaFailure ? error.error : { code: 'modelUnreadable', path, reason } };
  }
}

function metadataOf(path: string): ReadonlyMap<string, GgufScalar> {
  const file = openSync(path, 'r');
  try {
    for (const length of attempts) {
      const bytes = Buffer.alloc(length);
      const read = readSync(file, bytes, 0, length, 0);
      const reading = readGgufMetadata(bytes.subarray(0, read));
      if (reading.kind === 'metadata') return reading.metadata;
      if (reading.kind === 'bad') throw new Error(reason(reading.reason));
      if (read < length) break;
    }
    throw new Error(reason('it ends in its header'));
  } finally {
    closeSync(file);
  }
}

/** As `userMessages` fits it into its sentence. */
function reason(what: string): string {
  return `the header is damaged (${what})`;
}

/** What a header says of the model in it. */
export function shapeOf(metadata: ReadonlyMap<string, GgufScalar>): ModelHeader {
  const text = (key: string): string | undefined => {
    const value = metadata.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const architecture = text('general.architecture') ?? '';
  const number = (key: string): number | undefined => {
    const value = metadata.get(key);
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
  };
  const own = (key: string): number | undefined => number(`${architecture}.${key}`);
  const layers = own('block_count') ?? 0;
  const heads = own('attention.head_count') ?? 0;
  // Where the file names no size of a head, llama.cpp divides the embedding by the heads.
  const headSize = (own('embedding_length') ?? 0) / Math.max(1, heads);
  const headBytes = ((own('attention.key_length') ?? headSize) + (own('attention.value_length') ?? headSize)) * bytesOfF16;
  const name = text('general.name');
  const quantisation = quantisations[number('general.file_type') ?? -1];
  return {
    ...(name === undefined ? {} : { name }),
    architecture,
    kind: text('general.type') ?? 'model',
    ...(quantisation === undefined ? {} : { quantisation }),
    layers,
    contextTokens: own('context_length') ?? 0,
    // Some models have a number for each layer; as many as heads is then too many rather than too few.
    kvBytesPerToken: layers * (own('attention.head_count_kv') ?? heads) * headBytes,
  };
}
