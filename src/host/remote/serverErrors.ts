import type { LemmaError } from '../../core/errors.ts';
import { LemmaFailure } from '../../core/errors.ts';
import { countField, field, parsed, textField } from './json.ts';

/** Characters of a server's own words that are kept. */
const mostReason = 300;

/** An answer that is no success, as far as it is needed to say why. */
export interface RefusedAnswer {
  readonly host: string;
  /** Path of the request, for an answer that is none of an OpenAI-compatible server. */
  readonly path: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
  readonly model: string | undefined;
  readonly keySent: boolean;
}

/** The error for an answer with a status of 400 or more. @param now milliseconds since 1970, for a `Retry-After` with a date */
export function statusError({ host, path, status, retryAfter, body, model, keySent }: RefusedAnswer, now: number): LemmaError {
  const reason = reasonOf(body) ?? `HTTP ${status}`;
  const json = parsed(body);
  if (status === 401 || status === 403) return { code: 'serverKeyRefused', host, status, keySent };
  // 503: llama-server while it loads, and whatever stands before an engine that is not up.
  if (status === 429 || status === 503) {
    const retryAfterSeconds = secondsOf(retryAfter, now);
    return { code: 'serverBusy', host, status, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  }
  if (status === 404 && model !== undefined && /model/i.test(reason) && json !== undefined)
    return { code: 'serverModelMissing', host, model };
  if (status === 404 || status === 405) return { code: 'serverNotCompatible', host, found: `${status}, ${path}` };
  const tooLong = promptTooLong(field(json, 'error'));
  if (tooLong) return tooLong;
  return { code: status < 500 ? 'serverRefused' : 'serverFailed', host, status, reason };
}

/** What a server says in the middle of a stream instead of a piece of the reply; undefined: it is a piece. */
export function streamedError(host: string, data: unknown): LemmaError | undefined {
  const error = field(data, 'error');
  const isError = (error !== undefined && error !== null) || field(data, 'object') === 'error';
  if (!isError) return undefined;
  const tooLong = promptTooLong(error);
  if (tooLong) return tooLong;
  const status = countField(error, 'code') ?? countField(data, 'code') ?? 0;
  return { code: 'serverFailed', host, status, reason: messageOf(data) ?? shortened(JSON.stringify(error ?? data)) };
}

/** llama-server says by how much: `exceed_context_size_error` with `n_prompt_tokens` and `n_ctx`. */
function promptTooLong(error: unknown): LemmaError | undefined {
  const promptTokens = countField(error, 'n_prompt_tokens');
  const limitTokens = countField(error, 'n_ctx');
  if (promptTokens === undefined || limitTokens === undefined) return undefined;
  return { code: 'promptTooLong', promptTokens, limitTokens, overTokens: Math.max(1, promptTokens - limitTokens) };
}

/** The error for a connection that did not come about, or broke before the answer's head. */
export function connectionError(host: string, thrown: unknown): LemmaFailure {
  if (thrown instanceof LemmaFailure) return thrown;
  const code = textField(thrown, 'code') ?? '';
  const message = thrown instanceof Error && thrown.message !== '' ? thrown.message : code;
  const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH/.test(code) || code === 'ERR_TLS_CERT_ALTNAME_INVALID';
  // Several addresses were tried (`AggregateError`): the code is all that they have in common.
  const reason = shortened(message === '' ? String(thrown) : message);
  return new LemmaFailure(untrusted ? { code: 'serverUntrusted', host, reason } : { code: 'serverUnreachable', host, reason });
}

/** The server's own sentence: `{"error": {"message"}}` (OpenAI's form), `{"error": "…"}`, `{"message"}`, `{"detail"}`. */
function messageOf(json: unknown): string | undefined {
  const error = field(json, 'error');
  const found = textField(error, 'message') ?? (typeof error === 'string' ? error : undefined);
  const message = found ?? textField(json, 'message') ?? textField(json, 'detail');
  return message === undefined || message.trim() === '' ? undefined : shortened(message);
}

function reasonOf(body: string): string | undefined {
  const json = parsed(body);
  if (json !== undefined) return messageOf(json);
  // A page for people says less than its status.
  return body.trim() === '' || /^\s*</.test(body) ? undefined : shortened(body);
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > mostReason ? `${line.slice(0, mostReason)}…` : line;
}

/** `Retry-After` holds seconds or a date (RFC 9110, section 10.2.3). */
function secondsOf(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(retryAfter)) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
