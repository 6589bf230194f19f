import assert from 'node:assert/strict';
import { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFiles } from '../../src/host/download/hub.ts';
import { smallGguf } from '../harness/ggufFile.ts';
import { Downloads, repository } from './downloadSupport.ts';

describe('What a hub or the folder can do to where a download is written', () => {
  let all: Downloads;
  let elsewhere: string;
  beforeEach(async () => {
    all = await Downloads.start();
    elsewhere = mkdtempSync(path.join(tmpdir(), 'lemma-elsewhere-'));
  });
  afterEach(async () => {
    await all.close();
    rmSync(elsewhere, { recursive: true, force: true });
  });

  it('a name in the hub’s list that leads out of the folder names a file within it', async () => {
    const { hub } = all;
    for (const folder of ['../../../', '..\\..\\', '/etc/', 'C:\\', 'C:']) {
      hub.remove(all.name);
      hub.put(`${repository}/${folder}Model-Q4_K_M.gguf`, all.bytes);
      const source = { repository, filePattern: 'Model-{quantisation}.gguf' };
      const options = { tokenOrigin: hub.endpoint, signal: new AbortController().signal, stallMs: 10_000 };
      const files = await findFiles(source, 'Q4_K_M', hub.endpoint, options);
      assert.deepEqual(
        files.map(({ name }) => name),
        ['Model-Q4_K_M.gguf'],
      );
      hub.remove(`${repository}/${folder}Model-Q4_K_M.gguf`);
    }
  });

  it('a redirect to another name changes nothing of the file’s name', async () => {
    const away = `${repository}/../../evil.gguf`;
    all.hub.put(away, all.bytes);
    all.hub.fault = ({ on }) => (on === 'hub' ? { redirect: `${all.hub.store}/${repository}/..%2f..%2fevil.gguf` } : undefined);
    assert.equal(await all.fetch(), all.target);
    assert.deepEqual(readdirSync(all.folder), [path.basename(all.target)]);
  });

  it('links in place of the unfinished file and its record are not followed', async () => {
    const guarded = [all.part, all.state].map((link, index) => {
      const file = path.join(elsewhere, `${index}.txt`);
      writeFileSync(file, 'not Lemma’s');
      symlinkSync(file, link);
      return file;
    });
    assert.equal(await all.fetch(), all.target);
    for (const file of guarded) assert.equal(readFileSync(file, 'utf8'), 'not Lemma’s');
    assert.ok(readFileSync(all.target).equals(all.bytes));
  });

  it('a link that has the model’s name is replaced, and what it points at stays as it is', async () => {
    const file = path.join(elsewhere, 'Model.gguf');
    writeFileSync(file, smallGguf(10));
    symlinkSync(file, all.target);
    assert.equal(await all.fetch(), all.target);
    assert.ok(!lstatSync(all.target).isSymbolicLink());
    assert.ok(readFileSync(file).equals(smallGguf(10)));
  });
});
