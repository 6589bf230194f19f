import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Turn } from '../../src/core/conversation.ts';
import { isRunning, lastTurn, turnById } from '../../src/core/conversation.ts';
import { replayEvents } from '../../src/core/replay.ts';
import { Conversations } from '../../src/host/conversations.ts';
import type { ReplySettings } from '../../src/host/config.ts';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import { ModelService } from '../../src/host/modelService.ts';
import { TurnRunner } from '../../src/host/turn.ts';
import type { GenerateParams, GenerateResult, GenerateTrace } from '../../src/shared/inferenceProtocol.ts';
import { fixtureModel, greedy, newClient } from './support.ts';

const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} };
const secondLook = 'Wait, let me check this again.\n';

/** The inference client, which also asks for each request's tokens and keeps them. */
class TracedModel extends ModelService {
  readonly traces: (GenerateTrace & Pick<GenerateResult, 'reusedTokens'>)[] = [];

  override async generate(...[params, ...rest]: Parameters<ModelService['generate']>): Promise<GenerateResult> {
    const traced: Omit<GenerateParams, 'progressToken'> = { ...params, trace: true };
    const result = await super.generate(traced, ...rest);
    if (result.trace) this.traces.push({ ...result.trace, reusedTokens: result.reusedTokens });
    return result;
  }
}

describe('A turn on the real engine', () => {
  let folder: string;
  let client: InferenceClient;
  let model: TracedModel;
  let conversations: Conversations;
  let turns: TurnRunner;
  const unlimited: ReplySettings = { sampling: greedy, maxTokens: 1000, thinkingTokens: 0 };
  let reply = unlimited;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lemma-turns-'));
    ({ client } = newClient());
    model = new TracedModel(client, () => ({ modelPath: fixtureModel, gpu: 'cpu', contextTokens: 4096, threads: 0 }));
    conversations = new Conversations(folder, { get: () => undefined, update: () => Promise.resolve() }, quiet);
    turns = new TurnRunner(conversations, model, () => reply, quiet);
  });

  beforeEach(async () => {
    await conversations.startNew();
    model.traces.length = 0;
    reply = unlimited;
  });

  after(async () => {
    await turns.settle('stopped');
    await conversations.close();
    model.dispose();
    await client.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const newest = (): Turn => {
    const turn = lastTurn(conversations.current);
    assert.ok(turn);
    return turn;
  };
  /** Tokens of a request's prompt that were evaluated. */
  const readAnew = (request: number): number => {
    const trace = model.traces.at(request);
    assert.ok(trace);
    return trace.promptIds.length - trace.reusedTokens;
  };
  /** Resolves once the newest turn thinks and has written something. */
  const thinks = (): Promise<void> =>
    new Promise((resolve) => {
      const listening = conversations.onDidAppend(() => {
        const turn = lastTurn(conversations.current);
        if (turn?.phase !== 'thinking' || turn.thought.length <= 40) return;
        listening.dispose();
        resolve();
      });
    });

  it('that is to think more goes on in its thought token for token, and its answer stays beside the new one', async () => {
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    const first = newest();
    assert.match(first.answer, /85/);
    await turns.thinkMore(first.question.id);
    const second = newest();
    assert.notEqual(second.question.id, first.question.id);
    assert.deepEqual(second.branch?.ids, [first.question.id, second.question.id]);
    assert.equal(turnById(conversations.current, first.question.id)?.answer, first.answer);
    assert.equal(second.end?.kind, 'complete');
    assert.ok(second.thought.startsWith(first.thought + secondLook), second.thought);
    assert.ok(second.thoughtTokens >= first.thoughtTokens);

    const [whole, more] = model.traces;
    assert.ok(whole && more);
    assert.equal(more.prompt, `${whole.prompt}${first.thought}${secondLook}`);
    // What was written before is read as it was written: the prompt's tokens and those of the thought come again, unchanged.
    const thoughtIds = whole.generatedIds.slice(0, first.thoughtTokens - 3);
    const before = [...whole.promptIds, ...thoughtIds];
    assert.deepEqual(more.promptIds.slice(0, before.length), before);
    assert.ok(more.reusedTokens >= before.length, `${more.reusedTokens} of ${before.length} tokens are still in the cache`);
  });

  it('that still thinks is left alone by a wish to think more', async () => {
    const asked = turns.ask({ task: 'ask', text: '[test:loop]' });
    await thinks();
    const { id } = newest().question;
    await turns.thinkMore(id);
    assert.equal(newest().phase, 'thinking');
    assert.equal(conversations.current?.turns.length, 1);
    turns.stop(id);
    await asked;
    assert.deepEqual(newest().end, { kind: 'stopped' });
  });

  it('that only repeats itself is stopped, can be answered from there, and goes on when it is told to', async () => {
    reply = { ...unlimited, maxTokens: 3000, stopLoops: true };
    await turns.ask({ task: 'ask', text: '[test:loop]' });
    const stopped = newest();
    assert.ok(stopped.end?.kind === 'repetition' && stopped.end.part === 'thought');
    assert.ok(stopped.end.from < stopped.thought.length / 4, `${stopped.end.from} of ${stopped.thought.length} characters`);
    assert.ok(stopped.thoughtTokens > 300 && stopped.thoughtTokens < 2500, `it was stopped after ${stopped.thoughtTokens} tokens`);
    assert.equal(stopped.answer, '');

    reply = { ...reply, maxTokens: 800 };
    await turns.resume(stopped.question.id, 'continue');
    const longer = newest();
    assert.deepEqual(longer.end, { kind: 'limit', by: 'maxTokens', tokens: longer.thoughtTokens });
    assert.ok(longer.thought.startsWith(stopped.thought) && longer.thought.length > stopped.thought.length);
    reply = { ...reply, maxTokens: 3000 };

    await conversations.startNew();
    await turns.ask({ task: 'ask', text: '[test:loop]' });
    assert.equal(newest().end?.kind, 'repetition');
    await turns.resume(newest().question.id, 'answerNow');
    // Told of the loop, it would go on with it in the answer.
    assert.equal(newest().answer.trim(), 'I answered without thinking.');
    assert.ok(newest().thought.length > stopped.end.from, 'the thought is shown as it was');
  });

  it('that counts to 400 repeats nothing', async () => {
    reply = { ...unlimited, maxTokens: 3000, stopLoops: true };
    await turns.ask({ task: 'ask', text: 'count to 400' });
    assert.deepEqual(newest().end, { kind: 'complete' });
    assert.equal(newest().answer.trim(), 'Done: 400');
  });

  it('that was stopped in its thought goes on from there to the same text, and answers at once when it is to', async () => {
    // Long enough not to have ended by itself when a busy machine comes to stopping it.
    await turns.ask({ task: 'ask', text: 'count to 200' });
    const whole = newest();
    await conversations.startNew();
    const asked = turns.ask({ task: 'ask', text: 'count to 200' });
    await thinks();
    turns.stop();
    await asked;
    const stopped = newest();
    assert.ok(whole.thought.startsWith(stopped.thought) && stopped.thought.length < whole.thought.length);
    await turns.resume(stopped.question.id, 'answerNow');
    assert.equal(newest().thought.trimEnd(), stopped.thought.trimEnd(), 'nothing is added to the thought any more');
    assert.match(newest().answer, /\S/);
    assert.equal(readAnew(-1), 1, 'only the token that was not read yet');
    await conversations.startWith(replayEvents([stopped]));
    await turns.thinkMore(stopped.question.id);
    assert.equal(newest().thought, whole.thought);
    assert.equal(newest().answer, whole.answer);
    assert.equal(newest().branch, undefined, 'nothing was lost, so there is no second version');
  });

  it('whose thought was edited goes on from the edit, and what was there before stays beside it', async () => {
    await turns.ask({ task: 'ask', text: 'count to 60' });
    const first = newest();
    const edited = first.thought.slice(0, first.thought.indexOf('21'));
    await turns.editThought(first.question.id, edited);
    const second = newest();
    assert.equal(model.traces[1]?.prompt, `${model.traces[0]?.prompt}${edited}`);
    assert.equal(second.thought, first.thought, 'the model counts on from where the edit ends');
    assert.equal(turnById(conversations.current, first.question.id)?.answer, first.answer);
    assert.equal(isRunning(conversations.current), false);
  });

  it('that reached the limit goes on to the same text, in its thought, in its closing tag and in its answer', async () => {
    await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
    const whole = newest();
    const length = model.traces[0]?.generatedIds.length ?? 0;
    for (const maxTokens of [11, 17, 23, 29]) {
      await conversations.startNew();
      model.traces.length = 0;
      reply = { ...unlimited, maxTokens };
      await turns.ask({ task: 'ask', text: 'What is 47 + 38?' });
      for (let request = 1; newest().end?.kind === 'limit' && request < length; request++) {
        await turns.resume(newest().question.id, 'continue');
        assert.equal(readAnew(request), 1, `request ${request} with at most ${maxTokens} tokens`);
      }
      const { thought, answer, thoughtTokens, answerTokens, end } = newest();
      assert.deepEqual({ thought, answer, end }, { thought: whole.thought, answer: whole.answer, end: { kind: 'complete' } });
      assert.equal(thoughtTokens + answerTokens, whole.thoughtTokens + whole.answerTokens);
    }
  });

  it('that is to answer while it thinks does so from there, and reads nothing twice', async () => {
    const asked = turns.ask({ task: 'ask', text: 'count to 400' });
    await thinks();
    const thinking = newest();
    await turns.resume(thinking.question.id, 'answerNow');
    await asked;
    assert.ok(newest().thought.startsWith(thinking.thought));
    assert.match(newest().answer, /Done/);
    assert.deepEqual(newest().end, { kind: 'complete' });
    assert.equal(newest().closedAtBudget, undefined, 'the user closed it');
    assert.equal(readAnew(-1), 1);
  });

  it('whose thought was closed for it goes on in its answer where that was cut off', async () => {
    reply = { ...unlimited, maxTokens: 60 };
    await turns.ask({ task: 'ask', text: 'count to 400' });
    assert.equal(newest().end?.kind, 'limit');
    reply = { ...unlimited, maxTokens: 6 };
    await turns.resume(newest().question.id, 'answerNow');
    assert.equal(newest().end?.kind, 'limit');
    assert.equal(newest().phase, 'ended');
    reply = unlimited;
    await turns.resume(newest().question.id, 'continue');
    assert.deepEqual(newest().end, { kind: 'complete' });
    assert.match(newest().answer, /Done/);
    assert.deepEqual([readAnew(1), readAnew(2)], [1, 1]);
  });

  it('thinks no longer than its budget, says so, and thinks more when it is to', async () => {
    reply = { ...unlimited, thinkingTokens: 100 };
    await turns.ask({ task: 'ask', text: 'count to 400' });
    const first = newest();
    assert.equal(first.closedAtBudget, true);
    assert.equal(first.thinkingTokens, 100);
    assert.deepEqual(first.end, { kind: 'complete' });
    assert.match(first.answer, /\S/);
    assert.ok(first.thoughtTokens >= 100 && first.thoughtTokens <= 168, String(first.thoughtTokens));
    await turns.thinkMore(first.question.id);
    const second = newest();
    assert.ok(second.thought.startsWith(first.thought + secondLook));
    assert.ok(second.thinkingTokens === first.thoughtTokens + 100, 'more of it has a budget of its own');
    assert.equal(turnById(conversations.current, first.question.id)?.closedAtBudget, true);
    const [whole, more] = model.traces;
    assert.ok(whole && more);
    const kept = whole.promptIds.length + first.thoughtTokens;
    assert.ok(more.reusedTokens >= kept - 4, `${more.reusedTokens} of ${kept} tokens are still in the cache`);
  });

  it('that goes on after the model was unloaded says how many tokens are read again, and none otherwise', async () => {
    const told: (number | undefined)[] = [];
    const listening = turns.onDidProgress(({ againTokens }) => told.push(againTokens));
    reply = { ...unlimited, maxTokens: 60 };
    await turns.ask({ task: 'ask', text: 'count to 400' });
    await turns.resume(newest().question.id, 'continue');
    assert.deepEqual(new Set(told), new Set([undefined]));
    told.length = 0;
    await client.unload();
    await client.load({ modelPath: fixtureModel, gpu: 'cpu', contextTokens: 4096, threads: 0 }, () => undefined);
    await turns.resume(newest().question.id, 'continue');
    listening.dispose();
    const prompt = newest().promptTokens;
    assert.deepEqual(new Set(told), new Set([prompt]));
    assert.equal(readAnew(-1), prompt);
  });
});
