import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StateFiles } from '../../../src/inference/stateFiles.ts';

describe('The folder of saved states', () => {
  let folder: string;
  let files: StateFiles;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lemma-state-files-'));
    files = new StateFiles({ folder, mostBytes: 1000 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const id = { conversation: 'one', key: 'a1' };
  const content = { tokens: 3, tokensDigest: 'd', reply: { from: 1, more: [7] } };
  const names = async (): Promise<string[]> => (await readdir(folder)).toSorted();

  it('gives back what was written, and the checksum goes over all of it', async () => {
    assert.equal(await files.write(id, content, (file) => writeFile(file, '123456789')), 9);
    // The check value of this checksum (zlib, PNG).
    const { file, ...read } = (await files.read(id)) ?? {};
    assert.deepEqual(read, { version: 1, key: 'a1', ...content, bytes: 9, checksum: 'crc32 cbf43926' });
    assert.equal(file, path.join(folder, 'one.a1.state'));
    assert.equal(await files.read({ ...id, key: 'b2' }), undefined);
  });

  it('has nothing of a conversation that was deleted while it was written; one that comes again is kept', async () => {
    await files.write({ ...id, conversation: 'one-and-more' }, content, (file) => writeFile(file, 'state'));
    await files.write(id, content, async (file) => {
      await writeFile(file, 'state');
      await files.forget('one');
    });
    assert.deepEqual(await names(), ['one-and-more.a1.json', 'one-and-more.a1.state']);
    await files.write(id, content, (file) => writeFile(file, 'state'));
    assert.ok(await files.read(id));
  });

  it('keeps what was there where writing fails', async () => {
    await files.write(id, content, (file) => writeFile(file, 'before'));
    await assert.rejects(
      files.write(id, content, async (file) => {
        await writeFile(file, 'half');
        throw new Error('disk full');
      }),
      /disk full/,
    );
    assert.equal((await files.read(id))?.bytes, 6);
    assert.deepEqual(await names(), ['one.a1.json', 'one.a1.state']);
  });

  it('takes no name that could lie elsewhere', async () => {
    for (const conversation of ['../one', 'one/two', '', '.', 'one.two'])
      await assert.rejects(
        files.write({ ...id, conversation }, content, (file) => writeFile(file, '')),
        /cannot name a file/,
      );
    assert.deepEqual(await names(), []);
  });

  it('is cleared of what a process that was killed has left, and of halves', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const living = `one.a1.${process.pid}.state.new`;
    for (const name of [`one.a1.${child.pid}.state.new`, `one.a1.${child.pid}.json.new`, living, 'two.a1.json', 'other.txt'])
      await writeFile(path.join(folder, name), '');
    await files.trim();
    assert.deepEqual(await names(), [living, 'other.txt'].toSorted());
  });
});
