import assert from 'node:assert/strict';
import { inferenceEnvironment } from '../../../src/host/inferenceEnvironment.ts';
import type { DecodedText } from '../../../src/inference/detokenizer.ts';
import { FairQueue } from '../../../src/inference/fairQueue.ts';
import { TextBatcher } from '../../../src/inference/textBatcher.ts';
import { Vocabulary } from '../../../src/inference/vocabulary.ts';

describe('The text batcher', () => {
  it('sends the first piece at once and joins what follows it', () => {
    const sent: DecodedText[] = [];
    const batcher = new TextBatcher((batch) => sent.push(batch), 60_000);
    batcher.add({ text: 'a', tokens: 1 });
    batcher.add({ text: 'b', tokens: 1 });
    batcher.add({ text: 'c', tokens: 2 });
    assert.deepEqual(sent, [{ text: 'a', tokens: 1 }]);
    batcher.flush();
    assert.deepEqual(sent.slice(1), [{ text: 'bc', tokens: 3 }]);
  });

  it('sends what waits by itself after the interval', async () => {
    const sent = await new Promise<DecodedText[]>((resolve) => {
      const batches: DecodedText[] = [];
      const batcher = new TextBatcher((batch) => {
        if (batches.push(batch) === 2) resolve(batches);
      }, 5);
      batcher.add({ text: 'a', tokens: 1 });
      batcher.add({ text: 'b', tokens: 1 });
    });
    assert.deepEqual(
      sent.map(({ text }) => text),
      ['a', 'b'],
    );
  });

  it('sends nothing when there is nothing', () => {
    const batcher = new TextBatcher(() => assert.fail('sent'));
    batcher.add({ text: '', tokens: 0 });
    batcher.flush();
  });
});

describe('The fair queue', () => {
  it('runs the tasks of one owner in order, one at a time, also after one that failed', async () => {
    const queue = new FairQueue<string>();
    const order: string[] = [];
    const task = (name: string) => async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      if (name === 'one') throw new Error(name);
    };
    const first = queue.run('a', task('one'));
    const second = queue.run('a', task('two'));
    await assert.rejects(first, /one/);
    await second;
    assert.deepEqual(order, ['one begins', 'one ends', 'two begins', 'two ends']);
  });

  it('serves owners in turn, however long the queue of one of them is, and interrupts nothing', async () => {
    const queue = new FairQueue<string>();
    const order: string[] = [];
    const task = (name: string) => () => {
      order.push(name);
      return Promise.resolve();
    };
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const running = queue.run('a', () => held);
    const rest = [...['a1', 'a2', 'a3', 'a4'].map((name) => queue.run('a', task(name))), queue.run('b', task('b1'))];
    rest.push(queue.run('c', task('c1')), queue.run('b', task('b2')));
    assert.deepEqual(order, []);
    letGo();
    await Promise.all([running, ...rest]);
    assert.deepEqual(order, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('serves an owner that came back after the ones that wait', async () => {
    const queue = new FairQueue<string>();
    const order: string[] = [];
    const first = queue.run('a', () => {
      void queue.run('b', () => Promise.resolve(order.push('b')));
      void queue.run('a', () => Promise.resolve(order.push('a')));
      return Promise.resolve();
    });
    await first;
    await queue.run('c', () => Promise.resolve());
    assert.deepEqual(order, ['b', 'a']);
  });
});

describe('The vocabulary', () => {
  it('gives the bytes that byte-level BPE stands for, and none for a control token', () => {
    const vocabulary = new Vocabulary(['Ġ!', 'ĊĊ', 'Ń', '<|user|>', 'ä<x>', 'Ã¤'], [1, 1, 1, 3, 4, 1]);
    const bytes = [0, 1, 2, 3, 4, 5, 6].map((id) => Buffer.from(vocabulary.bytes(id)).toString('latin1'));
    assert.deepEqual(bytes, [' !', '\n\n', '\xad', '', 'Ã¤<x>', 'Ã¤', '']);
  });
});

describe("The inference process's environment", () => {
  it('has nothing of the editor and its debugger, and one native worker', () => {
    const env = {
      PATH: '/bin',
      NODE_OPTIONS: '--inspect',
      VSCODE_PID: '1',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_CHANNEL_FD: '3',
      CUDA_VISIBLE_DEVICES: '0',
    };
    assert.deepEqual(inferenceEnvironment(env, false), { PATH: '/bin', CUDA_VISIBLE_DEVICES: '0', UV_THREADPOOL_SIZE: '1' });
    assert.equal(inferenceEnvironment(env, true).ELECTRON_RUN_AS_NODE, '1');
  });
});
