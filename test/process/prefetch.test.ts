import assert from 'node:assert/strict';
import { ownRuntime } from '../../scripts/lib/ownRuntime.ts';
import type { ReadAheadParams } from '../../src/shared/inferenceProtocol.ts';
import { ask, loaded, longText, modulePath, newClient, reply } from './support.ts';
import type { Client, Reply } from './support.ts';

const nothing = { promptTokens: 0, readTokens: 0 };

function whole(content: string, mostTokens = 20_000): ReadAheadParams {
  return { messages: [{ role: 'user', content }], wholePrompt: { mostTokens } };
}

describe('A question that is read before it is asked', () => {
  let client: Client;
  let other: Client;
  let fresh: Client;

  before(async () => {
    const shared = ownRuntime();
    client = newClient(modulePath, shared).client;
    other = newClient(modulePath, shared).client;
    fresh = newClient().client;
    await Promise.all([loaded(client).then(() => loaded(other)), loaded(fresh)]);
  });
  after(() => Promise.all([client.dispose(), other.dispose(), fresh.dispose()]));

  const inTrace = (from: Client, content: string): Promise<Reply> => reply(from, ask(content, { trace: true, maxTokens: 300 }));
  /** What a context that remembers nothing of it writes. */
  const fromScratch = async (content: string): Promise<Reply> => {
    await fresh.unload();
    await loaded(fresh);
    const scratch = await inTrace(fresh, content);
    assert.equal(scratch.result.reusedTokens, 0);
    return scratch;
  };

  it('leaves one token to be evaluated, and gives the reply that it has from scratch, token for token', async () => {
    for (const question of ['What is 17 + 25?', `${longText(700)}\nWhat is 47 + 38?`]) {
      const { promptTokens, readTokens } = await client.readAhead(whole(question));
      assert.ok(readTokens > 0);
      const { result } = await inTrace(client, question);
      assert.deepEqual([result.promptTokens, result.reusedTokens], [promptTokens, promptTokens - 1]);
      const scratch = await fromScratch(question);
      assert.deepEqual(result.trace?.promptIds, scratch.result.trace?.promptIds);
      assert.deepEqual(result.trace?.generatedIds, scratch.result.trace?.generatedIds);
    }
  });

  it('is read once, in place of the one before, and no more of it than is allowed', async () => {
    const question = `Add.\n${longText(500)}\nWhat is 2 + 3?`;
    const first = await client.readAhead(whole(question, 100));
    assert.equal(first.readTokens, 100);
    const rest = await client.readAhead(whole(question));
    // What all prompts begin with was there.
    const [least, most] = [first.promptTokens - 110, first.promptTokens - 101];
    assert.ok(rest.readTokens >= least && rest.readTokens <= most, `${rest.readTokens} of ${first.promptTokens}`);
    assert.equal((await client.readAhead(whole(question))).readTokens, 0);
    // What both begin with is not read again.
    const another = await client.readAhead(whole(`Add.\n${longText(500)}\nWhat is 9 + 9?`));
    assert.ok(another.readTokens < 40, String(another.readTokens));
    const { result } = await inTrace(client, question);
    assert.deepEqual(result.trace?.generatedIds, (await fromScratch(question)).result.trace?.generatedIds);
  });

  it('gives way to a question, of this window and of another one', async () => {
    for (const asking of [client, other]) {
      const question = `${longText(1500)}\nWhat is ${asking === client ? 4 : 5} + 4?`;
      const ahead = client.readAhead(whole(question));
      const asked = await inTrace(asking, 'What is 47 + 38?');
      const { promptTokens, readTokens } = await ahead;
      // How many batches were through when the question came depends on the machine; test/unit/inference has the bound.
      assert.ok(readTokens <= promptTokens, `${readTokens} of ${promptTokens}`);
      assert.deepEqual(asked.result.trace?.generatedIds, (await fromScratch('What is 47 + 38?')).result.trace?.generatedIds);
    }
    // The context is the other window's now.
    await inTrace(client, 'What is 1 + 1?');
  });

  it('stops when the user types, and what was read of it is of use', async () => {
    const question = `${longText(1500)}\nWhat is 6 + 6?`;
    const typed = new AbortController();
    const ahead = client.readAhead(whole(question), typed.signal);
    typed.abort();
    const { readTokens } = await ahead;
    const { result } = await inTrace(client, question);
    assert.ok(result.reusedTokens >= readTokens);
    assert.deepEqual(result.trace?.generatedIds, (await fromScratch(question)).result.trace?.generatedIds);
    const before = new AbortController();
    before.abort();
    assert.equal((await client.readAhead(whole('What is 3 + 3?'), before.signal)).readTokens, 0);
  });

  it('never takes the place of the conversation of another window, until that window asks no more', async () => {
    await inTrace(other, 'What is 8 + 1?');
    assert.deepEqual(await client.readAhead(whole('What is 3 + 9?')), nothing);
    const again = await inTrace(other, 'What is 8 + 1?');
    assert.equal(again.result.reusedTokens, again.result.promptTokens - 1);
    // Its own window may, since it says that its conversation is empty.
    assert.ok((await other.readAhead(whole('What is 3 + 9?'))).readTokens > 0);
    assert.deepEqual(await client.readAhead(whole('What is 5 + 9?')), nothing, 'and what it has read is its own');
    await other.dispose();
    assert.ok((await client.readAhead(whole('What is 5 + 9?'))).readTokens > 0);
  });

  it('is not read while a reply is written, nor in place of what others ask, nor where it does not fit, nor without a model', async () => {
    const stop = new AbortController();
    let during: Promise<unknown> | undefined;
    const onProgress = ({ kind }: { readonly kind: string }): void => {
      if (kind !== 'text' || during) return;
      during = client.readAhead(whole('What is 2 + 3?')).finally(() => stop.abort());
    };
    await reply(client, ask('count to 400'), onProgress, stop.signal);
    assert.deepEqual(await during, nothing);
    assert.deepEqual(await client.readAhead({ ...whole('What is 2 + 3?'), side: 'request' }), nothing);
    assert.equal((await client.readAhead(whole(longText(5000)))).readTokens, 0);
    await client.unload();
    assert.deepEqual(await client.readAhead(whole('What is 2 + 3?')), nothing);
  });
});
