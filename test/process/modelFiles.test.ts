import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LoadParams } from '../../src/shared/inferenceProtocol.ts';
import { ask, failureOf, fixtureModel, loaded, newClient, reply, smallLoad } from './support.ts';

describe('Loading a model', () => {
  const { client } = newClient();
  const model = readFileSync(fixtureModel);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-models-'));
  });
  after(async () => {
    await client.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string, bytes: string | Uint8Array): string => {
    const whole = path.join(folder, name);
    writeFileSync(whole, bytes);
    return whole;
  };
  const loadFailure = (changes: Partial<LoadParams>) => failureOf(client.load({ ...smallLoad, ...changes }, () => undefined));
  /** The model with some bytes replaced by as many others. */
  const changed = (name: string, from: string, to: string): string => {
    const bytes = Buffer.from(model);
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at, 'latin1');
    return file(name, bytes);
  };

  it('tells what was loaded, and its progress on the way', async () => {
    const fractions: number[] = [];
    const info = await client.load(smallLoad, ({ fraction }) => fractions.push(fraction));
    assert.ok(info);
    assert.equal(info.architecture, 'glm4');
    assert.match(info.name, /GLM-Z1-Tiny/);
    assert.equal(info.path, fixtureModel);
    assert.equal(info.bytes, model.length);
    assert.equal(info.contextTokens, 4096);
    assert.equal(info.trainedContextTokens, 32_768);
    assert.deepEqual([info.device, info.backend, info.gpuLayers], ['cpu', 'cpu', 0]);
    assert.ok(info.threads >= 1 && info.loadMs > 0 && info.layers >= 6);
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    assert.equal(fractions.at(-1), 1);
  });

  it('again with the same parameters gives the same at once', async () => {
    const first = await loaded(client);
    assert.deepEqual(await client.load(smallLoad, () => assert.fail('It was loaded again.')), first);
  });

  it('takes as many threads as were asked for', async () => {
    assert.equal((await loaded(client, { threads: 3 })).threads, 3);
  });

  it('never takes a context longer than the model was trained with', async () => {
    assert.equal((await loaded(client, { contextTokens: 100_000 })).contextTokens, 32_768);
  });

  it('says honestly what it runs on when the choice is left to it', async () => {
    const info = await loaded(client, { gpu: 'auto' });
    assert.equal(info.device, info.gpuLayers > 0 ? 'gpu' : 'cpu');
    assert.equal(info.backend === 'cpu', info.device === 'cpu');
    assert.match((await reply(client, ask('What is 2 + 2?'))).text, /\\boxed\{4\}/);
  });

  it('on a backend that is not there takes the best there is and says why', async () => {
    const other = process.platform === 'darwin' ? 'cuda' : 'metal';
    const info = await loaded(client, { gpu: other });
    assert.equal(info.askedBackend, other);
    assert.deepEqual(info.refusedBackends, [{ backend: other, because: 'otherSystem' }]);
    assert.equal(info.backend === 'cpu', info.device === 'cpu');
    const best = await loaded(client, { gpu: 'auto' });
    assert.equal(best.device === 'gpu', best.refusedBackends.every(({ backend }) => backend !== best.backend) && best.gpuLayers > 0);
    assert.ok(best.device === 'gpu' || best.refusedBackends.length > 0, JSON.stringify(best.refusedBackends));
    await loaded(client);
  });

  it('from a path with spaces and other scripts works', async () => {
    assert.match((await loaded(client, { modelPath: file('mein Modell 模型 é.gguf', model) })).path, /模型/);
  });

  it('that is missing is told with its path', async () => {
    const modelPath = path.join(folder, 'nowhere.gguf');
    assert.deepEqual(await loadFailure({ modelPath }), { code: 'modelMissing', path: modelPath });
    assert.equal((await loadFailure({ modelPath: path.join(fixtureModel, 'inside.gguf') })).code, 'modelMissing');
  });

  it('from an empty file, a folder or another kind of file is told with what was found', async () => {
    const found = async (modelPath: string) => {
      const error = await loadFailure({ modelPath });
      assert.ok(error.code === 'modelNotGguf', error.code);
      assert.equal(error.path, modelPath);
      return error.found;
    };
    assert.equal(await found(file('empty.gguf', '')), 'empty file');
    assert.equal(await found(folder), 'folder');
    assert.equal(await found(file('zip.gguf', 'PK\x03\x04rest of a zip')), 'PK\\x03\\x04');
    assert.equal(await found(file('short.gguf', 'GG')), 'GG');
  });

  it('from a path that cannot be read is told with the reason', async () => {
    const loop = path.join(folder, 'loop.gguf');
    symlinkSync(loop, loop);
    const error = await loadFailure({ modelPath: loop });
    assert.ok(error.code === 'modelUnreadable' && /ELOOP/.test(error.reason), JSON.stringify(error));
    const locked = file('locked.gguf', model);
    chmodSync(locked, 0);
    // Root may read everything.
    if (process.getuid?.() !== 0) assert.equal((await loadFailure({ modelPath: locked })).code, 'modelUnreadable');
  });

  it('that was cut short is told with the bytes that it has and needs, before the engine sees it', async () => {
    const half = file('half.gguf', model.subarray(0, model.length / 2));
    const head = file('head.gguf', model.subarray(0, 100));
    assert.deepEqual(await loadFailure({ modelPath: half }), {
      ...{ code: 'modelTruncated', path: half, fileBytes: Math.floor(model.length / 2), neededBytes: model.length },
    });
    assert.deepEqual(await loadFailure({ modelPath: head }), { code: 'modelTruncated', path: head, fileBytes: 100 });
  });

  it('that is in several files names the first of them, and the one that is missing', async () => {
    const [one, two] = [file('m-00001-of-00002.gguf', model), path.join(folder, 'm-00002-of-00002.gguf')];
    assert.deepEqual(await loadFailure({ modelPath: one }), { code: 'modelPartMissing', path: one, part: two });
    file('m-00002-of-00002.gguf', model.subarray(0, 1000));
    assert.deepEqual(await loadFailure({ modelPath: two }), { code: 'modelPart', path: two, first: one });
    const cut = await loadFailure({ modelPath: one });
    assert.ok(cut.code === 'modelTruncated' && cut.path === two);
  });

  it('that was replaced meanwhile is loaded again, and one that was only taken away is not', async () => {
    const changing = file('changing.gguf', model);
    const first = await loaded(client, { modelPath: changing });
    assert.equal((await loaded(client, { modelPath: changing })).loadMs, first.loadMs);
    // As a download does it: the old one is still mapped.
    renameSync(file('newer.gguf', Buffer.concat([model, Buffer.alloc(32)])), changing);
    const second = await loaded(client, { modelPath: changing });
    assert.equal(second.bytes, model.length + 32);
    rmSync(changing);
    assert.equal((await loaded(client, { modelPath: changing })).loadMs, second.loadMs);
    await loaded(client);
  });

  it('that is of another architecture or of another family fails with a reason, and the process lives on', async () => {
    const { pid } = client;
    const cases = {
      [changed('other.gguf', 'glm4', 'glmX')]: /glmX/,
      [changed('family.gguf', '<|observation|>', '<|observatioN|>')]: /GLM-Z1 family.*<\|observation\|>/,
    };
    for (const [modelPath, reason] of Object.entries(cases)) {
      const error = await loadFailure({ modelPath });
      assert.ok(error.code === 'modelLoadFailed', `${modelPath}: ${JSON.stringify(error)}`);
      assert.equal(error.path, modelPath);
      assert.match(error.reason, reason);
    }
    assert.match((await failureOf(reply(client, ask('1 + 1')))).code, /internal/);
    await loaded(client);
    assert.match((await reply(client, ask('What is 2 + 2?'))).text, /\\boxed\{4\}/);
    assert.equal(client.pid, pid);
  });
});
