import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BinaryTrials } from '../../../src/inference/binaryTrials.ts';

describe('A binary', () => {
  let folder: string;
  let binary: string;
  let kept: string;
  let tried: number;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-trials-'));
    binary = path.join(folder, 'llama-addon.node');
    kept = path.join(folder, 'engine');
    writeFileSync(binary, 'native code');
    tried = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A start of the library. @param runs what its own trial says @param lives whether it starts */
  async function start({
    runs = true,
    lives = true,
    gpu = false,
  }: { runs?: boolean; lives?: boolean; gpu?: string | false } = {}): Promise<boolean> {
    const trials = new BinaryTrials(() => undefined);
    trials.keepIn(kept);
    const trial = (): Promise<boolean> => {
      tried++;
      return Promise.resolve(runs);
    };
    const verdict = await trials.run(trial, binary, undefined, gpu);
    if (verdict && lives) trials.started();
    return verdict;
  }

  it('that has run is not tried again', async () => {
    assert.deepEqual([await start(), await start(), await start()], [true, true, true]);
    assert.equal(tried, 1);
  });

  it('that has run is tried again once it is another one, and for another backend', async () => {
    await start();
    writeFileSync(binary, 'other native code');
    await start();
    assert.equal(tried, 2);
    await start({ gpu: 'vulkan' });
    assert.equal(tried, 3);
  });

  it('that has run is tried again after a start that ended the process', async () => {
    await start();
    await start({ lives: false });
    assert.equal(tried, 1);
    assert.deepEqual(readdirSync(kept), []);
    await start();
    assert.equal(tried, 2);
  });

  it('that does not run is tried each time', async () => {
    assert.deepEqual([await start({ runs: false }), await start({ runs: false })], [false, false]);
    assert.equal(tried, 2);
  });

  it('is tried each time where nothing can be kept', async () => {
    writeFileSync(kept, 'a file in place of the folder');
    assert.deepEqual([await start(), await start()], [true, true]);
    rmSync(kept);
    mkdirSync(kept);
    const trials = new BinaryTrials(() => undefined);
    assert.equal(await trials.run(() => Promise.resolve(++tried > 0), binary, undefined, false), true);
    assert.equal(tried, 3);
  });
});
