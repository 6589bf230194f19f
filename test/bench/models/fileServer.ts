/**
 * A server of one large model file for the benchmark, in a process of its own: `fileServer.ts BYTES BYTES_PER_SECOND`, 0 for
 * no limit. Tells its address on its IPC channel, and ends with it. The limit holds for all connections together.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ggufHead } from '../../harness/ggufFile.ts';

const [wanted = 0, bytesPerSecond = 0] = process.argv.slice(2).map(Number);
const values = Math.floor(wanted / 4);
const head = ggufHead(values);
const total = head.length + values * 4;
const pieceBytes = 256 * 1024;

/** What the data consists of, over and over. */
const pattern = Buffer.alloc(8 * 1024 * 1024);
for (let index = 0; index < pattern.length; index += 4) pattern.writeUInt32LE(Math.imul(index + 1, 2_654_435_761) >>> 0, index);

function bytesFrom(start: number, most: number): Buffer {
  if (start < head.length) return head.subarray(start, start + most);
  const at = (start - head.length) % pattern.length;
  return pattern.subarray(at, Math.min(pattern.length, at + most));
}

const hash = createHash('sha256');
for (let at = 0; at < total;) {
  const piece = bytesFrom(at, Math.min(pattern.length, total - at));
  hash.update(piece);
  at += piece.length;
}
const sum = hash.digest('hex');

/** When the line is free for the next piece, in milliseconds of this process. */
let freeAt = 0;

/** Waits until the line has sent so many bytes. What it was idle for is not made up, but for a moment's buffer. */
async function pace(bytes: number): Promise<void> {
  if (bytesPerSecond === 0) return;
  const now = performance.now();
  freeAt = Math.max(freeAt, now - 10) + (bytes / bytesPerSecond) * 1000;
  if (freeAt > now) await new Promise((resolve) => setTimeout(resolve, freeAt - now));
}

async function send(response: ServerResponse, start: number, end: number): Promise<void> {
  for (let at = start; at < end && !response.destroyed;) {
    const piece = bytesFrom(at, Math.min(pieceBytes, end - at));
    await pace(piece.length);
    await new Promise<void>((resolve) => response.write(piece, () => resolve()));
    at += piece.length;
  }
  response.end();
}

const server = createServer((request, response) => {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const [start, end] = range ? [Number(range[1]), Math.min(total, Number(range[2]) + 1)] : [0, total];
  response.on('error', () => undefined);
  response.writeHead(range ? 206 : 200, {
    etag: `"${sum}"`,
    'x-linked-etag': `"${sum}"`,
    'x-linked-size': String(total),
    'content-length': String(end - start),
    ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${total}` } : {}),
  });
  void send(response, start, end);
});
server.listen(0, '127.0.0.1', () => process.send?.({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, total }));
process.on('disconnect', () => process.exit(0));
