/**
 * Where a model would run on this machine, estimated from sizes before anything is loaded. It errs on the careful
 * side; the engine measures again when it loads and says what it really did.
 */

/** Memory of a backend in bytes. Several cards count as one, as llama.cpp splits layers over them. */
export interface GpuMemory {
  readonly total: number;
  /** What Lemma's own process holds counts as free: another model would take its place. */
  readonly free: number;
}

/** What was measured of the machine; bytes. */
export interface Machine {
  /** `cuda`, `vulkan`, `metal` or `cpu`. */
  readonly backend: string;
  readonly deviceNames: readonly string[];
  /** Absent where evaluation runs on the processor. */
  readonly gpu?: GpuMemory;
  /** The processor and the GPU share one memory (Apple silicon). */
  readonly unified: boolean;
  readonly ramTotal: number;
  /** Free where downloads go; absent when it could not be told. */
  readonly diskFree?: number;
}

/** What a model needs. */
export interface ModelNeeds {
  /** Of all its files. */
  readonly bytes: number;
  /** Transformer blocks, without the output. */
  readonly layers: number;
  readonly kvBytesPerToken: number;
  /** Its trained length: a context is never longer. */
  readonly contextTokens: number;
}

export type Fit =
  /** All layers on the GPU, with a context of that many tokens. */
  | { readonly kind: 'gpu'; readonly contextTokens: number }
  | { readonly kind: 'partial'; readonly gpuLayers: number; readonly layers: number }
  /** On the processor alone. */
  | { readonly kind: 'cpu' }
  | { readonly kind: 'tooBig'; readonly neededBytes: number; readonly availableBytes: number };

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/**
 * Work buffers of llama.cpp beside weights and KV cache: the logits of a batch (512 tokens × 151,552 × 4 bytes are
 * 296 MiB) and what the layers need between them.
 */
const gpuOverheadBytes = 600 * mebibyte;

/** Left to other programs: of the GPU what node-llama-cpp leaves by itself, of RAM what a system with an editor needs. */
const gpuReserve = (total: number): number => Math.min(total * 0.06, gibibyte);
const ramReserveBytes = 2 * gibibyte;

/** Contexts worth to be named, in tokens. Below the last one a thought has no room. */
const contextSteps = [131_072, 65_536, 32_768, 16_384, 8192];

/** The context that a fit is told for where each turn gets the one that it needs: room for a long thought. */
const usualContextTokens = 32_768;

/** @param wantedContextTokens as configured; 0: as each turn needs it */
export function fitOf(needs: ModelNeeds, machine: Machine, wantedContextTokens: number): Fit {
  const wanted = Math.min(wantedContextTokens > 0 ? wantedContextTokens : usualContextTokens, needs.contextTokens);
  const { gpu } = machine;
  const gpuRoom = gpu ? Math.max(0, gpu.free - gpuReserve(gpu.total) - gpuOverheadBytes) : 0;
  for (const contextTokens of [wanted, ...contextSteps.filter((step) => step < wanted)]) {
    if (gpuRoom > 0 && needs.bytes + needs.kvBytesPerToken * contextTokens <= gpuRoom) return { kind: 'gpu', contextTokens };
  }
  const ramRoom = Math.max(0, machine.ramTotal - ramReserveBytes);
  const whole = needs.bytes + needs.kvBytesPerToken * wanted;
  // One layer more than the blocks: the output, which is about as large.
  const bytesOfLayer = needs.bytes / (needs.layers + 1) + (needs.kvBytesPerToken * wanted) / needs.layers;
  const gpuLayers = Math.min(needs.layers, Math.floor(gpuRoom / bytesOfLayer));
  const onGpu = machine.unified ? 0 : gpuLayers * bytesOfLayer;
  if (whole - onGpu > ramRoom) {
    return { kind: 'tooBig', neededBytes: whole, availableBytes: machine.unified ? ramRoom : ramRoom + gpuRoom };
  }
  return gpuLayers > 0 ? { kind: 'partial', gpuLayers, layers: needs.layers } : { kind: 'cpu' };
}

/**
 * Whether so much video memory is free that nothing needs to be reckoned: the whole model with that context, and a quarter and
 * 1 GiB more than this estimate. node-llama-cpp's own reckoning of the layers that fit took 0.6 s of a start.
 * @param free video memory in bytes
 */
export function fitsAmply(
  { bytes, kvBytesPerToken }: Pick<ModelNeeds, 'bytes' | 'kvBytesPerToken'>,
  contextTokens: number,
  free: number,
): boolean {
  return (bytes + kvBytesPerToken * contextTokens + gpuOverheadBytes) * 1.25 + gibibyte <= free;
}

/** Bytes that are missing on the disk for a download, 0 when there is room or it could not be told. */
export function missingDiskBytes(bytes: number, machine: Machine): number {
  // A disk that is filled to its last byte stops everything else on it.
  const spare = 512 * mebibyte;
  return machine.diskFree === undefined ? 0 : Math.max(0, bytes + spare - machine.diskFree);
}

/** How good a fit is, best first: for sorting. */
export function fitRank(fit: Fit): number {
  switch (fit.kind) {
    case 'gpu':
      return fit.contextTokens >= 32_768 ? 0 : 1;
    case 'partial':
      return fit.gpuLayers * 2 >= fit.layers ? 2 : 3;
    case 'cpu':
      return 4;
    case 'tooBig':
      return 5;
  }
}
