import assert from 'node:assert/strict';
import { LemmaFailure } from '../../../src/core/errors.ts';
import type { LemmaError } from '../../../src/core/errors.ts';
import type { BackendLoad } from '../../../src/host/backend.ts';
import { GpuFallback } from '../../../src/host/gpuFallback.ts';
import type { ModelInfo } from '../../../src/shared/inferenceProtocol.ts';

/** A fake backend: this machine has no card whose memory could be short. Measured on one, see docs/design/0014. */
function fake(error: LemmaError | undefined) {
  const loads: BackendLoad[] = [];
  const load = (params: BackendLoad): Promise<ModelInfo | undefined> => {
    loads.push(params);
    if (params.gpu !== 'cpu' && error) return Promise.reject(new LemmaFailure(error));
    return Promise.resolve(undefined);
  };
  return { loads, fallback: new GpuFallback({ load }) };
}

const wish: BackendLoad = { modelPath: '/m.gguf', gpu: 'auto', contextTokens: 4096, threads: 0 };
const noRoom: LemmaError = { code: 'insufficientMemory', path: '/m.gguf', reason: 'too large', backend: 'vulkan' };
const none = (): void => undefined;

describe('A model for which the GPU has no room', () => {
  it('is loaded on the processor, with the reason', async () => {
    const { loads, fallback } = fake(noRoom);
    await fallback.load(wish, none);
    const instead = { asked: 'auto', refused: [{ backend: 'vulkan', because: 'noMemory', detail: 'too large' }] };
    assert.deepEqual(loads, [wish, { ...wish, gpu: 'cpu', instead }]);
  });

  it('stays there without another try, until that is wished', async () => {
    const { loads, fallback } = fake(noRoom);
    await fallback.load(wish, none);
    await fallback.load({ ...wish, contextTokens: 8192 }, none);
    assert.deepEqual(
      loads.map(({ gpu }) => gpu),
      ['auto', 'cpu', 'cpu'],
    );
    fallback.forget();
    await fallback.load(wish, none);
    assert.deepEqual(
      loads.slice(3).map(({ gpu }) => gpu),
      ['auto', 'cpu'],
    );
  });

  it('is another matter with another model', async () => {
    const { loads, fallback } = fake(noRoom);
    await fallback.load(wish, none);
    await fallback.load({ ...wish, modelPath: '/small.gguf' }, none);
    assert.equal(loads[2]?.gpu, 'auto');
  });

  it('fails as it did where the computer’s own memory is short, or the file is wrong', async () => {
    for (const error of [
      { code: 'insufficientMemory', path: '/m.gguf', reason: 'RAM' },
      { code: 'modelMissing', path: '/m.gguf' },
    ] as const) {
      const { loads, fallback } = fake(error);
      await assert.rejects(fallback.load(wish, none), new LemmaFailure(error));
      assert.equal(loads.length, 1);
    }
  });
});
