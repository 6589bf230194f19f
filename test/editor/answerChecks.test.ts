import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { lastTurn } from '../../src/core/conversation.ts';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import type { CheckWords } from '../../src/shared/panelProtocol.ts';
import { until } from './editing.ts';

describe('the equations of an answer', () => {
  let app: LemmaApp;

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
  });
  beforeEach(() => app.newConversation());
  afterEach(async () => {
    await app.turns.settle('stopped');
    await app.newConversation();
  });

  const event: vscode.Event<unknown> = (listener) => {
    const listening = app.panel.onDidChange(listener);
    return new vscode.Disposable(() => listening.dispose());
  };

  /** A turn as the model would have written it. */
  function answered(text: string, answer: string, thought = ''): string {
    const id = randomUUID();
    const say = app.conversations.append.bind(app.conversations);
    say({ type: 'asked', question: { id, task: 'ask', text }, at: Date.now() });
    if (thought !== '') {
      say({ type: 'phase', turnId: id, phase: 'thinking', at: Date.now() });
      say({ type: 'delta', turnId: id, part: 'thought', text: thought, tokens: 1 });
    }
    say({ type: 'phase', turnId: id, phase: 'answering', at: Date.now() });
    say({ type: 'delta', turnId: id, part: 'answer', text: answer, tokens: 1 });
    say({ type: 'ended', turnId: id, end: { kind: 'complete' }, at: Date.now() });
    return id;
  }

  const checked = (id: string, wanted: (check: CheckWords) => boolean = () => true): Promise<CheckWords> =>
    until(event, () => {
      const check = app.panel.words(id)?.check;
      return check && wanted(check) ? check : undefined;
    });

  it('are decided when it is complete: each with its reason, and all in one line', async () => {
    const id = answered('What is 1 + 2?', 'First $1+1=2$, so $1+2=4$, and $y = x^2$.');
    const { note, marks } = await checked(id);
    assert.match(note.text, /^2 equations checked: 1 holds, 1 does not\./);
    assert.deepEqual(
      marks.map(({ latex, holds }) => [latex, holds]),
      [
        ['1+1=2', true],
        ['1+2=4', false],
      ],
    );
    assert.equal(marks[1]?.reason, 'It does not hold: the left side is 3, the right side 4.');
    assert.deepEqual(
      note.buttons.map(({ action }) => action),
      ['showModelError', 'showChecks'],
    );
  });

  it('are put back into the problem where they are its solution', async () => {
    const right = await checked(answered('Solve $2x+3=7$ for x.', 'We get \\boxed{2}.'));
    assert.equal(right.note.text, 'The final answer 2 solves the problem.');
    const wrong = await checked(answered('Solve $2x+3=7$ for x.', 'We get \\boxed{3}.'));
    assert.match(wrong.note.text, /^The final answer 3 does not solve the problem\. .*x = 3/);
    assert.equal(wrong.note.tone, 'warning');
  });

  it('are nothing to speak of where there are none', async () => {
    const none = answered('Hello', 'Good day. `1+1=3` is code, and so is\n\n```\n$1+1=3$\n```\n');
    await checked(answered('And?', '$1+1=2$'));
    assert.equal(app.panel.words(none)?.check, undefined);
  });

  it('of the thought are decided when somebody asks', async () => {
    const id = answered('Sum?', 'It is $1+1=2$.', 'Perhaps $1+1=3$. No.');
    assert.deepEqual((await checked(id)).note.buttons.at(-1)?.action, 'checkThought');
    await app.answerChecks.checkThought(id);
    const { note, marks } = await checked(id);
    assert.match(note.text, /In the thought: 1 equation checked: 1 does not hold\./);
    assert.equal(marks.length, 1, 'marks are of the answer');
  });

  it('are checked again when the conversation is opened again, and not at all where the setting says so', async () => {
    const id = answered('Sum?', 'It is $1+1=3$.');
    await checked(id);
    const conversation = app.conversations.current?.id ?? '';
    await app.newConversation();
    await app.conversations.open(conversation);
    await checked(id);
    const config = vscode.workspace.getConfiguration('lemma');
    try {
      await config.update('checkEquations', 'off', vscode.ConfigurationTarget.Global);
      await until(event, () => (app.panel.words(id)?.check ? undefined : true));
    } finally {
      await config.update('checkEquations', undefined, vscode.ConfigurationTarget.Global);
    }
    await checked(id);
  });

  it('that do not hold are shown to the model, which answers again, and that is checked too', async () => {
    const id = answered('Sum?', 'It is $1+2=4$.');
    await checked(id);
    await app.answerChecks.showModelError(id);
    const again = lastTurn(app.conversations.current);
    assert.notEqual(again?.question.id, id);
    assert.match(again?.question.text ?? '', /These do not hold:\n- \$1\+2=4\$: the left side is 3, the right side is 4\./);
  });

  it('weigh in a vote', async () => {
    const id = answered('Sum?', 'It is $1+1=2$.');
    const turn = lastTurn(app.conversations.current);
    assert.equal(turn?.question.id, id);
    assert.deepEqual(await Promise.all(['$1+1=2$', '$1+1=3$'].map((answer) => app.answerChecks.fails(turn, answer))), [false, true]);
  });
});
