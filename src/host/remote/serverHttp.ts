/**
 * Requests to the configured server, and to nothing else: redirects are not followed, so question and key never reach
 * another host.
 *
 * Node's own `http` and `https` and not `fetch`: fetch gives up after 300 seconds without a first byte, or between two
 * bytes, and a long prompt on a busy server takes longer than that; these have no limit. They are imported by their
 * names without `node:`, because VS Code puts its proxy and certificate settings only into modules that are loaded so
 * (see docs/design/0017-servers.md).
 */
import http from 'http';
import https from 'https';
import type { IncomingHttpHeaders, IncomingMessage } from 'http';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { LemmaFailure } from '../../core/errors.ts';
import type { LemmaError } from '../../core/errors.ts';
import { textIntervalMs } from '../../shared/inferenceProtocol.ts';
import { parsed } from './json.ts';
import type { ServerAddress } from './serverAddress.ts';
import { connectionError, statusError } from './serverErrors.ts';

/** Milliseconds for an answer that costs the server next to nothing, such as its list of models. Replies have no limit. */
const smallAnswerMs = 30_000;
/** Most characters of such an answer, and of one event of a stream. */
const mostChars = 16 * 1024 * 1024;
/** Bytes that came at once from which on a stream is read without pauses, since it fills them: over a thousand tokens a second. */
const plentyBytes = 16 * 1024;

export interface SmallRequest {
  /** Present: sent by POST. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** A stretch of a stream: the data of an event, or a line that is none of an event stream. */
export type StreamPiece = { readonly data: string } | { readonly stray: string };

/** Speaks to one server. Rejects with `LemmaFailure`, or with the signal's reason when that was aborted. */
export class ServerHttp {
  readonly address: ServerAddress;
  readonly #key: () => Promise<string | undefined>;

  /** @param key kept for this address's origin, and sent nowhere else */
  constructor(address: ServerAddress, key: () => Promise<string | undefined>) {
    this.address = address;
    this.#key = key;
  }

  /** A small answer in JSON. @param url one of this server's own @returns its content, of whatever shape */
  async json(url: string, { body, signal, timeoutMs = smallAnswerMs }: SmallRequest = {}): Promise<unknown> {
    const { host } = this.address;
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const response = await this.#open(url, body, signal ? AbortSignal.any([signal, limit]) : limit);
      const text = await wholeText(response);
      const json = parsed(text);
      if (json === undefined) throw new LemmaFailure({ code: 'serverNotCompatible', host, found: contentType(response) });
      return json;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!limit.aborted) throw connectionError(host, error);
      throw new LemmaFailure({ code: 'serverUnreachable', host, reason: `no answer in ${Math.round(timeoutMs / 1000)} s` });
    }
  }

  /**
   * The events of a streamed answer, those that came together in one array. It may take any time to begin and to go on;
   * only the signal ends it, and then the connection is closed at once. An answer that is whole JSON, from a server that
   * does not stream, comes as one event.
   */
  async *stream(url: string, body: unknown, model: string, signal: AbortSignal): AsyncGenerator<readonly StreamPiece[]> {
    const { host } = this.address;
    let response: IncomingMessage;
    try {
      response = await this.#open(url, body, signal, model);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw connectionError(host, error);
    }
    try {
      if (/json/i.test(contentType(response))) {
        yield [{ data: await wholeText(response) }];
        return;
      }
      if (/html/i.test(contentType(response))) throw new LemmaFailure({ code: 'serverNotCompatible', host, found: contentType(response) });
      yield* readPieces(readTogether(response, signal));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof LemmaFailure ? error : new LemmaFailure(broken(host, error));
    } finally {
      response.destroy();
    }
  }

  /** An error without the key, which some servers repeat in their own words. */
  async withoutKey(thrown: unknown): Promise<unknown> {
    const key = await this.#key();
    if (!key || !(thrown instanceof LemmaFailure) || thrown.error.code !== 'serverFailed') return thrown;
    return new LemmaFailure({ ...thrown.error, reason: thrown.error.reason.replaceAll(key, '…') });
  }

  /** @returns the answer when it is a success @param model what was asked for, where a model was */
  async #open(url: string, body: unknown, signal: AbortSignal, model?: string): Promise<IncomingMessage> {
    const key = await this.#key();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: 'text/event-stream, application/json',
      // A connection that is kept may be closed by the server just when it is used again, and the question is lost.
      connection: 'close',
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (url.startsWith('https:') ? https : http).request(url, {
        method: text === undefined ? 'GET' : 'POST',
        headers,
        signal,
      });
      // It stays for errors behind the answer's head, which are also those of the answer.
      request.on('error', reject);
      request.on('response', resolve);
      request.end(text);
    });
    const { statusCode: status = 0 } = response;
    if (status >= 200 && status < 300) return response;
    const error = await this.#refusal(response, { url, status, model, key });
    response.destroy();
    throw new LemmaFailure(error);
  }

  async #refusal(
    response: IncomingMessage,
    { url, status, model, key }: { url: string; status: number; model: string | undefined; key: string | undefined },
  ): Promise<LemmaError> {
    const { host } = this.address;
    if (status < 400) return { code: 'serverRedirects', host, to: withoutSecrets(response.headers.location, url) };
    const body = await wholeText(response).catch(() => '');
    // Some servers repeat the key that they refuse.
    const told = key === undefined ? body : body.replaceAll(key, '…');
    const retryAfter = header(response.headers, 'retry-after');
    const path = new URL(url).pathname;
    return statusError({ host, path, status, retryAfter, body: told, model, keySent: key !== undefined }, Date.now());
  }
}

/**
 * The bytes of an answer. What comes within `textIntervalMs` of the bytes before it is left with the operating system until
 * then and read in one go: a server sends a packet for each token, and each one that is read costs far more than its text does.
 * @param wait resolves after so many milliseconds, or when the signal is aborted
 * @throws what the stream ends with
 */
export async function* readTogether(response: IncomingMessage, signal: AbortSignal, wait = waiting): AsyncGenerator<Uint8Array> {
  const { socket } = response;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    const readAt = performance.now();
    yield chunk;
    if (response.complete || chunk.length >= plentyBytes) continue;
    // The stream asks for more once the chunk was taken; only behind that does a pause hold.
    await nextTurn();
    socket.pause();
    await wait(Math.max(0, readAt + textIntervalMs - performance.now()), signal);
    socket.resume();
  }
}

/** A stream that is left by the signal ends by itself, with an error of its own. */
async function waiting(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}

/**
 * The events of a stream of server-sent events, wherever its bytes are cut; a line of no event comes as it stands.
 * @throws what the stream ends with
 */
export async function* readPieces(response: AsyncIterable<Uint8Array>): AsyncGenerator<readonly StreamPiece[]> {
  let pieces: StreamPiece[] = [];
  const parser = createParser({
    maxBufferSize: mostChars,
    onEvent: ({ data }) => pieces.push({ data }),
    onError: ({ line, value }) => pieces.push({ stray: line ?? value ?? '' }),
  });
  const decoder = new TextDecoder();
  // The parser drops a line that it does not know when it comes in parts, and an error of llama-server is one. So lines are
  // given to it whole, unless one is longer than it would keep.
  let rest = '';
  for await (const chunk of response) {
    const text = decoder.decode(chunk, { stream: true });
    const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    if (end === 0 && rest.length + text.length <= mostChars) {
      rest += text;
      continue;
    }
    parser.feed(rest + (end === 0 ? text : text.slice(0, end)));
    rest = end === 0 ? '' : text.slice(end);
    if (pieces.length === 0) continue;
    yield pieces;
    pieces = [];
  }
  rest += decoder.decode();
  if (rest !== '') parser.feed(`${rest}\n`);
  parser.reset({ consume: true });
  if (pieces.length > 0) yield pieces;
}

async function wholeText(response: IncomingMessage): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > mostChars) throw new Error('The answer is too long.');
  }
  return text + decoder.decode();
}

function contentType(response: IncomingMessage): string {
  return header(response.headers, 'content-type') ?? '';
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The target of a redirect without user name, password and query. */
function withoutSecrets(location: string | undefined, base: string): string {
  const to = location === undefined ? null : URL.parse(location, base);
  return to ? `${to.origin}${to.pathname}` : '?';
}

function broken(host: string, error: unknown): LemmaError {
  return { code: 'serverStreamBroken', host, reason: error instanceof Error ? error.message : String(error) };
}
