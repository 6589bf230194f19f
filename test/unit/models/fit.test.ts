import assert from 'node:assert/strict';
import { familyModel } from '../../../src/core/models/family.ts';
import type { FamilyModelId } from '../../../src/core/models/family.ts';
import type { Fit, Machine } from '../../../src/core/models/fit.ts';
import { fitOf, fitRank, fitsAmply, missingDiskBytes } from '../../../src/core/models/fit.ts';

const gib = 1024 ** 3;
const cpu = (ramGib: number): Machine => ({ backend: 'cpu', deviceNames: [], unified: false, ramTotal: ramGib * gib });
const gpu = (freeGib: number, ramGib: number, totalGib = freeGib): Machine => ({
  ...cpu(ramGib),
  backend: 'cuda',
  deviceNames: ['a card'],
  gpu: { total: totalGib * gib, free: freeGib * gib },
});
/** Apple silicon: about three quarters of the memory may be used by the GPU. */
const metal = (ramGib: number): Machine => ({ ...gpu(ramGib * 0.75, ramGib), backend: 'metal', unified: true });

function needs(id: FamilyModelId, quantisation: string) {
  const model = familyModel(id);
  const bytes = model.quantisations.find(({ name }) => name === quantisation)?.bytes;
  assert.ok(bytes, quantisation);
  return { bytes, layers: model.layers, kvBytesPerToken: model.kvBytesPerToken, contextTokens: model.nativeContextTokens };
}

const cases: readonly [string, FamilyModelId, string, Machine, Fit | { kind: 'tooBig' } | { kind: 'partial' }][] = [
  ['a card of 12 GiB', 'glm-z1-9b-0414', 'Q4_K_M', gpu(11.5, 32, 12), { kind: 'gpu', contextTokens: 32_768 }],
  ['a card of 10 GiB', 'glm-z1-9b-0414', 'Q4_K_M', gpu(9.5, 32, 10), { kind: 'gpu', contextTokens: 32_768 }],
  ['a card of 8 GiB', 'glm-z1-9b-0414', 'Q4_K_M', gpu(7.6, 16, 8), { kind: 'gpu', contextTokens: 16_384 }],
  ['a card of 8 GiB', 'glm-z1-9b-0414', 'Q8_0', gpu(7.6, 16, 8), { kind: 'partial', gpuLayers: 25, layers: 40 }],
  ['a card of 4 GiB', 'glm-z1-9b-0414', 'Q4_K_M', gpu(3.6, 16, 4), { kind: 'partial', gpuLayers: 16, layers: 40 }],
  ['a card that others fill', 'glm-z1-9b-0414', 'Q4_K_M', gpu(0.4, 16, 12), { kind: 'cpu' }],
  ['no card and 16 GiB', 'glm-z1-9b-0414', 'Q4_K_M', cpu(16), { kind: 'cpu' }],
  ['no card and 8 GiB', 'glm-z1-9b-0414', 'Q4_K_M', cpu(8), { kind: 'tooBig' }],
  ['a card of 24 GiB', 'glm-z1-32b-0414', 'Q4_K_M', gpu(23.6, 32, 24), { kind: 'gpu', contextTokens: 32_768 }],
  ['a card of 24 GiB that shows a screen', 'glm-z1-32b-0414', 'Q4_K_M', gpu(21.6, 32, 24), { kind: 'gpu', contextTokens: 16_384 }],
  ['a card of 16 GiB', 'glm-z1-32b-0414', 'Q4_K_M', gpu(15.6, 32, 16), { kind: 'partial' }],
  ['a card of 8 GiB and 16 GiB', 'glm-z1-32b-0414', 'Q4_K_M', gpu(7.6, 16, 8), { kind: 'tooBig' }],
  // Its KV cache is four times that of its siblings, and it may have a context of 128K.
  ['a card of 80 GiB', 'glm-z1-rumination-32b-0414', 'Q4_K_M', gpu(79, 128, 80), { kind: 'gpu', contextTokens: 32_768 }],
  ['a card of 24 GiB', 'glm-z1-rumination-32b-0414', 'Q4_K_M', gpu(23.6, 32, 24), { kind: 'gpu', contextTokens: 8192 }],
  ['a Mac of 16 GiB', 'glm-z1-9b-0414', 'Q4_K_M', metal(16), { kind: 'gpu', contextTokens: 32_768 }],
  ['a Mac of 16 GiB', 'glm-z1-32b-0414', 'Q4_K_M', metal(16), { kind: 'tooBig' }],
];

describe('What fits', () => {
  for (const [what, id, quantisation, machine, expected] of cases) {
    it(`${id} ${quantisation} on ${what}: ${JSON.stringify(expected)}`, () => {
      const fit = fitOf(needs(id, quantisation), machine, 32_768);
      if (Object.keys(expected).length === 1) assert.equal(fit.kind, expected.kind, JSON.stringify(fit));
      else assert.deepEqual(fit, expected);
    });
  }

  it('never promises more context than a model was trained for, and all of it where there is room', () => {
    assert.deepEqual(fitOf(needs('glm-z1-9b-0414', 'Q4_K_M'), gpu(79, 128, 80), 131_072), { kind: 'gpu', contextTokens: 32_768 });
    const rumination = needs('glm-z1-rumination-32b-0414', 'Q4_K_M');
    assert.deepEqual(fitOf(rumination, gpu(79, 128, 80), 131_072), { kind: 'gpu', contextTokens: 131_072 });
  });

  it('is beyond reckoning where a quarter and 1 GiB more are free than it takes', () => {
    const nine = needs('glm-z1-9b-0414', 'Q4_K_M');
    // 6.2 GB of weights, 1.25 GiB of context, 0.6 GiB of buffers.
    assert.equal(fitsAmply(nine, 32_768, 15.6 * gib), true);
    assert.equal(fitsAmply(nine, 32_768, 9.5 * gib), false);
    assert.equal(fitsAmply(nine, 131_072, 13 * gib), false);
    assert.equal(fitsAmply(nine, 0, 0), false);
  });

  it('is told for a context of 32K where the context follows the turn', () => {
    assert.deepEqual(fitOf(needs('glm-z1-9b-0414', 'Q4_K_M'), gpu(79, 128, 80), 0), { kind: 'gpu', contextTokens: 32_768 });
  });

  it('takes the configured context, also a small one', () => {
    assert.deepEqual(fitOf(needs('glm-z1-9b-0414', 'Q4_K_M'), gpu(7.6, 16, 8), 4096), { kind: 'gpu', contextTokens: 4096 });
  });

  it('says how much is needed where a model is too big, and never less than there is', () => {
    const fit = fitOf(needs('glm-z1-32b-0414', 'Q8_0'), cpu(8), 32_768);
    assert.equal(fit.kind, 'tooBig');
    assert.ok(fit.kind === 'tooBig' && fit.neededBytes > fit.availableBytes);
  });

  it('gets better, never worse, with more memory on the card', () => {
    for (const quantisation of ['Q4_K_M', 'Q8_0']) {
      const ranks = Array.from({ length: 40 }, (_, free) =>
        fitRank(fitOf(needs('glm-z1-32b-0414', quantisation), gpu(free, 64, 40), 32_768)),
      );
      assert.deepEqual(
        ranks,
        ranks.toSorted((a, b) => b - a),
      );
    }
  });

  it('counts what the disk lacks, with half a GiB to spare, and nothing when it cannot be told', () => {
    assert.equal(missingDiskBytes(6 * gib, { ...cpu(16), diskFree: 10 * gib }), 0);
    assert.equal(missingDiskBytes(6 * gib, { ...cpu(16), diskFree: 6 * gib }), gib / 2);
    assert.equal(missingDiskBytes(6 * gib, cpu(16)), 0);
  });
});
