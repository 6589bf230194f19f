/**
 * What Lemma knows about the place a question is about, frozen at the moment of asking.
 * Everything later (prompt, panel, edit) works from this value, never from the live document.
 */
import type { MathNotation } from './mathNotation.ts';

/** Zero-based position; `character` counts UTF-16 code units, as VS Code does. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Half-open range: `end` is the first position that is not part of it. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** How the text was chosen: by the user, or by Lemma because nothing was selected. */
export type ScopeKind = 'selection' | 'function' | 'paragraph' | 'environment' | 'diagnostic';

export interface DiagnosticInfo {
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  /** The tool that reported it, such as `ts` or `eslint`. */
  readonly source?: string;
  /** Its code there, such as `2322` or `no-unused-vars`. */
  readonly code?: string;
  readonly range: Range;
}

export interface Snapshot {
  /** `vscode.Uri.toString()` of the document. */
  readonly uri: string;
  /** Path relative to its workspace folder, or the base name outside of one. For people and the prompt. */
  readonly fileName: string;
  /** VS Code language id, such as `python` or `latex`. */
  readonly languageId: string;
  /** `TextDocument.version` at the moment of asking. */
  readonly version: number;
  readonly range: Range;
  readonly scope: ScopeKind;
  /** Name of the enclosing function or environment, where `scope` is one. */
  readonly scopeName?: string;
  /** The exact text of `range`, line ends as in the document. */
  readonly text: string;
  readonly eol: '\n' | '\r\n';
  /** The lines just before and after `range`, for the prompt and for finding the place again after edits. */
  readonly before: string;
  readonly after: string;
  readonly diagnostics: readonly DiagnosticInfo[];
  /** How many other places of the document held the same text. Absent: not counted. */
  readonly copies?: number;
  /** How the document writes mathematics, for the answer's formulas. Absent: it is no document with formulas. */
  readonly notation?: MathNotation;
  /** The user selected less: the range was widened to whole formulas. */
  readonly widened?: true;
}
