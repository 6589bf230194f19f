import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { splitReply } from '../../src/core/thoughtSplitter.ts';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import type { ServerBackend } from '../../src/host/remote/serverBackend.ts';
import { newBackend, served } from './servedSupport.ts';
import { ask, countTo400, failureOf, fixtureModel, loaded, newClient, reply } from './support.ts';

const program = process.env.LLAMA_SERVER;
const key = 'sk-llama';

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** The real engine with the tiny model, ready to answer. */
async function startLlamaServer(path: string, port: number): Promise<ChildProcess> {
  const flags = ['--host', '127.0.0.1', '--port', String(port), '-m', fixtureModel, '--alias', 'GLM-Z1-tiny', '-c', '4096', '-np', '1'];
  const child = spawn(path, [...flags, '-t', '1', '--api-key', key], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  // A server that never came up must not keep this process.
  process.once('exit', () => child.kill());
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (/listening on http/.test(line)) resolve();
      });
    }
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`llama-server ended with ${code}:\n${lines.slice(-20).join('\n')}`)));
  });
  return child;
}

describe('A real llama-server', function () {
  this.timeout(60_000);

  let child: ChildProcess;
  let client: InferenceClient;
  let backend: ServerBackend;
  let url: string;

  const load = (each: ServerBackend): ReturnType<ServerBackend['load']> =>
    each.load({ modelPath: '', gpu: 'auto', contextTokens: 1, threads: 0, server: { url, model: '' } }, () => undefined);

  if (program === undefined) {
    // The suites forbid pending tests; a name says what was not done.
    it('is not asked here, since LLAMA_SERVER does not name one', () => undefined);
    return;
  }

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    child = await startLlamaServer(program, port);
    ({ client } = newClient());
    ({ backend } = newBackend(key));
  });

  after(async () => {
    await client?.dispose();
    if (!child || child.exitCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });

  it('tells its model, its context and where its replies begin', async () => {
    const { backend: first, lines } = newBackend(key);
    const info = await load(first);
    assert.deepEqual([info?.name, info?.backend, info?.contextTokens], ['GLM-Z1-tiny', 'llamacpp', 4096]);
    assert.equal(info?.served?.contextKnown, true);
    assert.match(lines.join('\n'), /replies begin as thought/);
  });

  it('refuses who has no key, and says so', async () => {
    const error = await failureOf(load(newBackend().backend));
    assert.deepEqual(error, { code: 'serverKeyRefused', host: url.slice('http://'.length), status: 401, keySent: false });
  });

  it('counts tokens as the engine of this computer does', async () => {
    await load(backend);
    await loaded(client);
    const messages = ask('What is 47 + 38?\n\n```python\nx = [1, 2, 3]  # 你好\n```').messages;
    const own = await client.countTokens({ messages, profile: 'glm-z1' });
    const theirs = await backend.countTokens({ messages, profile: 'glm-z1' });
    assert.deepEqual([theirs.promptTokens, theirs.messageTokens], [own.promptTokens, own.messageTokens]);
    assert.equal(theirs.estimated, undefined);
  });

  it('gives the thought and the answer that this computer gives, and counts them itself', async () => {
    await load(backend);
    await loaded(client);
    for (const question of ['What is 47 + 38?', 'count to 20']) {
      const own = await reply(client, ask(question));
      const theirs = await served(backend, ask(question));
      assert.equal(theirs.error, undefined);
      const { thought, answer } = splitReply(own.text);
      assert.deepEqual([theirs.thought, theirs.answer], [thought, answer]);
      assert.equal(theirs.result?.stop, 'endOfTurn');
      assert.equal(theirs.result?.promptTokens, own.result.promptTokens);
      assert.ok(Math.abs(theirs.tokens - own.result.generatedTokens) <= 1, `${theirs.tokens} and ${own.result.generatedTokens} tokens`);
      assert.equal(theirs.budgets.length, 1, 'what was counted before is what the server counts');
    }
  });

  it('that is stopped has its slot free for the next question, and goes on to the same text', async () => {
    await load(backend);
    const whole = await served(backend, ask(countTo400));
    const stop = new AbortController();
    let written = '';
    const stopped = await served(backend, ask(countTo400), stop.signal, ({ text }) => {
      written += text;
      if (written.length > 100) stop.abort();
    });
    assert.equal(stopped.result?.stop, 'cancelled');
    assert.ok(whole.thought.startsWith(stopped.thought) && stopped.thought.length < whole.thought.length);
    const rest = await served(backend, ask(countTo400, { prefill: stopped.thought }));
    assert.deepEqual([stopped.thought + rest.thought, rest.answer], [whole.thought, whole.answer]);
    assert.equal(rest.result?.stop, 'endOfTurn');
  });

  it('has its thought closed at its budget, and for Answer Now', async () => {
    await load(backend);
    const budgeted = await served(backend, ask('count to 60', { thinkingTokens: 40 }));
    assert.equal(budgeted.error, undefined);
    assert.match(budgeted.answer, /\S/);
    const whole = await served(backend, ask('count to 60'));
    assert.ok(budgeted.thought.length < whole.thought.length);
    const now = await served(backend, ask('count to 60', { prefill: '\nOne, two', closeThought: true }));
    assert.equal(now.thought.trim(), '');
    assert.match(now.answer, /\S/);
  });

  it('says that the context is full, and refuses a prompt that is too long by how much', async () => {
    await load(backend);
    const limited = await served(backend, ask(countTo400, { maxTokens: 50 }));
    assert.deepEqual([limited.result?.stop, limited.tokens], ['maxTokens', 50]);
    const tooLong = await served(backend, ask('The sum of 12 and 30 is 42.\n'.repeat(400)));
    const error = tooLong.error instanceof Error && 'error' in tooLong.error ? tooLong.error.error : undefined;
    assert.equal((error as { code?: string } | undefined)?.code, 'promptTooLong');
  });
});
