/** An answer that changes several files: through VS Code's Refactor Preview, where each change is looked at and confirmed. */
import * as vscode from 'vscode';
import { trimAnswer } from '../../core/answer.ts';
import type { TrimmedAnswer } from '../../core/answer.ts';
import { normalizeEol } from '../../core/documentText.ts';
import { refusal } from '../../core/editPlan.ts';
import { LemmaFailure } from '../../core/errors.ts';
import { fileBlocks } from '../../core/fileEdits.ts';
import type { FileBlock } from '../../core/fileEdits.ts';
import { lineHunks } from '../../core/lineHunks.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { openDocument } from '../editor/openDocument.ts';
import { textEdits } from './makeEdit.ts';

/** The files of the workspace that an answer changes, or makes. */
export interface FileChange {
  /** As the answer names it. */
  readonly path: string;
  readonly uri: vscode.Uri;
  readonly exists: boolean;
  readonly block: FileBlock;
}

/**
 * Which files an answer changes, when these are several, or another one than was asked about. Names that lead out of the
 * workspace are none of them.
 */
export async function changedFiles(answer: string, asked: vscode.Uri): Promise<FileChange[] | undefined> {
  const blocks = fileBlocks(answer);
  if (blocks.length === 0) return undefined;
  const changes: FileChange[] = [];
  for (const block of blocks) {
    const place = await placeOf(block.path, asked);
    if (place && !changes.some(({ uri }) => uri.toString() === place.uri.toString())) changes.push({ path: block.path, ...place, block });
  }
  const others = changes.filter(({ uri }) => uri.toString() !== asked.toString());
  return others.length === 0 ? undefined : changes;
}

/** The file of that name: from a folder of the workspace, else beside the file that was asked about, else a new one. */
async function placeOf(name: string, asked: vscode.Uri): Promise<{ uri: vscode.Uri; exists: boolean } | undefined> {
  const own = vscode.workspace.getWorkspaceFolder(asked);
  const folders = [own, ...(vscode.workspace.workspaceFolders ?? [])].filter((folder) => folder !== undefined);
  const inFolders = folders.map(({ uri }) => vscode.Uri.joinPath(uri, name));
  const beside = own ? [vscode.Uri.joinPath(asked, '..', name)] : [];
  for (const uri of [...inFolders, ...beside]) if (await isFile(uri)) return { uri, exists: true };
  const [first] = inFolders;
  return first && { uri: first, exists: false };
}

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) !== 0;
  } catch {
    // Not there, which is what was asked.
    return false;
  }
}

/**
 * Offers the changes for confirmation.
 * @param snapshot what was asked about: its block stands for that part of the file, or for all of it
 * @returns whether they were made
 * @throws LemmaFailure where a file cannot be read, or a block is only a part of one
 */
export async function reviewFiles(changes: readonly FileChange[], snapshot: Snapshot): Promise<boolean> {
  const edit = await filesEdit(changes, snapshot, { needsConfirmation: true, label: vscode.l10n.t('Edit by Lemma') });
  return edit.size > 0 && (await vscode.workspace.applyEdit(edit, { isRefactoring: true }));
}

/** All changes as one edit. @param confirm how they are to be confirmed, if they are */
export async function filesEdit(
  changes: readonly FileChange[],
  snapshot: Snapshot,
  confirm?: vscode.WorkspaceEditEntryMetadata,
): Promise<vscode.WorkspaceEdit> {
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, path, exists, block } of changes) {
    if (!exists) {
      const text = accepted(trimAnswer(block.answer, undefined, { block: 0 }), path);
      edit.createFile(uri, { contents: new TextEncoder().encode(`${text}\n`), ignoreIfExists: true }, confirm);
      continue;
    }
    const document = await openDocument(uri);
    const before = normalizeEol(document.getText());
    const after = newText(document, before, block, snapshot, path);
    for (const each of textEdits(document, lineHunks(before.split('\n'), after.split('\n'))))
      edit.replace(uri, each.range, each.newText, confirm);
  }
  return edit;
}

/** The whole document with the block in it. */
function newText(document: vscode.TextDocument, before: string, block: FileBlock, asked: Snapshot, path: string): string {
  const end = document.lineAt(document.lineCount - 1).range.end;
  const whole: Snapshot = {
    ...asked,
    uri: document.uri.toString(),
    languageId: document.languageId,
    version: document.version,
    range: { start: { line: 0, character: 0 }, end: { line: end.line, character: end.character } },
    text: document.getText(),
    eol: '\n',
    before: '',
    after: '',
    diagnostics: [],
  };
  const part = normalizeEol(asked.text);
  const at = asked.uri === whole.uri ? before.indexOf(part) : -1;
  const isPart = at >= 0 && part.trim() !== before.trim() && !beginsAlike(block, before);
  const text = accepted(trimAnswer(block.answer, isPart ? { ...asked, eol: '\n' } : whole, { block: 0, kind: 'replace' }), path);
  return isPart ? before.slice(0, at) + text + before.slice(at + part.length) : text;
}

/** @throws LemmaFailure where the block is a part that cannot be put together with the file */
function accepted(trimmed: TrimmedAnswer | undefined, fileName: string): string {
  if (trimmed?.kind === 'refused') throw new LemmaFailure(refusal(trimmed, fileName));
  return trimmed?.text ?? '';
}

/** The block has the first line of the file, so it is the file. */
function beginsAlike({ answer }: FileBlock, before: string): boolean {
  const first = (text: string): string | undefined => text.split('\n').find((line) => line.trim() !== '');
  return first(answer.slice(answer.indexOf('\n') + 1)) === first(before);
}
