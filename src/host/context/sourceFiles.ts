/** What may be read without having been asked for: text files of the workspace's folders, as long as it is trusted. */
import * as vscode from 'vscode';
import type { Attachment } from '../../core/attachment.ts';
import type { Range } from '../../core/snapshot.ts';
import { relativeName } from '../editor/documents.ts';
import { openDocumentOf } from '../editor/readAttachment.ts';
import { isBinary } from '../editor/readSnapshot.ts';

/** Larger files are generated rather than written. */
const mostBytes = 500_000;

/** Folders of code that others wrote, and of what is made from code. */
const foreign = /(?:^|\/)(?:node_modules|bower_components|site-packages|dist-packages|__pycache__|\.[^/]+|venv|vendor|target|Pods)(?:\/|$)/;

/** A file as lines, with the language it would be opened as where it is open. */
export interface SourceFile {
  readonly uri: vscode.Uri;
  readonly fileName: string;
  readonly lines: readonly string[];
  readonly text: string;
}

/** Reads each file once. One for each question. */
export class SourceFiles {
  readonly #own: vscode.TextDocument;
  readonly #read = new Map<string, Promise<SourceFile | undefined>>();

  /** @param own the document that is asked about, which may be read wherever it is */
  constructor(own: vscode.TextDocument) {
    this.#own = own;
  }

  /** @returns undefined for what may not be read or is no text */
  file(uri: vscode.Uri): Promise<SourceFile | undefined> {
    const key = uri.toString();
    const known = this.#read.get(key);
    if (known) return known;
    const file = this.#allows(uri) ? readFile(uri) : Promise.resolve(undefined);
    this.#read.set(key, file);
    return file;
  }

  #allows(uri: vscode.Uri): boolean {
    if (uri.toString() === this.#own.uri.toString()) return true;
    return vscode.workspace.isTrusted && isOfWorkspace(uri);
  }
}

/** It lies in a folder of the workspace and in none that holds other people's code. */
export function isOfWorkspace(uri: vscode.Uri): boolean {
  return vscode.workspace.getWorkspaceFolder(uri) !== undefined && !foreign.test(vscode.workspace.asRelativePath(uri, false));
}

async function readFile(uri: vscode.Uri): Promise<SourceFile | undefined> {
  const text = openDocumentOf(uri.toString())?.getText() ?? (await readText(uri).catch(() => undefined));
  if (text === undefined || text.length > mostBytes || isBinary(text.slice(0, 10_000))) return undefined;
  return { uri, fileName: relativeName(uri), lines: text.split(/\r\n|\r|\n/), text };
}

/** Not by openTextDocument: that tells every language extension of a file which the user has not opened. */
async function readText(uri: vscode.Uri): Promise<string | undefined> {
  const { size, type } = await vscode.workspace.fs.stat(uri);
  if (size > mostBytes || (type & vscode.FileType.Directory) !== 0) return undefined;
  const bytes = await vscode.workspace.fs.readFile(uri);
  if (bytes.subarray(0, 8192).includes(0)) return undefined;
  return vscode.workspace.decode(bytes, { uri });
}

/** A piece of a file as it goes along with the question. */
export function pieceOf(
  file: Pick<SourceFile, 'uri' | 'fileName'>,
  languageId: string,
  label: string,
  text: string,
  range?: Range,
): Attachment {
  return { kind: 'symbol', label, uri: file.uri.toString(), fileName: file.fileName, languageId, text, ...(range ? { range } : {}) };
}
