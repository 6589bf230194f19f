import assert from 'node:assert/strict';
import { ask, countTo400, loaded, longText, newClient, reply, smallLoad } from './support.ts';

describe('Cancelling', () => {
  const { client } = newClient();
  after(() => client.dispose());

  it('a load before it began loads nothing', async () => {
    assert.equal(await client.load(smallLoad, () => undefined, AbortSignal.abort()), undefined);
  });

  it('a load at its first progress ends it, and the next load works', async () => {
    const stop = new AbortController();
    const fractions: number[] = [];
    const info = await client.load(
      smallLoad,
      ({ fraction }) => {
        fractions.push(fraction);
        stop.abort();
      },
      stop.signal,
    );
    // A model this small may be there before the cancellation is; then the load has succeeded.
    assert.ok(info === undefined || info.path === smallLoad.modelPath);
    assert.ok(fractions.length > 0);
    assert.equal((await loaded(client)).path, smallLoad.modelPath);
  });

  it('while the prompt is read stops reading', async () => {
    await loaded(client, { contextTokens: 32_768 });
    const stop = new AbortController();
    const { result, pieces } = await reply(
      client,
      ask(longText(12_000)),
      (piece) => {
        if (piece.kind === 'prompt') stop.abort();
      },
      stop.signal,
    );
    assert.equal(result.stop, 'cancelled');
    assert.equal(result.generatedTokens, 0);
    const last = pieces.at(-1);
    assert.ok(last?.kind === 'prompt' && last.readTokens < last.promptTokens, JSON.stringify(last));
  });

  it('in the thought keeps the text so far, and the next reply is only its own', async () => {
    await loaded(client);
    const stop = new AbortController();
    const { result, text } = await reply(
      client,
      ask('[test:loop]'),
      (piece) => {
        if (piece.kind === 'text') stop.abort();
      },
      stop.signal,
    );
    assert.equal(result.stop, 'cancelled');
    assert.ok(text.length > 0);
    assert.ok(result.generatedTokens > 0);
    assert.match((await reply(client, ask('What is 2 + 2?'))).text, /\\boxed\{4\}/);
  });

  it('a request that waits for its turn ends it without a token', async () => {
    await loaded(client);
    const stop = new AbortController();
    const first = reply(client, ask(countTo400, { maxTokens: 300 }));
    const second = reply(client, ask(countTo400), () => undefined, stop.signal);
    stop.abort();
    assert.equal((await second).result.stop, 'cancelled');
    assert.equal((await second).text, '');
    assert.equal((await first).result.generatedTokens, 300);
  });

  it('before anything was sent is an outcome too', async () => {
    await loaded(client);
    const { result, text } = await reply(client, ask(countTo400), () => undefined, AbortSignal.abort());
    assert.equal(result.stop, 'cancelled');
    assert.equal(text, '');
  });
});
