/**
 * What GGUF files say of themselves, read from their headers alone: no model is loaded and no native code runs.
 * In the inference process, because a damaged or hostile file may cost memory and time here, but never the editor.
 */
import type { GgufFileInfo } from 'node-llama-cpp';
import { LemmaFailure } from '../core/errors.ts';
import type { ModelDescription } from '../shared/inferenceProtocol.ts';
import { checkGgufFile } from './ggufFile.ts';

/** Arrays of the vocabulary are most of a header; they are passed over. */
const passedOver = ['tokenizer.ggml.tokens', 'tokenizer.ggml.merges', 'tokenizer.ggml.token_type', 'tokenizer.ggml.scores'];

/** Of one number in the KV cache, which Lemma keeps at 16 bits. */
const bytesOfF16 = 2;

/** @param paths of first files, where a model is split @returns in the order of the paths; a file that cannot be read has an error */
export async function describeModels(paths: readonly string[], signal: AbortSignal): Promise<ModelDescription[]> {
  const { readGgufFileInfo, GgufFileType } = await import('node-llama-cpp');
  const described: ModelDescription[] = [];
  // One after the other: they may lie on a disk that turns.
  for (const path of paths) {
    signal.throwIfAborted();
    try {
      checkGgufFile(path);
      const info = await readGgufFileInfo(path, {
        sourceType: 'filesystem',
        readTensorInfo: false,
        ignoreKeys: passedOver,
        logWarnings: false,
        signal,
      });
      const type = info.metadata.general.file_type;
      described.push({
        path,
        ...shapeOf(info),
        ...(type === undefined ? {} : { quantisation: GgufFileType[type]?.replace(/^MOSTLY_|^ALL_/, '') }),
      });
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      described.push({ path, error: error instanceof LemmaFailure ? error.error : { code: 'modelUnreadable', path, reason } });
    }
  }
  return described;
}

function shapeOf(info: GgufFileInfo): Omit<Extract<ModelDescription, { readonly architecture: string }>, 'path'> {
  // `type` is written by every converter of today, but missing in the library's types.
  const general: GgufFileInfo['metadata']['general'] & { readonly type?: string } = info.metadata.general;
  const {
    block_count: layers = 0,
    context_length: contextTokens = 0,
    embedding_length: embedding = 0,
    attention,
  } = info.architectureMetadata;
  const heads = sum(attention?.head_count ?? 0, layers) / Math.max(1, layers);
  // Where the file names no size of a head, llama.cpp divides the embedding by the heads.
  const headSize = embedding / Math.max(1, heads);
  const headBytes = ((attention?.key_length ?? headSize) + (attention?.value_length ?? headSize)) * bytesOfF16;
  return {
    ...(general.name === undefined ? {} : { name: general.name }),
    architecture: general.architecture,
    kind: general.type ?? 'model',
    layers,
    contextTokens,
    kvBytesPerToken: sum(attention?.head_count_kv ?? attention?.head_count ?? 0, layers) * headBytes,
  };
}

/** Of all layers: some models have a number for each. */
function sum(perLayer: number | readonly number[], layers: number): number {
  return typeof perLayer === 'number' ? perLayer * layers : perLayer.reduce((total, each) => total + each, 0);
}
