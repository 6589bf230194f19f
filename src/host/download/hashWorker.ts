/**
 * A thread that hashes a file while it grows, so that neither the extension host is busy with it nor time passes after the
 * last byte. Told how far the file is whole, it reads up to there; told the end, it answers with the digest and ends.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

export interface HashRequest {
  readonly file: string;
  readonly algorithm: 'sha256' | 'sha512';
}

/** The file is whole up to `upTo`; `last`: there is no more. */
export interface HashAdvance {
  readonly upTo: number;
  readonly last: boolean;
}

const { file, algorithm } = workerData as HashRequest;
const hash = createHash(algorithm);
const buffer = Buffer.allocUnsafe(1024 * 1024);
const handle = openSync(file, 'r');
let position = 0;

parentPort?.on('message', ({ upTo, last }: HashAdvance) => {
  while (position < upTo) {
    const bytes = readSync(handle, buffer, 0, Math.min(buffer.length, upTo - position), position);
    if (bytes === 0) throw new Error(`The file ends at ${position}, before ${upTo}.`);
    hash.update(buffer.subarray(0, bytes));
    position += bytes;
  }
  if (!last) return;
  closeSync(handle);
  parentPort?.postMessage(hash.digest('hex'));
  parentPort?.close();
});
