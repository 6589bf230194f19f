/** Documents and events for the tests of src/host/editor. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { lastTurn } from '../../src/core/conversation.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { LemmaFailure } from '../../src/core/errors.ts';
import type { LemmaErrorCode } from '../../src/core/errors.ts';
import type { LemmaApp } from '../../src/host/app.ts';

/** A folder of files that is removed with `remove`. */
export class TemporaryFiles {
  #folder: string | undefined;

  async create(name: string, text: string | Uint8Array): Promise<vscode.Uri> {
    this.#folder ??= await mkdtemp(path.join(tmpdir(), 'lemma-editing-'));
    const file = path.join(this.#folder, name);
    await writeFile(file, text);
    return vscode.Uri.file(file);
  }

  /** The file in an editor, the cursor or selection where `¦` stands once or twice. */
  async open(name: string, marked: string): Promise<vscode.TextEditor> {
    const editor = await vscode.window.showTextDocument(await this.create(name, marked.replaceAll('¦', '')));
    select(editor, marked);
    return editor;
  }

  async remove(): Promise<void> {
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}

export function select(editor: vscode.TextEditor, marked: string): void {
  const first = marked.indexOf('¦');
  const second = marked.indexOf('¦', first + 1);
  if (first < 0) return;
  const start = editor.document.positionAt(first);
  editor.selection = new vscode.Selection(start, second < 0 ? start : editor.document.positionAt(second - 1));
}

export async function untitled(languageId: string, marked: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ language: languageId, content: marked.replaceAll('¦', '') });
  const editor = await vscode.window.showTextDocument(document);
  select(editor, marked);
  return editor;
}

/** Closes all editors without asking about unsaved text. */
export async function closeAll(): Promise<void> {
  for (const { document } of vscode.window.visibleTextEditors) {
    if (!document.isDirty || document.uri.scheme === 'output') continue;
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

export async function rejectsWith(code: LemmaErrorCode, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (thrown) => {
    assert.ok(thrown instanceof LemmaFailure, String(thrown));
    assert.equal(thrown.error.code, code);
    return true;
  });
}

/** Resolves as soon as the condition holds, checked now and at each event. */
export function until<Value>(event: vscode.Event<unknown>, condition: () => Value | undefined): Promise<Value> {
  return new Promise((resolve) => {
    const listener = event(() => check());
    const check = (): void => {
      const value = condition();
      if (value === undefined) return;
      listener.dispose();
      resolve(value);
    };
    check();
  });
}

/** The next turn that ends. */
export function turnEnd(app: LemmaApp): Promise<Turn> {
  return new Promise((resolve) => {
    const listener = app.conversations.onDidAppend(({ event }) => {
      const turn = lastTurn(app.conversations.current);
      if (event.type !== 'ended' || !turn) return;
      listener.dispose();
      resolve(turn);
    });
  });
}
