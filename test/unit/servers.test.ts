import assert from 'node:assert/strict';
import { toolsText } from '../../src/core/glmPrompt.ts';
import { replyChunk } from '../../src/host/remote/replyChunk.ts';
import { serverAddress } from '../../src/host/remote/serverAddress.ts';
import { connectionError, statusError, streamedError } from '../../src/host/remote/serverErrors.ts';
import { serverRequest } from '../../src/host/remote/serverRequests.ts';
import type { ReplyRequest } from '../../src/host/remote/serverRequests.ts';
import type { ServerHttp } from '../../src/host/remote/serverHttp.ts';
import { ServerTokens } from '../../src/host/remote/serverTokens.ts';

describe('The address of a server', () => {
  const cases: readonly (readonly [written: string, api: string, root: string, encrypted: boolean])[] = [
    ['http://localhost:8000', 'http://localhost:8000/v1', 'http://localhost:8000', true],
    [' https://gpu.example/v1/ ', 'https://gpu.example/v1', 'https://gpu.example', true],
    ['gpu:30000', 'http://gpu:30000/v1', 'http://gpu:30000', false],
    ['http://10.0.0.7:8080/llm/v1', 'http://10.0.0.7:8080/llm/v1', 'http://10.0.0.7:8080/llm', false],
    ['http://[::1]:8080', 'http://[::1]:8080/v1', 'http://[::1]:8080', true],
    ['http://127.0.0.1:1/api', 'http://127.0.0.1:1/api', 'http://127.0.0.1:1/api', true],
    ['https://me:secret@gpu/v1?key=secret#secret', 'https://gpu/v1', 'https://gpu', true],
  ];
  for (const [written, api, root, encrypted] of cases) {
    it(`${written.trim()} is ${api}${encrypted ? '' : ', in the clear'}`, () => {
      const address = serverAddress(written);
      assert.deepEqual([address?.api, address?.root, address?.encrypted], [api, root, encrypted]);
    });
  }

  it('is none where it is empty, a file or another scheme', () => {
    for (const written of ['', '  ', 'file:///etc/passwd', 'ftp://gpu/v1', 'http://', 'javascript://x', 'http://a b'])
      assert.equal(serverAddress(written), undefined, written);
  });
});

describe('A server’s error', () => {
  const refused = { host: 'gpu:8000', path: '/v1/chat/completions', retryAfter: undefined, body: '', model: 'm', keySent: false };

  it('asks to wait for seconds, or until a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const wait = (retryAfter: string | undefined): unknown => statusError({ ...refused, status: 429, retryAfter }, now);
    assert.deepEqual(wait('7'), { code: 'serverBusy', host: 'gpu:8000', status: 429, retryAfterSeconds: 7 });
    assert.deepEqual(wait('Thu, 01 Jan 2026 00:01:30 GMT'), { code: 'serverBusy', host: 'gpu:8000', status: 429, retryAfterSeconds: 90 });
    for (const useless of [undefined, 'soon']) assert.deepEqual(wait(useless), { code: 'serverBusy', host: 'gpu:8000', status: 429 });
  });

  it('tells a model that is missing from a path that is', () => {
    const body = JSON.stringify({ error: { message: 'The model `m` does not exist.', code: 404 } });
    assert.equal(statusError({ ...refused, status: 404, body }, 0).code, 'serverModelMissing');
    assert.equal(statusError({ ...refused, status: 404, body: '{"detail":"Not Found"}' }, 0).code, 'serverNotCompatible');
    assert.equal(statusError({ ...refused, status: 404, body: '<html>No such model page</html>' }, 0).code, 'serverNotCompatible');
  });

  it('is told in the server’s own words, in whatever form, but never by a page for people', () => {
    const reason = (body: string): unknown => {
      const error = statusError({ ...refused, status: 500, body }, 0);
      return 'reason' in error && error.reason;
    };
    assert.equal(reason('{"error":{"message":"out of\\n memory"}}'), 'out of memory');
    assert.equal(reason('{"error":"out of memory"}'), 'out of memory');
    assert.equal(reason('{"object":"error","message":"out of memory"}'), 'out of memory');
    assert.equal(reason('{"detail":"out of memory"}'), 'out of memory');
    assert.equal(reason('out of memory'), 'out of memory');
    assert.equal(reason('<html><h1>502</h1></html>'), 'HTTP 500');
    assert.equal(reason(''), 'HTTP 500');
    assert.equal(String(reason('x'.repeat(5000))).length, 301);
  });

  it('in a stream is none where a piece of the reply says that it has no error', () => {
    assert.equal(streamedError('h', { choices: [], error: null }), undefined);
    assert.equal(streamedError('h', { choices: [{ delta: { content: 'error' } }] }), undefined);
    assert.equal(streamedError('h', { error: { message: 'x', code: 503 } })?.code, 'serverFailed');
  });

  it('of a certificate is told from one of the network', () => {
    for (const code of [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ])
      assert.equal(connectionError('h', Object.assign(new Error('x'), { code })).error.code, 'serverUntrusted', code);
    assert.equal(connectionError('h', Object.assign(new Error(''), { code: 'ECONNREFUSED' })).error.code, 'serverUnreachable');
  });
});

describe('A piece of a reply', () => {
  it('is read without a choice, with null and with a field under either name', () => {
    const text = (data: unknown): string[] => [replyChunk(data).thought, replyChunk(data).text];
    for (const nothing of [undefined, null, 1, {}, { choices: null }, { choices: [] }, { choices: [null] }, { choices: [{ delta: null }] }])
      assert.deepEqual(text(nothing), ['', '']);
    assert.deepEqual(text({ choices: [{ delta: { content: null, reasoning_content: 'a' } }] }), ['a', '']);
    assert.deepEqual(text({ choices: [{ delta: { content: 'b', reasoning: 'a' } }] }), ['a', 'b']);
    assert.deepEqual(text({ choices: [{ delta: { reasoning: 'a', reasoning_content: 'a' } }] }), ['a', '']);
    assert.deepEqual(text({ choices: [{ text: 'b' }] }), ['', 'b']);
  });

  it('has the server’s counts, and none that are no counts', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 2 } };
    const { promptTokens, replyTokens, reusedTokens } = replyChunk({ choices: [], usage });
    assert.deepEqual([promptTokens, replyTokens, reusedTokens], [3, 4, 2]);
    assert.equal(replyChunk({ usage: { prompt_tokens: -1, completion_tokens: '4' } }).promptTokens, undefined);
    assert.deepEqual(replyChunk({ prompt_progress: { total: 90, processed: 30, cache: 0 } }).read, { tokens: 30, of: 90 });
  });
});

describe('A request', () => {
  const base: ReplyRequest = {
    ...{ model: 'GLM-Z1-32B-0414', engine: 'vllm', profile: 'glm-z1', messages: [{ role: 'user', content: '1 + 1?' }], prefill: '' },
    ...{ sampling: { temperature: 0.6, topP: 0.95, topK: 40 }, maxTokens: 100, roomTokens: 50 },
  };

  it('of a new reply is a chat, which the server’s template renders', () => {
    const { path, body, start } = serverRequest(base);
    assert.equal(path, '/chat/completions');
    assert.deepEqual(body.messages, base.messages);
    assert.equal(start, undefined);
  });

  it('whose question quotes the closing tag is rendered here, since the template would cut the question', () => {
    const { path, body } = serverRequest({ ...base, messages: [{ role: 'user', content: 'What is </think>?' }] });
    assert.equal(path, '/completions');
    assert.equal(body.prompt, '[gMASK]<sop><|user|>\nWhat is </think>?<|assistant|>\n<think>');
  });

  it('of a reply that goes on has the line breaks that a parser took', () => {
    const prompt = (prefill: string): unknown => serverRequest({ ...base, prefill }).body.prompt;
    const head = '[gMASK]<sop><|user|>\n1 + 1?<|assistant|>\n<think>';
    assert.equal(prompt('Two'), `${head}\nTwo`);
    assert.equal(prompt('Two.</think>It is'), `${head}\nTwo.\n</think>\n\nIt is`);
    assert.equal(prompt('\nTwo.\n</think>\n\nIt is'), `${head}\nTwo.\n</think>\n\nIt is`, 'what the model wrote itself stays as it is');
  });

  const tools = [
    { name: 'look_up', description: 'Looks a word up', parameters: { type: 'object', properties: { word: { type: 'string' } } } },
  ];

  it('with tools is rendered here, before the question, so that the server needs no parser of calls', () => {
    const { path, body, start } = serverRequest({ ...base, tools });
    assert.equal(path, '/completions');
    assert.equal(body.prompt, `[gMASK]<sop><|system|>\n${toolsText(tools)}<|user|>\n1 + 1?<|assistant|>\n<think>`);
    assert.equal('tools' in body, false);
    assert.deepEqual(start, { part: 'thought' });
  });

  it('that goes on from a call and its result names the function where the model wrote it', () => {
    const messages: ReplyRequest['messages'] = [
      ...base.messages,
      { role: 'assistant', content: '{"word": "two"}', functionName: 'look_up', thoughtRemoved: true },
      { role: 'observation', content: 'A number.', thoughtRemoved: true },
    ];
    const { path, body } = serverRequest({ ...base, messages, tools });
    assert.equal(path, '/completions');
    const prompt = String(body.prompt);
    assert.ok(
      prompt.endsWith('<|user|>\n1 + 1?<|assistant|>look_up\n{"word": "two"}<|observation|>\nA number.<|assistant|>\n<think>'),
      prompt,
    );
    assert.equal(serverRequest({ ...base, messages }).path, '/completions', 'also where the tools are offered no more');
  });

  it('of a model that is not known has results of tools under the API’s name for them', () => {
    const messages: ReplyRequest['messages'] = [...base.messages, { role: 'observation', content: 'A number.' }];
    const { path, body } = serverRequest({ ...base, profile: 'own', messages });
    assert.equal(path, '/chat/completions');
    assert.deepEqual(body.messages, [
      { role: 'user', content: '1 + 1?' },
      { role: 'tool', content: 'A number.' },
    ]);
  });

  it('of GLM-4, which does not think, goes on in its answer', () => {
    const { body, start } = serverRequest({ ...base, profile: 'glm-4', prefill: '</think>It is' });
    assert.equal(body.prompt, '[gMASK]<sop><|user|>\n1 + 1?<|assistant|>\nIt is');
    assert.deepEqual(start, { part: 'answer' });
  });

  it('without a certain limit has one where the endpoint would write 16 tokens alone', () => {
    assert.equal('max_tokens' in serverRequest({ ...base, maxTokens: undefined }).body, false);
    assert.equal(serverRequest({ ...base, maxTokens: undefined, prefill: 'Two' }).body.max_tokens, 50);
  });

  it('to an engine that is not known holds no parameter of another', () => {
    const { body } = serverRequest({ ...base, engine: undefined });
    assert.deepEqual(Object.keys(body).sort(), ['max_tokens', 'messages', 'model', 'stream', 'stream_options', 'temperature', 'top_p']);
  });
});

describe('Tokens of a request with tools', () => {
  const tools = [{ name: 'look_up', description: 'Looks a word up', parameters: { type: 'object', properties: {} } }];
  const question = [{ role: 'user', content: '1 + 1?' }] as const;

  /** A server that counts characters, and what it was asked. */
  function counting(): { tokens: ServerTokens; asked: string[] } {
    const asked: string[] = [];
    const json = (_url: string, { body }: { body: { prompt: string } }): Promise<unknown> => {
      asked.push(body.prompt);
      return Promise.resolve({ count: body.prompt.length });
    };
    const http = { address: { root: 'http://localhost:8000' }, json } as unknown as ServerHttp;
    return { tokens: new ServerTokens(http, 'GLM-Z1-32B-0414', 'vllm', 'glm-z1'), asked };
  }

  it('hold the tools in the prompt and not among the messages', async () => {
    const { tokens, asked } = counting();
    const plain = await tokens.count(question);
    const withTools = await tokens.count(question, tools);
    assert.deepEqual(withTools.contentTokens, plain.contentTokens);
    assert.deepEqual(withTools.messageTokens, plain.messageTokens);
    assert.equal(withTools.promptTokens, plain.promptTokens + toolsText(tools).length + 2);
    assert.equal(withTools.estimated, undefined);
    assert.deepEqual(asked, ['1 + 1?', toolsText(tools)], 'each text is counted once');
  });

  it('are those of calls and results as they are rendered', async () => {
    const { tokens, asked } = counting();
    const messages = [
      ...question,
      { role: 'assistant', content: '{}', functionName: 'look_up', thoughtRemoved: true },
      { role: 'observation', content: 'A number.', thoughtRemoved: true },
    ] as const;
    const { contentTokens } = await tokens.count(messages, tools);
    assert.deepEqual(asked, [toolsText(tools), '1 + 1?', 'look_up\n{}', 'A number.']);
    assert.deepEqual(contentTokens, [6, 10, 9]);
  });
});
