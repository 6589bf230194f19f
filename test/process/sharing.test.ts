import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ModelChange } from '../../src/host/backend.ts';
import type { InferenceExit } from '../../src/host/inferenceClient.ts';
import { ModelService } from '../../src/host/modelService.ts';
import type { InsteadOfGpu } from '../../src/shared/inferenceProtocol.ts';
import type { ModelState } from '../../src/shared/modelState.ts';
import { newRuntimeFolder, ownRuntime } from '../../scripts/lib/ownRuntime.ts';
import type { Host, HostState } from './hosts.ts';
import { gone, startedHost } from './hosts.ts';
import type { Client } from './support.ts';
import { ask, countTo400, failureOf, fixtureModel, loaded, newClient, reply, smallLoad } from './support.ts';

/** Windows of one user on one machine: clients that find each other by one folder. */
describe('Windows that share an inference process', () => {
  let env: NodeJS.ProcessEnv;
  const clients: Client[] = [];
  const hosts: Host[] = [];
  const started = async (state: HostState): Promise<Host> => {
    const host = await startedHost(state, env);
    hosts.push(host);
    return host;
  };
  const window = (): Client => {
    const { client } = newClient(undefined, env);
    clients.push(client);
    return client;
  };
  const exitsOf = (client: Client): InferenceExit[] => {
    const exits: InferenceExit[] = [];
    client.onDidExit((exit) => exits.push(exit));
    return exits;
  };

  beforeEach(() => {
    env = ownRuntime();
  });
  afterEach(async () => {
    for (const { child } of hosts.splice(0)) child.kill('SIGKILL');
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
  });

  it('have one process and one loaded model, which is there at once for the second of them', async () => {
    const [one, two] = [window(), window()];
    const info = await loaded(one);
    const fractions: number[] = [];
    assert.deepEqual(await two.load(smallLoad, ({ fraction }) => fractions.push(fraction)), info);
    assert.deepEqual(fractions, []);
    assert.equal(one.pid, two.pid);
    assert.equal(one.logFile, two.logFile);
    const [first, second] = await Promise.all([reply(one, ask('What is 2 + 2?')), reply(two, ask('What is 17 + 25?'))]);
    assert.match(first.text, /\\boxed\{4\}/);
    assert.match(second.text, /\\boxed\{42\}/);
  });

  it('need not wait for a reply of another one to join, load what is loaded and count', async () => {
    const [one, two] = [window(), window()];
    await loaded(one);
    const stop = new AbortController();
    let joined: Promise<number> | undefined;
    const { result } = await reply(
      one,
      ask('[test:loop]'),
      (piece) => {
        if (piece.kind !== 'text') return;
        joined ??= loaded(two)
          .then(() => two.countTokens(ask('What is 2 + 2?')))
          .then(({ promptTokens }) => {
            stop.abort();
            return promptTokens;
          });
      },
      stop.signal,
    );
    assert.equal(result.stop, 'cancelled');
    assert.ok((await joined) ?? 0 > 5);
  });

  it('end with one process also when five of them start at the same moment', async () => {
    const five = [window(), window(), window(), window(), window()];
    const hellos = await Promise.all(five.map((client) => client.start()));
    assert.equal(new Set(hellos.map(({ pid }) => pid)).size, 1);
    assert.equal(five.filter((client) => client.pid === hellos[0]?.pid).length, 5);
  });

  it('are told when the question of another one is answered first', async () => {
    const [one, two] = [window(), window()];
    await loaded(one);
    await loaded(two);
    const stop = new AbortController();
    const kinds: string[] = [];
    let second: Promise<unknown> | undefined;
    await reply(
      one,
      ask('[test:loop]'),
      (piece) => {
        if (piece.kind !== 'text') return;
        second ??= reply(two, ask('What is 17 + 25?'), ({ kind }) => {
          kinds.push(kind);
          if (kind === 'queued') stop.abort();
        });
      },
      stop.signal,
    );
    await second;
    assert.deepEqual(kinds.slice(0, 2), ['queued', 'budget']);
  });

  it('are answered in turn, so that the long queue of one does not keep another one waiting', async () => {
    const [one, two] = [window(), window()];
    await loaded(one);
    await loaded(two);
    const order: string[] = [];
    const begins = (client: Client, name: string): Promise<unknown> =>
      reply(client, ask(countTo400, { maxTokens: 30 }), (piece) => {
        if (piece.kind === 'budget') order.push(name);
      });
    let others: Promise<unknown>[] = [];
    // All of them are asked while the first one is answered.
    const first = reply(one, ask(countTo400, { maxTokens: 300 }), (piece) => {
      if (piece.kind === 'budget') others = [1, 2, 3, 4].map((number) => begins(one, `one ${number}`)).concat(begins(two, 'two'));
    });
    await first;
    await Promise.all(others);
    // A request crosses over to the process on its own connection, so that the second window's may come first.
    assert.ok(order.indexOf('two') <= 1, order.join(', '));
    assert.deepEqual(
      order.filter((name) => name !== 'two'),
      ['one 1', 'one 2', 'one 3', 'one 4'],
    );
  });

  it('go on when the one that started the process is killed in the middle of an answer', async () => {
    const host = await started('generating');
    const client = window();
    await loaded(client);
    assert.equal(client.pid, host.pid);
    const exits = exitsOf(client);
    const whole = reply(client, ask(countTo400));
    // The host's reply has no end: the answer can only come when its turn has been ended with it.
    const killed = once(host.child, 'exit');
    host.child.kill('SIGKILL');
    await killed;
    assert.match((await whole).text, /Done: 400/);
    assert.equal((await whole).result.stop, 'endOfTurn');
    assert.deepEqual(exits, []);
    assert.equal(client.pid, host.pid);
    const { pid } = host;
    await client.dispose();
    await gone(pid);
  });

  it('are not disturbed by the end of the one that started the process while they are answered', async () => {
    const host = await started('idle');
    const client = window();
    await loaded(client);
    const { text, result } = await reply(client, ask(countTo400), (piece) => {
      if (piece.kind === 'text') host.child.kill('SIGKILL');
    });
    assert.equal(result.stop, 'endOfTurn');
    assert.match(text, /Done: 400/);
  });

  it('all see the end of a process that was killed, and start another one together', async () => {
    const [one, two] = [window(), window()];
    await loaded(one);
    await loaded(two);
    const exits = [exitsOf(one), exitsOf(two)];
    const { pid } = one;
    assert.ok(pid);
    const pieces: string[] = [];
    const dying = failureOf(
      reply(two, ask('[test:loop]'), (piece) => {
        if (piece.kind !== 'text') return;
        pieces.push(piece.text);
        if (pieces.length === 3) process.kill(pid, 'SIGKILL');
      }),
    );
    // The one that did not start it cannot know how it ended.
    assert.deepEqual(await dying, { code: 'engineCrashed', exitCode: null, signal: null });
    assert.ok(pieces.length >= 3);
    while (exits.some((each) => each.length === 0)) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(exits, [
      [{ exitCode: null, signal: 'SIGKILL', expected: false }],
      [{ exitCode: null, signal: null, expected: false }],
    ]);
    await Promise.all([loaded(one), loaded(two)]);
    assert.equal(one.pid, two.pid);
    assert.notEqual(one.pid, pid);
    assert.match((await reply(two, ask('What is 2 + 2?'))).text, /\\boxed\{4\}/);
  });

  it('are told that another one restarted the engine, keep what was written, and join the new process', async () => {
    const [one, two] = [window(), window()];
    await loaded(one);
    await loaded(two);
    const exits = [exitsOf(one), exitsOf(two)];
    const { pid } = one;
    let restarted: Promise<unknown> | undefined;
    const pieces: string[] = [];
    const error = await failureOf(
      reply(one, ask('[test:loop]'), (piece) => {
        if (piece.kind !== 'text') return;
        pieces.push(piece.text);
        restarted ??= two.restart();
      }),
    );
    assert.deepEqual(error, { code: 'engineRestarted' });
    assert.notEqual(pieces.join(''), '');
    await restarted;
    assert.deepEqual(
      exits.map((each) => each.map(({ expected, restarted = false }) => [expected, restarted])),
      [[[false, true]], [[true, false]]],
    );
    await loaded(one);
    assert.equal(one.pid, two.pid);
    assert.notEqual(one.pid, pid);
  });

  it('that leave do not end it for the others', async () => {
    const [one, two] = [window(), window()];
    await loaded(one);
    await loaded(two);
    const { pid } = one;
    const exits = exitsOf(one);
    const { text } = await reply(two, ask(countTo400), (piece) => {
      if (piece.kind === 'text') void one.dispose();
    });
    assert.match(text, /Done: 400/);
    assert.deepEqual(exits, [{ exitCode: null, signal: null, expected: true }]);
    assert.equal(two.pid, pid);
    await two.dispose();
    assert.ok(pid);
    await gone(pid);
  });

  it('are each answered by the model they loaded, whatever another one loads between', async () => {
    const [one, two] = [window(), window()];
    const told: (number | undefined)[] = [];
    await loaded(one, { contextTokens: 2048 });
    // Each window has a connection of its own, so this may come behind the other one's answer.
    const lost = new Promise<void>((resolve) => {
      one.onDidChangeModel(({ info }) => {
        told.push(info?.contextTokens);
        resolve();
      });
    });
    assert.equal((await loaded(two, { contextTokens: 1024 })).contextTokens, 1024);
    await lost;
    assert.deepEqual(told, [undefined]);
    // Too long for the second one's model.
    const long = ask(`${'12 + 30 = 42\n'.repeat(110)}What is 2 + 2?`, { maxTokens: 5 });
    const { result } = await reply(one, long);
    assert.equal(result.stop, 'maxTokens');
    assert.ok(result.promptTokens > 1024, String(result.promptTokens));
    assert.deepEqual(told, [undefined, 2048]);
    assert.equal((await failureOf(reply(two, long))).code, 'promptTooLong');
    assert.equal((await two.countTokens(ask('1 + 1'))).contentTokens.length, 1);
    await two.unload();
    assert.equal(told.at(-1), undefined);
    assert.equal((await failureOf(reply(two, ask('1 + 1')))).code, 'internal');
    assert.match((await reply(one, ask('What is 2 + 2?'))).text, /\\boxed\{4\}/);
  });

  it('wait with another model until the reply that is being written is done', async () => {
    const [one, two] = [window(), window()];
    await loaded(one);
    let replaced: Promise<unknown> | undefined;
    let isWritten = false;
    const { result } = await reply(one, ask(countTo400, { maxTokens: 200 }), (piece) => {
      if (piece.kind === 'text') replaced ??= loaded(two, { contextTokens: 1024 }).then(() => assert.ok(isWritten));
    });
    isWritten = true;
    assert.equal(result.generatedTokens, 200);
    await replaced;
  });

  it('lose the model when none of them has used it for as long as the most patient one wishes, and get it back', async () => {
    const [one, two] = [window(), window()];
    const changes = [one, two].map((client) => new Promise<ModelChange>((resolve) => client.onDidChangeModel(resolve)));
    await loaded(one, { keepAliveMinutes: 600 });
    await loaded(two, { keepAliveMinutes: 1e-4 });
    await reply(two, ask('1 + 1'));
    await loaded(one, { keepAliveMinutes: 2e-4 });
    for (const change of await Promise.all(changes)) assert.deepEqual([change.info, change.idle], [undefined, true]);
    assert.match((await reply(two, ask('What is 2 + 2?'))).text, /\\boxed\{4\}/);
  });

  it('show the state of the model that is really loaded', async () => {
    const [one, two] = [window(), window()];
    const settings = { modelPath: fixtureModel, gpu: 'cpu', contextTokens: 2048, threads: 0 } as const;
    const [first, second] = [new ModelService(one, () => settings), new ModelService(two, () => ({ ...settings, contextTokens: 1024 }))];
    await first.ensureLoaded();
    await second.ensureLoaded();
    await becomes(first, 'notStarted');
    await first.ensureLoaded();
    assert.equal(first.state.kind === 'ready' && first.state.info.contextTokens, 2048);
    await becomes(second, 'notStarted');
    await second.restart();
    assert.equal(second.state.kind, 'ready');
    await becomes(first, 'notStarted');
    await first.ensureLoaded();
    assert.equal(one.pid, two.pid);
  });

  it('get a new process for another backend, and the others are told so', async () => {
    const [one, two] = [window(), window()];
    await loaded(one);
    const exits = exitsOf(one);
    const { pid } = one;
    const info = await two.load({ ...smallLoad, gpu: 'auto' }, () => undefined);
    assert.ok(info);
    assert.notEqual(two.pid, pid);
    while (exits.length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      exits.map(({ expected, restarted }) => [expected, restarted]),
      [[false, true]],
    );
  });

  it('get a new process for another backend also where no model is loaded, which ends at once', async () => {
    const one = window();
    await loaded(one);
    await one.unload();
    const before = one.pid;
    const info = await one.load({ ...smallLoad, gpu: 'auto' }, () => undefined);
    assert.equal(info?.askedBackend, 'auto');
    assert.notEqual(one.pid, before);
  });

  it('stay on the processor together where one of them found no room on the GPU, and are told why', async () => {
    const [one, two] = [window(), window()];
    const instead: InsteadOfGpu = { asked: 'auto', refused: [{ backend: 'vulkan', because: 'noMemory', detail: 'too large' }] };
    const info = await one.load({ ...smallLoad, instead }, () => undefined);
    assert.equal(info?.device, 'cpu');
    assert.equal(info.askedBackend, 'auto');
    assert.deepEqual(info.refusedBackends, instead.refused);
    assert.deepEqual(await two.load({ ...smallLoad, gpu: 'auto' }, () => undefined), info);
    assert.equal(one.pid, two.pid);
  });

  it('of two versions of the extension never share one', async () => {
    const [one, two] = [window(), newClient(undefined, env, '0.2.0').client];
    clients.push(two);
    await Promise.all([one.start(), two.start()]);
    assert.notEqual(one.pid, two.pid);
  });

  it('of two folders do not either', async () => {
    const one = window();
    env = { ...env, LEMMA_RUNTIME_DIR: newRuntimeFolder() };
    const two = window();
    await Promise.all([one.start(), two.start()]);
    assert.notEqual(one.pid, two.pid);
  });

  it('are told what the process itself has to say', async () => {
    const [one, two] = [newClient(undefined, env), newClient(undefined, env)];
    clients.push(one.client, two.client);
    await two.client.start();
    await loaded(one.client);
    for (const { lines } of [one, two]) assert.ok(lines.some((line) => line.includes('llama')));
    assert.ok(two.lines.some((line) => line.includes(`its own log is ${one.client.logFile}`)));
  });
});

/** Resolves when the model is in that state. */
function becomes(model: ModelService, kind: ModelState['kind']): Promise<void> {
  return new Promise((resolve) => {
    if (model.state.kind === kind) return resolve();
    const listening = model.onDidChange((state) => {
      if (state.kind !== kind) return;
      listening.dispose();
      resolve();
    });
  });
}
