/** Several replies of a server to one prompt: as many requests at once, which the server batches by itself. */
import { sampleSeed } from '../../core/models/samplePlan.ts';
import type { GenerateParams, GenerateProgress, GenerateResult } from '../../shared/inferenceProtocol.ts';

type Params = Omit<GenerateParams, 'progressToken'>;

/**
 * See `GenerateParams.samples`. Where one request fails the others are stopped, and its failure is the whole one's.
 * @param generate writes one reply
 */
export async function serveSamples(
  { samples = 1, ...params }: Params,
  generate: (params: Params, onProgress: (progress: GenerateProgress) => void, signal: AbortSignal) => Promise<GenerateResult>,
  onProgress: (progress: GenerateProgress) => void,
  signal: AbortSignal,
  sampleSignals: readonly AbortSignal[],
): Promise<GenerateResult> {
  const begunAt = performance.now();
  const failed = new AbortController();
  const { seed } = params.sampling;
  let told = false;
  const listen = (sample: number) => (progress: GenerateProgress) => {
    // The question is the same for all of them: the first one's numbers are everybody's.
    if (progress.kind === 'budget' && !told) {
      told = true;
      onProgress(progress);
      onProgress({ kind: 'samples', samples, atOnce: samples });
    }
    onProgress({ kind: 'sample', sample, progress });
  };
  const results = await Promise.all(
    Array.from({ length: samples }, async (_, sample) => {
      const sampling = seed === undefined ? params.sampling : { ...params.sampling, seed: sampleSeed(seed, sample) };
      try {
        const result = await generate(
          { ...params, sampling },
          listen(sample),
          AbortSignal.any([signal, failed.signal, ...sampleSignals.slice(sample, sample + 1)]),
        );
        onProgress({ kind: 'sampleEnded', sample, result });
        return result;
      } catch (error) {
        failed.abort();
        throw error;
      }
    }),
  );
  const [first] = results;
  return {
    stop: signal.aborted ? 'cancelled' : 'endOfTurn',
    promptTokens: first?.promptTokens ?? 0,
    reusedTokens: first?.reusedTokens ?? 0,
    generatedTokens: results.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0),
    promptMs: Math.min(...results.map(({ promptMs }) => promptMs)),
    generateMs: performance.now() - begunAt,
  };
}
