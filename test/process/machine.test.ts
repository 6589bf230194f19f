import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { familyModelOf } from '../../src/core/models/family.ts';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import { ask, countTo400, fixtureModel, loaded, newClient, reply, textOf } from './support.ts';

describe('What the inference process tells of machine and models', () => {
  let client: InferenceClient;
  let folder: string;
  before(() => {
    ({ client } = newClient());
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-machine-'));
  });
  after(async () => {
    await client.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is the shape of a model, from its header alone', async () => {
    const [model] = (await client.describeModels([fixtureModel])) ?? [];
    assert.deepEqual(model, {
      path: fixtureModel,
      name: 'GLM-Z1-Tiny (test model)',
      architecture: 'glm4',
      kind: 'model',
      quantisation: 'F16',
      layers: 6,
      contextTokens: 32_768,
      // Keys and values of 6 layers with 2 KV heads of 32 numbers.
      kvBytesPerToken: 2 * 6 * 2 * 32 * 2,
    });
    assert.ok(model && 'architecture' in model && familyModelOf({ ...model, fileName: model.path })?.profile === 'glm-z1');
  });

  it('is an error for each file that is no model, beside what the others say', async () => {
    const zip = path.join(folder, 'zip.gguf');
    writeFileSync(zip, 'PK\x03\x04 and more');
    const cut = path.join(folder, 'cut.gguf');
    // Magic, version 3, then nothing: a download that broke off.
    writeFileSync(cut, Buffer.from([0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0]));
    const gone = path.join(folder, 'gone.gguf');
    const answers = (await client.describeModels([zip, cut, gone, fixtureModel])) ?? [];
    assert.deepEqual(
      answers.map((each) => ('error' in each ? each.error.code : each.architecture)),
      ['modelNotGguf', 'modelUnreadable', 'modelMissing', 'glm4'],
    );
  });

  it('is the processor where no GPU is asked for, without a model', async () => {
    assert.deepEqual(await client.describeMachine('cpu'), { backend: 'cpu', deviceNames: [], unified: false });
  });

  it('comes while a reply is written, which goes on undisturbed', async () => {
    await loaded(client);
    let asked: Promise<unknown> | undefined;
    const answered: string[] = [];
    const { pieces, result } = await reply(client, ask(countTo400), (piece) => {
      if (piece.kind !== 'text' || asked) return;
      asked = Promise.all([client.describeMachine('cpu'), client.describeModels([fixtureModel])]).then(([machine, models]) =>
        answered.push(machine?.backend ?? '', `${models?.length}`),
      );
    });
    assert.deepEqual(answered, ['cpu', '1'], 'The answers came only after the reply.');
    assert.equal(result.stop, 'endOfTurn');
    assert.ok(textOf(pieces).includes('Done: 400'));
  });

  it('is nothing when it was cancelled before', async () => {
    assert.equal(await client.describeModels([fixtureModel], AbortSignal.abort()), undefined);
    assert.equal(await client.describeMachine('cpu', AbortSignal.abort()), undefined);
  });
});
