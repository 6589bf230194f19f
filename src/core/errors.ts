/**
 * Everything that can go wrong on the main way, as codes with data. Wording and buttons live in
 * `src/host/userMessages.ts` alone. Cancelling is an outcome (see `TurnEnd`), not an error.
 */
export type LemmaError =
  | { readonly code: 'modelNotChosen' }
  | { readonly code: 'modelMissing'; readonly path: string }
  | { readonly code: 'modelUnreadable'; readonly path: string; readonly reason: string }
  /** `found`: the first bytes, such as `PK\x03\x04`, or `empty file`, `folder`, `special file`. */
  | { readonly code: 'modelNotGguf'; readonly path: string; readonly found: string }
  /** Its header holds what no sound one does. */
  | { readonly code: 'modelDamaged'; readonly path: string; readonly reason: string }
  /** Its tensors lie beyond its end; `neededBytes` is not known where the header itself is cut. */
  | { readonly code: 'modelTruncated'; readonly path: string; readonly fileBytes: number; readonly neededBytes?: number }
  /** A later part of a model in several files was chosen. */
  | { readonly code: 'modelPart'; readonly path: string; readonly first: string }
  | { readonly code: 'modelPartMissing'; readonly path: string; readonly part: string }
  | { readonly code: 'modelLoadFailed'; readonly path: string; readonly reason: string }
  /** `backend`: it is the GPU's memory that is short, and not even a single layer has room beside the context. */
  | { readonly code: 'insufficientMemory'; readonly path: string; readonly reason: string; readonly backend?: string }
  | { readonly code: 'engineStartFailed'; readonly reason: string }
  /** The folder in which windows find the engine's process could be changed by somebody else. */
  | { readonly code: 'engineFolderRefused'; readonly path: string; readonly because: EngineFolderRefusal }
  /** Exit code and signal are known to the window that started the process alone; both are null elsewhere. */
  | { readonly code: 'engineCrashed'; readonly exitCode: number | null; readonly signal: string | null }
  /** It ended so often in a row that it is left alone. `onGpu`: it ran on the GPU, or would have. */
  | {
      readonly code: 'engineCrashLoop';
      readonly crashes: number;
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly onGpu: boolean;
    }
  /** It says nothing although it has work. */
  | { readonly code: 'engineSilent'; readonly seconds: number }
  /** Another window wanted a new process. */
  | { readonly code: 'engineRestarted' }
  | { readonly code: 'protocolMismatch'; readonly host: number; readonly inference: number }
  /** The whole prompt does not fit: `overTokens` more than `limitTokens`. */
  | { readonly code: 'promptTooLong'; readonly promptTokens: number; readonly limitTokens: number; readonly overTokens: number }
  /** The settings ask for a server but name no address, or no model where it has several. */
  | { readonly code: 'serverNotChosen' }
  | { readonly code: 'serverAddressInvalid'; readonly url: string }
  /** No connection, or none that answers. `host` is name and port, here and below; it never holds a password. */
  | { readonly code: 'serverUnreachable'; readonly host: string; readonly reason: string }
  /** Its certificate is not one that this computer trusts. */
  | { readonly code: 'serverUntrusted'; readonly host: string; readonly reason: string }
  | { readonly code: 'serverKeyRefused'; readonly host: string; readonly status: number; readonly keySent: boolean }
  | { readonly code: 'serverBusy'; readonly host: string; readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly code: 'serverModelMissing'; readonly host: string; readonly model: string }
  /** Redirects are not followed: question and key go to the configured host alone. */
  | { readonly code: 'serverRedirects'; readonly host: string; readonly to: string }
  /** Something answers there that is no OpenAI-compatible server. `found`: status or kind of content. */
  | { readonly code: 'serverNotCompatible'; readonly host: string; readonly found: string }
  /** It does not take the request as it is. */
  | { readonly code: 'serverRefused'; readonly host: string; readonly status: number; readonly reason: string }
  /** It failed at the request, perhaps in the middle of the reply; `status` 0: no status said so. */
  | { readonly code: 'serverFailed'; readonly host: string; readonly status: number; readonly reason: string }
  /** The reply ended before its end. */
  | { readonly code: 'serverStreamBroken'; readonly host: string; readonly reason: string }
  /** Another extension sent a picture along. */
  | { readonly code: 'imagesRefused' }
  | { readonly code: 'nothingToAsk'; readonly fileName: string }
  | { readonly code: 'noEditor' }
  | { readonly code: 'binaryDocument'; readonly fileName: string }
  | { readonly code: 'attachmentRefused'; readonly fileName: string; readonly because: AttachmentRefusal }
  | { readonly code: 'readOnlyDocument'; readonly fileName: string }
  | { readonly code: 'documentChanged'; readonly fileName: string }
  | { readonly code: 'documentGone'; readonly fileName: string }
  /** A file that a text names is not in the workspace any more. */
  | { readonly code: 'placeGone'; readonly fileName: string }
  | { readonly code: 'noAnswerToInsert' }
  /** The answer leaves lines out, or changes lines that are not there: it cannot be put together with the selection. */
  | { readonly code: 'partialAnswer'; readonly fileName: string; readonly because: PartialReason }
  /** The answer holds a control token of the model. It never goes into a file where it was not before. */
  | { readonly code: 'controlTokenInAnswer'; readonly fileName: string }
  /** Words alone are no replacement for code. */
  | { readonly code: 'noCodeInAnswer'; readonly fileName: string }
  /** What would be put in place stands there already. */
  | { readonly code: 'nothingToChange'; readonly fileName: string }
  | { readonly code: 'storageFailed'; readonly path: string; readonly reason: string }
  /** What was to be changed about a conversation that is not open, such as its title. */
  | { readonly code: 'changeNotSaved'; readonly path: string; readonly reason: string }
  /** Lines of a conversation's file; `path` is where they are kept. */
  | { readonly code: 'linesUnreadable'; readonly path: string; readonly lines: number }
  /** Nothing in the file is a conversation; `path` is where it is kept. */
  | { readonly code: 'conversationDamaged'; readonly path: string }
  /** Another window has what was shown last. */
  | { readonly code: 'conversationElsewhere' }
  | { readonly code: 'conversationUnreadable'; readonly path: string; readonly reason: string }
  /** A conversation cannot be written where the user wants it. */
  | { readonly code: 'exportFailed'; readonly path: string; readonly reason: string }
  /** 401 or 403. `withToken`: a token was sent. */
  | { readonly code: 'downloadRefused'; readonly status: number; readonly host: string; readonly withToken: boolean }
  /** 404 or 410, or a repository without a file of that quantisation. */
  | { readonly code: 'downloadNotFound'; readonly host: string; readonly name: string }
  /** 429 or 503 that names a time: the server wants fewer requests. */
  | { readonly code: 'downloadBusy'; readonly status: number; readonly host: string; readonly retryAfterSeconds: number | undefined }
  /** No connection, or one that breaks off again and again; 5xx. What was fetched is kept. */
  | { readonly code: 'downloadInterrupted'; readonly host: string; readonly reason: string; readonly doneBytes: number }
  /** The server's certificate is not trusted. */
  | { readonly code: 'downloadUntrusted'; readonly host: string; readonly reason: string }
  /** The server sends nothing any more. What was fetched is kept. */
  | { readonly code: 'downloadStalled'; readonly host: string; readonly seconds: number; readonly doneBytes: number }
  /** The answer is not the file: `found` is its type, its range or its status. */
  | { readonly code: 'downloadUnexpected'; readonly host: string; readonly found: string }
  /** Redirected from `from` to `to`, which is not followed: from HTTPS to HTTP, or on and on. */
  | { readonly code: 'downloadRedirect'; readonly from: string; readonly to: string }
  | { readonly code: 'downloadWrongSize'; readonly fileName: string; readonly expectedBytes: number; readonly foundBytes: number }
  | { readonly code: 'downloadNoRoom'; readonly folder: string; readonly neededBytes: number; readonly freeBytes: number }
  | { readonly code: 'downloadNotWritten'; readonly path: string; readonly reason: string }
  /** All bytes are there and they are not the model's. Nothing of it is loaded; `keptAs` is where it was set aside. */
  | { readonly code: 'downloadDamaged'; readonly fileName: string; readonly keptAs: string; readonly because: ModelDamage }
  /** What the registry sent of CUDA support is not unpacked. */
  | { readonly code: 'cudaPackRefused'; readonly name: string; readonly reason: string }
  | { readonly code: 'internal'; readonly reason: string };

/** What is wrong with a model file that was fetched whole. `found` of `notGguf` is a reason in words. */
export type ModelDamage =
  | { readonly kind: 'sha512' }
  | { readonly kind: 'sha256'; readonly expected: string; readonly found: string }
  | { readonly kind: 'notGguf'; readonly found: string }
  | { readonly kind: 'tensors'; readonly neededBytes: number; readonly fileBytes: number };

/**
 * How an answer gives something else than the selection's new text: «existing code», a unified diff, SEARCH/REPLACE blocks,
 * changes beyond the selection.
 */
export type PartialReason = 'elision' | 'diff' | 'searchReplace' | 'beyond';

/** Why an answer cannot go into the document. */
export type AnswerRefusal = PartialReason | 'controlToken';

/** Why something cannot be attached. `gone`: it was there when it was attached. */
export type AttachmentRefusal = 'binary' | 'empty' | 'folder' | 'gone' | 'noPlace' | 'tooLarge' | 'tooMany' | 'unreadable';

/** `tooLong`: a socket's path has room for about a hundred bytes. */
export type EngineFolderRefusal = 'mode' | 'notFolder' | 'owner' | 'tooLong';

export type LemmaErrorCode = LemmaError['code'];

/** Carries a `LemmaError` through code that throws. */
export class LemmaFailure extends Error {
  readonly error: LemmaError;
  constructor(error: LemmaError) {
    super(error.code);
    this.name = 'LemmaFailure';
    this.error = error;
  }
}

/** The error that a caught value stands for; anything unknown becomes `internal` with its message. */
export function toLemmaError(thrown: unknown): LemmaError {
  if (thrown instanceof LemmaFailure) return thrown.error;
  return { code: 'internal', reason: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** The error as a log has it. A server’s own words may repeat the question: they are for the panel, and for `trace`. */
export function loggedError(error: LemmaError): string {
  return JSON.stringify(error.code === 'serverRefused' || error.code === 'serverFailed' ? { ...error, reason: undefined } : error);
}
