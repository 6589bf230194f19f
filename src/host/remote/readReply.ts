import type { LemmaError } from '../../core/errors.ts';
import { LemmaFailure } from '../../core/errors.ts';
import { ServedReplySplitter } from '../../core/servedReply.ts';
import type { ReplyHabit, ReplyStart } from '../../core/servedReply.ts';
import type { PartDelta } from '../../core/thoughtSplitter.ts';
import type { GenerateProgress, GenerateResult } from '../../shared/inferenceProtocol.ts';
import { parsed } from './json.ts';
import type { ReplyChunk } from './replyChunk.ts';
import { replyChunk } from './replyChunk.ts';
import { streamedError } from './serverErrors.ts';
import type { StreamPiece } from './serverHttp.ts';

/** What a stream is read with. */
export interface ServedReplyOptions {
  readonly host: string;
  readonly start: ReplyStart;
  readonly thoughtSoFar: string | undefined;
  /** Where the server has no limit of ours, it is kept here. */
  readonly maxTokens: number;
  readonly report: (progress: GenerateProgress) => void;
  /** Text is reported as it comes, unsplit, for a caller that splits it itself. */
  readonly raw: boolean;
  /** Told what was written; true: the stream is left, `stop` is `enough`. */
  readonly isEnough: (deltas: readonly PartDelta[]) => boolean;
}

export interface ServedReplyEnd extends Pick<GenerateResult, 'generatedTokens'> {
  readonly stop: GenerateResult['stop'] | 'enough';
  /** By the server's usage; undefined: it told none. */
  readonly promptTokens: number | undefined;
  readonly reusedTokens: number;
  /** `performance.now()` of the first text. */
  readonly firstAt: number;
  readonly habit: ReplyHabit | undefined;
}

/**
 * Reads a streamed reply to its end and reports it split. What was read is reported even when the stream then fails.
 * @throws LemmaFailure serverFailed, serverNotCompatible, serverStreamBroken, …
 */
export async function readReply(
  stream: AsyncIterable<readonly StreamPiece[]>,
  { host, start, thoughtSoFar, maxTokens, report, raw, isEnough }: ServedReplyOptions,
  signal: AbortSignal,
): Promise<ServedReplyEnd> {
  const splitter = new ServedReplySplitter(start, thoughtSoFar);
  const seen = { finish: '', done: false, tokens: 0, reused: 0, promptTokens: undefined as number | undefined, firstAt: 0, events: 0 };
  const limitReached = (): boolean => seen.tokens >= maxTokens && seen.finish === '';
  const take = (chunk: ReplyChunk): PartDelta[] => {
    if (chunk.read) report({ kind: 'prompt', readTokens: chunk.read.tokens, promptTokens: chunk.read.of });
    seen.promptTokens = chunk.promptTokens ?? seen.promptTokens;
    seen.reused = chunk.reusedTokens ?? seen.reused;
    seen.finish = chunk.finish ?? seen.finish;
    const hasText = chunk.thought !== '' || chunk.text !== '';
    if (hasText) seen.firstAt ||= performance.now();
    // Without a running count a piece counts as one token, until the usage at the end says better.
    const tokens = chunk.replyTokens === undefined ? (hasText ? 1 : 0) : Math.max(0, chunk.replyTokens - seen.tokens);
    seen.tokens += tokens;
    if (raw && (chunk.text !== '' || tokens > 0)) report({ kind: 'text', text: chunk.text, tokens });
    return splitter.push({ thought: chunk.thought, text: chunk.text, tokens });
  };
  const tell = (deltas: readonly PartDelta[]): void => {
    if (!raw) reportDeltas(deltas, report);
  };
  let complete = false;
  let enough = false;
  try {
    for await (const pieces of stream) {
      const deltas: PartDelta[] = [];
      try {
        for (const piece of pieces) {
          const data = dataOf(piece, host, seen.events);
          seen.events++;
          if (data === done) seen.done = true;
          else {
            const some = take(chunkOf(data, host));
            deltas.push(...some);
            // What came in the same packet behind the end is left unread.
            enough = seen.finish === '' && isEnough(some);
            if (enough || limitReached()) break;
          }
        }
      } finally {
        tell(deltas);
      }
      if (signal.aborted || limitReached() || enough) break;
    }
    if (!signal.aborted && !limitReached() && !enough && seen.finish === '' && !seen.done)
      throw new LemmaFailure(seen.events === 0 ? { code: 'serverNotCompatible', host, found: '0 B' } : unfinished(host));
    complete = !signal.aborted && !limitReached() && !enough && seen.finish !== 'length';
  } catch (error) {
    // A connection that was closed by the signal ends with an error of its own.
    if (!signal.aborted) throw error;
  } finally {
    tell(splitter.end(complete));
  }
  return {
    stop: signal.aborted ? 'cancelled' : enough ? 'enough' : complete ? 'endOfTurn' : 'maxTokens',
    generatedTokens: seen.tokens,
    promptTokens: seen.promptTokens,
    reusedTokens: seen.reused,
    firstAt: seen.firstAt || performance.now(),
    habit: complete ? splitter.habit : undefined,
  };
}

const done = Symbol('done');

/** The JSON of an event. llama-server once wrote errors as lines `error: {…}`; other lines of no event are of no account behind the first. */
function dataOf(piece: StreamPiece, host: string, events: number): unknown {
  if ('data' in piece) return piece.data.trim() === '[DONE]' ? done : parsed(piece.data);
  const inLine = parsed(piece.stray.replace(/^error:/, ''));
  if (inLine !== undefined) return { error: inLine };
  if (events === 0) throw new LemmaFailure({ code: 'serverNotCompatible', host, found: piece.stray.slice(0, 40) });
  return {};
}

function chunkOf(data: unknown, host: string): ReplyChunk {
  const error = streamedError(host, data);
  if (error) throw new LemmaFailure(error);
  if (data === undefined) throw new LemmaFailure({ code: 'serverStreamBroken', host, reason: 'an event is no JSON' });
  const chunk = replyChunk(data);
  // SGLang ends a reply so that it had to give up.
  if (chunk.finish === 'abort') throw new LemmaFailure({ code: 'serverFailed', host, status: 0, reason: 'aborted by the server' });
  return chunk;
}

function unfinished(host: string): LemmaError {
  return { code: 'serverStreamBroken', host, reason: 'the stream ended before the reply did' };
}

/** What came together is told together: a network packet may hold many tokens. */
function reportDeltas(deltas: readonly PartDelta[], report: (progress: GenerateProgress) => void): void {
  let open: PartDelta | undefined;
  for (const delta of deltas) {
    if (open?.part === delta.part) open = { ...open, text: open.text + delta.text, tokens: open.tokens + delta.tokens };
    else {
      if (open) report({ kind: 'text', ...open });
      open = delta;
    }
  }
  if (open) report({ kind: 'text', ...open });
}
