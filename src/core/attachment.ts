/** What the user adds to a question besides the selection: frozen at the moment of asking, as the snapshot is. */
import type { DiagnosticInfo, Range } from './snapshot.ts';

export type AttachmentKind = 'selection' | 'file' | 'symbol' | 'problems';

export interface Attachment {
  readonly kind: AttachmentKind;
  /** For people: `poly.py:8–15`, `defs.tex`, `horner`, `2 problems`. */
  readonly label: string;
  /** `vscode.Uri.toString()` of the document it is from. */
  readonly uri: string;
  /** Path relative to its workspace folder, or the base name outside of one. */
  readonly fileName: string;
  /** VS Code language id. */
  readonly languageId: string;
  /** What the model reads; of `problems` one line each, as `problemLine` writes them. */
  readonly text: string;
  /** Where the text stands in the document; absent: all of it. */
  readonly range?: Range;
  /** Of its part of the prompt, header and fence included, where a model counted them. */
  readonly tokens?: number;
}

/** The two are the same thing, so that attaching it again replaces the old text. */
export function sameAttachment(one: Attachment, other: Attachment): boolean {
  return one.kind === other.kind && one.uri === other.uri && JSON.stringify(one.range) === JSON.stringify(other.range);
}

/** Problems in the order of their lines, the errors of a line first. */
export function sortProblems(problems: readonly DiagnosticInfo[]): DiagnosticInfo[] {
  const severities = ['error', 'warning', 'information', 'hint'];
  return [...problems].sort(
    (one, other) => one.range.start.line - other.range.start.line || severities.indexOf(one.severity) - severities.indexOf(other.severity),
  );
}
