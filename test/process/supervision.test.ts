import assert from 'node:assert/strict';
import { lastTurn } from '../../src/core/conversation.ts';
import type { Turn } from '../../src/core/conversation.ts';
import type { ModelState } from '../../src/shared/modelState.ts';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import { newClient } from './support.ts';
import { turnBench } from './turnSupport.ts';
import type { TurnBench } from './turnSupport.ts';

describe('The engine under supervision', () => {
  let bench: TurnBench;
  let client: InferenceClient;

  beforeEach(async () => {
    ({ client } = newClient());
    bench = await turnBench({}, 3000, client, 0.02);
  });

  afterEach(async () => {
    await bench.close();
  });

  const newest = (): Turn => {
    const turn = lastTurn(bench.conversations.current);
    assert.ok(turn);
    return turn;
  };
  const pid = (): number => {
    assert.ok(client.pid !== undefined);
    return client.pid;
  };
  /** Resolves once the newest turn has a longer thought than `characters`. */
  const thinks = (characters = 40): Promise<void> =>
    new Promise((resolve) => {
      const listening = bench.conversations.onDidAppend(() => {
        if (newest().thought.length <= characters) return;
        listening.dispose();
        resolve();
      });
    });
  const reaches = (kind: ModelState['kind']): Promise<void> =>
    new Promise((resolve) => {
      const listening = bench.model.onDidChange((state) => {
        if (state.kind !== kind) return;
        listening.dispose();
        resolve();
      });
    });
  const ask = (text: string): Promise<void> => bench.turns.ask({ task: 'ask', text });
  const kill = async (signal: NodeJS.Signals): Promise<Turn> => {
    const asked = ask('[test:loop]');
    await thinks();
    process.kill(pid(), signal);
    await asked;
    return newest();
  };

  // Native code that fails, and ggml that gives up, as where a GPU is lost.
  for (const signal of ['SIGSEGV', 'SIGABRT'] as const) {
    it(`is started again after ${signal} with the model loaded, and the turn goes on from its text`, async () => {
      const revived = new Promise<void>((resolve) => bench.model.onDidRevive(() => resolve()));
      const cut = await kill(signal);
      assert.deepEqual(cut.end, { kind: 'failed', error: { code: 'engineCrashed', exitCode: null, signal } });
      assert.notEqual(cut.thought, '');
      assert.equal(bench.model.state.kind, 'failed');
      await revived;
      assert.equal(bench.model.state.kind, 'ready');
      const goesOn = thinks(cut.thought.length + 40);
      const resumed = bench.turns.resume(cut.question.id, 'continue');
      await goesOn;
      bench.turns.stop();
      await resumed;
      assert.ok(newest().thought.startsWith(cut.thought));
    });
  }

  it('is left alone after three crashes in a row, with what helps, and a question still tries', async () => {
    for (const expected of ['engineCrashed', 'engineCrashed', 'engineCrashLoop']) {
      const { end } = await kill('SIGABRT');
      assert.ok(end?.kind === 'failed');
      assert.equal(end.error.code, expected);
    }
    const { state } = bench.model;
    assert.ok(state.kind === 'failed');
    assert.deepEqual(state.error, { code: 'engineCrashLoop', crashes: 3, exitCode: null, signal: 'SIGABRT', onGpu: false });
    await ask('What is 17 + 25?');
    assert.match(newest().answer, /42/);
    const { end } = await kill('SIGABRT');
    assert.ok(end?.kind === 'failed');
    assert.equal(end.error.code, 'engineCrashed', 'an answer ends the row');
  });

  it('is said to be silent when it hangs, speaks again when it does, and ends by force when it is restarted', async () => {
    const silences: (number | undefined)[] = [];
    let heard: () => void = () => undefined;
    bench.model.onDidFallSilent((ms) => {
      silences.push(ms);
      heard();
    });
    const next = (): Promise<void> => new Promise((resolve) => (heard = resolve));
    const asked = ask('[test:loop]');
    await thinks();
    let change = next();
    process.kill(pid(), 'SIGSTOP');
    await change;
    assert.ok(silences.length === 1 && (silences[0] ?? 0) > 0);
    change = next();
    process.kill(pid(), 'SIGCONT');
    await change;
    assert.equal(silences[1], undefined);

    const hung = pid();
    change = next();
    process.kill(hung, 'SIGSTOP');
    await change;
    bench.turns.stop();
    const ready = reaches('ready');
    await bench.model.restart();
    await Promise.all([asked, ready]);
    assert.deepEqual(newest().end, { kind: 'stopped' });
    assert.notEqual(newest().thought, '');
    assert.notEqual(pid(), hung);
    assert.throws(() => process.kill(hung, 0), /ESRCH/);
  });
});
