/** From files, symbols and problems to attachments. Files are read through VS Code alone, so that remote and virtual ones work too. */
import * as vscode from 'vscode';
import type { Attachment, AttachmentKind } from '../../core/attachment.ts';
import { sortProblems } from '../../core/attachment.ts';
import type { AttachmentRefusal } from '../../core/errors.ts';
import { LemmaFailure } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { placeLabel } from '../../core/place.ts';
import { problemLine } from '../../core/prompts/parts.ts';
import type { Range } from '../../core/snapshot.ts';
import { diagnosticInfo, fromRange, toRange } from './convert.ts';
import { documentName, relativeName } from './documents.ts';
import { isLive } from './openDocument.ts';
import { isBinary } from './readSnapshot.ts';

/** Larger files are refused before they are read: a megabyte is some 300,000 tokens, nine times GLM-Z1's context. */
const mostBytes = 1_000_000;

/** A whole file; of one that is open the text in the editor, saved or not. @throws LemmaFailure `attachmentRefused` */
export async function fileAttachment(uri: vscode.Uri): Promise<Attachment> {
  const open = openDocumentOf(uri.toString());
  const { document, text } = open && isLive(open) ? { document: open, text: open.getText() } : await openFile(uri);
  const label = documentName(document).split(/[\\/]/).at(-1) ?? documentName(document);
  return usable({ ...from(document, 'file'), label, text });
}

/** The selected text. @throws LemmaFailure `attachmentRefused` */
export function selectionAttachment({ document, selection }: Pick<vscode.TextEditor, 'document' | 'selection'>): Attachment {
  const range = fromRange(selection);
  return usable({ ...from(document, 'selection'), ...at(document, range), label: placeLabel({ fileName: documentName(document), range }) });
}

/** @throws LemmaFailure `attachmentRefused` */
export function symbolAttachment(document: vscode.TextDocument, name: string, range: vscode.Range): Attachment {
  // From the line's beginning, so that the indentation stays what it is in the file.
  const lines = new vscode.Range(new vscode.Position(range.start.line, 0), range.end);
  return usable({ ...from(document, 'symbol'), ...at(document, fromRange(lines)), label: name });
}

/** What the language extensions report of a document at this moment; none is an answer too. */
export function problemsAttachment(document: Pick<vscode.TextDocument, 'uri' | 'languageId'>): Attachment {
  const problems = vscode.languages.getDiagnostics(document.uri);
  const lines = sortProblems(problems.map(diagnosticInfo)).map(problemLine);
  return { ...from(document, 'problems'), label: problemsLabel(problems.length), text: lines.length === 0 ? '- None.' : lines.join('\n') };
}

/**
 * The attachment with the text that it has now. A selection or symbol whose text is not where it was is looked for; one that
 * cannot be found stays as it was attached, since that is what the user chose.
 * @throws LemmaFailure `attachmentRefused`
 */
export async function readAgain(attachment: Attachment): Promise<Attachment> {
  const uri = vscode.Uri.parse(attachment.uri, true);
  if (attachment.kind === 'problems') return problemsAttachment({ uri, languageId: attachment.languageId });
  if (attachment.kind === 'file') return fileAttachment(uri);
  const document = openDocumentOf(attachment.uri) ?? (await openFile(uri).catch(() => undefined))?.document;
  const range = document && placeOf(document, attachment);
  return usable(range ? movedTo(attachment, document, range) : attachment);
}

/** A selection or symbol at another place of its document, with the text there. Its tokens are to be counted anew. */
export function movedTo({ tokens: _tokens, ...attachment }: Attachment, document: vscode.TextDocument, range: Range): Attachment {
  const label = attachment.kind === 'selection' ? placeLabel({ fileName: attachment.fileName, range }) : attachment.label;
  return { ...attachment, ...at(document, range), label };
}

/** The open document of that address. */
export function openDocumentOf(uri: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri && !open.isClosed);
}

/** Where the text is: where it was, or at the only place that has the same text. */
function placeOf(document: vscode.TextDocument, { text, range }: Attachment): Range | undefined {
  if (range && document.getText(toRange(range)) === text) return range;
  const whole = document.getText();
  const index = text === '' ? -1 : whole.indexOf(text);
  if (index < 0 || whole.includes(text, index + 1)) return undefined;
  return fromRange(new vscode.Range(document.positionAt(index), document.positionAt(index + text.length)));
}

function from(document: Pick<vscode.TextDocument, 'uri' | 'languageId'>, kind: AttachmentKind): Omit<Attachment, 'label' | 'text'> {
  const open = openDocumentOf(document.uri.toString());
  const fileName = open ? documentName(open) : relativeName(document.uri);
  return { kind, uri: document.uri.toString(), fileName, languageId: document.languageId };
}

function at(document: vscode.TextDocument, range: Range): Pick<Attachment, 'text' | 'range'> {
  return { text: document.getText(toRange(range)), range };
}

export function problemsLabel(count: number): string {
  if (count === 0) return vscode.l10n.t('No problems');
  return count === 1 ? vscode.l10n.t('1 problem') : vscode.l10n.t('{0} problems', formatCount(count, vscode.env.language));
}

function usable(attachment: Attachment): Attachment {
  const { text, fileName } = attachment;
  if (text.length > mostBytes) throw refused(fileName, 'tooLarge');
  if (isBinary(text)) throw refused(fileName, 'binary');
  if (text.trim() === '') throw refused(fileName, 'empty');
  return attachment;
}

/** Files are looked at before VS Code opens them as text, which it refuses to do with what it takes for binary. */
async function openFile(uri: vscode.Uri): Promise<{ readonly document: vscode.TextDocument; readonly text: string }> {
  const name = relativeName(uri);
  let text: string | undefined;
  const hasFileSystem = vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== undefined;
  if (hasFileSystem) {
    const stat = await settled(vscode.workspace.fs.stat(uri));
    if (stat instanceof vscode.FileSystemError && stat.code === 'FileNotFound') throw refused(name, 'gone');
    if (stat instanceof Error) throw refused(name, 'unreadable');
    if ((stat.type & vscode.FileType.Directory) !== 0) throw refused(name, 'folder');
    if (stat.size > mostBytes) throw refused(name, 'tooLarge');
    const bytes = await settled(vscode.workspace.fs.readFile(uri));
    if (bytes instanceof Error) throw refused(name, 'unreadable');
    if (bytes.subarray(0, 8192).includes(0)) throw refused(name, 'binary');
    // A document that no editor shows may be older than its file, which VS Code watches only in the workspace.
    const decoded = await settled(vscode.workspace.decode(bytes, { uri }));
    if (decoded instanceof Error) throw refused(name, 'binary');
    text = decoded;
  }
  // Without a file system it may still be a document that some extension makes up, such as an earlier version.
  const document = await settled(vscode.workspace.openTextDocument(uri));
  if (document instanceof Error) throw refused(name, 'unreadable');
  return { document, text: text ?? document.getText() };
}

async function settled<Value>(work: Thenable<Value>): Promise<Value | Error> {
  return work.then(
    (value) => value,
    (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown))),
  );
}

function refused(fileName: string, because: AttachmentRefusal): LemmaFailure {
  return new LemmaFailure({ code: 'attachmentRefused', fileName, because });
}
