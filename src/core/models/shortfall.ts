/** In what a loaded model runs otherwise than it was to, and what of that is worth saying to its user. */
export type Shortfall =
  /** On the processor, though a GPU was to be used. */
  | 'processor'
  /** On a GPU, by another backend than the one that was asked for by name. */
  | 'otherBackend'
  /** Some layers are on the processor. */
  | 'someLayers'
  | 'smallContext'
  | 'noYarn'
  | 'outsideFamily';

/** What of a loaded model is looked at. */
export interface Running {
  readonly device: 'gpu' | 'cpu' | 'server';
  readonly askedBackend: string;
  readonly refusedBackends: readonly { readonly backend: string }[];
  readonly gpuLayers: number;
  readonly layers: number;
  readonly contextTokens: number;
  readonly wantedContextTokens: number;
  readonly yarn?: { readonly taken: boolean };
  readonly profile: string;
}

export function runningShortfall(running: Running): Shortfall[] {
  const { device, askedBackend, refusedBackends } = running;
  if (device === 'server') return [];
  const onProcessor = device === 'cpu' && askedBackend !== 'cpu';
  const other = device === 'gpu' && refusedBackends.some(({ backend }) => backend === askedBackend);
  return [
    ...(onProcessor ? (['processor'] as const) : []),
    ...(other ? (['otherBackend'] as const) : []),
    ...(device === 'gpu' && running.gpuLayers < running.layers ? (['someLayers'] as const) : []),
    ...(running.contextTokens < running.wantedContextTokens ? (['smallContext'] as const) : []),
    ...(running.yarn?.taken === false ? (['noYarn'] as const) : []),
    ...(running.profile === 'own' ? (['outsideFamily'] as const) : []),
  ];
}
