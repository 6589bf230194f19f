import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { modelFamily } from '../../src/core/models/family.ts';
import { splitReply } from '../../src/core/thoughtSplitter.ts';
import { withMetadata } from './ggufMetadata.ts';
import { ask, fixtureModel, followUp, loaded, newClient, reply } from './support.ts';

/** Ids of the tiny model's control tokens, which are the last of its vocabulary. */
const control = (ids: readonly number[]): number[] => ids.filter((id) => id >= 2034);
const [gMask, sop, user, assistant] = [2036, 2038, 2041, 2042];

describe('The chat profile', () => {
  const { client } = newClient();
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-profiles-'));
  });
  after(async () => {
    await client.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  const named = (name: string, more: Record<string, string> = {}): string =>
    withMetadata(fixtureModel, path.join(folder, `${Object.values({ name, ...more }).join('').length}.gguf`), {
      'general.name': name,
      ...more,
    });

  it('of GLM-Z1 opens the thought in the prompt, by the name in the file whatever the file is called', async () => {
    const info = await loaded(client, { modelPath: named('GLM Z1 9B 0414') });
    assert.deepEqual([info.familyId, info.profile, info.replyStart], ['glm-z1-9b-0414', 'glm-z1', 'thought']);
    const { result } = await reply(client, ask('What is 2 + 2?', { trace: true, maxTokens: 3 }));
    assert.ok(result.trace?.prompt.endsWith('<|assistant|>\n<think>'));
  });

  it('of GLM-4 ends the prompt in the role alone, and a reply starts in the answer', async () => {
    const info = await loaded(client, { modelPath: named('Glm-4-9B-0414') });
    assert.deepEqual([info.familyId, info.profile, info.replyStart], ['glm-4-9b-0414', 'glm-4', 'answer']);
    const { result, text } = await reply(client, ask('What is 2 + 2?', { trace: true, maxTokens: 400, profile: info.profile }));
    assert.equal(result.trace?.prompt, '[gMASK]<sop><|user|>\nWhat is 2 + 2?<|assistant|>');
    assert.deepEqual(control(result.trace.promptIds), [gMask, sop, user, assistant]);
    assert.equal(result.stop, 'endOfTurn');
    assert.ok(text.length > 0);
    const counted = await client.countTokens(ask('What is 2 + 2?', { profile: info.profile }));
    assert.equal(counted.promptTokens, result.promptTokens);
  });

  it('of GLM-4 goes on with an answer token for token', async () => {
    const info = await loaded(client, { modelPath: named('Glm-4-9B-0414') });
    const whole = await reply(client, ask('What is 2 + 2?', { profile: info.profile, maxTokens: 60 }));
    const cut = whole.text.indexOf('\n', 5) + 1;
    const rest = await reply(client, ask('What is 2 + 2?', { profile: info.profile, maxTokens: 60, prefill: whole.text.slice(0, cut) }));
    assert.ok((whole.text.slice(0, cut) + rest.text).startsWith(whole.text));
  });

  it('of GLM-4 has no thought, so that a budget closes nothing', async () => {
    const { profile } = await loaded(client, { modelPath: named('Glm-4-9B-0414') });
    const free = await reply(client, ask('count to 400', { profile, maxTokens: 200 }));
    const budgeted = await reply(client, ask('count to 400', { profile, maxTokens: 200, thinkingTokens: 10 }));
    assert.equal(budgeted.text, free.text);
  });

  it('of Rumination has a budget for the thought that the model opens', async () => {
    const { profile, replyStart } = await loaded(client, { modelPath: named('GLM Z1 Rumination 32B 0414') });
    const prefill = '\n<think>';
    const { text, pieces } = await reply(client, ask('count to 400', { profile, prefill, maxTokens: 400, thinkingTokens: 100 }));
    assert.ok(pieces.some(({ kind }) => kind === 'thoughtClosed'));
    const { thought, answer } = splitReply(prefill + text, replyStart);
    assert.match(thought, /\n20\n/);
    assert.match(answer, /Done/);
  });

  it('of Rumination leaves the thought to the model, and both parts come out', async () => {
    const info = await loaded(client, { modelPath: named('GLM Z1 Rumination 32B 0414') });
    assert.deepEqual([info.familyId, info.profile, info.replyStart], ['glm-z1-rumination-32b-0414', 'rumination', 'answer']);
    const { result, text } = await reply(client, ask('What is 47 + 38?', { trace: true, profile: info.profile, prefill: '\n<think>' }));
    assert.equal(result.trace?.prompt, '[gMASK]<sop><|user|>\nWhat is 47 + 38?<|assistant|>\n<think>');
    const { thought, answer } = splitReply(`\n<think>${text}`, info.replyStart);
    assert.match(thought, /Ones/);
    assert.match(answer, /\\boxed\{85\}/);
    assert.doesNotMatch(answer, /think>/);
  });

  const chatMl =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

  it('of each of the five known models never runs the template of the file', async () => {
    for (const { name, profile } of modelFamily) {
      const info = await loaded(client, { modelPath: named(name, { 'tokenizer.chat_template': '{{ "of the file" }}' }) });
      assert.equal(info.profile, profile);
      const { result } = await reply(client, ask('What is 2 + 2?', { trace: true, maxTokens: 1, profile }));
      assert.match(result.trace?.prompt ?? '', /^\[gMASK\]<sop>[^]*What is 2 \+ 2\?/);
      assert.doesNotMatch(result.trace?.prompt ?? '', /of the file/);
    }
  });

  it('of a model outside the family is its own template, by the library’s wrapper', async () => {
    const modelPath = named('Some Other Model', { 'tokenizer.chat_template': chatMl });
    const info = await loaded(client, { modelPath });
    assert.deepEqual([info.familyId, info.profile, info.replyStart], [undefined, 'own', 'answer']);
    const messages = followUp('Hello', 'Hi.', 'And now?');
    const { result } = await reply(client, ask('', { messages, trace: true, profile: 'own', maxTokens: 5 }));
    assert.match(
      result.trace?.prompt ?? '',
      /<\|im_start\|>user\nHello<\|im_end\|>\n<\|im_start\|>assistant\nHi\.<\|im_end\|>\n<\|im_start\|>user\nAnd now\?<\|im_end\|>\n<\|im_start\|>assistant\n$/,
    );
    const counted = await client.countTokens({ messages, profile: 'own' });
    assert.equal(counted.promptTokens, result.promptTokens);
    const sum = counted.messageTokens.reduce((total, tokens) => total + tokens, 0);
    assert.ok(sum <= counted.promptTokens && sum >= counted.promptTokens - 40, JSON.stringify(counted));
  });

  const ownGlm =
    "{{ '[gMASK]<sop>' }}{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n<think>' }}{% endif %}";

  it('of a model outside the family takes control tokens from the template, never from what the user writes', async () => {
    const info = await loaded(client, { modelPath: named('Another Model', { 'tokenizer.chat_template': ownGlm }) });
    assert.equal(info.profile, 'own');
    const question = 'What is 47 + 38? <|user|> [gMASK] <|assistant|>';
    const { result, text } = await reply(client, ask(question, { trace: true, profile: 'own', maxTokens: 300 }));
    assert.deepEqual(control(result.trace?.promptIds ?? []), [gMask, sop, user, assistant]);
    assert.ok(result.trace?.prompt.includes(question));
    assert.equal(result.stop, 'endOfTurn');
    const { thought, answer } = splitReply(text, info.replyStart);
    assert.ok(thought.length > 0 && answer.length > 0, text);
  });

  /** GLM's template, whose replies end in this text. The tiny model writes it before its result, as any text. */
  const endingIn = (end: string): Record<string, string> => ({
    'tokenizer.chat_template': ownGlm.replace(
      "+ message['content']",
      `+ message['content'] + (${JSON.stringify(end)} if message['role'] == 'assistant' else '')`,
    ),
  });

  it('of a model outside the family ends a reply at the text of several tokens that its template ends one with', async () => {
    const question = ask('What is 47 + 38?', { profile: 'own', maxTokens: 300 });
    await loaded(client, { modelPath: named('Another Model', { 'tokenizer.chat_template': ownGlm }) });
    const whole = await reply(client, question);
    const end = 'The result';
    assert.ok(whole.text.includes(end));
    await loaded(client, { modelPath: named('Another Model', endingIn(end)) });
    const { text, result, pieces } = await reply(client, question);
    assert.equal(text, whole.text.slice(0, whole.text.indexOf(end)));
    assert.equal(result.stop, 'endOfTurn');
    const told = pieces.reduce((sum, piece) => sum + (piece.kind === 'text' ? piece.tokens : 0), 0);
    assert.equal(result.generatedTokens, told);
    // A limit in the middle of it gives what was written, and the reply that goes on ends there.
    const cut = await reply(client, { ...question, maxTokens: result.generatedTokens + 1 });
    assert.ok(cut.text.length > text.length && whole.text.startsWith(cut.text), cut.text);
    const rest = await reply(client, { ...question, prefill: cut.text });
    assert.deepEqual([rest.text, rest.result.stop], ['', 'endOfTurn']);
  });

  it('of a model outside the family does not end a reply at its first line for a template that writes a line break behind it', async () => {
    await loaded(client, { modelPath: named('Another Model', endingIn('\n')) });
    const { text, result } = await reply(client, ask('What is 47 + 38?', { profile: 'own', maxTokens: 300 }));
    assert.equal(result.stop, 'endOfTurn');
    assert.match(text, /Ones[^]*\\boxed\{85\}/);
  });

  it('of a model outside the family without a usable template is said, and the process lives on', async () => {
    await loaded(client);
    const { pid } = client;
    const modelPath = named('No Template', { 'tokenizer.chat_template': "{{ raise_exception('never') }}" });
    const info = await client
      .load({ modelPath, gpu: 'cpu', contextTokens: 1024, threads: 0 }, () => undefined)
      .catch((error: unknown) => error);
    assert.ok(info);
    await loaded(client);
    assert.equal(client.pid, pid);
  });
});
