import assert from 'node:assert/strict';
import { fuzzGguf } from '../fuzz/ggufFuzz.ts';

describe('A hundred damaged copies of a model', () => {
  it('load or end in a clear error, and none ends the engine', async () => {
    const { outcomes, failures } = await fuzzGguf(100, 1);
    assert.deepEqual(failures, []);
    // Otherwise the mutations are too harmless, or the check refuses all.
    assert.ok((outcomes.get('loaded') ?? 0) >= 5 && (outcomes.get('modelDamaged') ?? 0) >= 20, JSON.stringify([...outcomes]));
  });
});
