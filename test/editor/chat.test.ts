import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import type { ReplyRequest } from '../../src/host/chat/chatReplies.ts';
import { LemmaModelProvider } from '../../src/host/chat/modelProvider.ts';
import { followups, LemmaParticipant } from '../../src/host/chat/participant.ts';
import { prepareSolve, solve } from '../../src/host/chat/solveTool.ts';
import { closeAll, turnEnd, until, untitled } from './editing.ts';

const sum = 'What is 47 + 38?';
const sumAnswer = 'The result is $47 + 38 = 85$.\n\n\\[\n\\boxed{85}\n\\]';
const user = (text: string): vscode.LanguageModelChatMessage => vscode.LanguageModelChatMessage.User(text);

describe('the language model API', () => {
  let app: LemmaApp;
  let model: vscode.LanguageModelChat;

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
    const [found, ...others] = await vscode.lm.selectChatModels({ vendor: 'lemma' });
    assert.ok(found);
    assert.deepEqual(others, []);
    model = found;
  });
  afterEach(() => app.replies.settle());

  async function textOf(
    messages: vscode.LanguageModelChatMessage[],
    options: vscode.LanguageModelChatRequestOptions = {},
    token?: vscode.CancellationToken,
  ): Promise<string> {
    let text = '';
    for await (const part of (await model.sendRequest(messages, options, token)).text) text += part;
    return text;
  }

  it('has the chosen model, with room that it really has', () => {
    assert.equal(model.name, 'glm-z1-tiny-f16');
    assert.equal(model.maxInputTokens, 6144);
  });

  it('answers other extensions with the answer alone, and leaves the panel as it is', async () => {
    assert.equal(await textOf([user(sum)]), sumAnswer);
    assert.equal(app.conversations.current, undefined);
    const next = [user(sum), vscode.LanguageModelChatMessage.Assistant(sumAnswer), user('Add 1 to that')];
    assert.ok((await textOf(next)).includes('86'));
  });

  it('answers the panel and other extensions in turn', async () => {
    const ended = turnEnd(app);
    void app.turns.ask({ task: 'ask', text: sum });
    const [text, turn] = await Promise.all([textOf([user('What is 12 + 7?')]), ended]);
    assert.ok(text.includes('19'));
    assert.equal(turn.answer.trim(), sumAnswer);
    await app.newConversation();
  });

  it('has the panel say that it is answered first', async () => {
    const source = new vscode.CancellationTokenSource();
    const request = textOf([user('[test:loop]')], {}, source.token).catch(() => undefined);
    const modelChange: vscode.Event<unknown> = (listener) => app.model.onDidChange(listener);
    await until(modelChange, () => (app.model.state.kind === 'busy' ? true : undefined));
    const told: unknown[] = [];
    const listener = app.turns.onDidProgress((progress) => {
      told.push(progress.queued);
      source.cancel();
    });
    const ended = turnEnd(app);
    void app.turns.ask({ task: 'ask', text: sum });
    assert.equal((await ended).answer.trim(), sumAnswer);
    await request;
    listener.dispose();
    assert.equal(told[0], 'request');
    assert.equal(told.at(-1), undefined, 'what it reads is said in its place');
    await app.newConversation();
  });

  it('counts tokens by the model’s own tokenizer', async () => {
    assert.equal(await model.countTokens(sum), 10);
    assert.equal(await model.countTokens(user(sum)), 12);
  });

  it('stops when it is cancelled', async () => {
    const source = new vscode.CancellationTokenSource();
    const reply = textOfCancelled(source.token);
    await until(app.model.onDidChange as vscode.Event<unknown>, () =>
      app.model.state.kind === 'busy' && app.model.state.activity === 'thinking' ? true : undefined,
    );
    source.cancel();
    await reply;
    await app.replies.settle();
    assert.equal(app.model.state.kind, 'ready');
  });

  async function textOfCancelled(token: vscode.CancellationToken): Promise<void> {
    try {
      const response = await model.sendRequest([user('[test:loop]')], {}, token);
      for await (const _ of response.text) assert.fail('A thought is no text.');
    } catch (thrown) {
      assert.equal((thrown as Error).name, 'Canceled');
    }
  }

  it('goes on from calls and their results', async () => {
    const call = new vscode.LanguageModelToolCallPart('1', 'look_up', { name: 'x' });
    const messages = [
      user('Look up x.'),
      vscode.LanguageModelChatMessage.Assistant([call]),
      vscode.LanguageModelChatMessage.User([new vscode.LanguageModelToolResultPart('1', [new vscode.LanguageModelTextPart('x is 47')])]),
      user(sum),
    ];
    const tools = [{ name: 'look_up', description: 'Looks something up', inputSchema: { type: 'object', properties: {} } }];
    assert.ok((await textOf(messages, { tools })).length > 0);
  });

  it('refuses pictures in words', async () => {
    const { LanguageModelDataPart } = vscode as unknown as { LanguageModelDataPart: { image(data: Uint8Array, mimeType: string): never } };
    // One pixel: VS Code itself looks into pictures on their way.
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
    const picture = LanguageModelDataPart.image(png, 'image/png');
    await assert.rejects(textOf([vscode.LanguageModelChatMessage.User([picture])]), /reads text alone/);
  });

  it('says in words that a request is too long', async () => {
    await assert.rejects(textOf([user('word '.repeat(9000))]), /tokens, and .* are possible/);
  });

  it('turns the model’s own calls into parts, and gives thoughts where they are known', async () => {
    const asked: ReplyRequest[] = [];
    const reply: LemmaApp['replies']['reply'] = (request, onDelta) => {
      asked.push(request);
      const say = (part: 'thought' | 'answer', text: string): void => onDelta({ part, text, tokens: 1 });
      say('thought', 'Hm.');
      for (const piece of ['\n\nI look.\n', 'look', '_up\n{"na', 'me": "x"}', 'look_up\n{}']) say('answer', piece);
      return Promise.resolve({ stop: 'endOfTurn', answer: 'I look.', generatedTokens: 9 });
    };
    const fake = { replies: { reply }, log: app.log } as unknown as LemmaApp;
    const provider = new LemmaModelProvider(
      () => Promise.resolve(fake),
      () => app,
    );
    const [information] = await provider.provideLanguageModelChatInformation({ silent: true });
    assert.ok(information);
    const parts: unknown[] = [];
    await provider.provideLanguageModelChatResponse(
      information,
      [{ role: vscode.LanguageModelChatMessageRole.User, content: [new vscode.LanguageModelTextPart('Look up x.')], name: undefined }],
      {
        tools: [{ name: 'look_up', description: 'Looks up' }],
        toolMode: vscode.LanguageModelChatToolMode.Required,
        modelOptions: { temperature: 0.2, max_tokens: 100 },
      },
      { report: (part) => parts.push(part) },
      new vscode.CancellationTokenSource().token,
    );
    const calls = parts.filter((part) => part instanceof vscode.LanguageModelToolCallPart);
    assert.deepEqual(
      calls.map(({ name, input }) => [name, input]),
      [
        ['look_up', { name: 'x' }],
        ['look_up', {}],
      ],
    );
    assert.equal(new Set(calls.map(({ callId }) => callId)).size, 2);
    const texts = parts.filter((part) => part instanceof vscode.LanguageModelTextPart);
    assert.equal(texts.map(({ value }) => value).join(''), 'I look.');
    const { LanguageModelThinkingPart: Thinking } = vscode as { LanguageModelThinkingPart?: new (text: string) => object };
    if (Thinking) assert.ok(parts[0] instanceof Thinking);
    assert.deepEqual(asked[0]?.sampling, { temperature: 0.2 });
    assert.equal(asked[0]?.maxTokens, 100);
    assert.equal(asked[0]?.messages.at(-1)?.role, 'system');
  });
});

describe('the tool lemma_solve', () => {
  let app: LemmaApp;

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
  });

  it('is known to VS Code, and asks the user before it works', () => {
    const tool = vscode.lm.tools.find(({ name }) => name === 'lemma_solve');
    assert.deepEqual((tool?.inputSchema as { required?: unknown } | undefined)?.required, ['problem']);
    const { confirmationMessages } = prepareSolve({ problem: `47 + 38\n${'x'.repeat(1000)}` });
    assert.ok(confirmationMessages && (confirmationMessages.message as vscode.MarkdownString).value.includes('47 + 38'));
  });

  it('gives the answer without the thought to whoever calls it', async () => {
    const result = await vscode.lm.invokeTool('lemma_solve', { input: { problem: sum }, toolInvocationToken: undefined });
    const texts = result.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''));
    assert.deepEqual(texts, [sumAnswer]);
  });

  it('says in words that the limit was reached inside the thought, and ends when it is cancelled', async () => {
    const source = new vscode.CancellationTokenSource();
    await assert.rejects(solve(app, { problem: '[test:loop]', maxTokens: 64 }, source.token), /still thinking.*64 tokens/);
    source.cancel();
    await assert.rejects(solve(app, { problem: sum }, source.token), vscode.CancellationError);
  });
});

describe('a reply for others that only repeats itself', () => {
  it('is stopped, and that is said', async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    const app = await (await extension.activate()).app();
    const config = vscode.workspace.getConfiguration('lemma');
    const before = config.inspect<boolean>('thinking.stopLoops')?.globalValue;
    await config.update('thinking.stopLoops', true, vscode.ConfigurationTarget.Global);
    const { token } = new vscode.CancellationTokenSource();
    try {
      await assert.rejects(solve(app, { problem: '[test:loop]' }, token), /only repeated itself and was stopped after/);
    } finally {
      await config.update('thinking.stopLoops', before, vscode.ConfigurationTarget.Global);
    }
  });
});

describe('@lemma', () => {
  let app: LemmaApp;

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
  });
  afterEach(closeAll);

  interface Written {
    readonly text: string;
    readonly buttons: readonly vscode.Command[];
    readonly result: vscode.ChatResult;
  }

  async function asked(request: Partial<vscode.ChatRequest>, history: vscode.ChatContext['history'] = []): Promise<Written> {
    let text = '';
    const buttons: vscode.Command[] = [];
    const stream = {
      markdown: (value: string) => (text += value),
      button: (command: vscode.Command) => buttons.push(command),
      progress: () => undefined,
      reference: () => undefined,
      thinkingProgress: () => {
        throw new Error('proposed');
      },
    } as unknown as vscode.ChatResponseStream;
    const whole = { prompt: '', references: [], ...request } as unknown as vscode.ChatRequest;
    const result = await new LemmaParticipant(app).handle(whole, { history }, stream, new vscode.CancellationTokenSource().token);
    return { text, buttons, result };
  }

  it('answers what is typed, with formulas as the chat draws them, and remembers it without its thought', async () => {
    const { text, result } = await asked({ command: 'solve', prompt: sum });
    assert.equal(text, 'The result is $47 + 38 = 85$.\n\n$$\n\\boxed{85}\n$$');
    assert.equal((result.metadata?.answer as string).trim(), sumAnswer);
    assert.ok(followups(result).length > 0);
    const response = Object.assign(Object.create(vscode.ChatResponseTurn.prototype) as vscode.ChatResponseTurn, { result });
    assert.ok((await asked({ prompt: 'Add 1 to that' }, [response])).text.includes('86'));
  });

  it('fixes the selection, and its button replaces it in one step', async () => {
    const editor = await untitled('python', '¦def add_all(a, b):\n    return a - b¦\n');
    const { buttons, text } = await asked({ command: 'fix' });
    assert.ok(text.includes('return a + b'));
    const [replace, insert] = buttons;
    assert.deepEqual([replace?.command, insert?.command], ['lemma.replaceChatSelection', 'lemma.insertChatAnswer']);
    await vscode.commands.executeCommand(replace!.command, ...(replace!.arguments as unknown[]));
    assert.equal(editor.document.getText(), 'def add_all(a, b):\n    return a + b\n');
  });

  it('reads what the user gives along', async () => {
    const { document, selection } = await untitled('python', '¦def add_all(a, b):\n    return a + b¦\n');
    const value = new vscode.Location(document.uri, selection);
    const { result } = await asked({ command: 'explain', references: [{ id: 'x', value }] });
    assert.match(result.metadata?.question as string, /return a \+ b/, JSON.stringify([selection, document.getText(), result.metadata]));
    assert.ok((result.metadata?.answer as string).includes('add_all'));
  });

  it('says in words what is missing', async () => {
    const { result } = await asked({ command: 'explain' });
    assert.match(result.errorDetails?.message ?? '', /nothing to ask about/);
  });
});
