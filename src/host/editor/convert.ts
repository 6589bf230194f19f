/** Between VS Code's objects and the plain data of core. Loaded at activation: keep it small. */
import * as vscode from 'vscode';
import type { DiagnosticInfo, Position, Range } from '../../core/snapshot.ts';

export function fromPosition({ line, character }: vscode.Position): Position {
  return { line, character };
}

export function fromRange({ start, end }: vscode.Range): Range {
  return { start: fromPosition(start), end: fromPosition(end) };
}

export function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

const severities = ['error', 'warning', 'information', 'hint'] as const;

/** A diagnostic as plain data: it is kept in the conversation and travels as an argument of `lemma.fixDiagnostic`. */
export function diagnosticInfo({ message, severity, source, code, range }: vscode.Diagnostic): DiagnosticInfo {
  const value = typeof code === 'object' ? code.value : code;
  return {
    message,
    severity: severities[severity] ?? 'error',
    ...(source === undefined ? {} : { source }),
    ...(value === undefined ? {} : { code: String(value) }),
    range: fromRange(range),
  };
}
