import assert from 'node:assert/strict';
import { modelLabel } from '../../src/host/modelService.ts';

describe('The name of a model’s file', () => {
  it('is the file’s own without its ending, whatever the header says', () => {
    assert.equal(modelLabel('/models/GLM-Z1-9B-0414-Q4_K_M.gguf', 'GLM Z1 9B 0414'), 'GLM-Z1-9B-0414-Q4_K_M');
  });

  it('is the header’s for a blob of Ollama, and a short form of its checksum before the header is read', () => {
    const blob = `/home/a/.ollama/models/blobs/sha256-80c6c4d6${'0'.repeat(56)}`;
    assert.equal(modelLabel(blob, 'GLM Z1 9B 0414'), 'GLM Z1 9B 0414');
    assert.equal(modelLabel(blob), 'Ollama 80c6c4d6');
  });
});
