/** How many samples of one prompt are written at once, and from which seeds. Pure arithmetic. */

/** Most samples of one question: `lemma.samples`. */
export const mostSamples = 16;

/** Part of the free memory that samples may take: the rest is the editor's, the browser's and the system's. */
const memoryShare = 0.75;

export interface SampleMemory {
  /** How many are wished for. */
  readonly samples: number;
  /** Bytes of a context with one sample in it, and of each further one. */
  readonly firstBytes: number;
  readonly eachBytes: number;
  /** Bytes that nobody uses now. */
  readonly freeBytes: number;
}

/** At least 1, which needs no memory of its own: it is written where the conversation is. */
export function samplesThatFit({ samples, firstBytes, eachBytes, freeBytes }: SampleMemory): number {
  const room = freeBytes * memoryShare - firstBytes;
  const fitting = room < 0 ? 1 : eachBytes <= 0 ? samples : 1 + Math.floor(room / eachBytes);
  return Math.max(1, Math.min(samples, fitting));
}

/** Seed of one sample where the user fixed one: the first sample is the reply that is given without samples. */
export function sampleSeed(seed: number, sample: number): number {
  return (seed + sample) % (2 ** 32 - 1);
}
