/** What a GGUF file's header says of the model in it. */
export interface ModelHeader {
  /** `general.name` */
  readonly name?: string;
  readonly architecture: string;
  /** `general.type`: `model`, or `mmproj`, `adapter` and the like, which are no models. */
  readonly kind: string;
  /** `Q4_K_M`; absent when the file does not say. */
  readonly quantisation?: string | undefined;
  /** Transformer blocks. */
  readonly layers: number;
  /** Trained length. */
  readonly contextTokens: number;
  /** Bytes of KV cache for each token at 16 bits. */
  readonly kvBytesPerToken: number;
}
