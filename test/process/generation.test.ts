import assert from 'node:assert/strict';
import { followUp, ask, countTo400, failureOf, loaded, longText, newClient, reply } from './support.ts';

describe('A reply', () => {
  const { client } = newClient();
  before(() => loaded(client));
  after(() => client.dispose());

  it('is the same each time when greedy', async () => {
    const first = await reply(client, ask('What is 47 + 38?', { trace: true }));
    const second = await reply(client, ask('What is 47 + 38?', { trace: true }));
    assert.equal(first.result.stop, 'endOfTurn');
    assert.match(first.text, /\\boxed\{85\}/);
    assert.deepEqual(second.result.trace, first.result.trace);
    assert.equal(second.text, first.text);
  });

  it('is the same each time with the same seed, and another one with another seed', async () => {
    const sampled = (seed: number) =>
      reply(client, ask('Tell me anything.', { sampling: { temperature: 2, topP: 1, topK: 0, seed }, maxTokens: 60 }));
    const one = await sampled(1);
    assert.equal((await sampled(1)).text, one.text);
    assert.notEqual((await sampled(2)).text, one.text);
  });

  it('is another one each time without a seed, also within one second', async () => {
    // At 2 the tiny model's likeliest reply comes once in a few times.
    const sampling = { temperature: 5, topP: 1, topK: 0 };
    const first = await reply(client, ask('Tell me anything.', { sampling, maxTokens: 60 }));
    const second = await reply(client, ask('Tell me anything.', { sampling, maxTokens: 60 }));
    assert.notEqual(second.text, first.text);
  });

  it('comes in pieces whose tokens add up, after the budget and the progress of reading', async () => {
    const { pieces, result } = await reply(client, ask(longText(300)));
    assert.equal(pieces[0]?.kind, 'budget');
    const read = pieces.flatMap((piece) => (piece.kind === 'prompt' ? [piece.readTokens] : []));
    assert.ok(read.length > 3);
    assert.deepEqual(
      read,
      [...read].sort((a, b) => a - b),
    );
    assert.equal(read.at(-1), result.promptTokens);
    const tokens = pieces.reduce((sum, piece) => sum + (piece.kind === 'text' ? piece.tokens : 0), 0);
    assert.equal(tokens, result.generatedTokens);
  });

  it('ends at the limit that was asked for', async () => {
    const { result, pieces } = await reply(client, ask(countTo400, { maxTokens: 25, trace: true }));
    assert.equal(result.stop, 'maxTokens');
    assert.equal(result.generatedTokens, 25);
    assert.equal(result.trace?.generatedIds.length, 25);
    assert.ok(pieces[0]?.kind === 'budget' && pieces[0].maxTokens === 25 && pieces[0].wantedTokens === 25);
  });

  it('is clamped to what the context has left, says so before, and fills it to the last token', async () => {
    const info = await loaded(client, { contextTokens: 512 });
    assert.equal(info.contextTokens, 512);
    const { result, pieces } = await reply(client, ask('[test:loop]'));
    const left = info.contextTokens - result.promptTokens;
    assert.ok(pieces[0]?.kind === 'budget');
    assert.equal(pieces[0].maxTokens, left);
    assert.equal(pieces[0].wantedTokens, 30_000);
    assert.equal(result.stop, 'context');
    assert.equal(result.generatedTokens, left);
    await loaded(client);
  });

  it('is refused with the numbers when the prompt is too long', async () => {
    const question = ask(longText(6000));
    const { promptTokens } = await client.countTokens(question);
    const error = await failureOf(reply(client, question));
    assert.ok(error.code === 'promptTooLong', error.code);
    assert.equal(error.promptTokens, promptTokens);
    assert.ok(error.limitTokens < 4096);
    assert.equal(error.overTokens, promptTokens - error.limitTokens);
  });

  it('to a follow-up uses what is still in the KV cache, and is the same as evaluated anew', async () => {
    const messages = followUp('What is 47 + 38?', 'The result is $47 + 38 = 85$.\n\n\\[\n\\boxed{85}\n\\]', 'Add 1 to that');
    await reply(client, ask('What is 47 + 38?'));
    const reused = await reply(client, ask('', { messages, trace: true }));
    assert.ok(reused.result.reusedTokens > 10, String(reused.result.reusedTokens));
    await client.unload();
    await loaded(client);
    const fresh = await reply(client, ask('', { messages, trace: true }));
    assert.equal(fresh.result.reusedTokens, 0);
    assert.deepEqual(fresh.result.trace, reused.result.trace);
    assert.match(fresh.text, /86/);
  });

  it('to a request beside the panel leaves what is remembered of the panel’s conversation, and the reverse', async () => {
    const panel = ask(longText(100), { maxTokens: 20 });
    const request = ask(`What is 1 + 1? ${longText(60)}`, { maxTokens: 20, side: 'request' });
    for (const each of [panel, request]) await reply(client, each);
    for (const each of [panel, request, panel]) {
      const { result } = await reply(client, each);
      assert.equal(result.reusedTokens, result.promptTokens - 1);
    }
  });

  it('to the same prompt again evaluates its last token alone', async () => {
    const first = await reply(client, ask('What is 1 + 1?'));
    const again = await reply(client, ask('What is 1 + 1?'));
    assert.equal(again.result.reusedTokens, again.result.promptTokens - 1);
    assert.equal(again.text, first.text);
  });

  it('goes on from its own beginning when that is given', async () => {
    const whole = await reply(client, ask('What is 47 + 38?'));
    const cut = whole.text.indexOf('Ones:');
    const rest = await reply(client, ask('What is 47 + 38?', { prefill: whole.text.slice(0, cut) }));
    assert.equal(whole.text.slice(0, cut) + rest.text, whole.text);
  });

  it('is waited for by a second request, which then runs by itself', async () => {
    const order: string[] = [];
    const first = reply(client, ask(countTo400, { maxTokens: 300 }), () => order.push('first'));
    const second = reply(client, ask('What is 2 + 2?'), () => order.push('second'));
    const [one, two] = await Promise.all([first, second]);
    assert.equal(one.result.generatedTokens, 300);
    assert.match(two.text, /\\boxed\{4\}/);
    assert.ok(order.lastIndexOf('first') < order.indexOf('second'));
  });

  it('does not keep tokens from being counted meanwhile', async () => {
    let counted: Promise<unknown> | undefined;
    let done = false;
    const long = reply(client, ask(countTo400), (piece) => {
      if (piece.kind === 'text') counted ??= client.countTokens(ask('1 + 1')).then(() => assert.equal(done, false));
    });
    await long;
    done = true;
    assert.ok(counted);
    await counted;
  });
});
