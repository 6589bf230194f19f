/**
 * An OpenAI-compatible server that writes at a given speed, in a process of its own so that its work is not the client's. It
 * streams as vLLM does, a packet for each token, and sends `PacedMessage`s to its parent.
 *
 *   fork('pacedServer.ts')
 */
import type { ServerResponse } from 'node:http';
import { beginStream, loopbackServer, modelLists, sendJson } from '../../process/loopbackServer.ts';

/** What the replies that begin from now on are like. */
export interface Pace {
  /** Of each reply; 0: as fast as they are taken. */
  readonly tokensPerSecond: number;
  readonly tokens: number;
  /** Milliseconds of tokens that are sent together; absent: each by itself. */
  readonly togetherMs?: number;
}

export type PacedMessage =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'pace' }
  /** Tokens of the reply that began last; told at every hundredth. */
  | { readonly kind: 'sent'; readonly tokens: number };

interface Stream {
  readonly response: ServerResponse;
  readonly pieces: readonly Buffer[];
  readonly tokensPerSecond: number;
  readonly togetherMs: number;
  readonly begunAt: number;
  readonly latest: boolean;
  sent: number;
}

const [model] = modelLists.vllm.data;
/** How often what is due is sent; at 200 tokens a second a token is due every second time. */
const tickMs = 2.5;
let pace: Pace = { tokensPerSecond: 0, tokens: 0 };
let pieces: readonly Buffer[] = [];
const streams = new Set<Stream>();

const tell = (message: PacedMessage): void => void process.send?.(message);

/** A thought of numbered lines, as text of about four letters a token. */
function replyPieces(tokens: number): Buffer[] {
  const event = (content: string, count: number, finish: string | null): Buffer =>
    Buffer.from(
      `data: ${JSON.stringify({
        ...{ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_764_120_000, model: model.id },
        choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: finish }],
        usage: { prompt_tokens: 18, total_tokens: 18 + count, completion_tokens: count },
      })}\n\n`,
    );
  const words = ['\nStep', ' is', ' the', ' sum', ' of', ' what', ' came', ' before', ' and', ' one', ' more', '.'];
  const all = Array.from({ length: tokens }, (_, index) =>
    event(index % 12 === 1 ? ` ${index}` : (words[index % 12] ?? ''), index + 1, index === tokens - 1 ? 'stop' : null),
  );
  return [...all, Buffer.from('data: [DONE]\n\n')];
}

function due({ begunAt, togetherMs, tokensPerSecond }: Stream): number {
  const ms = performance.now() - begunAt;
  return Math.floor(((ms - (ms % togetherMs)) * tokensPerSecond) / 1000);
}

function write(stream: Stream, until: number): boolean {
  const { response, pieces: all, latest } = stream;
  const from = stream.sent;
  const end = Math.min(until, all.length);
  if (end <= from) return true;
  const room = response.write(end - from === 1 ? all[from] : Buffer.concat(all.slice(from, end)));
  for (; stream.sent < end; stream.sent++) {
    if (latest && (stream.sent + 1) % 100 === 0) tell({ kind: 'sent', tokens: stream.sent + 1 });
  }
  if (stream.sent < all.length) return room;
  streams.delete(stream);
  response.end();
  return false;
}

/** A token at a time, each when the one before was handed on and the other streams had theirs. */
function writeFreely(stream: Stream): void {
  if (!streams.has(stream)) return;
  if (write(stream, stream.sent + 1)) setImmediate(() => writeFreely(stream));
  else stream.response.once('drain', () => writeFreely(stream));
}

setInterval(() => {
  for (const stream of streams) if (stream.tokensPerSecond > 0) write(stream, due(stream));
}, tickMs).unref();

const server = await loopbackServer({
  '/v1/models': (_request, response) => sendJson(response, modelLists.vllm),
  '/tokenize': (_request, response) => sendJson(response, { count: 18, max_model_len: model.max_model_len, tokens: [] }),
  '/v1/chat/completions': (_request, response) => {
    beginStream(response);
    response.socket?.setNoDelay(true);
    const { tokensPerSecond, togetherMs = tickMs } = pace;
    const stream = { response, pieces, tokensPerSecond, togetherMs, begunAt: performance.now(), latest: streams.size === 0, sent: 0 };
    streams.add(stream);
    response.once('close', () => streams.delete(stream));
    if (tokensPerSecond === 0) writeFreely(stream);
  },
});
process.on('message', (message: Pace) => {
  pace = message;
  pieces = replyPieces(pace.tokens);
  tell({ kind: 'pace' });
});
process.on('disconnect', () => process.exit(0));
tell({ kind: 'listening', url: server.url });
