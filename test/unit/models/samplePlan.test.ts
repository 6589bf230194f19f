import assert from 'node:assert/strict';
import { sampleSeed, samplesThatFit } from '../../../src/core/models/samplePlan.ts';

describe('The plan of several samples', () => {
  it('writes as many at once as three quarters of the free memory hold', () => {
    const memory = { samples: 8, firstBytes: 100, eachBytes: 100 };
    assert.equal(samplesThatFit({ ...memory, freeBytes: 2000 }), 8);
    assert.equal(samplesThatFit({ ...memory, freeBytes: 800 }), 6);
    assert.equal(samplesThatFit({ ...memory, freeBytes: 100 }), 1);
    assert.equal(samplesThatFit({ ...memory, freeBytes: 0 }), 1);
  });

  it('is not kept back by the computer’s memory where the samples take none of it', () => {
    assert.equal(samplesThatFit({ samples: 5, firstBytes: 0, eachBytes: 0, freeBytes: 1 }), 5);
  });

  it('gives the first sample the seed itself, and each one a seed that llama.cpp takes', () => {
    assert.equal(sampleSeed(7, 0), 7);
    assert.equal(sampleSeed(2 ** 32 - 2, 3), 2);
  });
});
