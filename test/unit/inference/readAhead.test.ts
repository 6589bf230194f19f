import assert from 'node:assert/strict';
import { readAhead } from '../../../src/inference/llamaReadAhead.ts';
import type { LoadedModel } from '../../../src/inference/llamaEngine.ts';

/** A sequence that only counts: the real one is in test/process/readAhead.test.ts. */
function counting(afterBatch: () => void): { loaded: LoadedModel; batches: number[] } {
  const batches: number[] = [];
  const sequence = {
    contextSize: 4096,
    nextTokenIndex: 0,
    compareContextTokens: () => ({ firstDifferentIndex: sequence.nextTokenIndex }),
    evaluateWithoutGeneratingNewTokens: (tokens: readonly number[]) => {
      sequence.nextTokenIndex += tokens.length;
      batches.push(tokens.length);
      afterBatch();
      return Promise.resolve();
    },
  };
  const prompt = {
    write: (messages: readonly { readonly content: string }[]) => ({
      ids: [...Array.from({ length: 300 }, (_, index) => index), messages.at(-1)?.content === 'a' ? 1001 : 1002],
    }),
  };
  return { loaded: { sequence, prompt, batchTokens: 64 } as unknown as LoadedModel, batches };
}

describe('Reading a conversation ahead', () => {
  const params = { messages: [] };

  it('takes batches of a fixed size, up to where two questions differ', async () => {
    const { loaded, batches } = counting(() => undefined);
    assert.deepEqual(await readAhead(loaded, params, new AbortController().signal), { promptTokens: 300, readTokens: 300 });
    assert.deepEqual(batches, [64, 64, 64, 64, 44]);
  });

  it('takes a whole question but for its last token, and no more of it than is allowed', async () => {
    const { loaded, batches } = counting(() => undefined);
    const read = (mostTokens: number) => readAhead(loaded, { ...params, wholePrompt: { mostTokens } }, new AbortController().signal);
    assert.deepEqual(await read(100), { promptTokens: 301, readTokens: 100 });
    assert.deepEqual(await read(1000), { promptTokens: 301, readTokens: 200 });
    assert.deepEqual(await read(1000), { promptTokens: 301, readTokens: 0 });
    assert.deepEqual(batches, [64, 36, 64, 64, 64, 8]);
  });

  it('ends behind the batch that runs when something else is asked, and keeps what was read', async () => {
    const asked = new AbortController();
    const { loaded, batches } = counting(() => asked.abort());
    assert.deepEqual(await readAhead(loaded, params, asked.signal), { promptTokens: 300, readTokens: 64 });
    assert.deepEqual(batches, [64]);
    assert.deepEqual(await readAhead(loaded, params, asked.signal), { promptTokens: 300, readTokens: 0 });
  });
});
