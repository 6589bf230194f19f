import assert from 'node:assert/strict';
import { contextFor, leastContextFor, longestContext, stepDown } from '../../../src/core/models/contextPlan.ts';
import type { LoadAttempt } from '../../../src/core/models/contextPlan.ts';
import { familyYarn, wantsYarn, yarnContextTokens, yarnTaken } from '../../../src/core/models/yarn.ts';
import type { YarnQuestion } from '../../../src/core/models/yarn.ts';

const question: YarnQuestion = { setting: 'auto', inputTokens: 100, writtenTokens: 0, reserveTokens: 1024, wasOn: false };

describe('YaRN', () => {
  it('is off for inputs up to 8,192 tokens and on for longer ones', () => {
    assert.equal(wantsYarn({ ...question, inputTokens: 8192 }), false);
    assert.equal(wantsYarn({ ...question, inputTokens: 8193 }), true);
  });

  it('stays on in a conversation that has it, and is off in the next short one', () => {
    assert.equal(wantsYarn({ ...question, wasOn: true }), true);
    assert.equal(wantsYarn({ ...question, wasOn: false }), false);
  });

  it('does not come on because a reply that goes on is long, unless there is no other way', () => {
    assert.equal(wantsYarn({ ...question, writtenTokens: 30_000 }), false);
    assert.equal(wantsYarn({ ...question, inputTokens: 2000, writtenTokens: 30_000 }), true);
  });

  it('follows the setting where that says on or off', () => {
    assert.equal(wantsYarn({ ...question, setting: 'on' }), true);
    assert.equal(wantsYarn({ ...question, setting: 'off', inputTokens: 100_000, wasOn: true }), false);
  });

  it('stretches the context to 131,072 tokens, and is in effect at a frequency scale of a quarter alone', () => {
    assert.equal(yarnContextTokens(familyYarn), 131_072);
    assert.ok(yarnTaken(familyYarn, 0.25));
    assert.ok(!yarnTaken(familyYarn, 1));
    assert.ok(!yarnTaken(familyYarn, undefined));
  });
});

describe('The context of the next turn', () => {
  const native = { limitTokens: 0, nativeTokens: 32_768, yarn: false };

  it('is no longer than the model, its YaRN and the user’s limit allow', () => {
    assert.equal(longestContext(native), 32_768);
    assert.equal(longestContext({ ...native, yarn: true }), 131_072);
    assert.equal(longestContext({ ...native, limitTokens: 8192 }), 8192);
    assert.equal(longestContext({ limitTokens: 40_000, nativeTokens: 32_768, yarn: true }), 40_000);
    assert.equal(longestContext({ limitTokens: 0, nativeTokens: 131_072, yarn: false }), 131_072);
  });

  it('holds prompt and budget, in steps, and no more', () => {
    assert.equal(contextFor(500, 1000, 32_768), 4096);
    assert.equal(contextFor(3096, 1000, 32_768), 4096);
    assert.equal(contextFor(3097, 1000, 32_768), 8192);
    assert.equal(contextFor(500, 30_000, 32_768), 32_768);
    assert.equal(contextFor(9000, 30_000, 131_072), 49_152);
    assert.equal(contextFor(120_000, 30_000, 131_072), 131_072);
  });

  it('leaves room for an answer at least', () => {
    assert.equal(leastContextFor(9000, 131_072), 10_024);
    assert.equal(leastContextFor(4000, 4096), 4096);
  });
});

describe('Stepping down', () => {
  const limits = { leastContextTokens: 3000, wantedContextTokens: 32_768 };
  /** All tries when nothing fits, as `context @ layers`. */
  const tries = (failed: 'model' | 'context', layers: number): string[] => {
    const seen: string[] = [];
    let attempt: LoadAttempt | undefined = { contextTokens: limits.wantedContextTokens, gpuLayers: 'fit' };
    while (attempt) {
      const onGpu: number = attempt.gpuLayers === 'fit' ? layers : attempt.gpuLayers;
      seen.push(`${attempt.contextTokens} @ ${onGpu}`);
      attempt = stepDown(attempt, failed, onGpu, limits);
      assert.ok(seen.length < 40);
    }
    return seen;
  };

  it('tries a smaller context first, down to what the turn needs, then fewer layers', () => {
    const seen = tries('context', 41);
    assert.deepEqual(seen.slice(0, 6), ['32768 @ 41', '16384 @ 41', '8192 @ 41', '4096 @ 41', '3000 @ 41', '3000 @ 30']);
    assert.deepEqual(seen.slice(-6), ['3000 @ 1', '32768 @ 0', '16384 @ 0', '8192 @ 0', '4096 @ 0', '3000 @ 0']);
  });

  it('tries fewer layers where the weights themselves do not fit, and ends', () => {
    assert.deepEqual(tries('model', 8), ['32768 @ 8', '32768 @ 6', '32768 @ 4', '32768 @ 3', '32768 @ 2', '32768 @ 1', '32768 @ 0']);
  });

  it('on the processor has only the context to give', () => {
    assert.deepEqual(tries('model', 0), ['32768 @ 0']);
    assert.deepEqual(tries('context', 0), ['32768 @ 0', '16384 @ 0', '8192 @ 0', '4096 @ 0', '3000 @ 0']);
  });
});
