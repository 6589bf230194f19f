/**
 * What stands around a selection in a prompt: where it is from, what goes along, what is reported of it. This folder holds
 * every word that Lemma itself says to the model, in English, whatever the user's language: the model answers in the language
 * of the question. Changing a line changes `test/unit/golden/`.
 */
import type { DiagnosticInfo } from '../snapshot.ts';

/** `File: src/utils.ts`, `Language: typescript`, `Lines: 10-12`, each on its own line. Lines are one-based, both ends included. */
export function placeHeader(fileName: string, languageId: string, firstLine: number, lastLine: number): string {
  return `File: ${fileName}\nLanguage: ${languageId}\nLines: ${firstLine}-${lastLine}`;
}

/** Like `placeHeader`, without lines for a whole file. */
export function attachmentHeader(fileName: string, languageId: string, firstLine?: number, lastLine?: number): string {
  const lines = firstLine === undefined || lastLine === undefined ? '' : `\nLines: ${firstLine}-${lastLine}`;
  return `Attached file: ${fileName}\nLanguage: ${languageId}${lines}`;
}

/** Above what Lemma itself found, so that nobody takes it for what is asked about. */
export function contextHeader(fileName: string): string {
  return `For reference, from ${fileName}:`;
}

export function attachedProblems(fileName: string): string {
  return `Problems reported in ${fileName}:`;
}

/** Stands for the selection between the lines around it. */
export const selectionMark = '[selection]';
export const surroundingCode = `Surrounding code, with ${selectionMark} in place of the selected lines:`;

export const problemsFound = 'Problems reported in the selected lines:';

/** `- Line 11, error from ts (2322): Type 'string' is not assignable to type 'number'.` */
export function problemLine(diagnostic: DiagnosticInfo): string {
  const source = diagnostic.source ? ` from ${diagnostic.source}` : '';
  const code = diagnostic.code ? ` (${diagnostic.code})` : '';
  const message = diagnostic.message.trim().replace(/\s*\r?\n\s*/g, ' ');
  return `- Line ${diagnostic.range.start.line + 1}, ${diagnostic.severity}${source}${code}: ${message}`;
}
