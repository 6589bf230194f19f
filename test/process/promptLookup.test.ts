import assert from 'node:assert/strict';
import type { GenerateProgress } from '../../src/shared/inferenceProtocol.ts';
import { ask, loaded, newClient, reply } from './support.ts';

const loop = [
  'Fix this code.\n\n```javascript\nfunction first(items) {\n  const sorted = items.slice();\n  let best = 0;',
  '  for (let i = 0; i <= sorted.length; i++) {\n    best += sorted[i];\n  }\n  return best;\n}\n```',
].join('\n');
const area =
  'Document this code.\n\n```typescript\nexport function area(width: number, height: number): number {\n  return width * height;\n}\n```';
const python =
  'Add comments to this code.\n\n```python\ndef mean(values):\n    total = 0\n    for value in values:\n        total += value\n    return total / len(values)\n```';

describe('A reply that is guessed from its prompt', () => {
  const { client } = newClient();
  before(() => loaded(client));
  after(() => client.dispose());

  for (const [name, question] of Object.entries({ loop, area, python }))
    it(`is the one without guesses, token for token: ${name}`, async () => {
      const plain = await reply(client, ask(question, { trace: true }));
      const { result } = await reply(client, ask(question, { trace: true, promptLookup: true }));
      assert.deepEqual(result.trace?.generatedIds, plain.result.trace?.generatedIds);
      assert.equal(plain.result.guessed, undefined);
      assert.ok((result.guessed?.right ?? 0) > 0 && (result.guessed?.guessed ?? 0) >= (result.guessed?.right ?? 0));
    });

  it('leaves nothing of a guess in the context: the next question finds what it would find without', async () => {
    const controller = new AbortController();
    const onText = (piece: GenerateProgress): void => {
      if (piece.kind === 'text') controller.abort();
    };
    const stopped = await reply(client, ask(loop, { promptLookup: true }), onText, controller.signal);
    assert.equal(stopped.result.stop, 'cancelled');
    const again = await reply(client, ask(loop, { promptLookup: true, prefill: stopped.text, trace: true }));
    const whole = await reply(client, ask(loop, { trace: true }));
    assert.equal(stopped.text + again.text, whole.text);
    // All but the last token of the beginning is still there.
    assert.ok(again.result.reusedTokens >= again.result.promptTokens - 2);
  });

  it('is not guessed with a seed of the user’s, where each token is sampled by itself', async () => {
    const sampling = { temperature: 0.6, topP: 0.95, topK: 40, seed: 3 };
    const { result } = await reply(client, ask(area, { sampling, promptLookup: true }));
    assert.equal(result.guessed, undefined);
  });
});
