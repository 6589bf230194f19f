import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Turn } from '../../src/core/conversation.ts';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import type { GenerateResult } from '../../src/shared/inferenceProtocol.ts';
import { closeAll, TemporaryFiles, turnEnd, until } from './editing.ts';

describe('A selection that rests', () => {
  const files = new TemporaryFiles();
  let app: LemmaApp;
  let client: InferenceClient;
  let generate: InferenceClient['generate'];
  /** What the engine said of the replies. */
  const results: GenerateResult[] = [];

  const setting = (value: 'on' | undefined): Thenable<void> =>
    vscode.workspace.getConfiguration('lemma').update('prefetch', value, vscode.ConfigurationTarget.Global);
  /** Selects the problem of a file that no other test has, so that the context holds nothing of it. */
  const open = (name: string, problem: string): Promise<vscode.TextEditor> => files.open(name, `# ${name}\n\n¦${problem}¦\n`);
  const solved = async (): Promise<Turn> => {
    const end = turnEnd(app);
    await vscode.commands.executeCommand('lemma.solveSelection');
    return end;
  };

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
    ({ client } = app);
    generate = client.generate.bind(client);
    client.generate = async (...params) => {
      const result = await generate(...params);
      results.push(result);
      return result;
    };
    // Something is asked, so that the model is loaded.
    await app.newConversation();
    await app.turns.ask({ task: 'ask', text: 'What is 17 + 25?' });
  });
  beforeEach(() => app.newConversation());
  afterEach(async () => {
    await setting(undefined);
    await closeAll();
    await files.remove();
  });
  after(async () => {
    client.generate = generate;
    await app.newConversation();
  });

  it('is not read in advance on a processor, unless the user wants that', async () => {
    const { prompts } = app.prefetch.counts;
    await open('never.md', 'What is 11 + 12?');
    await solved();
    assert.equal(app.prefetch.counts.prompts, prompts);
  });

  it('is read before Solve is pressed, which then evaluates one token', async () => {
    await setting('on');
    const before = app.prefetch.counts;
    const readAll = until(app.prefetch.onDidRead, () => {
      const { prompts, readTokens } = app.prefetch.counts;
      return prompts > before.prompts ? readTokens - before.readTokens : undefined;
    });
    await open('ready.md', 'What is 47 + 38?');
    const readTokens = await readAll;
    const { answer } = await solved();
    const result = results.at(-1);
    assert.ok(result);
    assert.equal(result.promptTokens - result.reusedTokens, 1);
    assert.equal(app.prefetch.counts.usedTokens - before.usedTokens, readTokens);
    assert.match(answer, /85/);
  });
});
