import { Worker } from 'node:worker_threads';
import type { HashAdvance, HashRequest } from './hashWorker.ts';

/** A message to the thread for each so many bytes is enough. */
const stepBytes = 4 * 1024 * 1024;

/** Hashes a file from its beginning while it is written, in a thread of its own. */
export class Hasher {
  readonly #worker: Worker;
  readonly #digest: Promise<string>;
  #toldBytes = 0;

  /** @param module the thread's code: `dist/hashWorker.cjs` */
  constructor(module: string, file: string, algorithm: HashRequest['algorithm'] = 'sha256') {
    this.#worker = new Worker(module, { workerData: { file, algorithm } satisfies HashRequest });
    this.#digest = new Promise((resolve, reject) => {
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
      this.#worker.once('exit', () => reject(new Error('The hashing has ended early.')));
    });
    // It is asked for at the end; until then nobody listens.
    this.#digest.catch(() => undefined);
  }

  /** The first `bytes` of the file are written. */
  advance(bytes: number): void {
    if (bytes - this.#toldBytes < stepBytes) return;
    this.#toldBytes = bytes;
    this.#worker.postMessage({ upTo: bytes, last: false } satisfies HashAdvance);
  }

  /** The file has `bytes` in all. @returns the digest in hexadecimal */
  finish(bytes: number): Promise<string> {
    this.#worker.postMessage({ upTo: bytes, last: true } satisfies HashAdvance);
    return this.#digest;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
