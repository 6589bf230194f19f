/**
 * Writes a GGUF of GLM-Z1-9B-0414's shape with random weights: for speed and memory alone, since what it says is noise.
 * Tokens and chat template are those of the tiny test model, padded to the family's vocabulary.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';
import { uint32, uint64 } from '../../harness/ggufFile.ts';

export interface ModelShape {
  readonly layers: number;
  /** A multiple of 32, as `heads` × `headSize` and `ffn`; of 256 for the types of Q4_K_M throughout. */
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly ffn: number;
  readonly vocabulary: number;
}

/** `config.json` of GLM-Z1-9B-0414. */
export const glmZ1Shape: ModelShape = {
  ...{ layers: 40, hidden: 4096, heads: 32, kvHeads: 2, headSize: 128, ffn: 13_696, vocabulary: 151_552 },
};

/** Numbers of tensor types, with elements and bytes of a block (ggml.h, ggml-common.h). */
const types = { F32: [0, 1, 4], Q5_0: [6, 32, 22], Q8_0: [8, 32, 34], Q4_K: [12, 256, 144], Q6_K: [14, 256, 210] } as const;
type TensorType = keyof typeof types;

interface Tensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly type: TensorType;
  /** Of F32 tensors: norms are 1, biases 0. */
  readonly value?: number;
}

const alignment = 32;
/** Blocks of random weights that are made; the tensors repeat them, which changes no speed. */
const madeBlocks = 32_768;

/** Where a row is no multiple of 256, llama.cpp takes types of blocks of 32 instead. */
const narrow = { Q4_K: 'Q5_0', Q6_K: 'Q8_0' } as const;

/** @returns bytes of the file */
export function writeRandomModel(tinyModel: string, to: string, shape: ModelShape = glmZ1Shape): number {
  const tensors = allTensors(shape);
  const placed: { readonly tensor: Tensor; readonly offset: number; readonly bytes: number }[] = [];
  let end = 0;
  for (const tensor of tensors) {
    const [, elements, blockBytes] = types[tensor.type];
    const bytes = (tensor.dimensions.reduce((product, size) => product * size, 1) / elements) * blockBytes;
    placed.push({ tensor, offset: end, bytes });
    end = Math.ceil((end + bytes) / alignment) * alignment;
  }
  const infos = placed.map(({ tensor: { name, dimensions, type }, offset }) =>
    Buffer.concat([text(name), uint32(dimensions.length), ...dimensions.map(uint64), uint32(types[type][0]), uint64(offset)]),
  );
  const entries = metadata(readFileSync(tinyModel), shape);
  const head = Buffer.concat([Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(entries.length), ...entries, ...infos]);
  const dataStart = Math.ceil(head.length / alignment) * alignment;
  const weights = { Q4_K: randomQ4K(), Q6_K: randomQ6K(), Q5_0: randomSmall('Q5_0', 2e-3), Q8_0: randomSmall('Q8_0', 2.7e-4) } as const;
  const file = openSync(to, 'w');
  try {
    writeSync(file, head, 0, head.length, 0);
    for (const { tensor, offset, bytes } of placed) {
      const source = tensor.type === 'F32' ? constants(bytes, tensor.value ?? 0) : weights[tensor.type];
      for (let done = 0; done < bytes; done += source.length)
        writeSync(file, source, 0, Math.min(source.length, bytes - done), dataStart + offset + done);
    }
    writeSync(file, Buffer.alloc(1), 0, 1, dataStart + end - 1);
  } finally {
    closeSync(file);
  }
  return dataStart + end;
}

/** As llama.cpp names them for `glm4`, in the types that its Q4_K_M gives them. */
function allTensors({ layers, hidden, heads, kvHeads, headSize, ffn, vocabulary }: ModelShape): Tensor[] {
  const weight = (name: string, rows: number, columns: number, type: TensorType = 'Q4_K'): Tensor => ({
    ...{ name: `${name}.weight`, dimensions: [rows, columns] },
    type: rows % 256 !== 0 && (type === 'Q4_K' || type === 'Q6_K') ? narrow[type] : type,
  });
  const norm = (name: string): Tensor => ({ name: `${name}.weight`, dimensions: [hidden], type: 'F32', value: 1 });
  const bias = (name: string, size: number): Tensor => ({ name: `${name}.bias`, dimensions: [size], type: 'F32' });
  const tensors = [weight('token_embd', hidden, vocabulary), weight('output', hidden, vocabulary, 'Q6_K'), norm('output_norm')];
  for (let layer = 0; layer < layers; layer++) {
    const block = `blk.${layer}`;
    // llama.cpp's `use_more_bits`: the first and the last eighth, and every third layer between.
    const more = layer < layers / 8 || layer >= (7 * layers) / 8 || (layer - layers / 8) % 3 === 2 ? 'Q6_K' : 'Q4_K';
    tensors.push(
      ...['attn_norm', 'post_attention_norm', 'ffn_norm', 'post_ffw_norm'].map((name) => norm(`${block}.${name}`)),
      weight(`${block}.attn_q`, hidden, heads * headSize),
      bias(`${block}.attn_q`, heads * headSize),
      weight(`${block}.attn_k`, hidden, kvHeads * headSize),
      bias(`${block}.attn_k`, kvHeads * headSize),
      weight(`${block}.attn_v`, hidden, kvHeads * headSize, more),
      bias(`${block}.attn_v`, kvHeads * headSize),
      weight(`${block}.attn_output`, heads * headSize, hidden),
      weight(`${block}.ffn_up`, hidden, 2 * ffn),
      weight(`${block}.ffn_down`, ffn, hidden, more),
    );
  }
  return tensors;
}

/** Weights of about ±0.02: `d` × scale (0 to 63) × value (0 to 15), less `dmin` × scale. */
function randomQ4K(): Buffer {
  const bytes = randomFillSync(Buffer.alloc(madeBlocks * types.Q4_K[2]));
  for (let at = 0; at < bytes.length; at += types.Q4_K[2]) {
    bytes.writeUInt16LE(half(1e-4), at);
    bytes.writeUInt16LE(half(7.5e-4), at + 2);
  }
  return bytes;
}

/** `d` × scale (−128 to 127) × value (−32 to 31); `d` is the block's last two bytes. */
function randomQ6K(): Buffer {
  const bytes = randomFillSync(Buffer.alloc(madeBlocks * types.Q6_K[2]));
  for (let at = types.Q6_K[2] - 2; at < bytes.length; at += types.Q6_K[2]) bytes.writeUInt16LE(half(1.5e-5), at);
  return bytes;
}

/** Blocks that begin with `d`, which is times the value. */
function randomSmall(type: 'Q5_0' | 'Q8_0', d: number): Buffer {
  const size = types[type][2];
  const bytes = randomFillSync(Buffer.alloc(madeBlocks * size));
  for (let at = 0; at < bytes.length; at += size) bytes.writeUInt16LE(half(d), at);
  return bytes;
}

/** A positive number under 1 as a float of 16 bits. */
function half(value: number): number {
  const exponent = Math.max(-14, Math.floor(Math.log2(value)));
  if (value < 2 ** -14) return Math.round(value / 2 ** -24);
  return ((exponent + 15) << 10) | Math.round((value / 2 ** exponent - 1) * 1024);
}

function constants(bytes: number, value: number): Buffer {
  return Buffer.from(new Float32Array(bytes / 4).fill(value).buffer);
}

/** The tiny model's metadata with the shape of the large one. */
function metadata(tiny: Buffer, { layers, hidden, heads, kvHeads, headSize, ffn, vocabulary }: ModelShape): Buffer[] {
  const numbers: Readonly<Record<string, number>> = {
    'glm4.block_count': layers,
    'glm4.embedding_length': hidden,
    'glm4.feed_forward_length': ffn,
    'glm4.attention.head_count': heads,
    'glm4.attention.head_count_kv': kvHeads,
    'glm4.attention.key_length': headSize,
    'glm4.attention.value_length': headSize,
    'glm4.rope.dimension_count': headSize / 2,
    'general.file_type': 15,
  };
  const strings: Readonly<Record<string, string>> = { 'general.name': 'GLM-Z1-9B-0414', 'general.size_label': '9B' };
  return readEntries(tiny).map(({ key, type, value }) => {
    if (key in numbers) return Buffer.concat([text(key), uint32(4), uint32(numbers[key] ?? 0)]);
    if (key in strings) return Buffer.concat([text(key), uint32(8), text(strings[key] ?? '')]);
    if (key !== 'tokenizer.ggml.tokens' && key !== 'tokenizer.ggml.token_type') return Buffer.concat([text(key), uint32(type), value]);
    const [itemType, length] = [value.readUInt32LE(0), Number(value.readBigUInt64LE(4))];
    const filling = Array.from({ length: vocabulary - length }, (_, index) =>
      // 5 is «unused» (llama.h, llama_token_type).
      key.endsWith('tokens') ? text(`[PAD${length + index}]`) : uint32(5),
    );
    return Buffer.concat([text(key), uint32(type), uint32(itemType), uint64(vocabulary), value.subarray(12), ...filling]);
  });
}

interface Entry {
  readonly key: string;
  readonly type: number;
  /** As it stands in the file. */
  readonly value: Buffer;
}

function readEntries(file: Buffer): Entry[] {
  const scalarBytes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
  let at = 24;
  const string = (): string => {
    const length = Number(file.readBigUInt64LE(at));
    at += 8 + length;
    return file.toString('utf8', at - length, at);
  };
  return Array.from({ length: Number(file.readBigUInt64LE(16)) }, () => {
    const key = string();
    const type = file.readUInt32LE(at);
    at += 4;
    const begin = at;
    if (type === 8) string();
    else if (type !== 9) at += scalarBytes[type] ?? 0;
    else {
      const [itemType, length] = [file.readUInt32LE(at), Number(file.readBigUInt64LE(at + 4))];
      at += 12;
      if (itemType === 8) for (let index = 0; index < length; index++) string();
      else at += length * (scalarBytes[itemType] ?? 0);
    }
    return { key, type, value: file.subarray(begin, at) };
  });
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([uint64(bytes.length), bytes]);
}
