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
  | { readonly code: 'modelLoadFailed'; readonly path: string; readonly reason: string }
  | { readonly code: 'insufficientMemory'; readonly path: string; readonly reason: string }
  | { readonly code: 'engineStartFailed'; readonly reason: string }
  | { readonly code: 'engineCrashed'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly code: 'protocolMismatch'; readonly host: number; readonly inference: number }
  /** The whole prompt does not fit: `overTokens` more than `limitTokens`. */
  | { readonly code: 'promptTooLong'; readonly promptTokens: number; readonly limitTokens: number; readonly overTokens: number }
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
  | { readonly code: 'internal'; readonly reason: string };

/** Why something cannot be attached. `gone`: it was there when it was attached. */
export type AttachmentRefusal = 'binary' | 'empty' | 'folder' | 'gone' | 'noPlace' | 'tooLarge' | 'tooMany' | 'unreadable';

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
