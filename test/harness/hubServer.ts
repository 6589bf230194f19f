/**
 * A model hub on loopback for tests: the hub with its list of files and its `resolve` addresses, which redirect to a second
 * server on another origin, as the real one does. Each request can be answered wrongly in one of the ways of `Fault`.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** What goes wrong with one answer. Nothing: the file as a good server sends it. */
export interface Fault {
  /** Breaks the connection off after so many bytes of the body. */
  readonly breakAfter?: number;
  /** Sends so many bytes and then nothing, with the connection open. */
  readonly stallAfter?: number;
  /** Sends so many bytes, and the rest when the promise is fulfilled. */
  readonly pause?: { readonly after: number; readonly until: Promise<void> };
  /** Ends the answer after so many bytes as if that was all, without a length. */
  readonly endAfter?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends the whole file whatever was asked for. */
  readonly ignoreRange?: boolean;
  /** Of the file; the range's total is told so. */
  readonly claimedBytes?: number;
  /** This byte of the file is sent wrong. */
  readonly wrongByteAt?: number;
  readonly etag?: string;
  readonly body?: string;
  readonly redirect?: string;
}

export interface HubRequest {
  readonly on: 'hub' | 'files';
  readonly path: string;
  /** By the request's own header; another one than this server's where it is used as a proxy. */
  readonly host: string | undefined;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  /** Requests to this server before this one. */
  readonly index: number;
}

export interface HubOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
}

const pieceBytes = 64 * 1024;

export class HubServer {
  /** Everything that was asked, in order. */
  readonly requests: HubRequest[] = [];
  /** Decides what goes wrong. Called once for each request of a file. */
  fault: (request: HubRequest) => Fault | undefined = () => undefined;
  /** The hub redirects to the other server; else it sends files itself. */
  redirects = true;
  /** The hub tells size and SHA-256 with its redirect. */
  linked = true;
  /** The list of files has no answer, as on simple mirrors. */
  listed = true;
  readonly #files = new Map<string, Buffer>();
  readonly #sockets = new Set<Socket>();
  #hub!: Server;
  #store!: Server;
  /** Origin of the hub. */
  endpoint = '';
  /** Origin of the server that the hub redirects to. */
  store = '';

  static async start({ tls }: HubOptions = {}): Promise<HubServer> {
    const server = new HubServer();
    const listen = async (listener: RequestListener): Promise<Server> => {
      const made = tls ? https.createServer(tls, listener) : http.createServer(listener);
      made.on('connection', (socket: Socket) => {
        server.#sockets.add(socket);
        socket.on('close', () => server.#sockets.delete(socket));
      });
      made.listen(0, '127.0.0.1');
      await once(made, 'listening');
      return made;
    };
    server.#hub = await listen((request, response) => void server.#answer('hub', request, response));
    server.#store = await listen((request, response) => void server.#answer('files', request, response));
    const origin = (made: Server): string => `${tls ? 'https' : 'http'}://127.0.0.1:${(made.address() as AddressInfo).port}`;
    server.endpoint = origin(server.#hub);
    server.store = origin(server.#store);
    return server;
  }

  /** @param name `owner/repository/file` */
  put(name: string, bytes: Buffer): void {
    this.#files.set(name, bytes);
  }

  remove(name: string): void {
    this.#files.delete(name);
  }

  url(name: string): string {
    const [owner = '', repository = '', ...file] = name.split('/');
    return `${this.endpoint}/${owner}/${repository}/resolve/main/${file.join('/')}`;
  }

  /** Requests of files that got past the hub. */
  get fileRequests(): HubRequest[] {
    return this.requests.filter(({ on }) => on === 'files');
  }

  async close(): Promise<void> {
    const closed = [once(this.#hub, 'close'), once(this.#store, 'close')];
    this.#hub.close();
    this.#store.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #answer(on: HubRequest['on'], request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const { range, authorization, host } = request.headers;
    const path = decodeURIComponent(request.url ?? '').replace(/^http:\/\/[^/]+/, '');
    const index = this.requests.filter((earlier) => earlier.on === on).length;
    const asked: HubRequest = { on, path, host, range, authorization, index };
    this.requests.push(asked);
    const list = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/main/.exec(path);
    if (list) return this.#list(list[1] ?? '', response);
    const name = path.slice(1).replace('/resolve/main/', '/');
    const bytes = this.#files.get(name);
    const fault = this.fault(asked) ?? {};
    if (fault.redirect !== undefined) return void response.writeHead(302, { location: fault.redirect }).end();
    if (fault.status !== undefined) return void response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
    if (!bytes) return void response.writeHead(404).end('Entry not found');
    if (on === 'hub' && this.redirects) return void response.writeHead(302, this.#linkedHeaders(name, bytes)).end();
    await this.#send(bytes, fault, range, response, on === 'hub' && this.linked ? linkedOf(bytes) : {});
  }

  #linkedHeaders(name: string, bytes: Buffer): Record<string, string> {
    return { location: `${this.store}/${name}`, ...(this.linked ? linkedOf(bytes) : {}) };
  }

  #list(repository: string, response: ServerResponse): void {
    const files = [...this.#files].filter(([name]) => name.startsWith(`${repository}/`));
    if (!this.listed || files.length === 0) return void response.writeHead(404).end('{"error":"Repository not found"}');
    const rows = files.map(([name, bytes]) => ({
      type: 'file',
      path: name.slice(repository.length + 1),
      size: bytes.length,
      lfs: { oid: sha256(bytes), size: bytes.length },
    }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rows));
  }

  async #send(
    bytes: Buffer,
    fault: Fault,
    range: string | undefined,
    response: ServerResponse,
    extra: Readonly<Record<string, string>>,
  ): Promise<void> {
    const total = fault.claimedBytes ?? bytes.length;
    const wanted = fault.ignoreRange === true ? undefined : /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
    const start = wanted ? Number(wanted[1]) : 0;
    const end = wanted ? Math.min(Number(wanted[2]) + 1, total) : total;
    const etag = fault.etag ?? `"${sha256(bytes).slice(0, 32)}"`;
    if (start >= total) return void response.writeHead(416, { 'content-range': `bytes */${total}` }).end();
    response.writeHead(wanted ? 206 : 200, {
      etag,
      ...(fault.ignoreRange === true ? {} : { 'accept-ranges': 'bytes' }),
      ...(fault.endAfter === undefined ? { 'content-length': String(end - start) } : {}),
      ...(wanted ? { 'content-range': `bytes ${start}-${end - 1}/${total}` } : {}),
      ...extra,
      ...fault.headers,
    });
    const stop = fault.breakAfter ?? fault.stallAfter ?? fault.endAfter ?? Number.POSITIVE_INFINITY;
    const closed = once(response, 'close');
    for (let at = start; at < end; at += pieceBytes) {
      const piece = Buffer.from(bytes.subarray(at, Math.min(end, at + pieceBytes, start + stop)));
      const wrong = (fault.wrongByteAt ?? -1) - at;
      if (wrong >= 0 && wrong < piece.length) piece[wrong] = (piece[wrong] ?? 0) ^ 0xff;
      if (piece.length > 0) await Promise.race([new Promise((resolve) => response.write(piece, resolve)), closed]);
      if (response.destroyed) return;
      if (fault.pause && at + pieceBytes - start >= fault.pause.after) await Promise.race([fault.pause.until, closed]);
      if (at + pieceBytes - start < stop) continue;
      if (fault.stallAfter !== undefined) return;
      if (fault.breakAfter !== undefined) return void response.destroy();
      break;
    }
    response.end();
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function linkedOf(bytes: Buffer): Record<string, string> {
  return { 'x-linked-etag': `"${sha256(bytes)}"`, 'x-linked-size': String(bytes.length) };
}
