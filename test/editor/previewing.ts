/** Edits and their previews without a model to answer: what it would write is said by the test. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { turnById } from '../../src/core/conversation.ts';
import type { ConversationEvent, Turn, TurnQuestion } from '../../src/core/conversation.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { readSnapshot } from '../../src/host/editor/readSnapshot.ts';
import { previewTab } from '../../src/host/edits/previewTabs.ts';
import { until } from './editing.ts';

export type Wish = Partial<Omit<TurnQuestion, 'id'>>;
/** What is selected where: an editor, or a document with a selection (cells of notebooks). */
export type Place = Parameters<typeof readSnapshot>[0];

/** An answer of one code block with prose around it. */
export const fenced = (code: string, language = 'python'): string => `Here it is:\n\n\`\`\`${language}\n${code}\n\`\`\`\n\nIt is shorter.`;

export function previewing(app: () => LemmaApp) {
  const say = (event: ConversationEvent): void => app().conversations.append(event);
  const at = (): number => Date.now();
  /** Asks as the commands do. */
  async function asked(place: Place, wish: Wish = {}): Promise<string> {
    const id = randomUUID();
    const snapshot = await readSnapshot(place);
    say({ type: 'asked', question: { task: 'improve', text: '', answerUse: 'replace', snapshot, ...wish, id }, at: at() });
    await app().previews.idle();
    return id;
  }

  function write(turnId: string, text: string): void {
    say({ type: 'phase', turnId, phase: 'answering', at: at() });
    say({ type: 'delta', turnId, part: 'answer', text, tokens: 1 });
  }

  /** Resolves when everything that follows from the end has been done. */
  async function end(turnId: string, kind: 'complete' | 'stopped' = 'complete'): Promise<void> {
    // A new conversation has put the cursor into the panel, whose page tells late that it is elsewhere by now.
    app().previews.panelFocused = false;
    say({ type: 'ended', turnId, end: { kind }, at: at() });
    await app().previews.idle();
  }

  async function answered(place: Place, answer: string, wish?: Wish): Promise<string> {
    const id = await asked(place, wish);
    write(id, answer);
    await end(id);
    return id;
  }

  function tabOf(id: string): vscode.Tab | undefined {
    const preview = app().previews.of(id);
    return preview && previewTab(preview.uri);
  }

  /** Every tab that is a preview. */
  const previews = (): vscode.Tab[] =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.scheme === 'lemma-edit');

  /** The text on the right side of the preview, as soon as VS Code has drawn what it was told. */
  async function shown(id: string): Promise<string> {
    const preview = app().previews.of(id);
    assert.ok(preview && tabOf(id), 'the preview is open');
    await shows(id, preview.text);
    return preview.text;
  }

  /** Resolves when the preview's document has this text. */
  const shows = (id: string, text: string): Promise<true> =>
    until(vscode.workspace.onDidChangeTextDocument, () => {
      const uri = app().previews.of(id)?.uri.toString();
      const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri);
      return document?.getText() === text ? true : undefined;
    });

  const turn = (id: string): Turn => {
    const found = turnById(app().conversations.current, id);
    assert.ok(found);
    return found;
  };
  const words = (id: string): string => app().panel.words(id)?.edit?.text ?? '';
  const refusal = (id: string): string => app().panel.words(id)?.editNote?.text ?? '';

  return { say, asked, write, end, answered, tabOf, previews, shown, shows, turn, words, refusal };
}
