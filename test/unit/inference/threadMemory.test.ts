import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keptDays, rememberedThreads, rememberThreads, threadKey } from '../../../src/inference/threadMemory.ts';

const day = 86_400_000;

describe('The threads that were measured', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-threads-'));
    file = path.join(folder, 'storage/threads.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are remembered for each model, in a file of the user’s own and nothing beside it', async () => {
    assert.equal(await rememberedThreads(file, 'one'), undefined);
    await rememberThreads(file, 'one', 3);
    await rememberThreads(file, 'two', 1);
    assert.equal(await rememberedThreads(file, 'one'), 3);
    assert.equal(await rememberedThreads(file, 'two'), 1);
    assert.equal(await rememberedThreads(file, 'three'), undefined);
    assert.deepEqual(readdirSync(path.dirname(file)), ['threads.json']);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    await rememberThreads(file, 'one', 5);
    assert.equal(await rememberedThreads(file, 'one'), 5);
  });

  it('are forgotten after a week, and where the clock was put back', async () => {
    await rememberThreads(file, 'one', 3, 100 * day);
    assert.equal(await rememberedThreads(file, 'one', (100 + keptDays) * day - 1), 3);
    assert.equal(await rememberedThreads(file, 'one', (100 + keptDays) * day), undefined);
    assert.equal(await rememberedThreads(file, 'one', 99 * day), undefined);
    await rememberThreads(file, 'two', 4, (100 + keptDays) * day);
    assert.ok(!readFileSync(file, 'utf8').includes('one'));
  });

  it('are those of the latest 64 models', async () => {
    for (let model = 0; model < 66; model++) await rememberThreads(file, `model ${model}`, 2, day + model);
    const known = await Promise.all([0, 1, 2, 65].map((model) => rememberedThreads(file, `model ${model}`, day + 66)));
    assert.deepEqual(known, [undefined, undefined, 2, 2]);
  });

  const damaged = ['', '{"version":1,"models":{"one"', 'null', '[]', '{"version":1,"models":null}', '{"version":1,"models":7}'];
  const wrong = [
    '{"version":2,"models":{"one":{"threads":3,"measuredAt":1}}}',
    '{"version":1,"models":{"one":null}}',
    '{"version":1,"models":{"one":{"threads":0,"measuredAt":1}}}',
    '{"version":1,"models":{"one":{"threads":2.5,"measuredAt":1}}}',
    '{"version":1,"models":{"one":{"threads":"3","measuredAt":1}}}',
    '{"version":1,"models":{"one":{"threads":3}}}',
  ];
  for (const text of [...damaged, ...wrong]) {
    it(`are unknown where the file says «${text}», and it is written anew`, async () => {
      await rememberThreads(file, 'one', 3, 1);
      writeFileSync(file, text);
      assert.equal(await rememberedThreads(file, 'one', 2), undefined);
      await rememberThreads(file, 'one', 4, 2);
      assert.equal(await rememberedThreads(file, 'one', 2), 4);
    });
  }

  it('that cannot be written are an error, and leave nothing', async () => {
    const taken = path.join(folder, 'taken');
    writeFileSync(taken, '');
    await assert.rejects(rememberThreads(path.join(taken, 'threads.json'), 'one', 3));
    assert.deepEqual(readdirSync(folder), ['taken']);
  });

  it('have another key for each fact', () => {
    const keys = [[['a', 1]], [['a', 2]], [['b', 1]], [['a', 1], 0]].map(threadKey);
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(threadKey([['a', 1]]), keys[0]);
  });
});
