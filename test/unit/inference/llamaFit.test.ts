import assert from 'node:assert/strict';
import type { Llama } from 'node-llama-cpp';
import { LemmaFailure } from '../../../src/core/errors.ts';
import type { FitLlama } from '../../../src/inference/llamaFit.ts';
import { loadFitting } from '../../../src/inference/llamaFit.ts';

type LoadOptions = Parameters<Llama['loadModel']>[0];

/** A fake of the library with a card: video memory that is short cannot be had on every machine. */
function fakeLlama(fits: (options: LoadOptions) => boolean): { llama: FitLlama; asked: LoadOptions[]; freed: () => number } {
  const asked: LoadOptions[] = [];
  let freed = 0;
  const loadModel = (options: LoadOptions): Promise<unknown> => {
    asked.push(options);
    if (!fits(options))
      return Promise.reject(new LemmaFailure({ code: 'insufficientMemory', path: 'model.gguf', backend: 'vulkan', reason: 'full' }));
    const createContext = (): Promise<object> => Promise.resolve({});
    return Promise.resolve({ trainContextSize: 32_768, gpuLayers: 41, createContext, dispose: () => Promise.resolve(freed++) });
  };
  return { llama: { gpu: 'vulkan', loadModel } as unknown as FitLlama, asked, freed: () => freed };
}

const request = (ample: boolean): Parameters<typeof loadFitting>[1] => ({
  ...{ modelPath: 'model.gguf', architecture: 'glm4', contextTokens: 8192, leastContextTokens: 2048, yarn: undefined, ample },
  contextOptions: () => Promise.resolve({}),
  onProgress: () => undefined,
  signal: new AbortController().signal,
  step: (work) => work(),
});

describe('A model on a card', () => {
  it('has all of its layers there without reckoning where there is ample room', async () => {
    const { llama, asked } = fakeLlama(() => true);
    const { stepDowns } = await loadFitting(llama, request(true));
    assert.deepEqual(
      asked.map(({ gpuLayers, useMmap }) => ({ gpuLayers, useMmap })),
      [{ gpuLayers: 'max', useMmap: true }],
    );
    assert.deepEqual(stepDowns, []);
  });

  it('is reckoned where there is not, and where the room turned out to be taken', async () => {
    const fit = { fitContext: { contextSize: 8192 } };
    const scarce = fakeLlama(() => true);
    await loadFitting(scarce.llama, request(false));
    assert.deepEqual(
      scarce.asked.map(({ gpuLayers }) => gpuLayers),
      [fit],
    );
    const taken = fakeLlama(({ gpuLayers }) => gpuLayers !== 'max');
    const { stepDowns } = await loadFitting(taken.llama, request(true));
    assert.deepEqual(
      taken.asked.map(({ gpuLayers }) => gpuLayers),
      ['max', fit],
    );
    assert.deepEqual(stepDowns, [], 'Nothing was given up that the user would have to be told.');
  });
});
