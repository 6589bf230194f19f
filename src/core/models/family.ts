/**
 * The models that Lemma is tested with, one row each. A repository that was renamed is one line here.
 *
 * Facts of the rows: the model cards of the publisher (THUDM, now zai-org) for sampling and limits, the metadata of
 * published conversions for shapes (`glm4.block_count` 61 and `attention.head_count_kv` 2 of bartowski's GLM-Z1-32B,
 * 8 of Rumination, both in logs of ikawrakow/ik_llama.cpp pull requests 333 and 344).
 */
import type { ChatProfile, Sampling } from '../chatMessage.ts';
import { recommendedMaxTokens, recommendedSampling } from '../chatMessage.ts';

export type FamilyModelId = 'glm-z1-9b-0414' | 'glm-z1-32b-0414' | 'glm-4-9b-0414' | 'glm-4-32b-0414' | 'glm-z1-rumination-32b-0414';

/** Where a model's GGUF files are published on the hub. */
export interface GgufSource {
  /** `owner/name` */
  readonly repository: string;
  /** File name; `{quantisation}` is replaced. */
  readonly filePattern: string;
}

/** A size to choose from, smallest loss last. */
export interface Quantisation {
  /** As in file names: `Q4_K_M`. */
  readonly name: string;
  /** Size of the file within half a percent; what the hub says counts once it was asked. */
  readonly bytes: number;
}

export interface FamilyModel {
  readonly id: FamilyModelId;
  /** The publisher's name: `GLM-Z1-9B-0414`. */
  readonly name: string;
  readonly profile: ChatProfile;
  /** The first one is the default. */
  readonly sources: readonly GgufSource[];
  readonly quantisations: readonly Quantisation[];
  /** Transformer blocks. A GGUF counts its output as one more. */
  readonly layers: number;
  /** Bytes of KV cache for each token at 16 bits: keys and values × layers × KV heads × 128 × 2. */
  readonly kvBytesPerToken: number;
  readonly nativeContextTokens: number;
  /** The card's way to longer contexts; absent where the model was trained for them. */
  readonly yarn?: { readonly factor: 4; readonly originalContextTokens: 32768 };
  /** The card's recommendation. */
  readonly sampling: Sampling;
  /** Most new tokens in one reply. */
  readonly maxTokens: number;
}

const gigabyte = 1e9;
const native = 32_768;
const yarn = { factor: 4, originalContextTokens: 32_768 } as const;

/**
 * Sizes of the two shapes. Q4_K_M as published (6,166,575,232 and 19,680,023,136 bytes), the others calculated from the
 * tensors by llama.cpp's rules for each quantisation; the same calculation gives Q4_K_M within 0.2 %.
 */
const sizes9b = sizes({ Q3_K_M: 4.97, Q4_K_M: 6.166_575_232, Q5_K_M: 7.05, Q6_K: 8.27, Q8_0: 10.0 });
const sizes32b = sizes({ Q3_K_M: 15.89, Q4_K_M: 19.680_023_136, Q5_K_M: 23.1, Q6_K: 26.73, Q8_0: 34.62 });
const sizesRumination = sizes({ Q3_K_M: 16.18, Q4_K_M: 20.04, Q5_K_M: 23.51, Q6_K: 27.2, Q8_0: 35.23 });

/** The quantisation offered first: nearly all of the quality at a third of the size. */
export const recommendedQuantisation = 'Q4_K_M';

/** In the order in which they are offered; the first one is the default. */
export const modelFamily: readonly FamilyModel[] = [
  {
    id: 'glm-z1-9b-0414',
    name: 'GLM-Z1-9B-0414',
    profile: 'glm-z1',
    sources: [
      // Both seen with these file names in several public programs and catalogues.
      { repository: 'unsloth/GLM-Z1-9B-0414-GGUF', filePattern: 'GLM-Z1-9B-0414-{quantisation}.gguf' },
      { repository: 'bartowski/THUDM_GLM-Z1-9B-0414-GGUF', filePattern: 'THUDM_GLM-Z1-9B-0414-{quantisation}.gguf' },
    ],
    quantisations: sizes9b,
    layers: 40,
    kvBytesPerToken: 2 * 40 * 2 * 128 * 2,
    nativeContextTokens: native,
    yarn,
    sampling: recommendedSampling,
    maxTokens: recommendedMaxTokens,
  },
  {
    id: 'glm-z1-32b-0414',
    name: 'GLM-Z1-32B-0414',
    profile: 'glm-z1',
    sources: [
      // Seen in a catalogue with sizes and checksums; bartowski's in llama.cpp logs and install scripts.
      { repository: 'unsloth/GLM-Z1-32B-0414-GGUF', filePattern: 'GLM-Z1-32B-0414-{quantisation}.gguf' },
      { repository: 'bartowski/THUDM_GLM-Z1-32B-0414-GGUF', filePattern: 'THUDM_GLM-Z1-32B-0414-{quantisation}.gguf' },
    ],
    quantisations: sizes32b,
    layers: 61,
    kvBytesPerToken: 2 * 61 * 2 * 128 * 2,
    nativeContextTokens: native,
    yarn,
    sampling: recommendedSampling,
    maxTokens: recommendedMaxTokens,
  },
  {
    id: 'glm-4-9b-0414',
    name: 'GLM-4-9B-0414',
    profile: 'glm-4',
    sources: [
      // Seen with these file names in model catalogues of several public programs.
      { repository: 'unsloth/GLM-4-9B-0414-GGUF', filePattern: 'GLM-4-9B-0414-{quantisation}.gguf' },
      { repository: 'bartowski/THUDM_GLM-4-9B-0414-GGUF', filePattern: 'THUDM_GLM-4-9B-0414-{quantisation}.gguf' },
    ],
    quantisations: sizes9b,
    layers: 40,
    kvBytesPerToken: 2 * 40 * 2 * 128 * 2,
    nativeContextTokens: native,
    yarn,
    // The card samples but names no values: those of its siblings.
    sampling: recommendedSampling,
    // An answer without a thought; more would take room from the prompt.
    maxTokens: 8192,
  },
  {
    id: 'glm-4-32b-0414',
    name: 'GLM-4-32B-0414',
    profile: 'glm-4',
    sources: [
      // Seen in launch scripts and catalogues of several public programs.
      { repository: 'unsloth/GLM-4-32B-0414-GGUF', filePattern: 'GLM-4-32B-0414-{quantisation}.gguf' },
      { repository: 'bartowski/THUDM_GLM-4-32B-0414-GGUF', filePattern: 'THUDM_GLM-4-32B-0414-{quantisation}.gguf' },
    ],
    quantisations: sizes32b,
    layers: 61,
    kvBytesPerToken: 2 * 61 * 2 * 128 * 2,
    nativeContextTokens: native,
    yarn,
    sampling: recommendedSampling,
    maxTokens: 8192,
  },
  {
    id: 'glm-z1-rumination-32b-0414',
    name: 'GLM-Z1-Rumination-32B-0414',
    profile: 'rumination',
    sources: [
      // Seen with this file name in model lists of public programs; no conversion by unsloth was seen.
      {
        repository: 'bartowski/THUDM_GLM-Z1-Rumination-32B-0414-GGUF',
        filePattern: 'THUDM_GLM-Z1-Rumination-32B-0414-{quantisation}.gguf',
      },
    ],
    quantisations: sizesRumination,
    layers: 61,
    kvBytesPerToken: 2 * 61 * 8 * 128 * 2,
    // Trained for long contexts (`context_length` 131072 in its conversions), so it has no YaRN to switch on.
    nativeContextTokens: 131_072,
    // The card's own example; it leaves top-k at the default of transformers.
    sampling: { temperature: 0.95, topP: 0.7, topK: 50 },
    maxTokens: 16_384,
  },
];

/** What a GGUF says of itself. */
export interface GgufIdentity {
  /** `general.name` */
  readonly name?: string;
  /** `general.architecture` */
  readonly architecture?: string;
  /** With or without folders. */
  readonly fileName: string;
}

/**
 * Which row a GGUF file is. The metadata's name counts before the file's: an Ollama blob has no name but its checksum,
 * and people rename files.
 * @returns undefined for a model outside the tested family; its chat profile is `own`
 */
export function familyModelOf(about: GgufIdentity): FamilyModel | undefined {
  // Conversions from before llama.cpp knew the family's norms claim to be `chatglm` and write nonsense.
  if (about.architecture !== undefined && about.architecture !== 'glm4') return undefined;
  const fileName = about.fileName.split(/[\\/]/).at(-1) ?? '';
  const id = idIn(about.name ?? '', about.architecture) ?? idIn(fileName, about.architecture);
  return id === undefined ? undefined : familyModel(id);
}

export function familyModel(id: FamilyModelId): FamilyModel {
  const model = modelFamily.find((each) => each.id === id);
  if (!model) throw new Error(`No row for ${id}.`);
  return model;
}

/** The row whose published files have this name, and the quantisation; undefined for any other name. */
export function publishedFile(fileName: string): { readonly model: FamilyModel; readonly quantisation: string } | undefined {
  for (const model of modelFamily) {
    for (const { name } of model.quantisations) {
      if (model.sources.some((source) => ggufFileName(source, name) === fileName)) return { model, quantisation: name };
    }
  }
  return undefined;
}

/** Name of a published file: `GLM-Z1-9B-0414-Q4_K_M.gguf`. */
export function ggufFileName(source: GgufSource, quantisation: string): string {
  return source.filePattern.replaceAll('{quantisation}', quantisation);
}

/** Reads `GLM Z1 Rumination 32B 0414`, `Glm-4-9B-0414`, `THUDM_GLM-Z1-9B-0414-Q4_K_M.gguf` and the like. */
function idIn(text: string, architecture: string | undefined): FamilyModelId | undefined {
  const words = text.toLowerCase().split(/[^a-z0-9]+/);
  const at = words.indexOf('glm');
  if (at < 0 || words.includes('base')) return undefined;
  // The cards' own titles say GLM-4-Z1.
  const rest = words.slice(at + 1).filter((word, index) => !(index === 0 && word === '4' && words[at + 2] === 'z1'));
  const [series, size] = rest;
  if (series === 'z1') {
    if (size === 'rumination') return 'glm-z1-rumination-32b-0414';
    return size === '32b' ? 'glm-z1-32b-0414' : 'glm-z1-9b-0414';
  }
  // GLM-4-9B of 2024 is another architecture, and GLM-4.1V and GLM-4.6V are other models of this one.
  if (series !== '4' || (size !== '9b' && size !== '32b')) return undefined;
  if (architecture === undefined && !rest.includes('0414')) return undefined;
  return size === '32b' ? 'glm-4-32b-0414' : 'glm-4-9b-0414';
}

function sizes(gigabytes: Readonly<Record<string, number>>): Quantisation[] {
  return Object.entries(gigabytes).map(([name, size]) => ({ name, bytes: Math.round(size * gigabyte) }));
}
