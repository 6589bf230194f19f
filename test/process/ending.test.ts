import assert from 'node:assert/strict';
import { ownRuntime } from '../../scripts/lib/ownRuntime.ts';
import type { GenerateProgress } from '../../src/shared/inferenceProtocol.ts';
import { gone, isAlive, startedHost } from './hosts.ts';
import { ask, countTo400, failureOf, loaded, newClient, reply, textOf } from './support.ts';

/** The promise of the design: how long an inference process may outlive its last connection. */
const outlivesMs = 2000;

describe('The inference process', () => {
  for (const state of ['idle', 'loading', 'generating', 'counting'] as const) {
    it(`ends within 2 s when its host is killed while ${state}`, async () => {
      const { child, pid } = await startedHost(state, ownRuntime());
      assert.ok(isAlive(pid));
      child.kill('SIGKILL');
      await gone(pid, AbortSignal.timeout(outlivesMs));
      assert.equal(isAlive(pid), false, `process ${pid} is still there ${outlivesMs} ms after its host`);
    });
  }

  it('ends when its host lets it go, without a trace of a crash', async () => {
    const { client, lines } = newClient();
    const exits: unknown[] = [];
    client.onDidExit((exit) => exits.push(exit));
    await loaded(client);
    const { pid } = client;
    assert.ok(pid);
    await client.dispose();
    assert.equal(isAlive(pid), false);
    assert.deepEqual(exits, [{ exitCode: 0, signal: null, expected: true }]);
    assert.deepEqual(
      lines.filter((line) => /has ended|crash|abort/i.test(line)),
      [],
    );
    assert.equal((await failureOf(client.start())).code, 'engineStartFailed');
  });

  it('is gone after dispose also in the middle of a reply, which fails', async () => {
    const { client } = newClient();
    await loaded(client);
    const { pid } = client;
    assert.ok(pid);
    let disposed: Promise<void> | undefined;
    const error = failureOf(
      reply(client, ask('[test:loop]'), (piece) => {
        if (piece.kind === 'text') disposed ??= client.dispose();
      }),
    );
    assert.equal((await error).code, 'engineCrashed');
    await disposed;
    assert.equal(isAlive(pid), false);
  });

  it('that crashes in an answer leaves all it had said, then an error with the signal, and can be restarted', async () => {
    const { client } = newClient();
    const exits: unknown[] = [];
    client.onDidExit((exit) => exits.push(exit));
    try {
      await loaded(client);
      const { pid } = client;
      assert.ok(pid);
      const whole = (await reply(client, ask(countTo400))).text;
      const pieces: GenerateProgress[] = [];
      const dying = failureOf(
        client.generate(ask(countTo400), (piece) => {
          pieces.push(piece);
          if (pieces.filter(({ kind }) => kind === 'text').length === 5) process.kill(pid, 'SIGKILL');
        }),
      );
      const waiting = failureOf(client.generate(ask('hello'), () => assert.fail('Its turn never came.')));
      const crash = { code: 'engineCrashed', exitCode: null, signal: 'SIGKILL' };
      assert.deepEqual(await dying, crash);
      assert.deepEqual(await waiting, crash);
      const text = textOf(pieces);
      assert.ok(text.length > 0 && whole.startsWith(text));
      assert.deepEqual(exits, [{ exitCode: null, signal: 'SIGKILL', expected: false }]);
      await client.restart();
      assert.notEqual(client.pid, pid);
      await loaded(client);
      assert.match((await reply(client, ask('What is 2 + 2?'))).text, /\\boxed\{4\}/);
    } finally {
      await client.dispose();
    }
  });
});
