import assert from 'node:assert/strict';
import { compareCase, readReference } from '../../scripts/lib/fidelity.ts';
import { fixtureReference, loaded, newClient } from './support.ts';

describe('The inference process gives, token for token, what transformers gives', () => {
  const reference = readReference(fixtureReference);
  const { client } = newClient();
  before(() => loaded(client, { contextTokens: 32_768 }));
  after(() => client.dispose());

  for (const one of reference.cases) {
    it(`for the case ${one.name}`, async () => {
      assert.deepEqual(await compareCase(client, reference, one), []);
    });
  }

  it('and tells where a reply differs', async () => {
    const [one] = reference.cases;
    assert.ok(one);
    const changed = { ...one, prompt_ids: one.prompt_ids.slice(0, -1), generated_ids: [...one.generated_ids, 7] };
    const count = one.generated_ids.length;
    assert.deepEqual(await compareCase(client, reference, changed), [
      `prompt token ${one.prompt_ids.length} of ${changed.prompt_ids.length} is ${String(one.prompt_ids.at(-1))} instead of the end`,
      `new token ${count + 1} of ${count + 1} is missing instead of 7`,
    ]);
  });
});
