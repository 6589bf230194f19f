import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cudaPacks } from '../../scripts/lib/cudaPacks.mjs';

describe('The packages of CUDA support that a build knows', () => {
  it('are pinned by the lock file at the version of the engine', () => {
    const manifest = readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8');
    const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
    const packs = cudaPacks();
    assert.deepEqual(
      packs['linux-x64']?.map(({ name, version }) => [name, version]),
      ['cuda', 'cuda-ext'].map((each) => [`@node-llama-cpp/linux-x64-${each}`, dependencies['node-llama-cpp']]),
    );
    for (const { integrity } of Object.values(packs).flat()) assert.match(integrity, /^sha512-[\w+/]{86}==$/);
  });
});
