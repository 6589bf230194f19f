import * as vscode from 'vscode';
import { charsToKeep, trimSnapshotText } from '../core/budget.ts';
import type { Turn } from '../core/conversation.ts';
import { toLemmaError } from '../core/errors.ts';
import type { DiagnosticInfo, Snapshot } from '../core/snapshot.ts';
import type { Task } from '../core/task.ts';
import { openDocument } from './editor/openDocument.ts';
import { readSnapshot, requireEditor, selectionOffer } from './editor/readSnapshot.ts';
import type { PanelModel } from './panel/panelModel.ts';
import type { TurnRunner } from './turn.ts';

/** Most rounds of trimming a selection until it fits; each measures real tokens, so one or two are enough. */
const trimRounds = 6;

/** From what the user points at or types to a question. Failures become the panel's notice, where the user looks. */
export class Questions {
  readonly #turns: TurnRunner;
  readonly #panel: PanelModel;
  readonly #reveal: () => Promise<void>;
  /** The editor whose selection is offered. */
  #offered: vscode.TextEditor | undefined;

  constructor(turns: TurnRunner, panel: PanelModel, reveal: () => Promise<void>) {
    this.#turns = turns;
    this.#panel = panel;
    this.#reveal = reveal;
  }

  /** Asks about the selection, or about what encloses the cursor. */
  async aboutSelection(task: Task): Promise<void> {
    await this.#ask(task, '', () => readSnapshot(requireEditor()));
  }

  /** Asks for a repair of a reported problem. @param uri of the document, as a string */
  async aboutDiagnostic(uri: string, diagnostic: DiagnosticInfo): Promise<void> {
    await this.#ask('fix', '', async () => {
      const document = await openDocument(vscode.Uri.parse(uri, true));
      return readSnapshot({ document, selection: new vscode.Selection(0, 0, 0, 0) }, { diagnostic });
    });
  }

  /** Sends what was typed into the panel, with the selection if it is attached. The draft is kept until it was sent. */
  async typed(text: string): Promise<void> {
    const attached = this.#panel.selectionAttached && this.#panel.selection !== undefined;
    // While the cursor is in the panel no editor is active; the one that the chip names is still visible.
    const editor = vscode.window.activeTextEditor ?? this.#offered;
    const asked = await this.#ask('ask', text, attached ? () => readSnapshot(editor ?? requireEditor()) : undefined);
    if (!asked) {
      await this.#panel.saveDraft(text);
      return;
    }
    this.#panel.attachSelection(false);
    await this.#panel.saveDraft('');
  }

  /** Offers what the editor has selected as a chip; nothing selected, nothing offered. */
  offer(editor: vscode.TextEditor | undefined): void {
    this.#offered = editor;
    this.#panel.offerSelection(editor && selectionOffer(editor));
  }

  /** Asks the same question anew, or with other words, beside the earlier answer. */
  async again(turn: Turn, text = turn.question.text): Promise<void> {
    void this.#turns.askInstead(turn.question.id, text);
    await this.#reveal();
  }

  /** Asks again with as many lines around the cursor as the context can take. */
  async trimmed(turn: Turn): Promise<void> {
    const { id, text, snapshot } = turn.question;
    if (!snapshot) return;
    let part = snapshot;
    for (let round = 0; round < trimRounds; round++) {
      const measured = await this.#turns.measure({ ...turn.question, snapshot: part });
      if (!measured) return;
      const overTokens = measured.promptTokens - measured.limitTokens;
      if (overTokens <= 0) break;
      part = trimSnapshot(part, charsToKeep(part.text, measured.textTokens, overTokens));
    }
    void this.#turns.askInstead(id, text, part);
  }

  /** @returns whether the question was asked */
  async #ask(task: Task, text: string, read: (() => Promise<Snapshot>) | undefined): Promise<boolean> {
    const revealed = this.#reveal();
    try {
      const snapshot = await read?.();
      this.#panel.showNotice(undefined);
      void this.#turns.ask({ task, text, ...(snapshot ? { snapshot } : {}) });
      return true;
    } catch (thrown) {
      this.#panel.showNotice(toLemmaError(thrown));
      return false;
    } finally {
      await revealed;
    }
  }
}

/** The lines around the cursor, or the first ones when it is elsewhere. */
function trimSnapshot(snapshot: Snapshot, keepChars: number): Snapshot {
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === snapshot.uri);
  const start = new vscode.Position(snapshot.range.start.line, snapshot.range.start.character);
  const offset = (position: vscode.Position): number => editor?.document.offsetAt(position) ?? 0;
  const focus = editor ? offset(editor.selection.active) - offset(start) : 0;
  const kept = trimSnapshotText(snapshot.text, focus, keepChars);
  const lines = (text: string): string[] => text.split(/\r\n|\n|\r/);
  const move = (text: string): { line: number; character: number } => {
    const passed = lines(text);
    const last = passed.at(-1) ?? '';
    return {
      line: start.line + passed.length - 1,
      character: passed.length === 1 ? start.character + last.length : last.length,
    };
  };
  return {
    ...snapshot,
    scope: 'selection',
    text: kept.text,
    range: { start: move(snapshot.text.slice(0, kept.start)), end: move(snapshot.text.slice(0, kept.end)) },
    // The lines beside a part are the whole's own; what they would add is what had to go.
    before: '',
    after: '',
  };
}
