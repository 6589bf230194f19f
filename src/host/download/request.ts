/**
 * One GET request for a part of a file, along its redirects.
 *
 * `http` and `https` stand without `node:` on purpose: VS Code puts its proxy and its certificates behind these two names
 * alone, `node:https` would pass them by. `fetch` has them too, but may be Electron's (`http.electronFetch`), and what a
 * manual redirect gives is left to each implementation.
 */
import http from 'http';
import https from 'https';
import type { IncomingMessage } from 'node:http';
import { LemmaFailure } from '../../core/errors.ts';

const maxRedirects = 8;

/** Bytes of an answer that is no file, read to let its connection be used again. */
const drainedBytes = 65_536;

export interface Access {
  /** The one origin that is given the token: the configured hub's. */
  readonly tokenOrigin: string;
  readonly token?: string;
}

export interface Opened {
  readonly answer: IncomingMessage;
  /** After redirects. */
  readonly url: string;
  /** What the hub says about the file it redirects to: `X-Linked-Etag`, `X-Linked-Size`. */
  readonly linked: { readonly etag?: string; readonly bytes?: number };
  readonly withToken: boolean;
}

export interface RequestOptions extends Access {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Nothing for so long is a stall. */
  readonly stallMs: number;
}

/** The server is silent. */
export class StallError extends Error {
  override readonly name = 'StallError';
}

/**
 * Sends the request and follows its redirects. The body must be read or destroyed.
 * @returns the first answer that is no redirect, whatever its status
 * @throws LemmaFailure downloadRedirect; StallError; the system's error when there is no connection
 */
export async function openUrl(url: string, options: RequestOptions): Promise<Opened> {
  let linked: Opened['linked'] = {};
  for (let hop = 0, at = new URL(url); ; hop++) {
    const token = at.origin === options.tokenOrigin ? options.token : undefined;
    const answer = await send(at, token, options);
    linked = { ...linked, ...linkedHeaders(answer) };
    const location = answer.headers.location;
    const status = answer.statusCode ?? 0;
    if (status < 300 || status > 399 || status === 304 || location === undefined)
      return { answer, url: at.href, linked, withToken: token !== undefined };
    discard(answer);
    const to = new URL(location, at);
    if (hop >= maxRedirects || !['http:', 'https:'].includes(to.protocol) || (at.protocol === 'https:' && to.protocol === 'http:'))
      throw new LemmaFailure({ code: 'downloadRedirect', from: at.host, to: `${to.protocol}//${to.host}` });
    at = to;
  }
}

/** Reads a small answer whole. */
export async function readText(answer: IncomingMessage, mostBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > mostBytes) throw new LemmaFailure({ code: 'downloadUnexpected', host: '', found: `more than ${mostBytes} bytes` });
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Lets go of an answer that nobody wants; a short one is read, so that its connection stays usable. */
export function discard(answer: IncomingMessage): void {
  answer.on('error', () => undefined);
  if (Number(answer.headers['content-length'] ?? Number.NaN) <= drainedBytes) answer.resume();
  else answer.destroy();
}

/** Milliseconds to wait by `Retry-After`, which is seconds or a date. */
export function retryAfterMs(answer: IncomingMessage, now: number): number | undefined {
  const value = answer.headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function send(url: URL, token: string | undefined, { signal, headers, stallMs }: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(
      url,
      {
        signal,
        headers: {
          accept: '*/*',
          // A file that is packed on its way has no ranges and no length.
          'accept-encoding': 'identity',
          'user-agent': 'lemma-vscode',
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      (answer) => {
        clearTimeout(timer);
        resolve(answer);
      },
    );
    const timer = setTimeout(() => request.destroy(new StallError('No answer')), stallMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end();
  });
}

function linkedHeaders(answer: IncomingMessage): Opened['linked'] {
  const etag = answer.headers['x-linked-etag'];
  const bytes = Number(answer.headers['x-linked-size']);
  return {
    ...(typeof etag === 'string' && etag !== '' ? { etag } : {}),
    ...(Number.isSafeInteger(bytes) && bytes > 0 ? { bytes } : {}),
  };
}
