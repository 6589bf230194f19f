import assert from 'node:assert/strict';
import { startLlama } from '../../src/inference/llamaSetup.ts';
import { LlamaEngine } from '../../src/inference/llamaEngine.ts';
import type { GenerateProgress, ModelInfo } from '../../src/shared/inferenceProtocol.ts';
import { lastTurn } from '../../src/core/conversation.ts';
import type { ModelState } from '../../src/shared/modelState.ts';
import { turnBench } from './turnSupport.ts';
import type { TurnBench } from './turnSupport.ts';
import { ask, failureOf, loaded, longText, newClient, reply, smallLoad, textOf } from './support.ts';

describe('YaRN on the real engine', () => {
  const { client, lines } = newClient();
  after(() => client.dispose());

  it('is in effect by the engine’s own log', async () => {
    const info = await loaded(client, { contextTokens: 4096, yarn: true });
    assert.deepEqual(info.yarn, { factor: 4, originalContextTokens: 32_768, frequencyScale: 0.25, taken: true });
    assert.equal(info.trainedContextTokens, 32_768);
    assert.ok(lines.some((line) => /freq_scale\s*=\s*0\.25/.test(line)));
  });

  it('changes what the model reads: the same prompt is another one without it', async () => {
    const question = ask(longText(1000), { sampling: { temperature: 2, topP: 1, topK: 0, seed: 5 }, maxTokens: 60 });
    const on = await reply(client, question);
    const { pid } = client;
    const info = await loaded(client, { yarn: false });
    assert.equal(info.yarn, undefined);
    const off = await reply(client, question);
    assert.notEqual(on.text, off.text);
    assert.equal(client.pid, pid);
  });

  it('lifts the longest context to 131,072 tokens, as far as it is asked for', async () => {
    assert.equal((await loaded(client, { contextTokens: 40_960, yarn: true })).contextTokens, 40_960);
    assert.equal((await loaded(client, { contextTokens: 40_960 })).contextTokens, 32_768);
    assert.equal((await loaded(client, { contextTokens: 40_960, yarn: false })).wantedContextTokens, 32_768);
  });
});

describe('A conversation', () => {
  let bench: TurnBench;
  const states: ModelState[] = [];
  before(async () => {
    bench = await turnBench({ contextTokens: 0 }, 16);
    bench.model.onDidChange((state) => states.push(state));
  });
  after(() => bench.close());
  const ask = async (text: string): Promise<ModelInfo> => {
    await bench.turns.ask({ task: 'ask', text });
    const { state } = bench.model;
    assert.ok(state.kind === 'ready', JSON.stringify(state));
    return state.info;
  };
  const reasons = (): unknown[] => [...new Set(states.splice(0).flatMap((state) => (state.kind === 'loading' ? [state.again] : [])))];

  it('whose input is 9,000 tokens long is answered with YaRN, shown as a second load, and the next short one without', async () => {
    const short = await ask('What is 2 + 2?');
    assert.equal(short.yarn, undefined);
    assert.equal(short.contextTokens, 4096, 'no more than prompt and budget need');
    assert.deepEqual(reasons(), [undefined]);

    const long = await ask(longText(9640));
    assert.equal(long.yarn?.taken, true);
    assert.ok(long.contextTokens > 9000 && long.contextTokens < 32_768, String(long.contextTokens));
    assert.deepEqual(reasons(), ['longInput']);
    const turn = lastTurn(bench.conversations.current);
    assert.ok((turn?.promptTokens ?? 0) > 9000, String(turn?.promptTokens));
    assert.ok((turn?.thoughtTokens ?? 0) > 0 && turn?.end?.kind === 'limit');

    await bench.conversations.startNew();
    assert.equal((await ask('What is 2 + 2?')).yarn, undefined);
    assert.deepEqual(reasons(), ['shortInput']);
  });
});

describe('The context of a loaded model', () => {
  const { client } = newClient();
  after(() => client.dispose());

  it('grows without forgetting what it holds, and the reply is the same', async () => {
    await loaded(client, { contextTokens: 2048 });
    const question = ask(longText(600), { maxTokens: 30 });
    const before = await reply(client, question);
    const info = await loaded(client, { contextTokens: 4096, keepLargerContext: true });
    assert.equal(info.contextTokens, 4096);
    const after = await reply(client, question);
    assert.equal(after.result.reusedTokens, after.result.promptTokens - 1);
    assert.equal(after.text, before.text);
  });

  it('stays where the next turn needs less, and shrinks where less is the limit', async () => {
    const keep = { keepLargerContext: true };
    assert.equal((await loaded(client, { contextTokens: 1024, ...keep })).contextTokens, 4096);
    assert.equal((await loaded(client, { contextTokens: 1024 })).contextTokens, 1024);
  });
});

describe('Where memory is short', () => {
  const lines: string[] = [];
  let freeBytes: number | null = null;
  /** The real library, told to use no more memory than this: it refuses as on a machine that has no more. */
  const engine = new LlamaEngine(
    (_level, line) => lines.push(line),
    async (...args) => {
      const started = await startLlama(...args);
      const { llama } = started;
      const loadModel = llama.loadModel.bind(llama);
      llama.loadModel = async (options) => {
        const model = await loadModel(options);
        const used = await llama.getLlamaMemoryUsage();
        await llama.setRamCap(freeBytes === null ? null : used.cpuRam + freeBytes);
        return model;
      };
      return started;
    },
  );
  after(() => engine.dispose());
  const load = (change: object) =>
    engine.load({ ...smallLoad, progressToken: 't', ...change }, () => undefined, new AbortController().signal);

  it('the context is made smaller, down to what the turn needs, and each step is told', async () => {
    freeBytes = 40_000_000;
    const info = await load({ contextTokens: 32_768, leastContextTokens: 1500 });
    assert.equal(info.wantedContextTokens, 32_768);
    assert.ok(info.contextTokens < 32_768 && info.contextTokens >= 1500, String(info.contextTokens));
    assert.ok(info.stepDowns.length >= 1);
    assert.equal(info.stepDowns[0]?.failed, 'context');
    assert.equal(info.stepDowns[0].contextTokens, 32_768);
    assert.match(info.stepDowns[0].reason, /too large for the available/);
    const pieces: GenerateProgress[] = [];
    await engine.generate({ ...ask('What is 2 + 2?'), progressToken: 'g' }, (piece) => pieces.push(piece), new AbortController().signal);
    assert.match(textOf(pieces), /\\boxed\{4\}/);
  });

  it('the same wish again does not try it all again', async () => {
    const before = lines.length;
    const info = await load({ contextTokens: 32_768, leastContextTokens: 1500, keepLargerContext: true });
    assert.ok(info.contextTokens < 32_768);
    assert.equal(lines.length, before);
  });

  it('a turn that needs more than there is room for is told so, and the model stays', async () => {
    const error = await failureOf(load({ contextTokens: 32_768, leastContextTokens: 30_000, keepLargerContext: true }));
    assert.ok(error.code === 'insufficientMemory', JSON.stringify(error));
    const { contextTokens } = await load({ contextTokens: 1000, leastContextTokens: 1000, keepLargerContext: true });
    assert.ok(contextTokens >= 1500);
  });
});
