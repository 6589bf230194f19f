import assert from 'node:assert/strict';
import { familyModel } from '../../../src/core/models/family.ts';
import type { FamilyModelId } from '../../../src/core/models/family.ts';
import type { Machine } from '../../../src/core/models/fit.ts';
import type { DownloadOffer, LocalModel, LocalOffer } from '../../../src/core/models/offers.ts';
import { offersOf } from '../../../src/core/models/offers.ts';

const gib = 1024 ** 3;
const cpu: Machine = { backend: 'cpu', deviceNames: [], unified: false, ramTotal: 32 * gib };
const gpu = (freeGib: number): Machine => ({ ...cpu, backend: 'cuda', gpu: { total: freeGib * gib, free: freeGib * gib } });

function here(id: FamilyModelId, quantisation: string, path = `/models/${familyModel(id).name}-${quantisation}.gguf`): LocalModel {
  const model = familyModel(id);
  return {
    path,
    bytes: model.quantisations.find(({ name }) => name === quantisation)?.bytes ?? 0,
    header: {
      name: model.name.replaceAll('-', ' '),
      architecture: 'glm4',
      kind: 'model',
      quantisation,
      layers: model.layers,
      contextTokens: model.nativeContextTokens,
      kvBytesPerToken: model.kvBytesPerToken,
    },
  };
}
const outsider: LocalModel = {
  path: '/models/Qwen3-8B-Q4_K_M.gguf',
  bytes: 5e9,
  header: {
    name: 'Qwen3 8B',
    architecture: 'qwen3',
    kind: 'model',
    layers: 36,
    contextTokens: 40_960,
    kvBytesPerToken: 147_456,
    quantisation: 'Q4_K_M',
  },
};
const name = (offer: LocalOffer | DownloadOffer | undefined): string | undefined =>
  offer && (offer.kind === 'local' ? `here ${offer.local.path}` : `${offer.model.id} ${offer.quantisation}`);

describe('What is offered', () => {
  const cases: readonly [string, readonly LocalModel[], Machine, string | undefined][] = [
    ['a card of 12 GiB', [], gpu(12), 'glm-z1-9b-0414 Q4_K_M'],
    ['a card of 24 GiB', [], gpu(24), 'glm-z1-32b-0414 Q4_K_M'],
    ['a card of 21 GiB, too small for all of the context', [], gpu(21), 'glm-z1-9b-0414 Q4_K_M'],
    ['no card', [], cpu, 'glm-z1-9b-0414 Q4_K_M'],
    ['no memory', [], { ...cpu, ramTotal: 4 * gib }, undefined],
    ['a file that is here', [here('glm-z1-9b-0414', 'Q6_K')], gpu(12), 'here /models/GLM-Z1-9B-0414-Q6_K.gguf'],
    ['a file that is here beside a large card', [here('glm-z1-9b-0414', 'Q6_K')], gpu(80), 'here /models/GLM-Z1-9B-0414-Q6_K.gguf'],
    [
      'two files that fit',
      [here('glm-z1-9b-0414', 'Q8_0'), here('glm-z1-32b-0414', 'Q4_K_M')],
      gpu(80),
      'here /models/GLM-Z1-32B-0414-Q4_K_M.gguf',
    ],
    ['a file that is too large for the card', [here('glm-z1-32b-0414', 'Q8_0')], gpu(12), 'glm-z1-9b-0414 Q4_K_M'],
    ['a file here and no card', [here('glm-z1-9b-0414', 'Q6_K')], cpu, 'here /models/GLM-Z1-9B-0414-Q6_K.gguf'],
    ['a large file here and no card', [here('glm-z1-32b-0414', 'Q4_K_M')], cpu, 'glm-z1-9b-0414 Q4_K_M'],
    ['only one that does not think', [here('glm-4-9b-0414', 'Q4_K_M')], gpu(12), 'glm-z1-9b-0414 Q4_K_M'],
    ['only one outside the family', [outsider], gpu(12), 'glm-z1-9b-0414 Q4_K_M'],
  ];
  for (const [what, found, machine, expected] of cases) {
    it(`recommends ${expected ?? 'nothing'} for ${what}`, () => {
      assert.equal(name(offersOf(found, machine, 32_768).recommended), expected);
    });
  }

  it('is every model in every size, by model, smallest first', () => {
    const { downloads } = offersOf([], gpu(12), 32_768);
    assert.equal(downloads.length, 25);
    assert.deepEqual(downloads.slice(0, 6).map(name), [
      'glm-z1-9b-0414 Q3_K_M',
      'glm-z1-9b-0414 Q4_K_M',
      'glm-z1-9b-0414 Q5_K_M',
      'glm-z1-9b-0414 Q6_K',
      'glm-z1-9b-0414 Q8_0',
      'glm-z1-32b-0414 Q3_K_M',
    ]);
  });

  it('is no download of what is here, whatever the file is called', () => {
    const { downloads, local } = offersOf([here('glm-z1-9b-0414', 'Q4_K_M', '/ollama/blobs/sha256-ab')], gpu(12), 32_768);
    assert.equal(local[0]?.model?.id, 'glm-z1-9b-0414');
    assert.ok(!downloads.some((each) => name(each) === 'glm-z1-9b-0414 Q4_K_M'));
  });

  it('has the family before others, and no projectors, adapters or vocabularies', () => {
    const projector = { ...outsider, path: '/p', header: { ...outsider.header, kind: 'mmproj' } };
    const old = { ...outsider, path: '/c', header: { ...outsider.header, architecture: 'clip' } };
    const vocabulary = { ...outsider, path: '/v', header: { ...outsider.header, layers: 0 } };
    const { local } = offersOf([outsider, projector, old, vocabulary, here('glm-z1-9b-0414', 'Q4_K_M')], gpu(12), 32_768);
    assert.deepEqual(
      local.map(({ local: file }) => file.path),
      ['/models/GLM-Z1-9B-0414-Q4_K_M.gguf', '/models/Qwen3-8B-Q4_K_M.gguf'],
    );
    assert.equal(local[1]?.model, undefined);
  });
});
