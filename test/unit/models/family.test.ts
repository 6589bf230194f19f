import assert from 'node:assert/strict';
import type { GgufIdentity } from '../../../src/core/models/family.ts';
import { familyModelOf, ggufFileName, modelFamily, publishedFile, recommendedQuantisation } from '../../../src/core/models/family.ts';

const recognised: readonly [GgufIdentity, string | undefined][] = [
  // Names as llama.cpp's converter, bartowski and unsloth write them.
  [{ name: 'GLM Z1 9B 0414', architecture: 'glm4', fileName: 'THUDM_GLM-Z1-9B-0414-Q4_K_M.gguf' }, 'glm-z1-9b-0414'],
  [{ name: 'Glm-Z1-9B-0414', architecture: 'glm4', fileName: 'GLM-Z1-9B-0414-UD-Q4_K_XL.gguf' }, 'glm-z1-9b-0414'],
  [{ name: 'GLM Z1 32B 0414', architecture: 'glm4', fileName: 'THUDM_GLM-Z1-32B-0414-IQ4_XS.gguf' }, 'glm-z1-32b-0414'],
  [{ name: 'GLM-4-Z1-32B-0414', architecture: 'glm4', fileName: 'x.gguf' }, 'glm-z1-32b-0414'],
  [{ name: 'GLM 4 9B 0414', architecture: 'glm4', fileName: 'glm-4-9b-0414-q4_k_m.gguf' }, 'glm-4-9b-0414'],
  [{ name: 'GLM 4 32B 0414', architecture: 'glm4', fileName: 'glm-4-32b-0414.gguf' }, 'glm-4-32b-0414'],
  [
    { name: 'GLM Z1 Rumination 32B 0414', architecture: 'glm4', fileName: 'GLM-Z1-Rumination-32B-0414-BF16-00001-of-00002.gguf' },
    'glm-z1-rumination-32b-0414',
  ],
  // An Ollama blob is named by its checksum; some conversions have a name that says nothing.
  [{ name: 'GLM Z1 9B 0414', architecture: 'glm4', fileName: 'sha256-80c6c4d6456255a6' }, 'glm-z1-9b-0414'],
  [{ name: 'Model', architecture: 'glm4', fileName: '/models/GLM-Z1-32B-0414-Q8_0.gguf' }, 'glm-z1-32b-0414'],
  [{ fileName: 'C:\\models\\THUDM_GLM-4-32B-0414-Q6_K_L.gguf' }, 'glm-4-32b-0414'],
  [{ name: 'GLM-Z1-Tiny (test model)', architecture: 'glm4', fileName: 'glm-z1-tiny-f16.gguf' }, 'glm-z1-9b-0414'],
  // Outside of the family.
  [{ name: 'GLM 4 32B Base 0414', architecture: 'glm4', fileName: 'GLM-4-32B-Base-0414-Q4_K_M.gguf' }, undefined],
  [{ name: 'GLM Z1 9B 0414', architecture: 'chatglm', fileName: 'GLM-Z1-9B-0414-Q4_K_M.gguf' }, undefined],
  [{ name: 'GLM 4.1V 9B Thinking', architecture: 'glm4', fileName: 'GLM-4.1V-9B-Thinking-Q4_K_M.gguf' }, undefined],
  [{ name: 'Glm-4.6V-Flash', architecture: 'glm4', fileName: 'GLM-4.6V-Flash-Q4_K_M.gguf' }, undefined],
  [{ fileName: 'glm-4-9b-chat-Q4_K_M.gguf' }, undefined],
  [{ name: 'Qwen3 8B', architecture: 'qwen3', fileName: 'GLM-Z1-9B-0414-Q4_K_M.gguf' }, undefined],
  [{ name: 'Meta Llama 3.1 8B', architecture: 'llama', fileName: 'llama.gguf' }, undefined],
  [{ fileName: '' }, undefined],
];

describe('The model family', () => {
  for (const [about, id] of recognised) {
    it(`takes ${JSON.stringify(about)} for ${id ?? 'a model outside of it'}`, () => {
      assert.equal(familyModelOf(about)?.id, id);
    });
  }

  it('knows the names of all files it publishes, and each belongs to its own row', () => {
    for (const model of modelFamily) {
      for (const source of model.sources) {
        for (const { name } of model.quantisations) {
          const fileName = ggufFileName(source, name);
          assert.equal(fileName.includes('{'), false, fileName);
          assert.equal(familyModelOf({ fileName })?.id, model.id);
          assert.deepEqual(publishedFile(fileName), { model, quantisation: name });
        }
      }
    }
  });

  it('offers the recommended size of every model, and sizes that grow', () => {
    for (const model of modelFamily) {
      assert.ok(
        model.quantisations.some(({ name }) => name === recommendedQuantisation),
        model.name,
      );
      const bytes = model.quantisations.map((each) => each.bytes);
      assert.deepEqual(
        bytes,
        bytes.toSorted((a, b) => a - b),
      );
    }
  });

  it('counts 1.25 GiB of KV cache for 32K tokens of the 9B model', () => {
    assert.equal((modelFamily[0]?.kvBytesPerToken ?? 0) * 32_768, 1.25 * 1024 ** 3);
  });
});
