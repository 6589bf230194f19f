import type { Access } from './request.ts';

/** One file to fetch. */
export interface FileTask {
  readonly url: string;
  /** Where it will lie when it is whole and good. */
  readonly target: string;
  readonly expectedBytes?: number;
  /** What its SHA-256 has to be, by a setting; it counts more than what the hub says. */
  readonly sha256?: string;
  /** By the hub's list of files; counts less than the mark that comes with the file. */
  readonly listedSha256?: string;
  /** No model but another file, of which this is the sum; it is checked by it alone. */
  readonly sha512?: string;
}

export interface FetchProgress {
  readonly doneBytes: number;
  /** Undefined as long as the server does not tell. */
  readonly totalBytes: number | undefined;
  readonly phase: 'fetching' | 'waiting' | 'checking';
  /** The end of `waiting`, in milliseconds since 1970. */
  readonly untilMs?: number;
}

export interface FetchOptions extends Access {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FetchProgress) => void;
  /** `dist/hashWorker.cjs`. */
  readonly hashModule: string;
  readonly tuning?: Partial<FetchTuning>;
}

export interface FetchTuning {
  readonly connections: number;
  /** What a connection asks for in one request at most. Small, so that the bytes from the beginning on are whole early and can be hashed. */
  readonly segmentBytes: number;
  readonly stallMs: number;
  /** Tries in a row that bring no new byte. */
  readonly tries: number;
  readonly firstDelayMs: number;
  readonly mostDelayMs: number;
  /** A server that wants longer to be left alone ends the download; it can be resumed. */
  readonly mostWaitMs: number;
  /** Left free on the disk. */
  readonly spareBytes: number;
}

export const defaultTuning: FetchTuning = {
  connections: 4,
  segmentBytes: 32 * 1024 * 1024,
  stallMs: 30_000,
  tries: 6,
  firstDelayMs: 500,
  mostDelayMs: 20_000,
  mostWaitMs: 5 * 60_000,
  spareBytes: 16 * 1024 * 1024,
};
