import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Turn } from '../../src/core/conversation.ts';
import { lastTurn } from '../../src/core/conversation.ts';
import { Backends } from '../../src/host/backends.ts';
import type { ModelSettings } from '../../src/host/config.ts';
import { Conversations } from '../../src/host/conversations.ts';
import { ModelService } from '../../src/host/modelService.ts';
import { ServerBackend } from '../../src/host/remote/serverBackend.ts';
import { TurnRunner } from '../../src/host/turn.ts';
import type { ModelState } from '../../src/shared/modelState.ts';
import { beginStream, fixtureStream, loopbackServer, modelLists, sendJson } from './loopbackServer.ts';
import type { Answer, LoopbackServer } from './loopbackServer.ts';
import { fixtureModel, greedy, newClient } from './support.ts';

const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} };
const thought = '\nOkay, 47 + 38: 40 + 30 = 70, 7 + 8 = 15, so 85 √ 🎉.\n';
const answer = '47 + 38 = **85** 你好.';

describe('A turn on a server', () => {
  const local: ModelSettings = { modelPath: fixtureModel, gpu: 'cpu', contextTokens: 2048, threads: 0 };
  const { client } = newClient();
  let server: LoopbackServer;
  let folder: string;
  let settings: ModelSettings = local;
  let model: ModelService;
  let conversations: Conversations;
  let turns: TurnRunner;
  /** How the next requests are answered, one after the other; the last one goes on. */
  let replies: Answer[] = [];
  let models: object = modelLists.vllm;
  const states: ModelState[] = [];

  before(async () => {
    const reply: Answer = (request, response) => (replies.length > 1 ? replies.shift() : replies[0])?.(request, response);
    server = await loopbackServer({
      '/v1/models': (_request, response) => sendJson(response, models),
      '/v1/chat/completions': reply,
      '/v1/completions': reply,
      // As vLLM counts: a prompt, or a whole chat.
      '/tokenize': ({ body }, response) =>
        sendJson(response, { count: String(body?.prompt).split(/\b/).length, max_model_len: 32_768, tokens: [] }),
    });
    folder = await mkdtemp(path.join(tmpdir(), 'lemma-served-'));
    const backend = new ServerBackend({ log: quiet, key: () => Promise.resolve('sk-secret') });
    model = new ModelService(new Backends(client, backend), () => settings);
    model.onDidChange((state) => states.push(state));
    conversations = new Conversations(folder, { get: () => undefined, update: () => Promise.resolve() }, quiet);
    turns = new TurnRunner(conversations, model, () => ({ sampling: greedy, maxTokens: 1000, thinkingTokens: 0 }), quiet);
  });

  beforeEach(async () => {
    await conversations.startNew();
    models = modelLists.vllm;
    settings = { ...local, server: { url: server.url, model: '' } };
    model.settingsChanged();
    states.length = 0;
  });

  after(async () => {
    await turns.settle('stopped');
    await conversations.close();
    model.dispose();
    await client.dispose();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const newest = (): Turn => {
    const turn = lastTurn(conversations.current);
    assert.ok(turn);
    return turn;
  };
  const stream =
    (bytes: Uint8Array): Answer =>
    (_request, response) => {
      beginStream(response);
      response.end(bytes);
    };
  const whole = (name: string): Answer => stream(fixtureStream(name));
  /** Up to where the bytes `until` begin, then the connection is gone. */
  const cut =
    (name: string, until: string): Answer =>
    (_request, response) => {
      const bytes = fixtureStream(name);
      beginStream(response);
      response.write(bytes.subarray(0, bytes.indexOf(until)), () => response.destroy());
    };

  it('is thought and answer like one of this computer, and says where it was made', async () => {
    replies = [whole('vllm-chat-enforced.sse')];
    assert.deepEqual(model.state, { kind: 'notStarted', name: '', server: server.host });
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    const turn = newest();
    assert.deepEqual([turn.thought, turn.answer.trim(), turn.end?.kind], [thought, answer, 'complete']);
    assert.deepEqual([turn.promptTokens, turn.thoughtTokens + turn.answerTokens], [18, 17]);
    assert.equal(model.state.kind, 'ready');
    const info = 'info' in model.state ? model.state.info : undefined;
    assert.deepEqual([info?.device, info?.backend, info?.contextTokens], ['server', 'vllm', 32_768]);
    assert.deepEqual(info?.served, { host: server.host, encrypted: true, contextKnown: true });
    assert.ok(states.some((state) => state.kind === 'busy' && state.activity === 'answering'));
  });

  it('of a model whose thought the prompt does not open thinks first, and answers then', async () => {
    models = { ...modelLists.vllm, data: [{ ...modelLists.vllm.data[0], id: 'another-model', root: 'another-model' }] };
    settings = { ...local, server: { url: server.url, model: 'another-model' } };
    model.settingsChanged();
    for (const name of ['vllm-chat-opened.sse', 'vllm-chat-reasoning.sse']) {
      await conversations.startNew();
      const written = new Set<string>();
      const listening = conversations.onDidAppend(({ event }) => {
        if (event.type === 'delta' && event.text !== '') written.add(`${event.part} while ${newest().phase}`);
      });
      replies = [whole(name)];
      await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
      listening.dispose();
      assert.deepEqual([newest().thought.trim(), newest().answer.trim()], [thought.trim(), answer], name);
      assert.deepEqual([...written], ['thought while thinking', 'answer while answering'], name);
    }
  });

  it('whose connection breaks keeps its text, and goes on from there to the same reply', async () => {
    replies = [cut('vllm-chat-enforced.sse', ', 7 + 8'), whole('vllm-completions.sse')];
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    const broken = newest();
    assert.equal(broken.end?.kind === 'failed' && broken.end.error.code, 'serverStreamBroken');
    assert.equal(broken.thought, '\nOkay, 47 + 38: 40 + 30 = 70');
    await turns.resume(broken.question.id, 'continue');
    assert.deepEqual([newest().thought, newest().answer.trim(), newest().end?.kind], [thought, answer, 'complete']);
    assert.match(String(server.requests.at(-1)?.body?.prompt), /<think>\nOkay, 47 \+ 38: 40 \+ 30 = 70$/);
  });

  it('that is cut inside its closing tag closes it when it goes on, and no half of it stays', async () => {
    replies = [
      cut('vllm-chat-enforced.sse', '"content":"think"'),
      stream(Buffer.from(`data: ${JSON.stringify({ choices: [{ text: 'think>\n\n85', finish_reason: 'stop' }] })}\n\n`)),
    ];
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    assert.equal(newest().thought, `${thought}</`);
    await turns.resume(newest().question.id, 'continue');
    assert.deepEqual([newest().thought, newest().answer], [thought, '\n\n85']);
  });

  it('that is to be answered now has its thought closed, and the server is asked for the answer alone', async () => {
    replies = [
      cut('vllm-chat-enforced.sse', ', 7 + 8'),
      stream(Buffer.from(`data: ${JSON.stringify({ choices: [{ text: 'It is 85.', finish_reason: 'stop' }] })}\n\n`)),
    ];
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    await turns.resume(newest().question.id, 'answerNow');
    assert.deepEqual([newest().thought.trim(), newest().answer.trim()], ['Okay, 47 + 38: 40 + 30 = 70', 'It is 85.']);
    assert.match(String(server.requests.at(-1)?.body?.prompt), /= 70\n<\/think>\n\n$/);
  });

  it('that the server was too busy for is asked again with nothing lost', async () => {
    const busy: Answer = (_request, response) =>
      sendJson(response, { error: { message: 'Too many requests' } }, 429, { 'retry-after': '3' });
    replies = [busy, whole('vllm-chat-reasoning.sse')];
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    assert.deepEqual(newest().end, { kind: 'failed', error: { code: 'serverBusy', host: server.host, status: 429, retryAfterSeconds: 3 } });
    await turns.resume(newest().question.id, 'continue');
    assert.deepEqual([newest().thought, newest().answer.trim(), newest().end?.kind], [thought, answer, 'complete']);
  });

  it('of a server that is not there says so, and nothing is sent anywhere else', async () => {
    settings = { ...local, server: { url: 'http://127.0.0.1:9/v1', model: 'm' } };
    model.settingsChanged();
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    const { end } = newest();
    assert.equal(end?.kind === 'failed' && end.error.code, 'serverUnreachable');
    assert.equal(model.state.kind, 'failed');
  });

  it('without an address has none to go to', async () => {
    settings = { ...local, server: { url: '', model: '' } };
    model.settingsChanged();
    assert.deepEqual(model.state, { kind: 'notChosen', server: true });
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    const { end } = newest();
    assert.equal(end?.kind === 'failed' && end.error.code, 'serverNotChosen');
  });

  it('follows one on this computer in the same conversation, and the memory of that model is given back', async () => {
    settings = local;
    model.settingsChanged();
    await turns.ask({ task: 'ask', text: 'What is 17 + 25?' });
    assert.match(newest().answer, /42/);
    const info = 'info' in model.state ? model.state.info : undefined;
    assert.equal(info?.device, 'cpu');
    replies = [whole('sglang-chat-reasoning.sse')];
    settings = { ...local, server: { url: server.url, model: 'THUDM/GLM-Z1-32B-0414' } };
    model.settingsChanged();
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    assert.equal(newest().answer, answer);
    const messages = server.requests.at(-1)?.body?.messages as { role: string; content: string }[];
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.doesNotMatch(messages[1]?.content ?? '', /think/, 'the thought of the first turn is not told');
    await assert.rejects(client.countTokens({ messages: [], profile: 'glm-z1' }));
  });
});
