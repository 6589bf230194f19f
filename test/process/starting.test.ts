import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ask, loaded, newClient, reply } from './support.ts';

/** On Linux the library tries each of its binaries; elsewhere that of the processor is never tried. */
const isTried = process.platform === 'linux';

describe('The engine’s binary', () => {
  let storage: string;
  beforeEach(() => {
    storage = mkdtempSync(path.join(tmpdir(), 'lemma-starting-'));
  });
  afterEach(() => rmSync(storage, { recursive: true, force: true }));

  /** One process from its start to a reply. @returns what it logged of the trial */
  async function start(): Promise<string[]> {
    const { client, lines } = newClient();
    try {
      await loaded(client, { savedStates: { folder: path.join(storage, 'states'), mostBytes: 0 } });
      const { text } = await reply(client, ask('count to 5'));
      assert.match(text, /5/);
    } finally {
      await client.dispose();
    }
    return lines.filter((line) => line.includes('is not tried again'));
  }

  it('is tried by the first process alone', async function () {
    if (!isTried) this.skip();
    assert.equal((await start()).length, 0);
    assert.equal(readdirSync(path.join(storage, 'engine')).length, 1);
    assert.equal((await start()).length, 1, 'The library no longer imports its trial as binaryTrials.ts assumes.');
    assert.equal(readdirSync(path.join(storage, 'engine')).length, 1);
  });
});
