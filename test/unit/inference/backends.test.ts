import assert from 'node:assert/strict';
import type { BackendFacts } from '../../../src/inference/llamaBackends.ts';
import { refusals } from '../../../src/inference/llamaBackends.ts';
import { saysOutOfMemory, yarnOverrides } from '../../../src/inference/llamaFit.ts';
import { LlamaJournal } from '../../../src/inference/llamaJournal.ts';
import { openedThought } from '../../../src/inference/llamaOwnPrompt.ts';
import { vocabularyOf } from '../../../src/inference/vocabulary.ts';

const facts = (change: Partial<BackendFacts> = {}): BackendFacts => ({
  platform: 'linux',
  installed: () => true,
  hasNvidia: true,
  ...change,
});

describe('A backend that is not used', () => {
  it('has a reason: no card, no pack, or a start that failed', () => {
    assert.deepEqual(refusals('auto', false, facts({ hasNvidia: false })), [
      { backend: 'cuda', because: 'noDevice' },
      { backend: 'vulkan', because: 'noDevice' },
    ]);
    assert.deepEqual(refusals('auto', 'vulkan', facts({ installed: (backend) => backend === 'vulkan' })), [
      { backend: 'cuda', because: 'notInstalled' },
    ]);
    assert.deepEqual(refusals('cuda', 'vulkan', facts(), 'driver too old'), [
      { backend: 'cuda', because: 'failed', detail: 'driver too old' },
    ]);
  });

  it('is told only where it would have come before the one in use', () => {
    assert.deepEqual(refusals('auto', 'cuda', facts()), []);
    assert.deepEqual(refusals('vulkan', 'vulkan', facts()), []);
    assert.deepEqual(refusals('cpu', false, facts()), []);
    assert.deepEqual(refusals('metal', false, facts()), [{ backend: 'metal', because: 'otherSystem' }]);
    assert.deepEqual(refusals('auto', 'metal', facts({ platform: 'darwin' })), []);
  });
});

describe('What the engine says of itself', () => {
  it('is searched from its end, and its errors become the reason once', async () => {
    const passed: string[] = [];
    const journal = new LlamaJournal((_level, line) => passed.push(line));
    journal.write('debug', 'llama_context: freq_scale    = 1');
    journal.write('debug', 'llama_context: freq_scale    = 0.25\nmore');
    journal.write('error', 'cudaMalloc failed: out of memory');
    journal.write('error', 'llama_model_load_from_file_impl: failed to load model');
    assert.equal(await journal.lastNumber(/^llama_context:\s*freq_scale\s*=\s*([\d.]+)/), 0.25);
    assert.equal(await journal.lastNumber(/n_ctx_orig_yarn\s*=\s*(\d+)/, 0), undefined);
    const late = journal.lastNumber(/n_ctx\s*=\s*(\d+)/);
    setImmediate(() => journal.write('info', 'llama_context: n_ctx = 4096'));
    assert.equal(await late, 4096);
    assert.equal(await journal.takeReasons(), 'cudaMalloc failed: out of memory');
    assert.equal(await journal.takeReasons(), '');
    assert.equal(passed.length, 5);
  });

  it('is known as a lack of memory in its several wordings, and nothing else is', () => {
    for (const line of ['ggml_vulkan: ErrorOutOfDeviceMemory', 'failed to allocate buffer for kv cache', 'CUDA error: out of memory'])
      assert.ok(saysOutOfMemory(line), line);
    assert.ok(!saysOutOfMemory("unknown model architecture: 'glmX'"));
  });
});

describe('The overrides for YaRN', () => {
  it('give the factor as a number that is not whole, which is 4 again in 32 bits', () => {
    const { glm4 } = yarnOverrides('glm4', { factor: 4, originalContextTokens: 32_768 }) as {
      glm4: { context_length: number; rope: { scaling: { factor: number } } };
    };
    assert.equal(glm4.context_length, 131_072);
    assert.ok(!Number.isInteger(glm4.rope.scaling.factor));
    assert.equal(Math.fround(glm4.rope.scaling.factor), 4);
  });
});

describe('A template’s opening tag before a reply', () => {
  it('is seen inside an expression and outside of one, and not where the thought is closed again', () => {
    assert.equal(openedThought("{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n' }}{% endif %}"), '<think>\n');
    assert.equal(openedThought('{% if add_generation_prompt %}<|assistant|>\n<think>{% endif %}'), '<think>');
    assert.equal(openedThought("{{- '<think>\\n\\n</think>\\n\\n' }}\n{%- endif %}{%- endif %}"), '');
    assert.equal(openedThought("{{ '<|im_start|>assistant\\n' }}{% endif %}"), '');
  });
});

describe('A vocabulary of pieces', () => {
  it('gives spaces, single bytes and text, and nothing for control tokens', () => {
    const vocabulary = vocabularyOf('llama', ['<s>', '▁the', '<0xE4>', 'é', '<think>'], [3, 1, 6, 1, 4]);
    const bytes = [0, 1, 2, 3, 4].map((id) => Buffer.from(vocabulary?.bytes(id) ?? []).toString('latin1'));
    assert.deepEqual(bytes, ['', ' the', '\xe4', '\xc3\xa9', '<think>']);
    assert.equal(vocabularyOf('rwkv', [], []), undefined);
  });
});
