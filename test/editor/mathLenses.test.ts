import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { closeAll, turnEnd, untitled } from './editing.ts';

const paper = '¦Let $x$ be given.\r\n\\[ 17 + 25 \\]\r\n\r\n% \\[ no \\]\r\n\\begin{align}\r\n  a &= b\r\n\\end{align}\r\n';

describe('the lenses above formulas', () => {
  let app: LemmaApp;
  const turn = (on: boolean | undefined): Thenable<void> =>
    vscode.workspace.getConfiguration('lemma').update('codeLens.math', on, vscode.ConfigurationTarget.Global);
  const lenses = async (editor: vscode.TextEditor): Promise<vscode.CodeLens[]> => {
    const all = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', editor.document.uri, 100);
    return all.filter(({ command }) => command?.command === 'lemma.aboutFormula');
  };

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
  });
  after(async () => {
    await turn(undefined);
    await app.newConversation();
    await closeAll();
  });

  it('are there where the setting is on alone', async () => {
    const editor = await untitled('latex', paper);
    assert.deepEqual(await lenses(editor), []);
    await turn(true);
    const found = await lenses(editor);
    assert.deepEqual(
      found.map(
        ({ command, range }) => `${command?.title} ${range.start.line}:${range.start.character}-${range.end.line}:${range.end.character}`,
      ),
      ['Solve 1:0-1:13', 'Explain 1:0-1:13', 'Solve 4:0-6:11', 'Explain 4:0-6:11'],
    );
    const python = await untitled('python', '¦# \\[ x \\]\n');
    assert.deepEqual(await lenses(python), []);
  });

  it('ask about their formula, wherever the cursor is', async () => {
    await turn(true);
    const editor = await untitled('latex', paper);
    const [solve] = await lenses(editor);
    assert.ok(solve?.command);
    const ended = turnEnd(app);
    await vscode.commands.executeCommand(solve.command.command, ...(solve.command.arguments as unknown[]));
    const { question, answer } = await ended;
    assert.deepEqual([question.task, question.snapshot?.text], ['solve', '\\[ 17 + 25 \\]']);
    assert.match(answer, /42/);
  });
});
