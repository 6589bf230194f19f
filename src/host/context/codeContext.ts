/** What a piece of code refers to: what it stands in, the imports it uses, and the definitions and types of its names. */
import * as vscode from 'vscode';
import type { ContextPiece } from '../../core/contextChoice.ts';
import { relevance } from '../../core/contextChoice.ts';
import { declarationAt, guessDefinition, guessHeads, headOf } from '../../core/declarations.ts';
import type { SymbolNode } from '../../core/functionScope.ts';
import { namesUsed } from '../../core/identifiers.ts';
import type { UsedName } from '../../core/identifiers.ts';
import { importsUsed } from '../../core/importsUsed.ts';
import { problemLine } from '../../core/prompts/parts.ts';
import type { Range, Snapshot } from '../../core/snapshot.ts';
import { fromRange } from '../editor/convert.ts';
import { documentName } from '../editor/documents.ts';
import { documentSymbols } from '../editor/documentSymbols.ts';
import { problemsLabel } from '../editor/readAttachment.ts';
import { importsLabel } from './contextWords.ts';
import { isOfWorkspace, pieceOf } from './sourceFiles.ts';
import type { SourceFile, SourceFiles } from './sourceFiles.ts';

/** The place that is asked about, and where what is found about it goes. */
export interface ContextPlace {
  readonly document: vscode.TextDocument;
  readonly snapshot: Snapshot;
  /** First line of the document that the prompt shows. */
  readonly shownFrom: number;
  readonly files: SourceFiles;
  readonly add: (piece: ContextPiece) => void;
}

/** Names whose definitions are asked for: each costs its language extension two answers or three. */
const mostNames = 12;
/** What a hover shows of a name from a library; longer ones are manuals. */
const longestHover = 600;

/** The signature lines of the classes and functions around the selection. */
export async function enclosing({ document, snapshot, add }: ContextPlace): Promise<void> {
  const lines = linesOf(document);
  const file = { uri: document.uri, fileName: documentName(document) };
  const { start, end } = snapshot.range;
  const put = (name: string, text: string, range: Range): void => {
    if (range.end.line < start.line)
      add({ attachment: pieceOf(file, document.languageId, name, text, range), relevance: relevance.enclosing });
  };
  const symbols = await documentSymbols(document);
  if (!symbols || symbols.length === 0) {
    for (const { name, declaration } of guessHeads(lines, start.line)) put(name, declaration.text, declaration.range);
    return;
  }
  const visit = (nodes: readonly SymbolNode[]): void => {
    for (const node of nodes) {
      if (node.range.start.line > start.line || node.range.end.line < end.line) continue;
      const { text, range } = headOf(lines, node.range);
      put(node.name, text, range);
      visit(node.children);
    }
  };
  visit(symbols);
}

/** The import statements whose names the selection uses, as one piece. */
export function imports({ document, snapshot, shownFrom, add }: ContextPlace): void {
  const lines = linesOf(document);
  const used = new Set(namesUsed(snapshot.text, document.languageId).map(({ name }) => name));
  const statements = importsUsed(lines, used).filter(({ lastLine }) => lastLine < shownFrom);
  const [first] = statements;
  const last = statements.at(-1);
  if (!first || !last) return;
  const text = statements.map(({ firstLine, lastLine }) => lines.slice(firstLine, lastLine + 1).join('\n')).join('\n');
  const range = { start: { line: first.firstLine, character: 0 }, end: { line: last.lastLine, character: 0 } };
  const file = { uri: document.uri, fileName: documentName(document) };
  add({ attachment: pieceOf(file, document.languageId, importsLabel(statements.length), text, range), relevance: relevance.imports });
}

/** The problems that are reported in the selection; a question for a repair names its own. */
export function problems({ document, snapshot, add }: ContextPlace): void {
  const serious = snapshot.diagnostics.filter(({ severity }) => severity === 'error' || severity === 'warning');
  if (serious.length === 0) return;
  const file = { uri: document.uri, fileName: documentName(document) };
  const text = serious.map(problemLine).join('\n');
  const piece = pieceOf(file, document.languageId, problemsLabel(serious.length), text);
  add({ attachment: { ...piece, kind: 'problems' }, relevance: relevance.problems });
}

/** Definitions and types of the names that the selection uses, asked for all at once. */
export async function definitions(place: ContextPlace): Promise<void> {
  const { document, snapshot } = place;
  const names = namesUsed(snapshot.text, document.languageId).filter(({ name }) => name.length > 1);
  // A type, and what is used often, says more than a variable that is used once.
  const weight = ({ name, count }: UsedName): number => count + (/^\p{Lu}/u.test(name) ? 2 : 0);
  const wanted = [...names].sort((one, other) => weight(other) - weight(one)).slice(0, mostNames);
  const most = Math.max(1, ...wanted.map(weight));
  await Promise.all(wanted.map((used) => definition(place, used, (0.1 * weight(used)) / most)));
}

async function definition(place: ContextPlace, { name, offset }: UsedName, bonus: number): Promise<void> {
  const { document, snapshot, files, add } = place;
  const position = document.positionAt(
    document.offsetAt(new vscode.Position(snapshot.range.start.line, snapshot.range.start.character)) + offset,
  );
  const ask = <Answer>(command: string): Promise<readonly Answer[]> =>
    Promise.resolve(vscode.commands.executeCommand<readonly Answer[] | undefined>(command, document.uri, position)).then(
      (answer) => answer ?? [],
      () => [],
    );
  const [defined, types] = await Promise.all([
    ask<vscode.Location | vscode.LocationLink>('vscode.executeDefinitionProvider'),
    ask<vscode.Location | vscode.LocationLink>('vscode.executeTypeDefinitionProvider'),
  ]);
  const places = [
    ...defined.map((each) => ({ ...target(each), rank: relevance.definition })),
    ...types.map((each) => ({ ...target(each), rank: relevance.type })),
  ];
  const found = await Promise.all(
    places.map(async ({ uri, range, rank }) => {
      // The name is defined by the selection itself.
      if (uri.toString() === snapshot.uri && range.start.line >= snapshot.range.start.line && range.end.line <= snapshot.range.end.line)
        return true;
      const file = await files.file(uri);
      if (!file) return false;
      putDeclaration(place, file, name, range, rank + bonus);
      return true;
    }),
  );
  if (found.includes(true)) return;
  if (places.length === 0) guess(place, name, bonus);
  // Of a library the language extension says what is worth saying; what comes with the language every model knows.
  if (places.length === 0 || places.some(({ uri }) => isOfWorkspace(uri) || isStandard(uri))) return;
  const hovers = await ask<vscode.Hover>('vscode.executeHoverProvider');
  const text = hovers.flatMap(({ contents }) => contents.map(codeOf)).find((code) => code !== '') ?? '';
  if (text === '' || text.length > longestHover) return;
  const file = { uri: document.uri, fileName: documentName(document) };
  add({ attachment: pieceOf(file, document.languageId, name, text), relevance: relevance.hover + bonus });
}

function guess(place: ContextPlace, name: string, bonus: number): void {
  const { document } = place;
  const lines = linesOf(document);
  const range = guessDefinition(lines, name);
  const file = { uri: document.uri, fileName: documentName(document), lines, text: '' };
  if (range) putDeclaration(place, file, name, range, relevance.definition + bonus);
}

/** Of what the selection is part of, only the head: a parameter is defined by the function that it belongs to. */
function putDeclaration({ document, snapshot, add }: ContextPlace, file: SourceFile, name: string, at: Range, rank: number): void {
  const whole = declarationAt(file.lines, at);
  const { start, end } = snapshot.range;
  const own = file.uri.toString() === snapshot.uri && whole.range.start.line <= end.line && start.line <= whole.range.end.line;
  const { text, range } = own ? headOf(file.lines, { start: at.start, end: start }) : whole;
  add({ attachment: pieceOf(file, document.languageId, name, text, range), relevance: rank });
}

function target(location: vscode.Location | vscode.LocationLink): { readonly uri: vscode.Uri; readonly range: Range } {
  return 'targetUri' in location
    ? { uri: location.targetUri, range: fromRange(location.targetRange) }
    : { uri: location.uri, range: fromRange(location.range) };
}

function isStandard(uri: vscode.Uri): boolean {
  return /\/typescript\/lib\/lib\.|\/@types\/node\/|\/typeshed|\/rustlib\/|\/lib\/python\d|\/go\/src\/(?:[a-z]+\/)?[a-z]+\//.test(uri.path);
}

/** The first code block of a hover. */
function codeOf(content: vscode.MarkdownString | vscode.MarkedString): string {
  if (typeof content !== 'string' && 'language' in content) return content.value.trim();
  const markdown = typeof content === 'string' ? content : content.value;
  return (/```[^\n]*\n([\s\S]*?)\n?```/.exec(markdown)?.[1] ?? '').trim();
}

function linesOf(document: vscode.TextDocument): string[] {
  return document.getText().split(/\r\n|\r|\n/);
}
