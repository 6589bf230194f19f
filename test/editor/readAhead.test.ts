import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import type { GenerateResult, ReadAheadParams, ReadAheadResult } from '../../src/shared/inferenceProtocol.ts';

describe('While a question is being written', () => {
  let app: LemmaApp;
  let client: InferenceClient;
  let generate: InferenceClient['generate'];
  let readAhead: InferenceClient['readAhead'];
  /** What the engine said of the replies. */
  const results: GenerateResult[] = [];
  const asked: ReadAheadParams[] = [];
  let onRead: (result: ReadAheadResult) => void = () => undefined;

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
    ({ client } = app);
    generate = client.generate.bind(client);
    readAhead = client.readAhead.bind(client);
    client.generate = async (...params) => {
      const result = await generate(...params);
      results.push(result);
      return result;
    };
    client.readAhead = async (params) => {
      asked.push(params);
      const result = await readAhead(params);
      onRead(result);
      return result;
    };
    await app.newConversation();
  });
  after(async () => {
    client.generate = generate;
    client.readAhead = readAhead;
    await app.panel.saveDraft('');
    await app.newConversation();
  });

  it('the conversation is read, so that the question alone is left', async () => {
    await app.turns.ask({ task: 'ask', text: 'What is 17 + 25?' });
    assert.equal(asked.length, 0, 'nothing is being written yet, and the thought may be taken up again');
    const read = new Promise<ReadAheadResult>((resolve) => {
      onRead = (result) => {
        if (result.readTokens > 0) resolve(result);
      };
    });
    await app.panel.saveDraft('What is');
    const { promptTokens } = await read;
    assert.deepEqual(
      asked.at(-1)?.messages.map(({ role }) => role),
      ['user', 'assistant'],
    );
    await app.turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    const result = results.at(-1);
    assert.ok(result);
    const [evaluated, fresh] = [result.promptTokens - result.reusedTokens, result.promptTokens - promptTokens];
    assert.ok(evaluated < 1.05 * fresh, `${evaluated} tokens were evaluated for ${fresh} new ones`);
  });
});
