import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fetchFile } from '../../src/host/download/fetchFile.ts';
import type { FetchOptions, FetchProgress, FetchTuning, FileTask } from '../../src/host/download/fetchTypes.ts';
import { corruptPath, partPath, statePath } from '../../src/host/download/partFile.ts';
import { smallGguf } from '../harness/ggufFile.ts';
import { HubServer } from '../harness/hubServer.ts';

export const hashModule = path.join(import.meta.dirname, '../../src/host/download/hashWorker.ts');

/** Small pieces and short waits; a stall is taken for one after a time that a loaded machine does not reach by itself. */
export const quick: Partial<FetchTuning> = {
  segmentBytes: 256 * 1024,
  firstDelayMs: 1,
  mostDelayMs: 5,
  stallMs: 2_000,
  spareBytes: 0,
};

export const repository = 'someone/Model-GGUF';

/** A hub with one model file of 2.5 MB, and an empty folder for downloads. */
export class Downloads {
  readonly bytes = smallGguf(640_000);
  readonly name = `${repository}/Model-Q4_K_M.gguf`;
  readonly folder = mkdtempSync(path.join(tmpdir(), 'lemma-download-'));
  readonly hub: HubServer;

  private constructor(hub: HubServer) {
    this.hub = hub;
    hub.put(this.name, this.bytes);
  }

  static async start(): Promise<Downloads> {
    return new Downloads(await HubServer.start());
  }

  get target(): string {
    return path.join(this.folder, 'Model-Q4_K_M.gguf');
  }

  get part(): string {
    return partPath(this.target);
  }

  get state(): string {
    return statePath(this.target);
  }

  get corrupt(): string {
    return corruptPath(this.target);
  }

  /** Bytes that are kept of an unfinished download. */
  get keptBytes(): number {
    if (!existsSync(this.state)) return 0;
    const { done } = JSON.parse(readFileSync(this.state, 'utf8')) as { done: [number, number][] };
    return done.reduce((sum, [start, end]) => sum + end - start, 0);
  }

  /** Bytes that the servers were asked for since the request of this index. */
  askedBytes(from = 0): number {
    return this.hub.fileRequests.slice(from).reduce((sum, { range }) => {
      const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
      return sum + (match ? Math.min(Number(match[2]) + 1, this.bytes.length) - Number(match[1]) : this.bytes.length);
    }, 0);
  }

  fetch(
    task: Partial<FileTask> = {},
    options: Partial<FetchOptions> = {},
    onProgress: (progress: FetchProgress) => void = () => undefined,
  ): Promise<string | undefined> {
    return fetchFile(
      { url: this.hub.url(this.name), target: this.target, ...task },
      {
        signal: new AbortController().signal,
        tokenOrigin: this.hub.endpoint,
        hashModule,
        onProgress,
        ...options,
        tuning: { ...quick, ...options.tuning },
      },
    );
  }

  /** A download that is cancelled when half of it is there. */
  async half(options: Partial<FetchOptions> = {}): Promise<void> {
    const cancel = new AbortController();
    await this.fetch({}, { signal: cancel.signal, ...options }, ({ doneBytes }) => {
      if (doneBytes >= this.bytes.length / 2) cancel.abort();
    });
  }

  async close(): Promise<void> {
    await this.hub.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
