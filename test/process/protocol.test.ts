import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { generateRequest, helloRequest, inferenceProtocolVersion, loadRequest } from '../../src/shared/inferenceProtocol.ts';
import { ask, failureOf, loaded, modulePath, newClient, reply, smallLoad } from './support.ts';

const installed = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../node_modules/node-llama-cpp/package.json'), 'utf8')) as {
  version: string;
};

describe('The connection to the inference process', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-protocol-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const module = (name: string, source: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, source);
    return file;
  };

  it('begins with a hello that names process, protocol and engine', async () => {
    const { client } = newClient();
    try {
      const hello = await client.start();
      assert.deepEqual(hello, { protocolVersion: inferenceProtocolVersion, pid: client.pid, engineVersion: installed.version });
      assert.equal((await client.start()).pid, hello.pid);
    } finally {
      await client.dispose();
    }
  });

  it('is refused to a process of another protocol version', async () => {
    const answer = `{ jsonrpc: '2.0', id: m.id, result: { protocolVersion: 99, pid: 1, engineVersion: '0' } }`;
    const { client } = newClient(module('other.mjs', `process.on('message', (m) => process.send(${answer}));`));
    assert.deepEqual(await failureOf(client.start()), { code: 'protocolMismatch', host: inferenceProtocolVersion, inference: 99 });
    await client.dispose();
  });

  it('fails with the last words of a process that does not start', async () => {
    const { client } = newClient(module('broken.mjs', `throw new Error('no such luck');`));
    const error = await failureOf(client.start());
    assert.ok(error.code === 'engineStartFailed' && error.reason.includes('no such luck'), JSON.stringify(error));
    assert.equal(client.pid, undefined);
    await client.dispose();
  });

  it('writes nothing to stdout, and its log to the host', async () => {
    const child = fork(modulePath, [], { execArgv: [], silent: true });
    let stdout = '';
    child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    connection.listen();
    await connection.sendRequest(helloRequest, { protocolVersion: inferenceProtocolVersion });
    await connection.sendRequest(loadRequest, { ...smallLoad, progressToken: 'a' });
    await connection.sendRequest(generateRequest, { ...ask('What is 1 + 1?'), progressToken: 'b' });
    child.disconnect();
    assert.equal(await ended, 0);
    assert.equal(stdout, '');

    const { client, lines } = newClient();
    await loaded(client);
    await client.dispose();
    assert.ok(lines.some((line) => line.startsWith('[inference] ') && line.includes('llama')));
  });

  it('replaces the model by another one', async () => {
    const { client } = newClient();
    try {
      const first = await loaded(client);
      const second = await loaded(client, { contextTokens: 1024 });
      assert.deepEqual([first.contextTokens, second.contextTokens], [4096, 1024]);
      assert.match((await reply(client, ask('What is 2 + 2?'))).text, /\\boxed\{4\}/);
      await client.unload();
      assert.equal((await failureOf(reply(client, ask('1 + 1')))).code, 'internal');
    } finally {
      await client.dispose();
    }
  });

  it('counts the tokens of a prompt as the reply then finds them', async () => {
    const { client } = newClient();
    try {
      await client.start();
      const question = ask('What is 47 + 38?');
      // Sent right behind the load: it waits for the model.
      const load = loaded(client);
      const count = await client.countTokens(question);
      await load;
      const { result } = await reply(client, question);
      assert.equal(count.promptTokens, result.promptTokens);
      assert.equal(count.contentTokens.length, 1);
      assert.ok(count.contentTokens[0]! > 5 && count.contentTokens[0]! < count.promptTokens);
    } finally {
      await client.dispose();
    }
  });
});
