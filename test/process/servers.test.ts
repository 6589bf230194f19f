import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, ServerResponse } from 'node:http';
import { LemmaFailure } from '../../src/core/errors.ts';
import { beginStream, fixtureStream, loopbackServer, modelLists, sendJson, sendPieces } from './loopbackServer.ts';
import type { Answer, LoopbackServer } from './loopbackServer.ts';
import { connected, newBackend, served } from './servedSupport.ts';
import { ask } from './support.ts';

const thought = '\nOkay, 47 + 38: 40 + 30 = 70, 7 + 8 = 15, so 85 √ 🎉.\n';
const answer = '47 + 38 = **85** 你好.';

const tinyThought = [
  'The task is 47 + 38.',
  'Digits: 4 7 and 3 8.',
  'Ones: 7 + 8 + 0 = 15, write 5, carry 1.',
  'Tens: 4 + 3 + 1 = 8, write 8, carry 0.',
  'So 47 + 38 = 85.',
].join('\n');
const tinyAnswer = 'The result is $47 + 38 = 85$.\n\n\\[\n\\boxed{85}\n\\]';

type Engine = keyof typeof modelLists;

/** Where each stream comes from, and how its model counts tokens. */
const streams: readonly (readonly [fixture: string, engine: Engine])[] = [
  ['vllm-chat-enforced.sse', 'vllm'],
  ['vllm-chat-opened.sse', 'vllm'],
  ['vllm-chat-reasoning.sse', 'vllm'],
  ['vllm-chat-reasoning-content.sse', 'vllm'],
  ['sglang-chat-enforced.sse', 'sglang'],
  ['sglang-chat-reasoning.sse', 'sglang'],
  ['llama-server-chat-reasoning.sse', 'llamacpp'],
  ['llama-server-chat-text.sse', 'llamacpp'],
];

describe('A server’s reply', () => {
  let server: LoopbackServer;
  afterEach(() => server.close());

  const listing =
    (engine: Engine): Answer =>
    (_request, response) =>
      sendJson(response, modelLists[engine]);
  const answering = async (engine: Engine, chat: Answer, more: Record<string, Answer> = {}): Promise<void> => {
    server = await loopbackServer({ '/v1/models': listing(engine), '/v1/chat/completions': chat, ...more });
  };
  /** Streams a fixture in pieces of `size` bytes. */
  const replay =
    (fixture: string, size: number): Answer =>
    (_request, response) => {
      beginStream(response);
      const bytes = fixtureStream(fixture);
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      void sendPieces(response, pieces);
    };
  const failing = async (
    answer: Answer,
    engine: Engine = 'vllm',
    key?: string,
  ): Promise<{ error: unknown; thought: string; answer: string }> => {
    await answering(engine, answer);
    const { backend } = newBackend(key);
    await connected(backend, server);
    return served(backend);
  };
  const codeOf = (error: unknown): string => (error instanceof LemmaFailure ? error.error.code : String(error));

  for (const [fixture, engine] of streams) {
    it(`of ${fixture} is split into thought and answer, whole or byte by byte`, async () => {
      // Those that were recorded are fifty times as long.
      for (const size of engine === 'llamacpp' ? [13, 1_000_000] : [1, 7, 1_000_000]) {
        await answering(engine, replay(fixture, size));
        const { backend } = newBackend();
        await connected(backend, server);
        const reply = await served(backend);
        assert.equal(reply.error, undefined);
        // Those of llama-server were recorded from the tiny model.
        const [own, said] = engine === 'llamacpp' ? [tinyThought, tinyAnswer] : [thought, answer];
        assert.deepEqual([reply.thought.trim(), reply.answer.trim()], [own.trim(), said.trim()]);
        assert.equal(reply.result?.stop, 'endOfTurn');
        await server.close();
      }
      await answering(engine, replay(fixture, 1000));
    });
  }

  it('is counted by the server’s own usage', async () => {
    await answering('vllm', replay('vllm-chat-enforced.sse', 50));
    const { backend } = newBackend();
    await connected(backend, server);
    const reply = await served(backend);
    assert.deepEqual([reply.result?.promptTokens, reply.result?.generatedTokens, reply.tokens], [18, 17, 17]);
    assert.equal(reply.budgets.at(-1)?.promptTokens, 18);
  });

  it('that reached the limit says so', async () => {
    await answering('vllm', replay('vllm-chat-length.sse', 50));
    const { backend } = newBackend();
    await connected(backend, server);
    const reply = await served(backend, ask('What is 47 + 38?', { maxTokens: 8 }));
    assert.equal(reply.result?.stop, 'maxTokens');
    assert.deepEqual([reply.thought, reply.answer], [thought, '']);
  });

  it('of a model that is not known begins as thought, so that none passes for an answer, and is known the next time', async () => {
    const chunk = (content: string, finish: string | null = null): string =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
    const replies = [[chunk('Hm, 85.'), chunk('</think>\n\nIt is 85.'), chunk('', 'stop')], [chunk('So 85.</think>Again 85.', 'stop')]];
    await answering('other', (_request, response) => {
      beginStream(response);
      response.end(replies.shift()?.join(''));
    });
    const { backend } = newBackend();
    await connected(backend, server);
    const first = await served(backend);
    assert.deepEqual([first.thought, first.answer], ['Hm, 85.', '\n\nIt is 85.']);
    const second = await served(backend);
    assert.deepEqual([second.thought, second.answer], ['So 85.', 'Again 85.']);
    await server.close();

    await answering('other', (_request, response) => {
      beginStream(response);
      response.end(chunk('It is ') + chunk('85.', 'stop'));
    });
    const plain = newBackend().backend;
    await connected(plain, server);
    const unsure = await served(plain);
    assert.deepEqual([unsure.thought, unsure.answer], ['It is 85.', 'It is 85.'], 'an answer is not lost');
    const sure = await served(plain);
    assert.deepEqual([sure.thought, sure.answer], ['', 'It is 85.']);
  });

  it('of a server whose parser splits is an answer where the model did not think', async () => {
    const chunk = (delta: object, finish: string | null = null): string =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    const replies = [chunk({ reasoning: 'Hm.' }) + chunk({ content: 'One.' }, 'stop'), chunk({ content: 'Two.' }, 'stop')];
    await answering('vllm', (_request, response) => {
      beginStream(response);
      response.end(replies.shift());
    });
    const { backend } = newBackend();
    await connected(backend, server);
    await served(backend);
    const second = await served(backend);
    assert.deepEqual([second.thought, second.answer], ['', 'Two.']);
  });

  it('that comes whole, for the server does not stream, is taken as it is', async () => {
    await answering('vllm', (_request, response) =>
      sendJson(response, {
        choices: [{ message: { reasoning_content: 'Hm.', content: '85' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 9, completion_tokens: 4 },
      }),
    );
    const { backend } = newBackend();
    await connected(backend, server);
    const reply = await served(backend);
    assert.deepEqual([reply.thought, reply.answer, reply.result?.generatedTokens], ['Hm.', '85', 4]);
  });

  it('goes on from its own text by /completions, with the prompt of this family', async () => {
    server = await loopbackServer({
      '/v1/models': listing('vllm'),
      '/v1/completions': replay('vllm-completions.sse', 3),
      '/tokenize': ({ body }, response) => sendJson(response, { count: String(body?.prompt).length, max_model_len: 32_768, tokens: [] }),
    });
    const { backend } = newBackend();
    await connected(backend, server);
    const begun = 'Okay, 47 + 38: 40 + 30 = 70';
    const reply = await served(backend, ask('What is 47 + 38?', { prefill: begun }));
    assert.equal(reply.error, undefined);
    assert.deepEqual([begun + reply.thought, reply.answer.trim()], [thought.trimStart(), answer]);
    const { body } = server.requests.at(-1) ?? {};
    assert.equal(body?.prompt, `[gMASK]<sop><|user|>\nWhat is 47 + 38?<|assistant|>\n<think>\n${begun}`);
    assert.equal(body?.add_special_tokens, false);
    assert.equal(body?.max_tokens, 30_000);
  });

  it('that is to be the answer now has its thought closed in the prompt', async () => {
    const tokenized: unknown[] = [];
    server = await loopbackServer({
      '/v1/models': listing('sglang'),
      '/v1/completions': replay('sglang-completions.sse', 9),
      '/tokenize': ({ body }, response) => {
        tokenized.push(body?.prompt);
        assert.equal(body?.add_special_tokens, false);
        sendJson(response, { tokens: [1, 2, 3], count: 3, max_model_len: 32_768 });
      },
    });
    const { backend } = newBackend();
    await connected(backend, server);
    const reply = await served(backend, ask('2 + 2?', { prefill: '\nTwo and two.', closeThought: true }));
    assert.equal(reply.thought.trim(), '', 'nothing is added to the thought any more');
    assert.match(reply.answer, /47/);
    const { body } = server.requests.at(-1) ?? {};
    assert.deepEqual(body?.prompt, [1, 2, 3], 'as tokens, so that SGLang puts nothing before it');
    assert.equal(tokenized.at(-1), '[gMASK]<sop><|user|>\n2 + 2?<|assistant|>\n<think>\nTwo and two.\n</think>\n\n');
  });

  it('whose thought has used up its budget is closed at the end of a line and goes on to its answer', async () => {
    server = await loopbackServer({
      '/v1/models': listing('vllm'),
      // It would write on: what it sends in the time of a piece, it sends before the thought is seen to be over.
      '/v1/chat/completions': (_request, response) => {
        beginStream(response);
        response.write(fixtureStream('vllm-chat-enforced.sse'));
      },
      '/v1/completions': (_request, response) => {
        beginStream(response);
        response.end(
          `data: ${JSON.stringify({ choices: [{ text: 'It is 85.', finish_reason: 'stop' }], usage: { prompt_tokens: 40, completion_tokens: 5 } })}\n\n`,
        );
      },
    });
    const { backend } = newBackend();
    await connected(backend, server);
    const reply = await served(backend, ask('What is 47 + 38?', { thinkingTokens: 1 }));
    assert.equal(reply.error, undefined);
    assert.equal(reply.answer.trim(), 'It is 85.');
    assert.ok(thought.startsWith(reply.thought.trimEnd()), reply.thought);
    assert.equal(reply.result?.stop, 'endOfTurn');
    const { body } = server.requests.at(-1) ?? {};
    assert.ok(String(body?.prompt).endsWith(`${reply.thought.trimEnd()}\n</think>\n\n`), String(body?.prompt));
    await server.requests.find(({ path }) => path === '/v1/chat/completions')?.closed;
  });

  it('of a model with a prompt that is not known is asked for again with the text so far, and that is said', async () => {
    await answering('other', replay('vllm-chat-reasoning.sse', 100));
    const { backend, askedAgain } = newBackend();
    await connected(backend, server);
    await served(backend, ask('What is 47 + 38?', { prefill: 'Hm.</think>It is' }));
    assert.equal(askedAgain(), 1);
    const messages = server.requests.at(-1)?.body?.messages as { role: string; content: string }[];
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.equal(messages[1]?.content, '<think>Hm.</think>It is');
  });

  it('is asked for with the settings’ sampling, in each engine’s own words', async () => {
    for (const [engine, topK] of [
      ['vllm', -1],
      ['llamacpp', 0],
      ['other', undefined],
    ] as const) {
      await answering(engine, replay('vllm-chat-reasoning.sse', 5000));
      const { backend } = newBackend();
      await connected(backend, server);
      await served(backend, ask('1', { sampling: { temperature: 0.6, topP: 0.95, topK: 0, seed: 7 }, maxTokens: 100 }));
      const { body } = server.requests.at(-1) ?? {};
      assert.deepEqual(
        [body?.temperature, body?.top_p, body?.top_k, body?.seed, body?.max_tokens, body?.stream],
        [0.6, 0.95, topK, 7, 100, true],
      );
      await server.close();
    }
    await answering('vllm', replay('vllm-chat-reasoning.sse', 5000));
  });

  for (const [status, code] of [
    [400, 'serverRefused'],
    [401, 'serverKeyRefused'],
    [403, 'serverKeyRefused'],
    [404, 'serverModelMissing'],
    [429, 'serverBusy'],
    [500, 'serverFailed'],
    [502, 'serverFailed'],
    [503, 'serverBusy'],
  ] as const) {
    it(`that is refused with ${status} fails as ${code}`, async () => {
      const message = 'The model `m` does not exist. Key sk-secret is unknown.';
      const { error } = await failing(
        (_request, response) => sendJson(response, { error: { message, code: status } }, status, { 'retry-after': '12' }),
        'vllm',
        'sk-secret',
      );
      assert.equal(codeOf(error), code);
      const told = error instanceof LemmaFailure ? error.error : undefined;
      assert.ok(!JSON.stringify(told).includes('sk-secret'), 'a key that the server repeats is not shown');
      if (told?.code === 'serverBusy') assert.equal(told.retryAfterSeconds, 12);
      if (told?.code === 'serverKeyRefused') assert.equal(told.keySent, true);
    });
  }

  it('that is too long for llama-server says by how much', async () => {
    const error = { code: 400, message: 'too long', type: 'exceed_context_size_error', n_prompt_tokens: 5000, n_ctx: 4096 };
    const failed = await failing((_request, response) => sendJson(response, { error }, 400), 'llamacpp');
    assert.deepEqual(failed.error instanceof LemmaFailure && failed.error.error, {
      code: 'promptTooLong',
      promptTokens: 5000,
      limitTokens: 4096,
      overTokens: 904,
    });
  });

  it('that breaks off keeps what was written', async () => {
    const bytes = fixtureStream('vllm-chat-enforced.sse');
    const cut = async (end: (response: ServerResponse) => void): Promise<void> => {
      const broken = await failing((_request, response) => {
        beginStream(response);
        response.write(bytes.subarray(0, bytes.indexOf('</')), () => end(response));
      });
      assert.equal(codeOf(broken.error), 'serverStreamBroken');
      assert.equal(broken.thought, thought);
      assert.equal(broken.answer, '');
    };
    await cut((response) => response.destroy());
    await server.close();
    // A proxy that ends the stream as if it were complete.
    await cut((response) => response.end());
  });

  for (const [form, line] of [
    ['in an event', 'data: {"error": {"message": "CUDA out of memory", "code": 500}}'],
    ['in an event as older versions do', 'data: {"object": "error", "message": "CUDA out of memory", "code": 500}'],
    ['in a line that is no event', 'error: {"message": "CUDA out of memory", "code": 500}'],
  ] as const) {
    it(`that the server ends by an error ${form} keeps what was written`, async () => {
      const failed = await failing((_request, response) => {
        beginStream(response);
        response.end(`data: {"choices":[{"delta":{"content":"Hm"}}]}\n\n${line}\n\ndata: [DONE]\n\n`);
      });
      assert.deepEqual(failed.error instanceof LemmaFailure && failed.error.error, {
        code: 'serverFailed',
        host: server.host,
        status: 500,
        reason: 'CUDA out of memory',
      });
      assert.equal(failed.thought, 'Hm');
    });
  }

  it('whose server repeats the key in an error of its stream does not show it', async () => {
    const { error } = await failing(
      (_request, response) => {
        beginStream(response);
        response.end(`data: {"error": {"message": "Quota of sk-secret is used up", "code": 500}}\n\n`);
      },
      'vllm',
      'sk-secret',
    );
    assert.ok(error instanceof LemmaFailure && error.error.code === 'serverFailed');
    assert.equal(error.error.reason, 'Quota of … is used up');
  });

  it('that is a page of HTML, or nothing, comes from no OpenAI-compatible server', async () => {
    const page = await failing((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html><body>Sign in</body></html>');
    });
    assert.equal(codeOf(page.error), 'serverNotCompatible');
    await server.close();
    const asStream = await failing((_request, response) => {
      beginStream(response);
      response.end('<html>\n<body>Sign in</body>\n</html>\n');
    });
    assert.equal(codeOf(asStream.error), 'serverNotCompatible');
    await server.close();
    const empty = await failing((_request, response) => {
      beginStream(response);
      response.end();
    });
    assert.equal(codeOf(empty.error), 'serverNotCompatible');
  });

  it('with a line of a million characters is read', async () => {
    const long = '7'.repeat(1_000_000);
    await answering('vllm', (_request, response) => {
      beginStream(response);
      response.end(
        `: a comment\n\ndata: ${JSON.stringify({ choices: [{ delta: { content: `${long}</think>85` }, finish_reason: 'stop' }] })}\n\n`,
      );
    });
    const { backend } = newBackend();
    await connected(backend, server);
    const reply = await served(backend);
    assert.deepEqual([reply.thought.length, reply.answer], [1_000_000, '85']);
  });

  it('is not asked for at another host: a redirect is refused, and the key stays', async () => {
    const elsewhere = await loopbackServer({ '/v1/chat/completions': replay('vllm-chat-reasoning.sse', 500) });
    try {
      for (const status of [301, 302, 307, 308]) {
        const { error } = await failing(
          (_request, response) => {
            response.writeHead(status, { location: `${elsewhere.url}/chat/completions?key=abc` });
            response.end();
          },
          'vllm',
          'sk-secret',
        );
        assert.deepEqual(error instanceof LemmaFailure && error.error, {
          code: 'serverRedirects',
          host: server.host,
          to: `${elsewhere.url}/chat/completions`,
        });
        assert.equal(server.requests.at(-1)?.headers.authorization, 'Bearer sk-secret');
        await server.close();
      }
      assert.equal(elsewhere.requests.length, 0);
    } finally {
      await elsewhere.close();
    }
    server = await loopbackServer({});
  });

  it('may take as long as it will: a limit of the connection that runs out before the first byte ends nothing', async () => {
    let begin: (() => void) | undefined;
    await answering('vllm', (_request, response) => {
      // The head comes with the first byte, as that of llama-server does once the prompt is read.
      begin = () => void replay('vllm-chat-reasoning.sse', 500)(_request, response);
    });
    const { backend } = newBackend();
    await connected(backend, server);
    const started: ClientRequest[] = [];
    const watch = (message: unknown): void => void started.push((message as { request: ClientRequest }).request);
    subscribe('http.client.request.start', watch);
    try {
      const asked = server.next('/v1/chat/completions');
      const reply = served(backend);
      await asked;
      const request = started.find(({ path }) => path === '/v1/chat/completions');
      assert.ok(request?.socket);
      // What Node does when an agent's or a socket's time is over.
      request.socket.emit('timeout');
      begin?.();
      assert.equal((await reply).answer.trim(), answer);
    } finally {
      unsubscribe('http.client.request.start', watch);
    }
  });

  it('of a server that does not say its context has that of the settings, whatever the turn would need', async () => {
    await answering('other', replay('vllm-chat-reasoning.sse', 5000));
    const { backend } = newBackend();
    const load = { modelPath: '', gpu: 'auto', contextTokens: 512, threads: 0 } as const;
    const contextOf = async (contextTokens: number | undefined): Promise<unknown> => {
      const choice = { url: server.url, model: '', ...(contextTokens === undefined ? {} : { contextTokens }) };
      const info = await backend.load({ ...load, server: choice }, () => undefined);
      return [info?.contextTokens, info?.served?.contextKnown];
    };
    assert.deepEqual(await contextOf(8192), [8192, false]);
    assert.deepEqual(await contextOf(undefined), [32_768, false]);
  });

  it('that stalls ends at once when it is cancelled, and the server sees the connection close', async () => {
    const bytes = fixtureStream('vllm-chat-enforced.sse');
    await answering('vllm', (_request, response) => {
      beginStream(response);
      response.write(bytes.subarray(0, bytes.indexOf('</')));
    });
    const { backend } = newBackend();
    await connected(backend, server);
    const stop = new AbortController();
    const asked = server.next('/v1/chat/completions');
    let written = '';
    const reply = await served(backend, undefined, stop.signal, ({ text }) => {
      written += text;
      if (written === thought) stop.abort();
    });
    assert.deepEqual([reply.result?.stop, reply.thought], ['cancelled', thought]);
    await (
      await asked
    ).closed;
  });

  it('that has not begun ends at once when it is cancelled', async () => {
    await answering('vllm', () => undefined);
    const { backend } = newBackend();
    await connected(backend, server);
    const stop = new AbortController();
    const asked = server.next('/v1/chat/completions');
    const reply = served(backend, undefined, stop.signal);
    const request = await asked;
    stop.abort();
    assert.equal((await reply).result?.stop, 'cancelled');
    await request.closed;
  });
});
