import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inferenceProtocolVersion } from '../../src/shared/inferenceProtocol.ts';
import { ask, failureOf, loaded, newClient, reply } from './support.ts';

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
      const { pid, logFile } = client;
      assert.deepEqual(hello, { protocolVersion: inferenceProtocolVersion, pid, engineVersion: installed.version, logFile });
      assert.equal((await client.start()).pid, hello.pid);
    } finally {
      await client.dispose();
    }
  });

  it('fails with the last words of a process that does not start', async () => {
    const { client } = newClient(module('broken.mjs', `throw new Error('no such luck');`));
    const error = await failureOf(client.start());
    assert.ok(error.code === 'engineStartFailed' && error.reason.includes('no such luck'), JSON.stringify(error));
    assert.equal(client.pid, undefined);
    await client.dispose();
  });

  it('leaves nothing but its own lines in its log, without the prompt, and tells them to the window', async () => {
    const { client, lines } = newClient();
    await loaded(client);
    await reply(client, ask('What is 1 + 1?'));
    const log = readFileSync(client.logFile ?? '', 'utf8')
      .trimEnd()
      .split('\n');
    await client.dispose();
    assert.deepEqual(
      log.filter((line) => !/^\d{4}-\d\d-\d\dT[\d:.]+Z \[\d+\] (error|warn|info|debug): /.test(line)),
      [],
    );
    assert.ok(log.some((line) => line.includes('llama')));
    assert.ok(!log.some((line) => line.includes('What is')));
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
