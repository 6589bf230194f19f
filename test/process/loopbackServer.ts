import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Parsed; undefined where there was none. */
  readonly body: Record<string, unknown> | undefined;
  /** Resolves when the client has closed the connection before the answer was complete. */
  readonly closed: Promise<void>;
}

export type Answer = (request: SeenRequest, response: http.ServerResponse) => void;

/** A real HTTP server on loopback that answers as an engine would, or as none should. */
export interface LoopbackServer {
  /** With `/v1`. */
  readonly url: string;
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  /** Resolves with the next request for this path. */
  next(path: string): Promise<SeenRequest>;
  close(): Promise<void>;
}

/** @param answers by path; others are answered by 404 as vLLM does */
export async function loopbackServer(answers: Readonly<Record<string, Answer>>): Promise<LoopbackServer> {
  const requests: SeenRequest[] = [];
  const waiting: { path: string; resolve: (request: SeenRequest) => void }[] = [];
  const sockets = new Set<Socket>();
  const server = http.createServer((incoming, response) => {
    const closed = new Promise<void>((resolve) => response.once('close', () => response.writableFinished || resolve()));
    let text = '';
    incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const body = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
      const request: SeenRequest = { method, path: url, headers, body, closed };
      requests.push(request);
      for (const each of waiting.filter((entry) => entry.path === url)) each.resolve(request);
      const answer = answers[url];
      if (answer) answer(request, response);
      else sendJson(response, { error: { message: 'Not Found', type: 'NotFoundError', code: 404 } }, 404);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    host: `127.0.0.1:${port}`,
    requests,
    next: (path) => new Promise((resolve) => waiting.push({ path, resolve })),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export function sendJson(response: http.ServerResponse, content: unknown, status = 200, headers: http.OutgoingHttpHeaders = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(content));
}

/** Begins an event stream. */
export function beginStream(response: http.ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  response.flushHeaders();
}

/** Sends bytes in the pieces that are given, each in a packet of its own: the next one follows when the last was handed on. */
export async function sendPieces(response: http.ServerResponse, pieces: Iterable<Uint8Array>): Promise<void> {
  response.socket?.setNoDelay(true);
  for (const piece of pieces) {
    await new Promise((resolve) => response.write(piece, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

/** A recorded stream. */
export function fixtureStream(name: string): Buffer {
  return readFileSync(path.join(import.meta.dirname, '../fixtures/servers', name));
}

/** The list of models as each engine gives it. */
export const modelLists = {
  vllm: {
    object: 'list',
    data: [
      { id: 'THUDM/GLM-Z1-32B-0414', object: 'model', created: 1, owned_by: 'vllm', root: 'THUDM/GLM-Z1-32B-0414', max_model_len: 32_768 },
    ],
  },
  sglang: {
    object: 'list',
    data: [{ id: 'glm-z1-32b', object: 'model', created: 1, owned_by: 'sglang', root: 'glm-z1-32b', max_model_len: 32_768 }],
  },
  llamacpp: {
    object: 'list',
    data: [{ id: 'GLM-Z1-9B-0414-Q4_K_M.gguf', object: 'model', created: 1, owned_by: 'llamacpp', meta: { n_ctx_train: 32_768 } }],
  },
  /** A gateway, or an engine that Lemma does not know. */
  other: { object: 'list', data: [{ id: 'some-model', object: 'model', created: 1, owned_by: 'library' }] },
} as const;
