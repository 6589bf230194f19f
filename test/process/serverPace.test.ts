import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { readTogether } from '../../src/host/remote/serverHttp.ts';
import { textIntervalMs } from '../../src/shared/inferenceProtocol.ts';
import { beginStream, loopbackServer } from './loopbackServer.ts';
import type { LoopbackServer } from './loopbackServer.ts';

describe('What a server streams', () => {
  let server: LoopbackServer;
  let streaming: Promise<http.ServerResponse>;
  const stop = new AbortController();
  const waited: number[] = [];
  let endWait = (): void => undefined;
  const waits = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      waited.push(ms);
      endWait = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  const text = async (chunk: Promise<IteratorResult<Uint8Array>>): Promise<string> => Buffer.from((await chunk).value ?? '').toString();
  const write = (response: http.ServerResponse, piece: string): Promise<void> =>
    new Promise((resolve, reject) => response.write(piece, (error) => (error ? reject(error) : resolve())));
  const read = async (signal: AbortSignal): Promise<{ to: http.ServerResponse; from: http.IncomingMessage }> => {
    const request = http.get(`${server.url}/stream`, { signal, headers: { connection: 'close' } });
    request.on('error', () => undefined);
    const [[from], to] = await Promise.all([once(request, 'response') as Promise<[http.IncomingMessage]>, streaming]);
    return { to, from };
  };

  beforeEach(async () => {
    let begun: (response: http.ServerResponse) => void;
    streaming = new Promise((resolve) => (begun = resolve));
    waited.length = 0;
    server = await loopbackServer({
      '/v1/stream': (_request, response) => {
        beginStream(response);
        response.flushHeaders();
        begun(response);
      },
    });
  });
  afterEach(() => server.close());

  it('is read at once when it begins, then together with what comes in the time of a piece', async () => {
    const { to, from } = await read(stop.signal);
    const chunks = readTogether(from, stop.signal, waits);
    const first = chunks.next();
    await write(to, 'a');
    assert.equal(await text(first), 'a');
    assert.deepEqual(waited, []);

    const paused = once(from.socket, 'pause');
    const second = chunks.next();
    await paused;
    for (const piece of 'bcdef') await write(to, piece);
    assert.ok(waited.length === 1 && waited.every((ms) => ms <= textIntervalMs), waited.join());
    endWait();
    assert.equal(await text(second), 'bcdef');
    to.end();
    const last = chunks.next();
    // Whether its end was read with the text is the system's affair.
    await Promise.race([once(from, 'end'), once(from.socket, 'pause').then(() => endWait())]);
    assert.equal((await last).done, true);
  });

  it('ends at once by the signal, also between two pieces', async () => {
    const left = new AbortController();
    const { to, from } = await read(left.signal);
    const chunks = readTogether(from, left.signal, waits);
    const first = chunks.next();
    await write(to, 'a');
    assert.equal(await text(first), 'a');
    const paused = once(from.socket, 'pause');
    const second = chunks.next();
    await paused;
    left.abort();
    await assert.rejects(second, { code: 'ECONNRESET' });
  });

  it('is read without a pause behind as much as fills it', async () => {
    const { to, from } = await read(stop.signal);
    const plenty = 'x'.repeat(256 * 1024);
    const lengths: number[] = [];
    const noPause = (): Promise<void> => {
      assert.ok((lengths.at(-1) ?? 0) < 16 * 1024, lengths.join());
      return Promise.resolve();
    };
    to.end(plenty);
    for await (const chunk of readTogether(from, stop.signal, noPause)) lengths.push(chunk.length);
    assert.equal(
      lengths.reduce((sum, length) => sum + length, 0),
      plenty.length,
    );
  });
});
