/** The packages that make up CUDA support, with the sums that this build of Lemma expects. */

export interface CudaPack {
  /** `@node-llama-cpp/linux-x64-cuda` */
  readonly name: string;
  /** That of node-llama-cpp itself: native code of another version does not fit. */
  readonly version: string;
  /** As npm writes it: `sha512-` and the sum in Base64. */
  readonly integrity: string;
}

/** By platform and processor, such as `linux-x64`; put in by esbuild.js from package-lock.json. */
declare const LEMMA_CUDA_PACKS: Readonly<Record<string, readonly CudaPack[]>>;

/** Undefined where there is no CUDA support, or where this build knows no sum to check it by. */
export function cudaPacksOf(platform: NodeJS.Platform, arch: string): readonly CudaPack[] | undefined {
  const name = platform === 'win32' ? 'win' : platform;
  return LEMMA_CUDA_PACKS[`${name}-${arch}`];
}
