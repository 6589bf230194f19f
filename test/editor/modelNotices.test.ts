import assert from 'node:assert/strict';
import { runningShortfall } from '../../src/core/models/shortfall.ts';
import { ModelNotices, shortfallNote } from '../../src/host/modelNotices.ts';
import { modelDetails } from '../../src/host/modelDetails.ts';
import type { ModelInfo } from '../../src/shared/inferenceProtocol.ts';
import type { PanelNote } from '../../src/shared/panelProtocol.ts';

/** As the engine describes a model whose YaRN it did not take (test/process/yarnNotTaken.test.ts). */
const info: ModelInfo = {
  name: 'GLM-Z1-9B-0414',
  path: '/models/glm-z1.gguf',
  architecture: 'glm4',
  bytes: 6_200_000_000,
  familyId: 'glm-z1-9b-0414',
  profile: 'glm-z1',
  replyStart: 'thought',
  device: 'gpu',
  backend: 'vulkan',
  askedBackend: 'auto',
  refusedBackends: [],
  gpuLayers: 41,
  layers: 41,
  contextTokens: 32_768,
  wantedContextTokens: 32_768,
  trainedContextTokens: 32_768,
  yarn: { factor: 4, originalContextTokens: 32_768, frequencyScale: 1, taken: false },
  memory: { ramTotal: 64e9, ramFree: 32e9 },
  stepDowns: [],
  threads: 1,
  loadMs: 1000,
};

describe('a model that does not run as it was to', () => {
  const shown: PanelNote[] = [];
  let said: string[] | undefined;
  const memory = {
    get: () => said,
    update: (_key: string, value: string[]) => {
      said = value;
      return Promise.resolve();
    },
  };
  const look = (change: Partial<ModelInfo> = {}): void =>
    new ModelNotices((note) => shown.push(note), memory).look({ kind: 'ready', info: { ...info, ...change } });

  it('without YaRN says so with the scale that was read back, once, and again when it comes back', () => {
    look();
    const [note] = shown;
    assert.equal(
      note?.text,
      'The engine did not take YaRN (frequency scale 1), so the context stays at 32,768 tokens. Update Lemma, or shorten the input.',
    );
    assert.equal(note.tone, 'warning');
    look();
    assert.equal(shown.length, 1);
    look({ yarn: { factor: 4, originalContextTokens: 32_768, frequencyScale: 0.25, taken: true } });
    assert.equal(shown.length, 1);
    look();
    assert.equal(shown.length, 2);
  });

  it('claims no YaRN in its details', () => {
    const details = modelDetails(info).join('\n');
    assert.match(details, /YaRN was asked for and is not in effect: frequency scale 1/);
    assert.doesNotMatch(details, /YaRN on/);
  });

  it('on a small card says each lack in a sentence, the measured numbers once, and a way to something smaller', () => {
    const { yarn: _, ...plain } = info;
    const squeezed: ModelInfo = {
      ...plain,
      gpuLayers: 24,
      contextTokens: 8192,
      memory: { ramTotal: 32e9, ramFree: 11e9, vramTotal: 6e9, vramFree: 4e9 },
    };
    const { text, buttons } = shortfallNote(squeezed, runningShortfall(squeezed));
    assert.equal(
      text,
      'Only 24 of 41 layers of glm-z1 fit on the GPU, so it is slower than it could be. ' +
        'There is memory for a context of 8,192 tokens only; 32,768 were wanted, so long replies end sooner. ' +
        'Before loading: 11.0 of 32.0 GB of memory free, 4.0 of 6.0 GB on the GPU.',
    );
    assert.deepEqual(
      buttons.map(({ label }) => label),
      ['Details', 'Choose Smaller…', 'Close'],
    );
  });
});
