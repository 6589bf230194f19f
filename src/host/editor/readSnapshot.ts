/**
 * From the editor to a snapshot: the selection, or what stands around the cursor, or the lines of a reported problem.
 * Everything but the wait for document symbols is synchronous, and that wait is short.
 */
import * as vscode from 'vscode';
import { LemmaFailure } from '../../core/errors.ts';
import { widenToFormulas } from '../../core/formulaWidening.ts';
import { notationOf } from '../../core/mathNotation.ts';
import { placeLabel } from '../../core/place.ts';
import { diagnosticScope, findScope } from '../../core/scope.ts';
import type { Scope, SymbolNode } from '../../core/scope.ts';
import type { DiagnosticInfo, Range, Snapshot } from '../../core/snapshot.ts';
import type { SelectionOffer } from '../../shared/panelProtocol.ts';
import { diagnosticInfo, fromRange, toRange } from './convert.ts';
import { documentName, relativeName } from './documents.ts';
import { documentSymbols } from './documentSymbols.ts';

/** The part of a text editor that a snapshot is taken from. With several selections the primary one counts. */
export type SnapshotSource = Pick<vscode.TextEditor, 'document' | 'selection'>;

export interface SnapshotOptions {
  /** Take the lines that a fix of this problem may replace, instead of the selection. */
  readonly diagnostic?: DiagnosticInfo;
}

/** Lines kept before and after the text, for the prompt and for finding the place again. */
const surroundingLines = 20;
/** Longest wait for a language extension, in milliseconds; it may have to start its server first. */
const symbolsTimeoutMs = 600;

/**
 * @throws LemmaFailure `nothingToAsk` when nothing is selected in a blank document, `binaryDocument` for text that is none
 * @throws vscode.CancellationError when the token is cancelled
 */
export async function readSnapshot(
  source: SnapshotSource,
  options: SnapshotOptions = {},
  token?: vscode.CancellationToken,
): Promise<Snapshot> {
  const { document } = source;
  const fileName = documentName(document);
  if (isBinary(document.getText(new vscode.Range(0, 0, 500, 0)))) throw new LemmaFailure({ code: 'binaryDocument', fileName });
  const version = document.version;

  const diagnostic = options.diagnostic && currentDiagnostic(document.uri, options.diagnostic);
  const selected = diagnostic ? undefined : selectedRange(source);
  if (selected) {
    const range = widenToFormulas(document.getText(), document.languageId, selected);
    const snapshot = snapshotOf(document, { kind: 'selection', name: '', range });
    return range === selected ? snapshot : { ...snapshot, widened: true };
  }
  if (document.getText().trim() === '') throw new LemmaFailure({ code: 'nothingToAsk', fileName });

  const symbols = await symbolsInTime(document, token);
  if (token?.isCancellationRequested) throw new vscode.CancellationError();
  const query = { lines: documentLines(document), languageId: document.languageId };
  // Positions of symbols are worth nothing in a document that changed while they were computed.
  const current = document.version === version ? symbols : undefined;
  if (diagnostic) {
    const scope = diagnosticScope({ ...query, symbols: current, problem: diagnostic.range });
    return { ...snapshotOf(document, { kind: 'diagnostic', ...scope }), diagnostics: [diagnostic] };
  }
  const scope = findScope({ ...query, symbols: current, position: source.selection.active });
  if (!scope) throw new LemmaFailure({ code: 'nothingToAsk', fileName });
  return snapshotOf(document, scope);
}

/** The active text editor. @throws LemmaFailure `noEditor`, or `binaryDocument` when a file is shown in another way */
export function requireEditor(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor;
  if (editor) return editor;
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  throw new LemmaFailure(uri ? { code: 'binaryDocument', fileName: relativeName(uri) } : { code: 'noEditor' });
}

/** The problem as its language extension reports it now: the document may have been edited since the light bulb was drawn. */
function currentDiagnostic(uri: vscode.Uri, diagnostic: DiagnosticInfo): DiagnosticInfo {
  const same = ({ message, source, code }: DiagnosticInfo): boolean =>
    message === diagnostic.message && source === diagnostic.source && code === diagnostic.code;
  const distance = ({ range }: DiagnosticInfo): number => Math.abs(range.start.line - diagnostic.range.start.line);
  const reported = vscode.languages.getDiagnostics(uri).map(diagnosticInfo).filter(same);
  return reported.sort((one, other) => distance(one) - distance(other))[0] ?? diagnostic;
}

/** Up to this many lines around the cursor are looked at for an offer. */
const offerLines = 400;
/** Lines longer than this are looked at in their beginning only. */
const offerLineLength = 500;

/**
 * What a question would be about, for the chip in the panel. Cheap enough for every move of the cursor: without symbols, and
 * only near the cursor, so that it may name other lines than the snapshot taken later.
 */
export function selectionOffer(source: SnapshotSource): SelectionOffer | undefined {
  const { document, selection } = source;
  const label = (range: Range): string => placeLabel({ fileName: documentName(document), range });
  const lineCount = (range: Range): number => range.end.line - range.start.line + 1;
  const selected = selectedRange(source);
  if (selected) return { label: label(selected), scope: 'selection', lines: lineCount(selected) };

  const first = Math.max(0, selection.active.line - offerLines);
  const last = Math.min(document.lineCount, selection.active.line + offerLines);
  const lines: string[] = [];
  for (let line = first; line < last; line += 1) lines.push(document.lineAt(line).text.slice(0, offerLineLength));
  const position = { line: selection.active.line - first, character: Math.min(selection.active.character, offerLineLength) };
  const scope = findScope({ lines, languageId: document.languageId, position });
  if (!scope) return undefined;
  const range = {
    start: { line: scope.range.start.line + first, character: 0 },
    end: { line: scope.range.end.line + first, character: 1 },
  };
  return { label: label(range), scope: scope.kind, lines: lineCount(range) };
}

/**
 * The selection in whole lines where it means them: a last line of which nothing is selected is left out, and the white space
 * before a first line that goes on is taken in, so that all lines of the text stand as they do in the document.
 */
function selectedRange({ document, selection }: SnapshotSource): Range | undefined {
  if (selection.isEmpty) return undefined;
  let { start, end } = selection;
  if (end.character === 0 && end.line > start.line) end = document.lineAt(end.line - 1).range.end;
  if (document.getText(new vscode.Range(start, end)).trim() === '') return undefined;
  if (end.line > start.line && start.character <= document.lineAt(start.line).firstNonWhitespaceCharacterIndex) {
    start = start.with({ character: 0 });
  }
  return fromRange(new vscode.Range(start, end));
}

function snapshotOf(document: vscode.TextDocument, scope: Omit<Scope, 'kind'> & { readonly kind: Snapshot['scope'] }): Snapshot {
  const fileName = documentName(document);
  const range = toRange(scope.range);
  const text = document.getText(range);
  const notation = notationOf(document.getText(), document.languageId, scope.range);
  if (isBinary(text)) throw new LemmaFailure({ code: 'binaryDocument', fileName });
  const firstBefore = new vscode.Position(Math.max(0, range.start.line - surroundingLines), 0);
  const lastAfter = document.lineAt(Math.min(document.lineCount - 1, range.end.line + surroundingLines)).range.end;
  return {
    uri: document.uri.toString(),
    fileName,
    languageId: document.languageId,
    version: document.version,
    range: scope.range,
    scope: scope.kind,
    ...(scope.name === '' ? {} : { scopeName: scope.name }),
    text,
    eol: document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n',
    before: document.getText(new vscode.Range(firstBefore, range.start)),
    after: document.getText(new vscode.Range(range.end, lastAfter)),
    diagnostics: vscode.languages
      .getDiagnostics(document.uri)
      .filter((diagnostic) => range.intersection(diagnostic.range) !== undefined)
      .map(diagnosticInfo),
    copies: copiesOf(text, document.getText()),
    ...(notation ? { notation } : {}),
  };
}

/** More than this is not counted: the place is then found by what stands around it alone. */
const mostCopies = 1000;

function copiesOf(text: string, whole: string): number {
  let places = 0;
  for (let index = whole.indexOf(text); index >= 0 && places <= mostCopies; index = whole.indexOf(text, index + 1)) places += 1;
  return Math.max(0, places - 1);
}

/** Share of characters from which text counts as binary: control characters and bytes that were no UTF-8. */
const binaryShare = 0.1;

export function isBinary(text: string): boolean {
  if (text.includes('\0')) return true;
  const strange = text.match(/[\u0001-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return strange > 8 && strange > text.length * binaryShare;
}

function documentLines(document: vscode.TextDocument): string[] {
  return document.getText().split(/\r\n|\r|\n/);
}

/** The document's symbols, or undefined when no extension gives them in time. Does not reject. */
async function symbolsInTime(
  document: vscode.TextDocument,
  token: vscode.CancellationToken | undefined,
): Promise<SymbolNode[] | undefined> {
  if (token?.isCancellationRequested) return undefined;
  const disposables: vscode.Disposable[] = [];
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), symbolsTimeoutMs);
    if (token) disposables.push(token.onCancellationRequested(() => resolve(undefined)));
  });
  try {
    // Where a language extension fails, the guess by indentation or braces stands in for it.
    return await Promise.race([documentSymbols(document), enough]);
  } finally {
    clearTimeout(timer);
    for (const disposable of disposables) disposable.dispose();
  }
}
