import assert from 'node:assert/strict';
import type { ChatMessage } from '../../src/core/chatMessage.ts';
import { ask, followUp, loaded, longText, newClient, reply } from './support.ts';
import type { Client, Reply } from './support.ts';

/** The conversation up to its next question, which comes last. */
function history(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.slice(0, -1);
}

describe('A conversation that is read before its next question', () => {
  let client: Client;
  let fresh: Client;

  before(async () => {
    client = newClient().client;
    fresh = newClient().client;
    await Promise.all([loaded(client), loaded(fresh)]);
  });
  after(() => Promise.all([client.dispose(), fresh.dispose()]));

  const inTrace = (from: Client, messages: readonly ChatMessage[]): Promise<Reply> => reply(from, { ...ask(''), messages, trace: true });
  /** What a context that remembers nothing of it writes. */
  const fromScratch = async (messages: readonly ChatMessage[]): Promise<Reply> => {
    await fresh.unload();
    await loaded(fresh);
    const whole = await inTrace(fresh, messages);
    assert.equal(whole.result.reusedTokens, 0);
    return whole;
  };
  /** A question and its answer without the thought, and a second question. */
  const turns = async (first: string, second: string): Promise<ChatMessage[]> => {
    const { text } = await reply(client, ask(first));
    return followUp(first, text.split('</think>').at(-1)?.trim() ?? '', second);
  };

  it('leaves nothing but the question to be evaluated, and gives the reply that it has from scratch, token for token', async () => {
    const messages = await turns('What is 17 + 25?', 'What is 47 + 38?');
    const ahead = await client.readAhead({ messages: history(messages) });
    assert.ok(ahead.readTokens > 0);
    const { result } = await inTrace(client, messages);
    const newTokens = result.promptTokens - ahead.promptTokens;
    const evaluated = result.promptTokens - result.reusedTokens;
    assert.ok(evaluated < 1.05 * newTokens, `${evaluated} tokens were evaluated for ${newTokens} new ones`);
    const scratch = await fromScratch(messages);
    assert.deepEqual(result.trace?.promptIds, scratch.result.trace?.promptIds);
    assert.deepEqual(result.trace?.generatedIds, scratch.result.trace?.generatedIds);
  });

  it('is read once, and then nothing is cut', async () => {
    const messages = await turns('What is 2 + 3?', 'What is 17 + 25?');
    assert.ok((await client.readAhead({ messages: history(messages) })).readTokens > 0);
    assert.equal((await client.readAhead({ messages: history(messages) })).readTokens, 0);
    const first = await inTrace(client, messages);
    assert.equal((await client.readAhead({ messages: history(messages) })).readTokens, 0);
    const again = await inTrace(client, messages);
    assert.equal(again.result.reusedTokens, again.result.promptTokens - 1);
    assert.equal(again.text, first.text);
  });

  it('gives way to a question, whose reply is the same', async () => {
    const messages = followUp(longText(700), '42', 'What is 47 + 38?');
    const other = followUp('What is 1 + 1?', '2', 'What is 17 + 25?');
    const ahead = client.readAhead({ messages: history(messages) });
    const asked = await inTrace(client, other);
    const { promptTokens, readTokens } = await ahead;
    assert.ok(promptTokens > 600 || promptTokens === 0, String(promptTokens));
    // How many batches were through when the question came depends on the machine; test/unit/inference has the bound.
    assert.ok(readTokens <= promptTokens, `${readTokens} of ${promptTokens}`);
    assert.deepEqual(asked.result.trace?.generatedIds, (await fromScratch(other)).result.trace?.generatedIds);
    // Half of it read, and the rest with the question.
    assert.deepEqual(
      (await inTrace(client, messages)).result.trace?.generatedIds,
      (await fromScratch(messages)).result.trace?.generatedIds,
    );
  });

  it('is not read while a reply is written, nor in place of what others ask, nor where it does not fit', async () => {
    const stop = new AbortController();
    const messages = followUp('What is 2 + 3?', '5', 'a');
    let during: Promise<unknown> | undefined;
    const running = await reply(
      client,
      ask('count to 400'),
      ({ kind }) => {
        if (kind !== 'text' || during) return;
        during = client.readAhead({ messages: history(messages) }).finally(() => stop.abort());
      },
      stop.signal,
    );
    assert.equal(running.result.stop, 'cancelled');
    assert.deepEqual(await during, { promptTokens: 0, readTokens: 0 });
    assert.deepEqual(await client.readAhead({ messages: history(messages), side: 'request' }), { promptTokens: 0, readTokens: 0 });
    const long = await client.readAhead({ messages: history(followUp(longText(5000), '42', 'a')) });
    assert.equal(long.readTokens, 0);
    const again = await reply(client, ask('count to 400', { maxTokens: 1 }));
    assert.equal(again.result.reusedTokens, again.result.promptTokens - 1, 'the conversation that was there is remembered');
  });

  it('is not read without a model, and no model is loaded for it', async () => {
    await client.unload();
    const messages = history(followUp('What is 2 + 3?', '5', 'a'));
    assert.deepEqual(await client.readAhead({ messages }), { promptTokens: 0, readTokens: 0 });
    await loaded(client);
    assert.ok((await client.readAhead({ messages })).readTokens > 0);
  });
});
