/** What a formula means that is defined elsewhere: in its document, its notebook, and the files that these take in. */
import * as vscode from 'vscode';
import { relevance } from '../../core/contextChoice.ts';
import { normalizeEol } from '../../core/documentText.ts';
import { DocumentText } from '../../core/documentText.ts';
import { mathFlavour } from '../../core/formulas.ts';
import type { MathFlavour } from '../../core/formulas.ts';
import { definitionsUsed, referencesUsed } from '../../core/mathDefinitions.ts';
import type { MathDefinition } from '../../core/mathDefinitions.ts';
import { filesMentioned } from '../../core/mathFiles.ts';
import { documentName, notebookOf } from '../editor/documents.ts';
import type { ContextPlace } from './codeContext.ts';
import { definitionsLabel } from './contextWords.ts';
import { pieceOf } from './sourceFiles.ts';
import type { SourceFile, SourceFiles } from './sourceFiles.ts';

/** Files that are looked into besides the document. */
const mostFiles = 8;

export async function mathDefinitions(place: ContextPlace): Promise<void> {
  const { document, snapshot, files } = place;
  const flavour = mathFlavour(document.languageId);
  if (flavour === undefined) return;
  const used = normalizeEol(snapshot.text);
  for (const own of ownTexts(document)) {
    putDefinitions(place, own, flavour, used);
    for (const reference of referencesUsed(normalizeEol(own.text), flavour, used)) putReference(place, own, reference);
  }
  for (const file of await takenIn(document, flavour, files)) {
    putDefinitions(place, file, flavour, used);
    for (const reference of referencesUsed(normalizeEol(file.text), flavour, used)) putReference(place, file, reference);
  }
}

type Source = Pick<SourceFile, 'uri' | 'fileName' | 'text'>;

/** The document; of a notebook all its cells of text, since they share their commands. */
function ownTexts(document: vscode.TextDocument): Source[] {
  const fileName = documentName(document);
  const cells = notebookOf(document)
    ?.getCells()
    .map((cell) => cell.document) ?? [document];
  return cells.filter((cell) => cell.languageId === document.languageId).map((cell) => ({ uri: cell.uri, fileName, text: cell.getText() }));
}

/** The files that the document names, and those of the one that it is part of. */
async function takenIn(document: vscode.TextDocument, flavour: MathFlavour, files: SourceFiles): Promise<SourceFile[]> {
  const found = new Map<string, SourceFile>();
  const look = async (from: vscode.Uri, text: string, deeper: boolean): Promise<void> => {
    const mentioned = filesMentioned(text, flavour).slice(0, mostFiles);
    await Promise.all(
      mentioned.map(async ({ path, root }) => {
        const uri = vscode.Uri.joinPath(from, '..', path);
        if (found.size >= mostFiles || uri.toString() === document.uri.toString() || /^(?:[a-z]+:|\/)/i.test(path)) return;
        const file = await files.file(uri);
        if (!file || found.has(uri.toString())) return;
        found.set(uri.toString(), file);
        if (root || deeper) await look(uri, file.text, false);
      }),
    );
  };
  await look(document.uri, document.getText(), true);
  return [...found.values()];
}

/** One piece for a file, since a definition is a line. */
function putDefinitions({ document, add }: ContextPlace, source: Source, flavour: MathFlavour, used: string): void {
  const text = normalizeEol(source.text);
  const found = definitionsUsed(text, flavour, used);
  const [first] = found;
  const last = found.at(-1);
  if (!first || !last) return;
  const lines = new DocumentText(text);
  const range = { start: lines.positionAt(first.start), end: lines.positionAt(last.end) };
  const joined = found.map(({ start, end }) => text.slice(start, end)).join('\n');
  const label = definitionsLabel(found.map(({ name }) => name.replace(/^\\begin\{(.*)\}$/, '$1')));
  add({ attachment: pieceOf(source, document.languageId, label, joined, range), relevance: relevance.macro });
}

function putReference({ document, add }: ContextPlace, source: Source, { name, start, end }: MathDefinition): void {
  const lines = new DocumentText(source.text);
  const range = { start: lines.positionAt(start), end: lines.positionAt(end) };
  const piece = pieceOf(source, document.languageId, name, lines.text.slice(start, end), range);
  add({ attachment: piece, relevance: relevance.reference });
}
