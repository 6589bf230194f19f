import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { ModelService } from '../../src/host/modelService.ts';
import type { ModelState } from '../../src/shared/modelState.ts';
import { ownRuntime } from '../../scripts/lib/ownRuntime.ts';
import { ask, countTo400, fixtureModel, loaded, modulePath, newClient, reply } from './support.ts';

/** About a tenth of a second, in minutes. */
const soon = 0.002;

describe('A model that nobody uses', () => {
  const env = ownRuntime();
  const one = newClient(modulePath, env).client;
  const other = newClient(modulePath, env).client;
  after(() => Promise.all([one.dispose(), other.dispose()]));

  it('is unloaded after its time, all windows are told, and the next question loads it again', async () => {
    const told = new EventEmitter();
    for (const client of [one, other]) client.onDidChangeModel(({ info }) => void told.emit('changed', client, info));
    await loaded(other, { keepAliveMinutes: 0 });
    await loaded(one, { keepAliveMinutes: 0 });
    const unloaded = new Set<unknown>();
    const both = new Promise<void>((resolve) =>
      told.on('changed', (client, info) => {
        if (info === undefined) unloaded.add(client);
        if (unloaded.size === 2) resolve();
      }),
    );
    await loaded(one, { keepAliveMinutes: soon });
    await loaded(other, { keepAliveMinutes: soon });
    await both;
    const { text } = await reply(one, ask('What is 2 + 2?'));
    assert.match(text, /\\boxed\{4\}/);
  });

  it('is never unloaded while a reply is written', async () => {
    await loaded(one, { keepAliveMinutes: 0.0002 });
    const { result } = await reply(one, ask(countTo400, { maxTokens: 300 }));
    assert.equal(result.generatedTokens, 300);
    assert.equal(result.stop, 'maxTokens');
  });
});

describe('The state of a model', () => {
  const { client } = newClient();
  let keepAliveMinutes = 0;
  const model = new ModelService(client, () => ({
    modelPath: fixtureModel,
    gpu: 'cpu',
    contextTokens: 4096,
    threads: 0,
    keepAliveMinutes,
  }));
  const states = new EventEmitter();
  before(() => void model.onDidChange((state) => void states.emit(state.kind, state)));
  after(async () => {
    model.dispose();
    await client.dispose();
  });
  const next = async (kind: ModelState['kind']): Promise<ModelState> => ((await once(states, kind)) as [ModelState])[0];

  it('says that it was unloaded by the user, and stays so while they type', async () => {
    await model.ensureLoaded();
    await model.unload();
    assert.deepEqual(model.state, { kind: 'notStarted', name: 'glm-z1-tiny-f16', unloaded: 'asked' });
    model.wake();
    assert.equal(model.state.kind, 'notStarted');
  });

  it('says that it was unloaded while idle, and is loaded again in the background when the user types', async () => {
    keepAliveMinutes = soon;
    const idle = next('notStarted');
    await model.ensureLoaded();
    assert.deepEqual(await idle, { kind: 'notStarted', name: 'glm-z1-tiny-f16', unloaded: 'idle' });
    const ready = next('ready');
    model.wake();
    assert.equal(model.state.kind, 'loading');
    await ready;
  });
});
