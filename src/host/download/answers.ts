/** What an answer to a request for a part of a file means. */
import { LemmaFailure } from '../../core/errors.ts';
import type { FileIdentity } from './partFile.ts';
import type { Opened } from './request.ts';
import { retryAfterMs } from './request.ts';

/** It may work in a moment. */
export class PassingError extends Error {
  override readonly name = 'PassingError';
}

/** The server wants to be left alone for a while. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  readonly status: number;
  readonly waitMs: number | undefined;
  constructor(status: number, waitMs: number | undefined) {
    super(`HTTP ${status}`);
    this.status = status;
    this.waitMs = waitMs;
  }
}

/** The address that the hub redirected to before is not good any more (they expire): ask the hub again. */
export class StaleAddress extends Error {
  override readonly name = 'StaleAddress';
}

/** The bytes that are there are not of this file, or cannot be completed: begin anew. */
export class StartOver extends Error {
  override readonly name = 'StartOver';
}

export interface Body {
  /** Where its first byte lies in the file; undefined: the server sends the whole file, whatever was asked for. */
  readonly start: number | undefined;
  readonly identity: FileIdentity;
}

/**
 * @param start of the range that was asked for
 * @param direct the request went straight to an address that the hub gave earlier
 * @throws LemmaFailure for what trying again does not mend, else one of the errors above
 */
export function readAnswer({ answer, url, linked, withToken }: Opened, start: number, direct: boolean): Body {
  const status = answer.statusCode ?? 0;
  const { host, pathname } = new URL(url);
  const unexpected = (found: string): LemmaFailure => new LemmaFailure({ code: 'downloadUnexpected', host, found });
  if (direct && [401, 403, 404, 410].includes(status)) throw new StaleAddress();
  if (status === 401 || status === 403) throw new LemmaFailure({ code: 'downloadRefused', status, host, withToken });
  if (status === 404 || status === 410) throw new LemmaFailure({ code: 'downloadNotFound', host, name: readable(pathname) });
  if (status === 416) throw start > 0 ? new StartOver('HTTP 416') : unexpected('HTTP 416');
  const waitMs = retryAfterMs(answer, Date.now());
  if (status === 429 || (status === 503 && waitMs !== undefined)) throw new BusyError(status, waitMs);
  if (status === 408 || status >= 500) throw new PassingError(`HTTP ${status}`);
  if (status !== 200 && status !== 206) throw unexpected(`HTTP ${status}`);
  const type = answer.headers['content-type'] ?? '';
  if (/^text\/html\b/i.test(type)) throw unexpected(type);
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw unexpected(`content-encoding: ${encoding}`);
  const range = status === 206 ? contentRange(answer.headers['content-range']) : undefined;
  if (status === 206 && range?.start !== start) throw unexpected(`content-range: ${answer.headers['content-range'] ?? ''}`);
  const length = Number(answer.headers['content-length'] ?? Number.NaN);
  const told = range ? range.total : Number.isSafeInteger(length) && length >= 0 ? length : undefined;
  if (linked.bytes !== undefined && told !== undefined && linked.bytes !== told) {
    const fileName = readable(pathname.slice(pathname.lastIndexOf('/') + 1));
    throw new LemmaFailure({ code: 'downloadWrongSize', fileName, expectedBytes: linked.bytes, foundBytes: told });
  }
  const { etag, 'last-modified': lastModified } = answer.headers;
  return {
    start: range?.start,
    identity: {
      bytes: linked.bytes ?? told,
      ...(linked.etag === undefined ? {} : { linkedEtag: linked.etag }),
      ...(etag ? { etag } : {}),
      ...(lastModified ? { lastModified } : {}),
    },
  };
}

/**
 * Whether two answers are about the same file: `unknown` when they have no mark in common.
 * The hub's mark counts first: the servers behind it may each have a mark of their own.
 */
export function compareIdentities(a: FileIdentity, b: FileIdentity): 'same' | 'other' | 'unknown' {
  if (a.bytes !== undefined && b.bytes !== undefined && a.bytes !== b.bytes) return 'other';
  for (const mark of ['linkedEtag', 'etag', 'lastModified'] as const) {
    if (a[mark] !== undefined && b[mark] !== undefined) return a[mark] === b[mark] ? 'same' : 'other';
  }
  return 'unknown';
}

/** The SHA-256 in a mark of the hub, which is one for large files. */
export function sha256Of(etag: string | undefined): string | undefined {
  return etag === undefined ? undefined : /^(?:W\/)?"?([0-9a-f]{64})"?$/i.exec(etag)?.[1]?.toLowerCase();
}

/** A path of an address to be shown. A redirect may lead to one with a per cent sign that begins no escape. */
function readable(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function contentRange(value: string | undefined): { readonly start: number; readonly total: number | undefined } | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(value ?? '');
  if (!match) return undefined;
  return { start: Number(match[1]), total: match[2] === '*' ? undefined : Number(match[2]) };
}
