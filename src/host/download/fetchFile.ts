import path from 'node:path';
import type { LemmaError, ModelDamage } from '../../core/errors.ts';
import { LemmaFailure } from '../../core/errors.ts';
import { BusyError, compareIdentities, PassingError, readAnswer, sha256Of, StaleAddress, StartOver } from './answers.ts';
import type { Body } from './answers.ts';
import { Hasher } from './hasher.ts';
import type { FetchOptions, FetchProgress, FetchTuning, FileTask } from './fetchTypes.ts';
import { defaultTuning } from './fetchTypes.ts';
import type { FileIdentity } from './partFile.ts';
import { freeBytes, PartFile } from './partFile.ts';
import type { ByteRange } from './ranges.ts';
import { missingRanges, rangesBytes } from './ranges.ts';
import type { Opened } from './request.ts';
import { discard, openUrl, StallError } from './request.ts';
import { ggufDamage } from './verify.ts';

/** Bytes that go to the disk in one write. */
const writeBytes = 1024 * 1024;

/** Smaller requests would cost more than they bring. */
const leastSegmentBytes = 4 * 1024 * 1024;

/** The file changes on the server while it is fetched: so often it is begun anew. */
const mostStarts = 3;

/**
 * Fetches one model file, by several connections at once, from where an earlier call came to. It is checked (GGUF header,
 * place of its tensors, SHA-256 where one is known) before it gets its name.
 * @returns undefined when it was cancelled; what was fetched is kept
 * @throws LemmaFailure download…; what was fetched is kept, but for `downloadDamaged`, which sets it aside
 */
export async function fetchFile(task: FileTask, options: FetchOptions): Promise<string | undefined> {
  const part = await PartFile.open(task.target);
  const transfer = new Transfer(task, options, part);
  try {
    return await transfer.run();
  } catch (error) {
    await transfer.close();
    if (options.signal.aborted) return undefined;
    throw error;
  }
}

/** A range on its way, and how often it failed since it last moved. */
interface Piece {
  at: number;
  end: number;
  failures: number;
}

class Transfer {
  readonly #task: FileTask;
  readonly #options: FetchOptions;
  readonly #tuning: FetchTuning;
  readonly #part: PartFile;
  #hasher: Hasher | undefined;
  /** Ends the connections of this start, not the download. */
  #stop = new AbortController();
  #todo: ByteRange[] = [];
  #workers: Promise<void>[] = [];
  /** What ended this start; the first one is the reason of the others. */
  #causes: unknown[] = [];
  /** The server sends ranges; undefined before its first answer. */
  #ranged: boolean | undefined;
  /** Where the hub redirected to, for the next requests. */
  #address: string | undefined;
  /** The identity of this start is known. */
  #identified = false;
  #mostBytes = 0;
  #closed = false;

  constructor(task: FileTask, options: FetchOptions, part: PartFile) {
    this.#task = task;
    this.#options = options;
    this.#tuning = { ...defaultTuning, ...options.tuning };
    this.#part = part;
  }

  async run(): Promise<string> {
    for (let start = 1; ; start++) {
      try {
        await this.#fetchAll();
        return await this.#check();
      } catch (error) {
        if (!(error instanceof StartOver)) throw error;
        if (start >= mostStarts) throw new LemmaFailure({ code: 'downloadUnexpected', host: this.#host(), found: error.message });
        await this.#part.begin({ bytes: undefined }, false);
        await this.#forgetHash();
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#hasher?.stop();
    await this.#part.close();
  }

  async #fetchAll(): Promise<void> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    this.#stop = new AbortController();
    this.#identified = false;
    this.#causes = [];
    this.#todo = missingRanges(this.#part.done, this.#part.identity?.bytes ?? this.#task.expectedBytes ?? Number.MAX_SAFE_INTEGER);
    this.#report('fetching');
    const stop = (): void => this.#stop.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      this.#workers = [this.#work()];
      // More of them join when the first answer has come.
      for (let index = 0; index < this.#workers.length; index++) await this.#workers[index];
    } finally {
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
    if (this.#causes.length > 0) throw this.#causes[0];
  }

  /** Takes piece after piece. Does not reject: its failure ends all the others, and the first one counts. */
  async #work(): Promise<void> {
    try {
      for (let range = this.#take(); range; range = this.#take()) await this.#fetchPiece({ at: range[0], end: range[1], failures: 0 });
    } catch (error) {
      this.#causes.push(error);
      this.#stop.abort();
    }
  }

  #take(): ByteRange | undefined {
    const [first, ...rest] = this.#todo;
    if (!first || this.#stop.signal.aborted) return undefined;
    const [start, end] = first;
    // Towards the end ever less, so that all connections end at the same time and little is left to be hashed then.
    const share = Math.ceil(rangesBytes(this.#todo) / (2 * this.#tuning.connections));
    const { segmentBytes } = this.#tuning;
    const cut = Math.min(end, start + Math.min(segmentBytes, Math.max(share, leastSegmentBytes)));
    this.#todo = cut < end ? [[cut, end], ...rest] : rest;
    return [start, cut];
  }

  async #fetchPiece(piece: Piece): Promise<void> {
    while (piece.at < piece.end) {
      try {
        await this.#stream(piece);
      } catch (error) {
        await this.#wait(error, piece);
      }
    }
  }

  async #stream(piece: Piece): Promise<void> {
    const direct = this.#address !== undefined;
    const opened = await openUrl(this.#address ?? this.#task.url, {
      tokenOrigin: this.#options.tokenOrigin,
      ...(this.#options.token === undefined ? {} : { token: this.#options.token }),
      signal: this.#stop.signal,
      stallMs: this.#tuning.stallMs,
      headers: { range: `bytes=${piece.at}-${piece.end - 1}` },
    });
    try {
      const body = readAnswer(opened, piece.at, direct);
      this.#address = opened.url;
      await this.#identify(body, piece, direct);
    } catch (error) {
      discard(opened.answer);
      throw error;
    }
    await this.#save(opened, piece);
  }

  /** Compares the file that the answer is of with the one that is there, and learns its size from the first answer. */
  async #identify({ start, identity }: Body, piece: Piece, direct: boolean): Promise<void> {
    const known = this.#part.identity;
    const same = known ? compareIdentities(known, identity) : 'unknown';
    const begun = this.#part.doneBytes > 0;
    if (same === 'other' && direct) throw new StaleAddress();
    if ((same === 'other' && this.#identified) || (same !== 'same' && begun && !this.#identified))
      throw new StartOver('The file changes on the server.');
    if (this.#identified && start !== undefined) return;
    // Of several connections only the first may learn that the server sends the whole file.
    if (start === undefined && this.#identified && this.#ranged) throw new StartOver('It does not send parts of the file any more.');
    await this.#checkSize(identity);
    const bytes = identity.bytes ?? this.#task.expectedBytes;
    this.#ranged = start !== undefined;
    if (start === undefined) {
      if (begun) await this.#forgetHash();
      piece.at = 0;
      piece.end = bytes ?? Number.MAX_SAFE_INTEGER;
      this.#todo = [];
    } else if (bytes === undefined) {
      throw new LemmaFailure({ code: 'downloadUnexpected', host: this.#host(), found: 'content-range: */*' });
    } else {
      piece.end = Math.min(piece.end, bytes);
      this.#todo = missingRanges(
        [...this.#part.done, [piece.at, piece.end] as const].sort(([a], [b]) => a - b),
        bytes,
      );
    }
    await this.#part.begin({ ...(same === 'same' ? known : {}), ...identity, bytes }, start !== undefined);
    this.#hasher ??= this.#newHasher();
    this.#hasher.advance(this.#part.leadingBytes);
    if (this.#identified) return;
    this.#identified = true;
    if (this.#ranged) while (this.#workers.length < this.#tuning.connections) this.#workers.push(this.#work());
  }

  /** @throws LemmaFailure downloadWrongSize, downloadNoRoom */
  async #checkSize({ bytes }: FileIdentity): Promise<void> {
    const { expectedBytes, target } = this.#task;
    if (bytes === undefined) return;
    if (expectedBytes !== undefined && bytes !== expectedBytes)
      throw new LemmaFailure({ code: 'downloadWrongSize', fileName: path.basename(target), expectedBytes, foundBytes: bytes });
    const folder = path.dirname(target);
    const free = await freeBytes(folder);
    const neededBytes = bytes - this.#part.doneBytes;
    if (free !== undefined && neededBytes > 0 && neededBytes + this.#tuning.spareBytes > free)
      throw new LemmaFailure({ code: 'downloadNoRoom', folder, neededBytes, freeBytes: free });
  }

  /** Writes the body to the disk as it comes. What came before a break is kept. */
  async #save({ answer }: Opened, piece: Piece): Promise<void> {
    const stall = setTimeout(() => answer.destroy(new StallError('No more bytes')), this.#tuning.stallMs);
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    const begunAt = piece.at;
    let writing: Promise<void> = Promise.resolve();
    const flush = async (): Promise<void> => {
      await writing;
      const [buffers, at] = [waiting, piece.at];
      if (waitingBytes === 0) return;
      piece.at += waitingBytes;
      waiting = [];
      waitingBytes = 0;
      writing = this.#part.write(at, buffers).then(() => this.#wrote(piece));
      // It is awaited before the next one; until then nobody listens.
      writing.catch(() => undefined);
    };
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        stall.refresh();
        const room = piece.end - piece.at - waitingBytes;
        waiting.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
        waitingBytes += Math.min(chunk.length, room);
        // More than was asked for is not taken.
        if (chunk.length > room) break;
        if (waitingBytes >= writeBytes) await flush();
      }
      if (piece.end === Number.MAX_SAFE_INTEGER) piece.end = piece.at + waitingBytes;
      // An answer that ends without an error and too early; one of a range may be short, if only it moves on.
      if (piece.at + waitingBytes < (this.#ranged ? begunAt + 1 : piece.end)) throw new PassingError('The answer ended early');
    } finally {
      clearTimeout(stall);
      await flush();
      await writing;
    }
  }

  #wrote(piece: Piece): void {
    const { doneBytes } = this.#part;
    // A server without ranges starts at zero each time: only bytes that were never there before are progress.
    if (doneBytes > this.#mostBytes) {
      this.#mostBytes = doneBytes;
      piece.failures = 0;
    }
    this.#hasher?.advance(this.#part.leadingBytes);
    this.#report('fetching');
  }

  /** Waits before the next try, or throws what ends the download. */
  async #wait(error: unknown, piece: Piece): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted || error instanceof LemmaFailure || error instanceof StartOver) throw error;
    if (isUntrusted(error)) throw new LemmaFailure({ code: 'downloadUntrusted', host: this.#host(), reason: reasonOf(error) });
    if (error instanceof StaleAddress) {
      this.#address = undefined;
      return;
    }
    const { tries, firstDelayMs, mostDelayMs, mostWaitMs } = this.#tuning;
    if (this.#ranged === false && piece.at > 0) {
      await this.#part.begin(this.#part.identity ?? { bytes: undefined }, false);
      await this.#forgetHash();
      this.#identified = false;
      piece.at = 0;
    }
    const asked = error instanceof BusyError ? error.waitMs : undefined;
    if (++piece.failures >= tries || (asked ?? 0) > mostWaitMs) throw new LemmaFailure(this.#failure(error));
    const waitMs = asked ?? Math.min(mostDelayMs, firstDelayMs * 2 ** (piece.failures - 1));
    // The address may be what is broken.
    this.#address = undefined;
    this.#report('waiting', Date.now() + waitMs);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, waitMs);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
    signal.throwIfAborted();
  }

  #failure(error: unknown): LemmaError {
    const host = this.#host();
    const { doneBytes } = this.#part;
    if (error instanceof BusyError) {
      const { status, waitMs } = error;
      return { code: 'downloadBusy', status, host, retryAfterSeconds: waitMs === undefined ? undefined : Math.ceil(waitMs / 1000) };
    }
    if (error instanceof StallError) return { code: 'downloadStalled', host, seconds: this.#tuning.stallMs / 1000, doneBytes };
    return { code: 'downloadInterrupted', host, reason: reasonOf(error), doneBytes };
  }

  async #check(): Promise<string> {
    this.#report('checking');
    const { doneBytes, identity } = this.#part;
    const bytes = identity?.bytes ?? doneBytes;
    if (doneBytes !== bytes) {
      const fileName = path.basename(this.#task.target);
      throw new LemmaFailure({ code: 'downloadWrongSize', fileName, expectedBytes: bytes, foundBytes: doneBytes });
    }
    const { sha512 } = this.#task;
    const damage = sha512 === undefined ? await ggufDamage(this.#part.path) : undefined;
    if (damage?.kind === 'notGguf') return this.#reject(damage);
    this.#hasher ??= this.#newHasher();
    const found = await this.#hasher.finish(doneBytes);
    this.#options.signal.throwIfAborted();
    if (sha512 !== undefined && found !== sha512) return this.#reject({ kind: 'sha512' });
    const expected = sha512 ?? this.#task.sha256?.toLowerCase() ?? sha256Of(identity?.linkedEtag) ?? this.#task.listedSha256;
    if (expected !== undefined && found !== expected) return this.#reject({ kind: 'sha256', expected, found });
    if (damage) return this.#reject(damage);
    this.#closed = true;
    return this.#part.finish();
  }

  async #reject(because: ModelDamage): Promise<never> {
    await this.#hasher?.stop();
    this.#closed = true;
    const keptAs = await this.#part.setAside();
    throw new LemmaFailure({ code: 'downloadDamaged', fileName: path.basename(this.#task.target), keptAs, because });
  }

  #newHasher(): Hasher {
    return new Hasher(this.#options.hashModule, this.#part.path, this.#task.sha512 === undefined ? 'sha256' : 'sha512');
  }

  async #forgetHash(): Promise<void> {
    await this.#hasher?.stop();
    this.#hasher = undefined;
  }

  #report(phase: FetchProgress['phase'], untilMs?: number): void {
    const totalBytes = this.#part.identity?.bytes ?? this.#task.expectedBytes;
    this.#options.onProgress({ doneBytes: this.#part.doneBytes, totalBytes, phase, ...(untilMs === undefined ? {} : { untilMs }) });
  }

  #host(): string {
    return new URL(this.#address ?? this.#task.url).host;
  }
}

/** The certificate of the server is not trusted, which no second try changes. */
function isUntrusted(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|^ERR_TLS/.test(code);
}

/** Node gathers the failures of several addresses of one host in an error without words. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (error instanceof PassingError || !(error instanceof Error)) return error instanceof Error ? error.message : String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
