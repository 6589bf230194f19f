import assert from 'node:assert/strict';
import { lastTurn } from '../../src/core/conversation.ts';
import { runningShortfall } from '../../src/core/models/shortfall.ts';
import type { Backend } from '../../src/host/backend.ts';
import { startLlama } from '../../src/inference/llamaSetup.ts';
import { LlamaEngine } from '../../src/inference/llamaEngine.ts';
import type { ModelInfo } from '../../src/shared/inferenceProtocol.ts';
import type { ModelState } from '../../src/shared/modelState.ts';
import { smallLoad } from './support.ts';
import type { TurnBench } from './turnSupport.ts';
import { turnBench } from './turnSupport.ts';

/** JavaScript's 4 is an integer to the library, and llama.cpp takes a float alone: its override is without effect, and nothing fails. */
const untaken = { glm4: { context_length: 131_072, rope: { scaling: { type: 'yarn', factor: 4, original_context_length: 32_768 } } } };

/** The real engine, whose override for YaRN is replaced by one that it does not take. */
function engineWithoutYarn(loads: boolean[], lines: string[]): LlamaEngine {
  return new LlamaEngine(
    (_level, line) => lines.push(line),
    async (...args) => {
      const started = await startLlama(...args);
      const { llama } = started;
      const loadModel = llama.loadModel.bind(llama);
      llama.loadModel = (options) => {
        loads.push(options.metadataOverrides !== undefined);
        return loadModel(options.metadataOverrides ? { ...options, metadataOverrides: untaken } : options);
      };
      return started;
    },
  );
}

/** The engine in this process, in place of the inference process. */
function inProcess(engine: LlamaEngine): Backend {
  const never = new AbortController().signal;
  return {
    load: (params, onProgress, signal = never) =>
      engine.load({ ...params, progressToken: 'load' }, (fraction) => onProgress({ fraction }), signal),
    generate: (params, onProgress, signal = never) => engine.generate({ ...params, progressToken: 'reply' }, onProgress, signal),
    countTokens: (params) => Promise.resolve(engine.countTokens(params)),
    unload: () => engine.unload(),
    restart: () => engine.unload(),
    onDidExit: () => ({ dispose: () => undefined }),
    dispose: () => engine.dispose(),
  };
}

describe('YaRN that the real engine does not take', () => {
  const loads: boolean[] = [];
  const lines: string[] = [];
  const states: ModelState[] = [];
  const engine = engineWithoutYarn(loads, lines);
  let bench: TurnBench;
  before(async () => {
    bench = await turnBench({ contextTokens: 0, yarn: 'on' }, 30, inProcess(engine));
    bench.model.onDidChange((state) => states.push(state));
  });
  after(() => bench.close());
  const load = (yarn: boolean, contextTokens: number): Promise<ModelInfo> =>
    engine.load({ ...smallLoad, progressToken: 't', contextTokens, yarn }, () => undefined, new AbortController().signal);

  it('is read back from its log, and the model is loaded again as it was trained', async () => {
    const info = await load(true, 40_960);
    assert.ok(lines.some((line) => /Bad metadata override type/.test(line)) && lines.some((line) => /freq_scale\s*=\s*1\b/.test(line)));
    assert.deepEqual(info.yarn, { factor: 4, originalContextTokens: 32_768, frequencyScale: 1, taken: false });
    assert.deepEqual([info.trainedContextTokens, info.wantedContextTokens, info.contextTokens], [32_768, 32_768, 32_768]);
    assert.deepEqual(runningShortfall(info), ['noYarn']);
    assert.deepEqual(loads, [true, false]);
  });

  it('is not tried again, and still told, while the model is loaded', async () => {
    for (const yarn of [false, true]) assert.equal((await load(yarn, 32_768)).yarn?.taken, false);
    assert.equal(loads.length, 2);
  });

  it('leaves a conversation that wants it answered without it, turn after turn, by a model that is loaded once', async () => {
    await engine.unload();
    loads.splice(0);
    for (const text of ['What is 2 + 2?', 'Add 1 to that']) {
      await bench.turns.ask({ task: 'ask', text });
      assert.ok((lastTurn(bench.conversations.current)?.thoughtTokens ?? 0) > 0);
      const { state } = bench.model;
      assert.ok(state.kind === 'ready', JSON.stringify(state));
      assert.equal(state.info.yarn?.frequencyScale, 1);
      assert.equal(state.info.contextTokens, 4096);
    }
    assert.deepEqual(loads, [true, false]);
    assert.ok(
      states.every((state) => state.kind !== 'loading' || state.again === undefined),
      'A second load was shown.',
    );
  });
});
